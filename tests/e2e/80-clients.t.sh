#!/bin/bash
# The examples of Bitpal's and Wallet OTP's documents as they are written there, base URL apart: by
# curl here, by axios in tests/clients/.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

clients=${DEV%/dev}/build/tests/clients
mail_dir=$(jq -r .mail_dir "$COWRY_HOME/credentials.json")

# script NAME VARIABLE=VALUE...: run a script of tests/clients; its lines become ours.
script() {
    local name=$1 line
    shift
    env "$@" URL="$URL" MAIL_DIR="$mail_dir" NODE_EXTRA_CA_CERTS="$CA" \
        node "$clients/$name.mjs" >"$WORK/script" 2>"$WORK/script.err"
    while read -r line; do
        case $line in
        "ok "*) pass "$name: ${line#*- }" ;;
        "not ok "*) fail "$name: ${line#*- }" "$(grep -A2 -F "$line" "$WORK/script" | tail -n 2)" ;;
        esac
    done <"$WORK/script"
    ok "$name runs to its end" grep -qE '^1\.\.[0-9]+$' "$WORK/script" ||
        sed 's/^/# /' "$WORK/script.err"
}

# sign_in EMAIL: what a browser does with google_auth_url; sets JWT and NUMBER.
sign_in() {
    # Get Google OAuth URL (returns JSON)
    request GET "/api/v1/auth/google?redirect=false"
    must "google_auth_url"
    request GET "$(field .data.google_auth_url)&login_hint=$1"
    request GET "$(header Location)"
    must "the callback"
    JWT=$(field .data.access_token)
    NUMBER=$(field .data.user.wallet_number)
}

name=e2e-$(openssl rand -hex 4)
sign_in "$name-friend@example.com"
friend=$NUMBER
sign_in "$name@example.com"
expect "Bitpal by curl: signed in by Google" 200 .status success .data.token_type bearer \
    .data.user.email "$name@example.com"

request POST "$URL/api/v1/keys/create" -H "Authorization: Bearer $JWT" \
    -H "Content-Type: application/json" -d '{
    "name": "my-service",
    "permissions": ["deposit", "read"],
    "expiry": "1D"
  }'
expect "Bitpal by curl: a key" 201 .status_code 201 .message "API key created successfully"
api_key=$(field .data.api_key)
request GET "$URL/api/v1/keys/list" -H "Authorization: Bearer $JWT"
expect "Bitpal by curl: the list of keys" 200 .data.total 1 .data.active_count 1
key_id=$(field '.data.keys[0].id')
request GET "$URL/api/v1/wallet/balance" -H "x-api-key: $api_key"
expect "Bitpal by curl: the balance" 200 .data.balance 0
request POST "$URL/api/v1/wallet/deposit" -H "Authorization: Bearer $JWT" \
    -H "Content-Type: application/json" -d '{"amount": 5000}'
expect "Bitpal by curl: a deposit" 200 .message "Deposit initiated"
request POST "$(field .data.authorization_url)" -d outcome=success
balance_is() {
    request GET "/api/v1/wallet/balance" -H "x-api-key: $api_key"
    [[ $(field .data.balance) == "$1" ]]
}
ok "Bitpal by curl: paid, it is credited" within 10 balance_is 5000
request POST "$URL/api/v1/wallet/transfer" -H "Authorization: Bearer $JWT" \
    -H "Content-Type: application/json" -d "{
    \"wallet_number\": \"$friend\",
    \"amount\": 1000
  }"
expect "Bitpal by curl: a transfer" 200 .message "Transfer completed" .data.recipient_wallet "$friend"
ok "Bitpal by curl: what is left" balance_is 4000
request POST "$URL/api/v1/keys/rollover" -H "Authorization: Bearer $JWT" \
    -H "Content-Type: application/json" -d '{
    "expired_key_id": "FGH2485K6KK79GKG9GKGK",
    "expiry": "1M"
  }'
expect "Bitpal by curl: nothing to roll over" 404 .status error .data null
request DELETE "$URL/api/v1/keys/$key_id" -H "Authorization: Bearer $JWT"
expect "Bitpal by curl: the key revoked" 200 .message "API key revoked successfully"
request GET "$URL/api/v1/wallet/balance" -H "x-api-key: $api_key"
expect "Bitpal by curl: and refused" 401 .status_code 401

new_project
request POST "$URL/api/wallet/fund" -H "Authorization: Bearer $TOKEN" \
    -H "Content-Type: application/json" -d "{\"amount\": 5000, \"email\": \"$EMAIL\"}"
expect "Wallet OTP by curl: a funding" 200 .success true .otpSent true .fraudRiskLevel low
reference=$(field .transactionReference)
mailed() {
    grep -lF "$EMAIL" "$mail_dir"/*.eml 2>/dev/null | xargs -r grep -hoE '\b[0-9]{6}\b' | tail -n 1 | grep .
}
ok "Wallet OTP by curl: the code is mailed" within 10 mailed
request POST "$URL/api/wallet/verify-otp" -H "Authorization: Bearer $TOKEN" \
    -H "Content-Type: application/json" \
    -d "{\"otp\": \"$(mailed)\", \"transaction_reference\": \"$reference\"}"
expect "Wallet OTP by curl: the wallet is funded" 200 .success true .newBalance 5000 \
    .message "OTP verified and wallet funded successfully"

if [[ -d $clients/node_modules/axios ]]; then
    script bitpal EMAIL="$name-ax@example.com" FRIEND="$name-friend@example.com"
    new_project
    script otp TOKEN="$TOKEN" EMAIL="$EMAIL"
    request POST /v1/auth/login -H "Content-Type: application/json" \
        -d "$(jq -c '{email: .admin_email, password: .admin_password}' "$COWRY_HOME/credentials.json")"
    must "an administrator"
    script moolah ADMIN="$(field .data.accessToken)"
    script sandbox
else
    fail "axios is installed" "run make client-libraries"
fi
ok "the books are right" "$DEV" cowry verify

done_testing
