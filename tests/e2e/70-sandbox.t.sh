#!/bin/bash
# The providers and Google, simulated by the sandbox, through nginx: normal behaviour, and injected
# faults.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

box=/sandbox

credential() {
    jq -r ".$1" "$COWRY_HOME/credentials.json"
}

# The sandbox signs its webhooks with the key, so it is ours.
secret=$(credential paystack_secret)
key="Authorization: Bearer $secret"

# control JSON
control() {
    post $box/control "$1"
    [[ $STATUS == 200 ]] || fail "control $1" "$STATUS" "$BODY"
}

# sent PROVIDER REFERENCE: the webhooks about an order, one JSON object per line.
sent() {
    request GET "$box/control/log?provider=$1"
    jq -c --arg r "$2" '.log[] | select(.direction == "sent" and (.body | contains($r)))' <<<"$BODY"
}

# told PROVIDER REFERENCE NUMBER: this number of webhooks about it was sent and answered.
told() {
    (($(sent "$1" "$2" | jq -c 'select((.status // 0) > 0)' | wc -l) >= $3))
}

# accepted PROVIDER REFERENCE: a webhook about it was accepted.
accepted() {
    [[ $(sent "$1" "$2" | jq 'select(.status >= 200 and .status < 300)') ]]
}

reference() {
    echo "cw-$(openssl rand -hex 13)"
}

# initialize [CURL ARGUMENT]...: a deposit at Paystack; sets REFERENCE.
initialize() {
    REFERENCE=$(reference)
    post $box/paystack/transaction/initialize \
        "{\"email\":\"ada@cowry.example\",\"amount\":\"10050\",\"reference\":\"$REFERENCE\"}" -H "$key" "$@"
}

# decide OUTCOME: by the customer of the last deposit.
decide() {
    request POST "$box/paystack/checkout/$REFERENCE" -d "outcome=$1"
}

verify() {
    request GET "$box/paystack/transaction/verify/$REFERENCE" -H "$key"
}

post $box/control '{}'
expect "a clean slate" 200 .ok true

# A deposit.
request POST $box/paystack/transaction/initialize
expect "no key, no deposit" 401 .status false
initialize
expect "a deposit has a checkout" 200 .status true .data.reference "$REFERENCE"
checkout=$(field .data.authorization_url)
like "at our own address" "$checkout" "^$URL/sandbox/paystack/checkout/[a-z0-9]+$"
verify
expect "which nobody has paid" 200 .data.status abandoned .data.amount 10050 .data.currency NGN
request GET "$checkout"
expect "it is a page" 200
like "without scripts" "$(header Content-Security-Policy)" "default-src 'none'.*form-action 'self'"
is "with three buttons" "$(grep -c '<button' <<<"$BODY")" 3
request POST "$checkout" -d outcome=success
expect "the customer pays" 200
verify
expect "and so it is" 200 .data.status success .data.amount 10050
# What was not answered (0), because the machine is busy, is sent again.
ok "a webhook tells so" within 10 accepted paystack "$REFERENCE"
is "and no other was accepted" "$(sent paystack "$REFERENCE" |
    jq -r 'select(.status >= 200 and .status < 300) | .path + " " + .note')" \
    "/v1/webhooks/paystack charge.success"
request POST "$checkout" -d outcome=success
expect "nobody pays twice" 409
initialize
decide abandoned
expect "a customer may leave" 200
is "nobody is told" "$(sent paystack "$REFERENCE" | wc -l)" 0
request GET $box/control/log
is "the log has no keys" "$(grep -cF "$secret" <<<"$BODY")" 0

# Withdrawals are settled automatically.
withdrawal=$(reference)
post $box/flutterwave/v3/transfers "{\"account_bank\":\"044\",\"account_number\":\"0690000040\",
    \"amount\":10.50,\"currency\":\"NGN\",\"reference\":\"$withdrawal\"}" -H "$key"
