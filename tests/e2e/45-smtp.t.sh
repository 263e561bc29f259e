#!/bin/bash
# The mail server is unavailable: users can still register, and their mail is sent later.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

SMTP=$WORK/smtp
SERVER=

start_server() {
    rm -f "$SMTP/port"
    /usr/bin/python3 "$(dirname "$0")/../support/smtp.py" "$SMTP" "$@" >>"$WORK/smtp.log" 2>&1 &
    SERVER=$!
    within 10 test -s "$SMTP/port"
}

stop_server() {
    kill "$SERVER"
    wait "$SERVER" 2>/dev/null
}

behave() {
    echo "$1" >"$SMTP/mode.new"
    mv "$SMTP/mode.new" "$SMTP/mode"
}

replaced() {
    local now
    now=$(pid jobs.child) && [[ $now && $now != "$1" ]] && kill -0 "$now"
}

# The runner reads its settings when it starts.
restart_jobs() {
    local old
    old=$(pid jobs.child)
    kill -TERM "$old"
    within 25 replaced "$old"
}

leave() {
    kill "$SERVER" 2>/dev/null
    cp "$WORK/env" "$COWRY_HOME/env"
    restart_jobs
}

register() {
    EMAIL=smtp-$(openssl rand -hex 6)@cowry.example
    post /v1/auth/register "{\"name\":\"Zoë\",\"email\":\"$EMAIL\",\"password\":\"$(openssl rand -hex 12)\",
        \"provider\":\"local\",\"country\":\"Nigeria\",\"acceptTerms\":true}"
}

job() {
    sql "SELECT j.$1 FROM job j JOIN mail m ON j.subject = m.public_id::text
          WHERE j.kind = 'mail' AND m.recipient = '$EMAIL'"
}

mail() {
    sql "SELECT CASE WHEN sent_at IS NOT NULL THEN 'sent' WHEN failed_at IS NOT NULL THEN 'failed'
                     ELSE 'waits' END FROM mail WHERE recipient = '$EMAIL'"
}

tried() {
    [[ $(job attempts) -gt $1 && -z $(job claimed_until) ]]
}

is_now() {
    [[ $(mail) == "$1" ]]
}

retry() {
    "$DEV" cowry jobs retry "$(job job_id)"
}

arrived() {
    MESSAGE=$(grep -l "^To:.*$EMAIL" "$SMTP"/*.eml)
}

mkdir "$SMTP"
chmod 755 "$WORK" "$SMTP"
if ! start_server; then
    echo "1..0 # SKIP python3-aiosmtpd is missing"
    exit 0
fi
port=$(<"$SMTP/port")
stop_server
cp "$COWRY_HOME/env" "$WORK/env"
trap leave EXIT
{
    echo "COWRY_SMTP_URL=smtp://localhost:$port"
    echo "COWRY_SMTP_USER=cowry"
    echo "COWRY_SMTP_PASSWORD=correct-horse-42"
    echo "COWRY_SMTP_CA_FILE=$SMTP/cert.pem"
} >>"$COWRY_HOME/env"
ok "the runner restarts" restart_jobs

register
expect "registration while the mail server is down" 201
ok "the mail is tried" within 5 tried 0
is "and waits" "$(mail)" waits
"$DEV" cowry jobs list --kind mail >"$WORK/list"
like "the operator sees why" "$(cat "$WORK/list")" "mail +[0-9a-f-]{36} +waiting .*smtp"

behave later
start_server "$port"
ok "the server is back" test -s "$SMTP/port"
ok "an operator is impatient" retry
ok "a server that puts off is asked again" within 5 tried 0
is "and again, until" "$(mail)" waits
behave accept
retry >/dev/null
ok "the mail goes out" within 5 is_now sent
ok "and arrives" within 1 arrived
is "once" "$(wc -w <<<"$MESSAGE")" 1
is "its job is gone" "$(job job_id)" ""
token=$(grep -oE '\b[0-9a-f]{64}\b' "$MESSAGE" | head -n 1)
post /v1/auth/verify-email "{\"email\":\"$EMAIL\",\"token\":\"$token\"}"
expect "the token in it is good" 200

behave refuse
register
expect "registration of an address that is refused" 201
ok "its mail is given up" within 5 is_now failed
is "and nothing waits" "$(job job_id)" ""

behave accept
register
ok "the next one does not wait" within 2 is_now sent
is "no text is kept" "$(sql "SELECT count(*) FROM mail WHERE body_sealed IS NOT NULL AND
    (sent_at IS NOT NULL OR failed_at IS NOT NULL)")" 0

done_testing
