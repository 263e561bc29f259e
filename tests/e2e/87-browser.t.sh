#!/bin/bash
# A user signs in on our page with a browser and pays a merchant by QR code; pages of other
# origins can't use their cookie. The browser is driven by tests/browser/.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

driver=${DEV%/dev}/build/tests/browser
chromium=$(command -v chromium)
if [[ ! $chromium ]]; then
    echo "1..0 # SKIP chromium is not installed"
    exit 0
fi
if [[ ! -d $driver/node_modules/playwright-core ]]; then
    fail "playwright-core is installed" "run make browser-driver"
    done_testing
fi

# sign_up FIRST LAST: a new user; sets EMAIL and JAR, which has their cookie.
sign_up() {
    EMAIL=browser-$(openssl rand -hex 6)@cowry.example JAR=$WORK/jar.$RANDOM
    post /api/auth/register "{\"email\":\"$EMAIL\",\"password\":\"correct-horse-42\",
        \"firstName\":\"$1\",\"lastName\":\"$2\",\"dateOfBirth\":\"1990-05-17\"}" -c "$JAR"
    must register
}

# link_bank: as the user's browser does, with a bank that consents at once.
link_bank() {
    post /api/bank-accounts '{"bank":"Sandbox Bank"}' -b "$JAR"
    must "a link begins"
    request GET "$(field .data.authorizationUrl)&login_hint=$EMAIL" -b "$JAR"
    request GET "$(header Location)" -b "$JAR"
    must "a bank account is linked"
}

number() {
    printf '%09d' "$(((RANDOM * 32768 + RANDOM) % 1000000000))"
}

sign_up Amina Ahmetov
post /api/merchants/register "{\"businessName\":\"Ahmetov Kebab\",\"orgNumber\":\"$(number)\",
    \"address\":\"Storgata 1, Oslo\",\"bankAccount\":\"8601.11.17947\"}" -b "$JAR"
expect "somebody becomes a merchant" 201 .data.businessName "Ahmetov Kebab"
merchant=$(field .data.id) shop=$JAR
request GET /api/merchants/qr -b "$shop" -H "Accept: image/svg+xml"
is "the QR code is a picture" "$STATUS $(header Content-Type)" "200 image/svg+xml"
like "of its own size" "$BODY" '^<svg [^>]*viewBox="0 0 [0-9]+ [0-9]+"'

sign_up Jane Doe
link_bank
spki=$(openssl x509 -in "$COWRY_HOME/tls/server.pem" -noout -pubkey | openssl pkey -pubin -outform der |
    openssl dgst -sha256 -binary | base64)
env HOME="$WORK" URL="$URL" EMAIL="$EMAIL" PASSWORD=correct-horse-42 MERCHANT="$merchant" \
    BUSINESS="Ahmetov Kebab" CHROMIUM="$chromium" SPKI="$spki" \
    TLS_KEY="$COWRY_HOME/tls/server.key" TLS_CERTIFICATE="$COWRY_HOME/tls/server.pem" \
    timeout 180 node "$driver/pay.mjs" >"$WORK/script" 2>"$WORK/script.err"
while read -r line; do
    case $line in
    "ok "*) pass "${line#*- }" ;;
    "not ok "*) fail "${line#*- }" "$(grep -A2 -F -- "$line" "$WORK/script" | tail -n 2)" ;;
    esac
done <"$WORK/script"
if grep -qE '^1\.\.[0-9]+$' "$WORK/script"; then
    pass "the browser's script runs to its end"
else
    fail "the browser's script runs to its end" "$(<"$WORK/script.err")"
fi

request GET /api/merchants/transactions -b "$shop"
expect "the merchant sees the payment" 200 .pagination.total 1 .data[0].customerName "Jane D." \
    .data[0].amount 129.5 .data[0].fee 1.3
request GET "/api/merchants/dashboard?period=month" -b "$shop"
expect "and what it comes to" 200 .data.revenue 129.5 .data.netRevenue 128.2
ok "the books are right" "$DEV" cowry verify

done_testing
