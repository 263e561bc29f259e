#!/bin/bash
# Logs of a running instance: readable by their owner only, and without personal data.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

email=log-$$@people.example
body=$(jq -cn --arg email "$email" '{email: $email, name: "Ada Loggerhead", password: "correct-horse-42",
    country: "Nigeria", acceptTerms: true}')
logs=$COWRY_HOME/log

logged() {
    grep -q "$1" "$logs/postgresql.log"
}

post /v1/auth/register "$body"
expect "somebody registers" 201
post /v1/auth/register "$body"
expect "their address is taken" 409
ok "PostgreSQL has logged what was broken" within 10 logged users_email_key_key
is "and no row of it" "$(grep -c DETAIL "$logs/postgresql.log")" 0
post /v1/auth/login "$(jq -cn --arg email "$email" '{email: $email, password: "wrong-horse-42"}')"
expect "a wrong password is refused" 401
# absent WHAT WORD: no log has it.
absent() {
    is "no log has $1" "$(grep -lF -- "$2" "$logs"/*.log | xargs -r -n 1 basename)" ""
}

absent "the address" "$email"
absent "the address in a URL" "$(jq -rn --arg e "$email" '$e | @uri')"
absent "the name" Loggerhead
absent "the password" wrong-horse-42
is "logs are their owner's" "$(find "$logs" -type f ! -perm 600 -printf '%f ')" ""
"$DEV" cowry doctor >"$WORK/doctor" 2>&1
ok "doctor asks as each role" grep -q '✓ database, as the auditor' "$WORK/doctor"
is "and finds nothing in PostgreSQL's settings" "$(grep -c "PostgreSQL's log" "$WORK/doctor")" 0
done_testing
