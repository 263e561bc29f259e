#!/bin/bash
# Nothing that was secret in a run is in a log: each secret is used, rightly and wrongly, by each way in
# which it may be sent, and then searched in all logs, as it is and encoded.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

logs=$COWRY_HOME/log
declare -A secrets=()

# keep NAME VALUE: it was secret.
keep() {
    [[ ${#2} -ge 6 ]] || fail "the $1 is known" "$2"
    secrets[$1]=$2
}

new_project
keep password "$PASSWORD"
keep "access token" "$TOKEN"
keep "project key" "$KEY"
post /v1/auth/login "$(jq -cn --arg e "$EMAIL" --arg p "$PASSWORD" '{email: $e, password: $p}')"
keep "refresh token" "$(field .data.refreshToken)"
keep "wrong password" "canary-$(openssl rand -hex 8)"
post /v1/auth/login "$(jq -cn --arg e "$EMAIL" --arg p "${secrets["wrong password"]}" \
    '{email: $e, password: $p}')"
expect "a wrong password is refused" 401
post /v1/auth/login "$(jq -cn --arg e "$EMAIL" --arg p "${secrets["wrong password"]}" \
    '{email: $e, password: {a: $p}}')"
expect "one that is no text as well" 400

# Keys: of a user, of a wallet; revoked, forged, in the wrong place.
post /v1/api-key '{}' -H "Authorization: Bearer $TOKEN"
must "personal key"
keep "personal key" "$(field .data.rawKey)"
post /api/v1/keys/create '{"name":"x","permissions":["read"],"expiry":"1H"}' -H "Authorization: Bearer $TOKEN"
must "wallet key"
keep "wallet key" "$(field .data.api_key)"
keep "unknown key" "qp_canary$(openssl rand -hex 12)"
keep "forged token" "eyJhbGciOiJIUzI1NiJ9.$(openssl rand -hex 16).$(openssl rand -hex 16)"
for name in "unknown key" "forged token" "personal key" "project key" "wallet key"; do
    request GET /v1/auth/me -H "x-api-key: ${secrets[$name]}"
    request GET /v1/auth/me -H "Authorization: Bearer ${secrets[$name]}"
    request GET /api/auth/me -H "Cookie: drop_token=${secrets[$name]}"
    request GET "/v1/auth/me?access_token=${secrets[$name]}"
    is "the $name opens nothing in a query" "$STATUS" 401
done

# Webhooks: the secret of a subscription, of a provider's account, and a wrong signature.
post "/v1/projects/$PROJECT/webhooks" '{"url":"https://hooks.example.com/h","mode":"test","eventTypes":["*"]}' \
    -H "Authorization: Bearer $TOKEN"
must webhook
keep "webhook secret" "$(field .data.secret)"
keep "provider key" "sk_test_canary$(openssl rand -hex 8)"
post "/v1/projects/$PROJECT/providers" "$(jq -cn --arg k "${secrets["provider key"]}" \
    '{type: "paystack", config: {apiKey: $k}}')" -H "Authorization: Bearer $TOKEN"
must "provider account"
keep signature "$(openssl rand -hex 64)"
post /v1/webhooks/paystack '{"event":"charge.success","data":{"reference":"x"}}' \
    -H "x-paystack-signature: ${secrets[signature]}"
like "a wrong signature is refused" "$STATUS" '^40[01]$'

# Codes and tokens that are mailed; one that was guessed.
keep "guessed token" "$(openssl rand -hex 32)"
post /v1/auth/forgotten-password "$(jq -cn --arg e "$EMAIL" '{email: $e}')"
expect "a password is forgotten" 200
post /v1/auth/reset-password "$(jq -cn --arg e "$EMAIL" --arg t "${secrets["guessed token"]}" \
    '{email: $e, token: $t, newPassword: "correct-horse-43"}')"
like "a guessed token is refused" "$STATUS" '^4'
post /api/wallet/fund "{\"amount\": 5000, \"email\": \"$EMAIL\"}" -H "Authorization: Bearer $TOKEN"
expect "a funding begins" 200
reference=$(field .transactionReference)
mailed() {
    grep -lF "$EMAIL" "$COWRY_HOME"/mail/*.eml | xargs -r grep -hoE '^[0-9]{6}\b' | tail -n 1 | grep .
}
ok "the code is mailed" within 20 mailed
code=$(mailed)
keep "one-time code" "$code"
for otp in "$((999999 - 10#$code))" "$code"; do
    post /api/wallet/verify-otp "{\"otp\": \"$otp\", \"transaction_reference\": \"$reference\"}" \
        -H "Authorization: Bearer $TOKEN"
done
expect "the code is right" 200

# What the installation itself keeps secret.
while read -r name value; do
    keep "installation's $name" "$value"
done < <(jq -r 'to_entries[] | select(.key | test("password|secret|_key$")) | select(.value | type == "string")
    | "\(.key) \(.value)"' "$COWRY_HOME/credentials.json")
while read -r number key; do
    keep "key $number" "$key"
done < <(find "$COWRY_HOME" \( -name '*.keys' -o -name pepper.key \) -exec grep -hoE '[0-9a-f]{64}' {} + | nl -w 1 -s ' ')
ok "the keys are known" test -n "${secrets["key 3"]:-}"

# The logs are complete once the last request is in them.
last=canary-$(openssl rand -hex 8)
request GET /v1/auth/me -H "x-request-id: $last"
# shellcheck disable=SC2317 # called by within
logged_last() {
    cat "$logs"/*.log | grep -qF "$last"
}
ok "the logs have the last request" within 10 logged_last
ok "there are secrets of each kind" test "${#secrets[@]}" -ge 15

# found VALUE: the logs that have it, as it is, in base64, or in a URL.
found() {
    local form
    if [[ $1 =~ ^[0-9]+$ ]]; then
        grep -rlE "(^|[^0-9A-Za-z.-])$1([^0-9A-Za-z-]|\$)" "$logs" # a short number may be a part of others
        return
    fi
    for form in "$1" "$(printf %s "$1" | base64 -w 0 | tr -d =)" "$(jq -rn --arg v "$1" '$v | @uri')"; do
        grep -rlF -- "$form" "$logs"
    done
}
for name in "${!secrets[@]}"; do
    is "no log has the $name" "$(found "${secrets[$name]}" | sort -u)" ""
done
# The search finds what is there.
ok "the search finds the id of a request" test -n "$(found "$last")"
done_testing
