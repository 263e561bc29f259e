#!/bin/bash
# Users link their accounts at a bank simulated by the sandbox.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

control() {
    post /sandbox/control "$1"
    [[ $STATUS == 200 ]] || fail "control $1" "$STATUS" "$BODY"
}

# sign_up: a new user; sets EMAIL and JAR, the cookie file of their browser.
sign_up() {
    EMAIL=bank-$(openssl rand -hex 6)@cowry.example JAR=$WORK/jar.$RANDOM
    post /api/auth/register "{\"email\":\"$EMAIL\",\"password\":\"correct-horse-42\",
        \"firstName\":\"Kari\",\"lastName\":\"Nordmann\",\"dateOfBirth\":\"1990-05-17\"}" -c "$JAR"
    must register
}

# begin BANK: sets PAGE, where the user consents.
begin() {
    post /api/bank-accounts "{\"bank\":\"$1\"}" -b "$JAR"
    must "a link begins"
    PAGE=$(field .data.authorizationUrl)
}

# go URL: as the user's browser does; sets BACK, where it is redirected.
go() {
    request GET "$1" -b "$JAR"
    BACK=$(header Location)
}

accounts() {
    request GET /api/bank-accounts -b "$JAR"
}

sign_up
begin "Sandbox Bank"
kari=$EMAIL page=$PAGE
like "a link leads to the bank" "$PAGE" "^$URL/sandbox/bank/authorize\\?consentId="
go "$PAGE"
expect "the bank asks who it is" 200
go "$PAGE&login_hint=$EMAIL"
expect "with a hint it agrees at once" 302
like "and sends the person back" "$BACK" "^$URL/api/bank-accounts/callback\\?state="
link=$BACK
request GET "$link"
expect "nobody else can end the link" 401 .error unauthorized
go "$link"
expect "the person can" 200 '.data | length' 2 .data[0].bankName "Sandbox Bank" \
    .data[0].isPrimary true .data[0].currency NOK .data[0].balance 45230 .data[1].isPrimary false
first=$(field .data[0].id) second=$(field .data[1].id)
like "the account has a Norwegian number" "$(field .data[0].accountNumber)" '^[0-9]{4}\.[0-9]{2}\.[0-9]{5}$'
go "$link"
expect "a state is good once" 400 .error bad_request
accounts
expect "the accounts are listed" 200 '.data | length' 2 .data[0].status active
request GET /api/auth/me -b "$JAR"
expect "and shown with the person" 200 .data.totalBalance 173230 .data.bankAccounts[0].id "$first"

# Other users.
owner=$JAR
sign_up
request DELETE "/api/bank-accounts/$first" -b "$JAR"
expect "somebody else's account is not there" 404 .error not_found
begin "Sandbox Bank"
go "$PAGE&login_hint=$EMAIL"
foreign=$BACK JAR=$owner
go "$foreign"
expect "somebody else's link can't be ended" 400 .error bad_request

request PATCH "/api/bank-accounts/$second" -b "$JAR" -H "Content-Type: application/json" \
    --data-binary '{"isPrimary":true}'
expect "another account becomes primary" 200 .data.id "$second" .data.isPrimary true
request PATCH "/api/bank-accounts/$first" -b "$JAR" -H "Content-Type: application/json" \
    -H "Origin: https://evil.example" --data-binary '{"isPrimary":true}'
expect "not from a foreign page" 403
accounts
expect "there is one primary account" 200 '[.data[] | select(.isPrimary) | .id] | join(" ")' "$second"

# The bank is slow, the user revokes the consent, and gives it again.
control '{"provider":"bank","delay_ms":20000,"path":"/v1/accounts"}'
accounts
expect "a bank that hangs does not hide what is known" 200 .data[0].balance 45230
control '{"provider":"bank","reset":true}'
go "$page&consent=denied"
expect "a consent is taken back at the bank" 302
accounts
expect "its accounts say so" 200 .data[0].status revoked
begin "Sandbox Bank"
go "$PAGE&login_hint=$kari"
go "$BACK"
expect "and are linked again" 200 .data[0].id "$first" .data[0].status active
begin "Sandbox Bank"
go "$PAGE&consent=denied"
go "$BACK"
expect "a refusal at the bank is one here" 400

request DELETE "/api/bank-accounts/$second" -b "$JAR"
expect "the primary account is unlinked" 204
accounts
expect "the other one takes its place" 200 '.data | length' 1 .data[0].id "$first" .data[0].isPrimary true
request DELETE "/api/bank-accounts/$first" -b "$JAR"
expect "and is unlinked too" 204
request GET "/sandbox/control/log?provider=bank"
like "the bank hears that the consent has ended" \
    "$(jq -r '.log[] | .method + " " + .path' <<<"$BODY" | grep -c '^DELETE /v1/consents/')" '^[1-9]'
is "no consent is kept in the clear" \
    "$(sql "SELECT count(*) FROM bank_consent WHERE length(consent_sealed) < 60")" 0
done_testing
