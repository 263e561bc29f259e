#!/bin/bash
# The job runner is killed, and the database stopped, while a receiver of webhooks is slow: five
# seconds later everything is delivered.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

HOOK=$WORK/hook
SERVER=

# How many deliveries are in a state.
deliveries() {
    sql "SELECT count(*) FROM webhook_delivery d JOIN webhook_subscription s USING (subscription_id)
           JOIN project p USING (project_id)
          WHERE p.public_id = '$PROJECT' AND $1"
}

# Those of the last nine that the receiver has been asked and has not answered.
busy() {
    (($(wc -l <"$HOOK/asked") - ASKED >= 6))
}

all_delivered() {
    [[ $(deliveries "d.status = 'delivered'") == "$EVENTS" ]]
}

all_pending() {
    [[ $(deliveries "d.status = 'pending'") == 9 ]]
}

# fill: nine more events; at least six deliveries are in progress, and the others wait for a slot.
# All of that is over before the first of them has waited ten seconds for its answer, and has failed.
fill() {
    touch "$HOOK/mute" "$HOOK/asked"
    ASKED=$(wc -l <"$HOOK/asked")
    ok "nine wallets are made" curl -sS --fail --max-time 8 --cacert "$CA" -o /dev/null \
        -H "x-api-key: $KEY" -H "Content-Type: application/json" -d '{"currency":"NGN"}' \
        "$URL/v1/wallets?[1-9]"
    EVENTS=$((EVENTS + 9))
    ok "six deliveries are in progress" within 10 busy
    ok "the others wait" within 10 all_pending
}

if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP python3 is missing"
    exit
fi
mkdir -p "$HOOK"
python3 "$(dirname "$0")/receiver.py" "$HOOK" >"$WORK/receiver.log" 2>&1 &
SERVER=$!
trap 'kill $SERVER' EXIT
within 10 test -s "$HOOK/port" || {
    echo "Bail out! no receiver"
    exit 1
}
EVENTS=0
new_project
post "/v1/projects/$PROJECT/webhooks" \
    "{\"url\":\"http://127.0.0.1:$(cat "$HOOK/port")/\",\"eventTypes\":[\"wallet.created\"],\"mode\":\"test\"}" \
    -H "Authorization: Bearer $TOKEN"
must webhook

fill
kill -KILL "$(pid jobs.child)"
rm "$HOOK/mute"
ok "the runner was killed: five seconds later all is delivered" within 5 all_delivered

fill
postgres stop -m immediate
rm "$HOOK/mute"
sleep 3
postgres start -w -l "$COWRY_HOME/log/postgresql.log"
ok "the database was away: five seconds later all is delivered" within 5 all_delivered
is "nothing is told twice for that" "$(tail -n 9 "$HOOK/answered" | sort | uniq -d | wc -l)" 0

fill
kill -STOP "$(pid jobs.child)"
rm "$HOOK/mute"
sleep 6
kill -CONT "$(pid jobs.child)"
ok "the runner was stopped: five seconds after it goes on all is delivered" within 5 all_delivered
is "nothing waits" "$(deliveries "next_at IS NOT NULL")" 0
ok "the books are right" "$DEV" cowry verify
ok "dev up takes over what it did not start" "$DEV" up
done_testing
