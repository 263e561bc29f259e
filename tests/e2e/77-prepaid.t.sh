#!/bin/bash
# Airtime, data, electricity and bills: bought from vendors simulated by the sandbox, through nginx.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

secret() {
    jq -r ".$1" "$COWRY_HOME/credentials.json"
}

# control JSON: tell the sandbox how to misbehave.
control() {
    post "$(secret sandbox_url)/control" "$1"
    must "the sandbox is told $1"
}

# new_buyer AMOUNT: a user with this amount in a rand wallet; sets TOKEN and WALLET.
new_buyer() {
    local name
    name=buyer-$(openssl rand -hex 6)
    post /v1/auth/register "{\"name\":\"Thandi\",\"email\":\"$name@cowry.example\",
        \"password\":\"correct-horse-42\",\"country\":\"South Africa\",\"acceptTerms\":true}"
    must register
    post /v1/auth/login "{\"email\":\"$name@cowry.example\",\"password\":\"correct-horse-42\"}"
    must login
    TOKEN=$(field .data.accessToken)
    get /api/v1/wallets/balance
    must balance
    WALLET=$(field .data.walletId)
    post /v1/admin/wallets/credit "{\"walletId\":\"$WALLET\",\"amount\":\"$1\",\"currency\":\"ZAR\",
        \"reference\":\"till-$(openssl rand -hex 8)\",\"reason\":\"test\"}" \
        -H "Authorization: Bearer $ADMIN"
    must credit
}

get() {
    request GET "$1" -H "Authorization: Bearer $TOKEN"
}

# buy AT PRODUCT AMOUNT RECIPIENT [REFERENCE]: sets REFERENCE and ID.
buy() {
    REFERENCE=${5:-buy-$(openssl rand -hex 8)}
    post "/api/v1/$1/process" "{\"productCode\":\"$2\",\"amount\":$3,\"recipient\":\"$4\",
        \"reference\":\"$REFERENCE\"}" -H "Authorization: Bearer $TOKEN"
    ID=$(field '.data.transactionId // empty')
}

# pay NUMBER AMOUNT
pay() {
    REFERENCE=bill-$(openssl rand -hex 8)
    post /billpayment/v1/easypay/process "{\"easypayNumber\":\"$1\",\"amount\":$2,
        \"reference\":\"$REFERENCE\"}" -H "Authorization: Bearer $TOKEN"
    ID=$(field '.data.transactionId // empty')
}

# money NAME BALANCE AVAILABLE
money() {
    get /api/v1/wallets/balance
    is "$1" "$(field '"\(.data.balance) \(.data.availableBalance)"')" "$2 $3"
}

is_now() {
    get "/api/v1/purchases/$ID"
    [[ $(field .data.status) == "$1" ]]
}

post /v1/auth/login "{\"email\":\"$(secret admin_email)\",\"password\":\"$(secret admin_password)\"}"
must "administrator"
ADMIN=$(field .data.accessToken)
new_buyer 1000

get "/api/v1/products?kind=airtime&provider=flash"
expect "there is something to buy" 200 '.data.products[] | select(.productCode == "FLASH-MTN-AIRTIME")
    | .maxAmount' 999
buy flash FLASH-VODACOM-AIRTIME 29.50 +27821234567
expect "airtime is bought" 200 .success true .data.status completed .data.amount 29.5 \
    .data.recipient +27821234567
money "and paid for" 970.5 970.5
first=$ID
buy flash FLASH-VODACOM-AIRTIME 29.50 +27821234567 "$REFERENCE"
expect "the same again is the first one" 200 .data.transactionId "$first"
money "paid for once" 970.5 970.5
buy flash FLASH-VODACOM-AIRTIME 30 +27821234567 "$REFERENCE"
expect "another one under its reference is refused" 409 .code DUPLICATE_REFERENCE
buy mobilemart MM-TELKOM-DATA-500MB 29 0821234567
expect "data is bought" 200 .data.status completed .data.provider mobilemart
money "and paid for" 941.5 941.5
for at in "flash FLASH-ELECTRICITY" "mobilemart MM-ELECTRICITY"; do
    # shellcheck disable=SC2086
    buy $at 100 01234567890
    expect "electricity is bought ($at)" 200 .data.status completed
    like "and has a token" "$(field .data.token)" '^[0-9]{20}$'
    # shellcheck disable=SC2086
    buy $at 100 00000000000
    expect "a meter that fails is refused ($at)" 400 .success false .code PURCHASE_REFUSED
done
money "only what was sold is paid for" 741.5 741.5
pay 91234604263339 450.25
expect "a bill is paid" 200 .data.status completed .data.productCode EASYPAY-BILL
pay 90000000000000 10
expect "there must be such a bill" 400 .code PURCHASE_REFUSED .error "Unknown bill"
pay 91234388661929 10
expect "and its number be one" 400 .code VALIDATION_ERROR
money "the bill is paid for" 291.25 291.25
buy flash FLASH-ELECTRICITY 300 01234567890
expect "more than there is can't be bought" 400 .code INSUFFICIENT_BALANCE
buy flash FLASH-ELECTRICITY 5 01234567890
expect "nor less than is sold" 400 .code INVALID_AMOUNT
get /api/v1/wallets/transactions
expect "the history has it all" 200 '[.data.transactions[].subtype] | unique | join(" ")' \
    "admin_credit bill_payment purchase"

# Unknown outcomes: the money is held, and the purchase is looked up.
for fault in '"fail":"timeout"' '"fail":"reset"' '"fail":"half"'; do
    get /api/v1/wallets/balance
    before=$(field .data.balance)
    control "{\"provider\":\"flash\",$fault}"
    buy flash FLASH-ELECTRICITY 10 01234567890
    expect "a purchase whose answer is lost is pending ($fault)" 200 .data.status pending
    money "its money is set aside" "$before" "$(jq -n "$before - 10")"
    ok "and it is settled" within 30 is_now completed
    like "with its token" "$(field .data.token)" '^[0-9]{20}$'
    money "and paid for" "$(jq -n "$before - 10")" "$(jq -n "$before - 10")"
    control '{"provider":"flash","reset":true}'
done
control '{"provider":"mobilemart","outcome":"later"}'
buy mobilemart MM-ELECTRICITY 11.25 01234567890
expect "a vendor may take its time" 200 .data.status pending .data.token null
ok "it is settled" within 30 is_now completed
control '{"provider":"easypay","outcome":"never"}'
pay 91234138519487 50
expect "or never say" 200 .data.status pending
money "the money waits" 250 200
control '{"provider":"easypay","fail":"refuse"}'
pay 91234138519487 50
expect "a refusal is one" 400 .code PURCHASE_REFUSED
money "and its money is free" 250 200

# Many at once, with a balance for five.
new_buyer 50
rush() {
    curl -s -o /dev/null -w '%{http_code}\n' --max-time 40 --cacert "$CA" -H "Authorization: Bearer $TOKEN" \
        -H "Content-Type: application/json" "$URL/api/v1/flash/process" --data-raw \
        "{\"productCode\":\"FLASH-MTN-AIRTIME\",\"amount\":10,\"recipient\":\"$1\",\"reference\":\"rush-$2\"}"
}
for i in $(seq 20); do
    rush 0821234567 "$i" >"$WORK/rush.$i" &
done
wait
is "twenty at once buy what there is money for" "$(cat "$WORK"/rush.* | sort | uniq -c | xargs)" "5 200 15 400"
money "and no more" 0 0
ok "the books are right" "$DEV" cowry verify

done_testing
