#!/bin/bash
# kill -9 of workers under load.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

new_project
load 8
for round in 1 2 3; do
    for name in worker-1 worker-2; do
        sleep 0.7
        old=$(pid $name.child)
        kill -KILL "$old"
        request GET /api/health
        expect "the others serve on ($name, round $round)" 200
    done
done
sleep 1
stop_load
echo "# $(answered 201) acknowledged, $(answered 503) lost their worker, $(wc -l <"$WORK/journal") asked"
ok "transfers were acknowledged" test "$(answered 201)" -gt 50
is "whatever failed said 503, in JSON" \
    "$(awk '!($2 == 201 || ($2 == 503 && $3 ~ /json/))' "$WORK/journal" | head -n 3)" ""
acknowledged_once

done_testing
