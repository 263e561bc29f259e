# The proof: money moves, through nginx, as a platform would do it. URL is the address of the server,
# CURL_OPTIONS has the arguments by which curl reaches it, NOTES is a folder.
# shellcheck shell=bash

# random_hex [BYTES]
random_hex() {
    openssl rand -hex "${1:-24}"
}

# json_object [NAME VALUE]...: an object of strings.
json_object() {
    jq -cn '[$ARGS.positional | _nwise(2) | {(.[0]): .[1]}] | add' --args "$@"
}

# call_api METHOD PATH HEADER [BODY]: print the `data` of the answer, which must be a success. 204 has none.
call_api() {
    local answer status head=$NOTES/head wait attempt
    for attempt in 1 2; do
        answer=$(curl -sS --max-time 30 "${CURL_OPTIONS[@]}" -X "$1" -D "$head" \
            -H "$3" ${4:+-H "Content-Type: application/json" --data-raw "$4"} "$URL$2")
        status=$(awk '/^HTTP/ { status = $2 } END { print status }' "$head")
        [[ $status == 429 && $attempt == 1 ]] || break
        wait=$(awk 'tolower($1) == "retry-after:" { print $2 + 0 }' "$head")
        sleep "${wait:-1}"
    done
    [[ $status == 2?? ]] || fail_step "$1 $2 answered $status: $answer"
    [[ $status != 204 ]] || return 0
    jq -e .data <<<"$answer" || fail_step "$1 $2 answered without data: $answer"
}

# read_balance WALLET
read_balance() {
    call_api GET "/v1/wallets/$1" "x-api-key: $KEY" | jq -r '"\(.balance.available) \(.balance.currency)"'
}

# register_platform EMAIL NAME: a user with a platform and a project; sets TOKEN, a header, and KEY.
register_platform() {
    local email=$1 name=$2 password token project
    password=$(random_hex 12)
    call_api POST /v1/auth/register "X-Request-Id: $name" "$(json_object name "Proof" email "$email" \
        password "$password" country Nigeria companyName "Proof" role developer |
        jq -c '.acceptTerms = true')"
    token=$(call_api POST /v1/auth/login "X-Request-Id: $name" \
        "$(json_object email "$email" password "$password")" | jq -r .accessToken)
    TOKEN="Authorization: Bearer $token"
    call_api POST /v1/platform-accounts "$TOKEN" "$(json_object name "$name" companyName Proof)"
    project=$(call_api POST /v1/projects "$TOKEN" "$(json_object name "$name")" | jq -r .id)
    KEY=$(call_api POST "/v1/projects/$project/api-keys" "$TOKEN" "$(json_object scope test)" | jq -r .rawKey)
}

# Print the id of a new wallet.
create_wallet() {
    call_api POST /v1/wallets "x-api-key: $KEY" "$(json_object currency NGN)" | jq -r '.wallet.id // .id'
}

# move_money EMAIL NAME: of a new platform, in test mode: 1000.00 to the wallet ONE, 250.50 of it to TWO.
move_money() {
    register_platform "$1" "$2"
    ONE=$(create_wallet)
    TWO=$(create_wallet)
    call_api POST /v1/wallets/credit "x-api-key: $KEY" \
        "$(json_object walletId "$ONE" amount 1000.00 currency NGN reference "$2-credit")"
    call_api POST /v1/wallets/transfer "x-api-key: $KEY" "$(json_object fromWalletId "$ONE" \
        toWalletId "$TWO" amount 250.50 currency NGN reference "$2-transfer")"
    [[ $(read_balance "$ONE") == "749.50 NGN" && $(read_balance "$TWO") == "250.50 NGN" ]] ||
        fail_step "wrong balances: $(read_balance "$ONE") and $(read_balance "$TWO")"
}

# return_money NAME: what is left in both wallets, as move_money leaves it.
return_money() {
    local wallet amount
    for wallet in "$ONE 749.50" "$TWO 250.50"; do
        amount=${wallet#* } wallet=${wallet% *}
        call_api POST /v1/wallets/debit "x-api-key: $KEY" "$(json_object walletId "$wallet" \
            amount "$amount" currency NGN reference "$1-return-$amount")"
    done
}

# Delete the user of the proof, and with it the platform, its project and their keys.
remove_platform() {
    local user
    user=$(call_api GET /v1/auth/me "$TOKEN" | jq -r .id)
    call_api DELETE "/v1/users/$user" "$TOKEN"
}
