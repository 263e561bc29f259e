#!/bin/bash
# A receipt, from the API to those who check it: the command, and the page /receipt/ in a browser.
# shellcheck source=tests/e2e/lib.sh
# shellcheck disable=SC2016,SC2317
. "$(dirname "$0")/lib.sh"

# has_receipt ID WALLET: the transaction is sealed; its receipt is in the file receipt.json.
has_receipt() {
    request GET "/v1/transactions/$1/receipt?walletId=$2" -H "x-api-key: $KEY"
    [[ $STATUS == 200 ]] && field '.data | tojson' >"$WORK/receipt.json"
}

# key_of FILE: the verifier key of the tree of a receipt.
key_of() {
    local origin
    origin=$(jq -r .origin "$1")
    "$DEV" cowry seals key | grep -oE "(^| )$origin\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+" | tr -d ' '
}

# Another key of the same name.
other_key() {
    python3 - "${1%%+*}" <<'END'
import base64, hashlib, sys

key = b"\1" + hashlib.sha256(b"another").digest()
number = hashlib.sha256(sys.argv[1].encode() + b"\n" + key).digest()[:4].hex()
print(f"{sys.argv[1]}+{number}+{base64.b64encode(key).decode()}")
END
}

new_project
new_wallet 100
from=$WALLET
new_wallet
post /v1/wallets/transfer "{\"fromWalletId\":\"$from\",\"toWalletId\":\"$WALLET\",\"amount\":\"12.50\",
    \"currency\":\"NGN\",\"reference\":\"receipt-$RANDOM\",\"metadata\":{\"note\":\"<b>Lunch</b>\"}}" -H "x-api-key: $KEY"
must "a transfer"
id=$(field .data.id)
ok "a transaction has a receipt within seconds" within 20 has_receipt "$id" "$from"
key=$(key_of "$WORK/receipt.json")
ok "the command accepts it" "$DEV" cowry receipt check "$WORK/receipt.json" --key "$key"

request GET /receipt
is "the page has its address" "$STATUS $(header Location)" "302 $URL/receipt/"
request GET /receipt/
expect "the page is served" 200
ok "nothing in it is inline or foreign" eval '! grep -E "<style|<script>|style=|[[:space:]]on[a-z]+=|//" <<<"$BODY"'
for file in receipt.css currencies.js check.js receipt.js; do
    request GET "/receipt/$file"
    expect "its $file" 200
done
if has_browser; then
    browse receipts 300 RECEIPT="$WORK/receipt.json" KEY="$key" OTHER_KEY="$(other_key "$key")"
else
    echo "# chromium is not installed: no browser was asked"
fi
done_testing
