#!/bin/bash
# A user signs in on our page with a browser and pays a merchant by QR code; pages of other
# origins can't use their cookie. The browser is driven by tests/browser/.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

has_browser || {
    echo "1..0 # SKIP chromium is not installed"
    exit 0
}

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
browse pay 180 EMAIL="$EMAIL" PASSWORD=correct-horse-42 MERCHANT="$merchant" BUSINESS="Ahmetov Kebab"

request GET /api/merchants/transactions -b "$shop"
expect "the merchant sees the payment" 200 .pagination.total 1 .data[0].customerName "Jane D." \
    .data[0].amount 129.5 .data[0].fee 1.3
request GET "/api/merchants/dashboard?period=month" -b "$shop"
expect "and what it comes to" 200 .data.revenue 129.5 .data.netRevenue 128.2
ok "the books are right" "$DEV" cowry verify

done_testing
