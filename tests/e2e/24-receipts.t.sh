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
to=$WALLET
post /v1/wallets/transfer "{\"fromWalletId\":\"$from\",\"toWalletId\":\"$to\",\"amount\":\"12.50\",
    \"currency\":\"NGN\",\"reference\":\"receipt-$RANDOM\",\"metadata\":{\"note\":\"<b>Lunch</b>\"}}" -H "x-api-key: $KEY"
must "a transfer"
id=$(field .data.id)
ok "a transaction has a receipt within seconds" within 20 has_receipt "$id" "$from"
key=$(key_of "$WORK/receipt.json")
cp "$WORK/receipt.json" "$WORK/first.json"
ok "the command accepts it" "$DEV" cowry receipt check "$WORK/receipt.json" --key "$key"

# read_pdf FOLDER: the last transaction's PDF, its text, and the receipt of its code.
read_pdf() {
    local folder=$1
    mkdir "$folder"
    curl -sS --cacert "$CA" -H "x-api-key: $KEY" -H "Accept: application/pdf" -o "$folder/pdf" \
        "$URL/v1/transactions/$id/receipt?walletId=$from" &&
        pdftotext -layout "$folder/pdf" "$folder/text" &&
        pdftoppm -r 200 -gray -png "$folder/pdf" "$folder/page" &&
        zbarimg -q --raw "$folder"/page*.png >"$folder/link" &&
        python3 - "$folder" <<'END'
import base64, sys, zlib

folder = sys.argv[1]
data = open(folder + "/link").read().strip().split("#")[1]
receipt = zlib.decompress(base64.urlsafe_b64decode(data + "=" * (-len(data) % 4)))
open(folder + "/receipt.json", "wb").write(receipt)
END
}

# new_transfer NOTE: a sealed transaction with metadata; sets id.
new_transfer() {
    post /v1/wallets/transfer "$(jq -cn --arg from "$from" --arg to "$to" --arg note "$1" --arg r "receipt-$RANDOM-$RANDOM" \
        '{fromWalletId: $from, toWalletId: $to, amount: "1", currency: "NGN", reference: $r, metadata: {note: $note}}')" \
        -H "x-api-key: $KEY"
    must "a transfer"
    id=$(field .data.id)
    ok "another transaction is sealed" within 20 has_receipt "$id" "$from"
}

if command -v pdftotext >/dev/null && command -v zbarimg >/dev/null; then
    ok "its PDF has a code" read_pdf "$WORK/pdf"
    for text in "$id" "12.50 NGN" "87.50 NGN of $from" "$to" '<b>Lunch</b>' "${key%%+*}, index"; do
        ok "the PDF has the text $text" grep -qF -- "$text" "$WORK/pdf/text"
    done
    like "the code is a link to the page" "$(<"$WORK/pdf/link")" "^$URL/receipt/#[A-Za-z0-9_-]+$"
    ok "with the receipt, which is valid" "$DEV" cowry receipt check "$WORK/pdf/receipt.json" --key "$key"
    is "all of it" "$(jq -c '[.transaction.id, (.openings | length)]' "$WORK/pdf/receipt.json")" "[\"$id\",3]"
    new_transfer "$(openssl rand -base64 3000 | tr -d '\n')"
    ok "with large metadata there is a code, too" read_pdf "$WORK/large"
    ok "which has not the metadata, as the PDF says" grep -q "metadata are not in the code" "$WORK/large/text"
    ok "the receipt without them is valid" "$DEV" cowry receipt check "$WORK/large/receipt.json" --key "$key"
    is "and has the other openings" "$(jq -c '[.openings[].name]' "$WORK/large/receipt.json")" '["reference","from 0"]'
    odd=$'\u20ac \u202e %%EOF) Tj ET \\ ('
    new_transfer "$odd"
    ok "what others write does not change the PDF" read_pdf "$WORK/odd"
    ok "it is shown as text" grep -qF '%%EOF) Tj ET ' "$WORK/odd/text"
    is "and is in the code as it was" "$(jq -r '.openings[1].value | fromjson.note' "$WORK/odd/receipt.json")" "$odd"
else
    pass "the PDF # SKIP poppler-utils or zbar-tools is not installed"
fi

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
    browse receipts 300 RECEIPT="$WORK/first.json" KEY="$key" OTHER_KEY="$(other_key "$key")"
else
    echo "# chromium is not installed: no browser was asked"
fi
done_testing
