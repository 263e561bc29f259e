#!/bin/bash
# The main flow of a platform: accounts, keys, wallets, credits, transfers.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

new_project
pass "a platform, a project and a key"
new_wallet
one=$WALLET
new_wallet
two=$WALLET
key=(-H "x-api-key: $KEY")
reference=main-$(openssl rand -hex 6)

post /v1/wallets/credit "{\"walletId\":\"$one\",\"amount\":\"1000.00\",\"currency\":\"NGN\",\"reference\":\"$reference-c\"}" "${key[@]}"
expect "money comes in" 201 .status success .data.reference "$reference-c"
transfer "$one" "$two" 250.50 "$reference-t"
expect "and goes across" 201 .status success .data.reference "$reference-t"
is "what is left" "$(available "$one")" 749.50
is "what arrived" "$(available "$two")" 250.50

transfer "$one" "$two" 250.50 "$reference-t"
expect "the same transfer again gives the first answer" 200 .data.reference "$reference-t"
is "and says so" "$(header Idempotent-Replayed)" true
transfer "$one" "$two" 250.51 "$reference-t"
expect "the reference with another amount is a conflict" 409 .code DUPLICATE_REFERENCE
transfer "$one" "$two" 749.51 "$reference-u"
expect "more than there is" 422 .code INSUFFICIENT_FUNDS
is "nothing has moved" "$(available "$one")" 749.50

request GET "/v1/wallets/$one"
expect "no key, no wallet" 401 .code UNAUTHORIZED .status error
other=$KEY
new_project
request GET "/v1/wallets/$one" -H "x-api-key: $KEY"
expect "another project's key does not see it" 404 .code NOT_FOUND
request GET "/v1/wallets/$one" -H "Authorization: Bearer $other"
expect "a key may come as a bearer token" 200 .data.wallet.id "$one"
request GET /v1/auth/me -H "Authorization: Bearer $TOKEN"
expect "who am I" 200
request GET /v1/auth/me
like "every answer has a request id" "$(header X-Request-Id)" '^[A-Za-z0-9._-]{1,64}$'
ok "the books are right" "$DEV" cowry verify

done_testing
