#!/bin/bash
# After everything is stopped, only the data is left, and no process.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# Processes that were started from the state folder, or in it.
left() {
    local process
    for process in /proc/[0-9]*; do
        [[ $(readlink "$process/exe" "$process/cwd" 2>/dev/null) == *"$COWRY_HOME"* ]] &&
            echo "${process#/proc/} $(tr '\0' ' ' <"$process/cmdline")"
    done
    return 0
}

count=$(sql "SELECT count(*) FROM transaction")
ok "down" "$DEV" down
is "no process is left" "$(left)" ""
ok "no socket is left" test ! -e "$RUN"
request GET /api/health
is "nothing answers" "$STATUS" 000
if "$DEV" status >"$WORK/status"; then fail "status says so"; else pass "status says so"; fi
ok "down again" "$DEV" down
ok "up again" "$DEV" up
ok "the data are there" test "$(sql "SELECT count(*) FROM transaction")" -ge "$count"
ok "reset" "$DEV" reset
ok "removes it all" test ! -e "$COWRY_HOME"
is "and leaves no process" "$(left)" ""
done_testing
