#!/bin/bash
# One worker after the other is restarted under load, without failed requests.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

gone() {
    ! kill -0 "$1"
}

new_project
load 8
sleep 1
for name in worker-1 worker-2 worker-3; do
    old=$(pid $name.child)
    kill -TERM "$old"
    ok "$name lets go and ends" within 25 gone "$old"
    ok "$name is back" within 2 test -S "$RUN/workers/${name#worker-}.sock"
done
sleep 1
stop_load
echo "# $(answered 201) acknowledged of $(wc -l <"$WORK/journal") asked"
ok "transfers were acknowledged" test "$(answered 201)" -gt 50
is "no request was lost" "$(awk '$2 != 201' "$WORK/journal" | head -n 3)" ""
acknowledged_once

# A reload closes the connections of clients between two requests; one that was just about to use
# its connection sees that and nothing worse.
load 8
for round in 1 2 3; do
    sleep 0.7
    kill -HUP "$(pid nginx)"
done
sleep 1
stop_load
echo "# $(answered 201) acknowledged of $(wc -l <"$WORK/journal") asked"
is "nginx reloaded: every answer is a good one" \
    "$(awk '$2 != 201 && $2 != "000"' "$WORK/journal" | head -n 3)" ""
acknowledged_once
awk '$2 == "000" { print $1 }' "$WORK/journal" | sort >"$WORK/unanswered"
echo "# $(wc -l <"$WORK/unanswered") requests were sent on a connection that was just closed"
is "no connection was closed under a request that was carried out" \
    "$(comm -12 "$WORK/unanswered" "$WORK/posted" | wc -l)" 0
done_testing
