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

# The trace that the client is in, beside the request id.
trace=$(openssl rand -hex 16)
traced() {
    cat "$logs/$2"*.log | grep "\"trace_id\":\"$1\"" | grep "\"request_id\":\"$3\"" >/dev/null
}

# log_in TRACEPARENT ID: a request that is refused, and therefore logged by the worker.
log_in() {
    post /v1/auth/login '{"email": "nobody@people.example", "password": "wrong-horse-42"}' \
        -H "traceparent: $1" -H "x-request-id: $2"
}

log_in "00-$trace-00f067aa0ba902b7-01" "traced-$$"
expect "a request in a trace is answered" 401
ok "the worker has logged the trace" within 10 traced "$trace" worker- "traced-$$"
ok "so has nginx" within 10 traced "$trace" nginx-access "traced-$$"
log_in "00-$trace-0000000000000000-01" "untraced-$$"
expect "a trace that is not valid is ignored" 401
ok "and not in the access log" within 10 traced "" nginx-access "untraced-$$"
is "nor in the worker's" "$(cat "$logs"/worker-*.log | grep "untraced-$$" | grep -c trace_id)" 0

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