expect "a withdrawal is queued" 200 .data.status NEW
ok "and tells when it is done" within 10 told flutterwave "$withdrawal" 1
request GET "$box/flutterwave/v3/transfers?reference=$withdrawal" -H "$key"
expect "as it says when asked" 200 '.data[0].status' SUCCESSFUL '.data[0].amount' 10.5
withdrawal=$(reference)
post $box/fingra/wallets/withdraw "{\"reference\":\"$withdrawal\",\"amount\":\"1.00\",
    \"account_number\":\"0000000000\"}" -H "$key"
ok "one to nowhere is told of" within 10 told fingra "$withdrawal" 1
request GET "$box/fingra/wallets/transactions/$withdrawal" -H "$key"
expect "as failed" 200 .data.status failed
control '{"provider":"paga","outcome":"never"}'
withdrawal=$(reference)
post $box/paga/wallet/withdraw "{\"referenceNumber\":\"$withdrawal\",\"amount\":1}" -H "credentials: x"
post $box/paga/wallet/status "{\"referenceNumber\":\"$withdrawal\"}" -H "credentials: x"
expect "one that never ends stays open" 200 .data.status PENDING

# Injected faults.
control '{"provider":"paystack","delay_ms":700}'
begun=${EPOCHREALTIME/./}
initialize
expect "slow, but it answers" 200
ok "as late as it was told" test $((${EPOCHREALTIME/./} - begun)) -ge 700000
control '{"provider":"paystack","fail":"refuse"}'
initialize
expect "a refusal" 400 .status false
control '{"provider":"paystack","fail":"500"}'
initialize
expect "an internal error" 500 .status false
verify
expect "that has done nothing" 400
for how in reset half; do
    for version in --http1.1 --http2; do
        control "{\"provider\":\"paystack\",\"fail\":\"$how\"}"
        initialize $version
        like "$how by $version: no answer that could be taken for one" "$(cat "$WORK/error")" \
            'curl: \((18|52|56|92)\)'
        verify
        expect "but it was done" 200
    done
done
control '{"provider":"paystack","fail":"reset","unseen":true}'
initialize
verify
expect "unseen, it was not" 400
control '{"provider":"paystack","fail":"timeout"}'
initialize --max-time 1
like "no answer in time" "$(cat "$WORK/error")" 'curl: \(28\)'
verify
expect "but it was done" 200
request GET "$box/control/log?provider=paystack"
is "the log knows that it hangs" \
    "$(jq -r --arg r "$REFERENCE" '.log[] | select(.note == "timeout" and (.body | contains($r))) | .status' <<<"$BODY")" null
control '{"provider":"paystack","delay_ms":30000,"times":40}'
slow=()
for _ in {1..40}; do
    curl -sf -o /dev/null --max-time 20 --cacert "$CA" -H "$key" "$URL$box/paystack/customer" &
    slow+=($!)
done
request GET $box/fingra/wallets -H "$key" --max-time 5
expect "others are served meanwhile" 200
control '{"provider":"paystack","reset":true}'
for pid in "${slow[@]}"; do
    wait "$pid" || { fail "the slow calls end with the reset" && break; }
done

control '{"provider":"paystack","repeat":5}'
initialize
decide success
ok "a webhook comes five times" within 10 told paystack "$REFERENCE" 5
control '{"provider":"paystack","reorder":true,"times":2}'
initialize
first=$REFERENCE
decide success
expect "the first of two webhooks" 200
is "is held back" "$(sent paystack "$first" | wc -l)" 0
initialize
decide success
ok "and comes after the second" test "$(sent paystack "$REFERENCE" | head -n 1 | jq .id)" -lt \
    "$(sent paystack "$first" | head -n 1 | jq .id)"
control '{"provider":"paystack","early":true}'
initialize
expect "an order that succeeds at once" 200
request GET "$box/control/log?provider=paystack"
is "is told of before the call is answered" "$(jq -r --arg r "$REFERENCE" \
    '.log[] | select(.body // "" | contains($r)) | .direction + " " + (.note // "")' <<<"$BODY" | tr '\n' ,)" \
    "asked early,sent charge.success,"
