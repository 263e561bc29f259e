#!/bin/bash
# Pages of other origins, in a browser: COWRY_ALLOWED_ORIGINS allows the listed ones, in answers of the
# workers and of nginx itself, and is empty by default. The browser is driven by tests/browser/.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# from ORIGIN PATH: request as a page of an origin; sets ALLOWED from the answer.
from() {
    request GET "$2" -H "Origin: $1"
    ALLOWED=$(header Access-Control-Allow-Origin)
}

# free_port: an unused port.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("", 0)); print(s.getsockname()[1])'
}

from https://app.example.com /v1/wallet-providers
is "nobody is let in unless asked for" "$STATUS $ALLOWED" "200 "
request OPTIONS /v1/auth/login -H "Origin: https://app.example.com" -H "Access-Control-Request-Method: POST"
is "and no question answered" "$STATUS" 405
like "what is no origin is refused" \
    "$(COWRY_ALLOWED_ORIGINS="https://app.example.com/" "$DEV" cowry doctor 2>&1)" "is not an origin"

site=$(free_port) stranger=$(free_port) long=/v1/$(printf 'x%.0s' {1..9000})
export COWRY_ALLOWED_ORIGINS="https://app.example.com, https://localhost:$site"
ok "the stack takes a list of origins" "$DEV" up
request OPTIONS /v1/auth/login -H "Origin: https://app.example.com" \
    -H "Access-Control-Request-Method: POST" -H "Access-Control-Request-Headers: content-type"
is "a question is answered" \
    "$STATUS $(header Access-Control-Allow-Origin) $(header Access-Control-Allow-Methods)" \
    "204 https://app.example.com POST"
from https://app.example.com /v1/wallet-providers
is "an answer of a worker names the origin" "$STATUS $ALLOWED" "200 https://app.example.com"
from https://app.example.org /v1/wallet-providers
is "no other one" "$STATUS $ALLOWED" "200 "
from https://app.example.com "$long"
is "an answer of nginx does as well" "$STATUS $ALLOWED $(header Vary)" \
    "414 https://app.example.com Origin"
from https://app.example.org "$long"
is "and names no other one" "$STATUS $ALLOWED" "414 "
like "doctor says so" "$("$DEV" cowry doctor 2>&1)" "pages of other origins are allowed"

if ! has_browser; then
    echo "# chromium is not installed: no browser was asked"
else
    EMAIL=origins-$(openssl rand -hex 6)@cowry.example
    post /api/auth/register "{\"email\":\"$EMAIL\",\"password\":\"correct-horse-42\",
        \"firstName\":\"Jane\",\"lastName\":\"Doe\",\"dateOfBirth\":\"1990-05-17\"}"
    must register
    post /v1/auth/login "{\"email\":\"$EMAIL\",\"password\":\"correct-horse-42\"}"
    must "a token"
    browse origins 120 EMAIL="$EMAIL" PASSWORD=correct-horse-42 TOKEN="$(field .data.accessToken)" \
        SITE_PORT="$site" STRANGER_PORT="$stranger"
fi

unset COWRY_ALLOWED_ORIGINS
ok "the stack goes on without" "$DEV" up
from https://app.example.com /v1/wallet-providers
is "and lets nobody in" "$ALLOWED" ""

done_testing
