# The proof: money moves, through nginx, as a platform would do it.
# shellcheck shell=bash

# call_api METHOD PATH HEADER [BODY]: print the `data` of the answer, which must be a success.
call_api() {
    local answer status head=$NOTES/head wait attempt
    for attempt in 1 2; do
        answer=$(curl -sS --max-time 30 --cacert "$STATE/ca.pem" -X "$1" -D "$head" \
            -H "$3" ${4:+-H "Content-Type: application/json" --data-raw "$4"} "$URL$2")
        status=$(awk '/^HTTP/ { status = $2 } END { print status }' "$head")
        [[ $status == 429 && $attempt == 1 ]] || break
        wait=$(awk 'tolower($1) == "retry-after:" { print $2 + 0 }' "$head")
        sleep "${wait:-1}"
    done
    [[ $status == 2?? ]] || fail_step "$1 $2 answered $status: $answer"
    jq -e .data <<<"$answer" || fail_step "$1 $2 answered without data: $answer"
}

# read_balance WALLET
read_balance() {
    call_api GET "/v1/wallets/$1" "x-api-key: $KEY" | jq -r '"\(.balance.available) \(.balance.currency)"'
}

# register_platform NAME: a user with a platform and a project; sets KEY.
register_platform() {
    local email=$1@cowry.example password token project
    password=$(random_hex 12)
    call_api POST /v1/auth/register "X-Request-Id: $1" "$(json_object name "Proof" email "$email" \
        password "$password" country Nigeria companyName "Proof" role developer |
        jq -c '.acceptTerms = true')"
    token=$(call_api POST /v1/auth/login "X-Request-Id: $1" \
        "$(json_object email "$email" password "$password")" | jq -r .accessToken)
    token="Authorization: Bearer $token"
    call_api POST /v1/platform-accounts "$token" "$(json_object name "$1" companyName Proof)"
    project=$(call_api POST /v1/projects "$token" "$(json_object name "$1")" | jq -r .id)
    KEY=$(call_api POST "/v1/projects/$project/api-keys" "$token" "$(json_object scope test)" | jq -r .rawKey)
}

# Print the id of a new wallet.
create_wallet() {
    call_api POST /v1/wallets "x-api-key: $KEY" "$(json_object currency NGN)" | jq -r '.wallet.id // .id'
}

prove_service() {
    local name one two verified
    name=proof-$(date +%s)-$(random_hex 2)
    register_platform "$name"
    one=$(create_wallet)
    two=$(create_wallet)
    call_api POST /v1/wallets/credit "x-api-key: $KEY" \
        "$(json_object walletId "$one" amount 1000.00 currency NGN reference "$name-credit")"
    call_api POST /v1/wallets/transfer "x-api-key: $KEY" "$(json_object fromWalletId "$one" \
        toWalletId "$two" amount 250.50 currency NGN reference "$name-transfer")"
    [[ $(read_balance "$one") == "749.50 NGN" && $(read_balance "$two") == "250.50 NGN" ]] ||
        fail_step "wrong balances: $(read_balance "$one") and $(read_balance "$two")"
    verified=$(run_cowry verify | tail -n 1)
    touch "$STATE/proof.txt"
    chmod 600 "$STATE/proof.txt"
    describe_proof "$name" "$one" "$two" "$verified" >"$STATE/proof.txt"
}

# describe_proof NAME WALLET WALLET VERIFIED
describe_proof() {
    local body
    body=$(json_object fromWalletId "$2" toWalletId "$3" amount 10 currency NGN reference my-first-transfer)
    cat <<END
  $1: 1000.00 NGN credited to one wallet, 250.50 of it sent on to another.
    one   $(read_balance "$2")   $2
    two   $(read_balance "$3")   $3
    books $4

  Go on from there:
    export CURL_CA_BUNDLE=$STATE/ca.pem COWRY_KEY=$KEY
    curl -H "x-api-key: \$COWRY_KEY" $URL/v1/wallets/$3
    curl -H "x-api-key: \$COWRY_KEY" --json '$body' $URL/v1/wallets/transfer
END
}

show_summary() {
    cat <<END

$(cat "$STATE/proof.txt" 2>/dev/null)

  Interactive reference   $URL/api-doc
  Credentials             $STATE/credentials.json
  Simulated providers     $URL/sandbox/control, $URL/sandbox/control/log
    curl --json '{"provider":"paystack","fail":"timeout"}' $URL/sandbox/control
  Status, logs            $SELF status, $SELF logs
  Stop, start over        $SELF down, $SELF reset
END
}