control '{"provider":"paystack","amount":"99.99","currency":"GHS"}'
initialize
decide success
verify
expect "another amount is claimed" 200 .data.amount 9999 .data.currency GHS .data.requested_amount 10050
post $box/control '{"provider":"paystack","fail":"sometimes"}'
expect "a mistake is told" 400 .ok false .message "fail must be one of refuse, timeout, 500, reset, half"

# Google.
base64url() {
    base64 -w0 | tr '+/' '-_' | tr -d '='
}
callback=$URL/api/v1/auth/google/callback
verifier=$(openssl rand -hex 32)
challenge=$(printf %s "$verifier" | openssl dgst -sha256 -binary | base64url)

# consent [CURL ARGUMENT]...: sets STATUS, LOCATION and CODE.
consent() {
    request GET $box/google/authorize -G --data-urlencode "client_id=$(credential google_client_id)" \
        --data-urlencode "redirect_uri=$callback" --data-urlencode "scope=openid email profile" \
        -d response_type=code -d state=some-state -d nonce=some-nonce \
        -d "code_challenge=$challenge" -d code_challenge_method=S256 "$@"
    LOCATION=$(header Location)
    CODE=$(sed -nE 's/.*[?&]code=([^&]*).*/\1/p' <<<"$LOCATION")
}

# token [VERIFIER]: change the code for a token.
token() {
    request POST $box/google/token --data-urlencode "client_id=$(credential google_client_id)" \
        --data-urlencode "client_secret=$(credential google_client_secret)" \
        --data-urlencode "redirect_uri=$callback" -d grant_type=authorization_code \
        -d "code=$CODE" -d "code_verifier=${1:-$verifier}"
}

claim() {
    local part
    part=$(field .id_token | cut -d. -f2 | tr '_-' '/+')
    while ((${#part} % 4)); do part+='='; done
    base64 -d <<<"$part" | jq -r "$1"
}

request GET $box/google/.well-known/openid-configuration
expect "Google describes itself" 200 .issuer "$URL/sandbox/google" .jwks_uri "$URL/sandbox/google/jwks"
consent
expect "a person is asked" 200
consent -d login_hint=ada.obi@cowry.example
expect "consent goes back at once" 302
like "with code and state" "$LOCATION" "^$callback\?code=.*&state=some-state$"
token
expect "the code becomes a token" 200 .token_type Bearer
is "of who consented" "$(claim '.email + " " + .name + " " + .nonce + " " + .iss')" \
    "ada.obi@cowry.example Ada Obi some-nonce $URL/sandbox/google"
token
expect "once" 400 .error invalid_grant
consent -d login_hint=ada.obi@cowry.example
token "$(openssl rand -hex 32)"
expect "not without the proof" 400 .error invalid_grant
consent -d login_hint=ada.obi@cowry.example -d consent=denied
like "a refusal goes back too" "$LOCATION" "error=access_denied&state=some-state$"
request GET "$box/google/authorize?client_id=other&response_type=code"
expect "an unknown client is not sent anywhere" 400
request POST $box/google/token -d grant_type=authorization_code -d client_id=x -d client_secret=y
expect "nor given a token" 401 .error invalid_client
request GET $box/google/jwks
kid=$(field '.keys[0].kid')
control '{"provider":"google","rotate_keys":true}'
request GET $box/google/jwks
ok "keys change" test "$(field '.keys[0].kid')" != "$kid"
is "and the last one stays" "$(field '.keys[1].kid')" "$kid"
control '{"provider":"google","id_token":"unverified_email"}'
consent -d login_hint=ada.obi@cowry.example
token
is "a token can be made wrong" "$(claim .email_verified)" false

# Development only.
image=$COWRY_HOME/usr/bin/cowry-sandbox
spawn-fcgi -n -s "$WORK/production.sock" -- /usr/bin/env COWRY_ENVIRONMENT=production \
    "$image" >"$WORK/out" 2>&1
is "it does not start in production" $? 1
like "and says why" "$(cat "$WORK/out")" "development only"

control '{}'
done_testing
