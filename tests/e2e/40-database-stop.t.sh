#!/bin/bash
# PostgreSQL is stopped under load and restarted.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

unavailable() {
    request GET "/v1/wallets/$WALLET" -H "x-api-key: $KEY"
    [[ $STATUS == 503 ]]
}

moves() {
    transfer "$one" "$two" 0.01 "again-$(openssl rand -hex 8)"
    [[ $STATUS == 201 ]]
}

new_project
new_wallet 1000
one=$WALLET
new_wallet
two=$WALLET
for mode in fast immediate; do
    load 8
    sleep 2
    postgres stop -m $mode
    ok "stopped ($mode): answers are 503" within 2 unavailable
    expect "in the envelope" 503 .status error .code SERVICE_UNAVAILABLE
    begun=$EPOCHREALTIME
    request GET "/v1/wallets/$WALLET" -H "x-api-key: $KEY"
    ok "at once" awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 5) }'
    request GET /api/health
    is "health says so" "$STATUS" 503
    sleep 1
    postgres start -w -l "$COWRY_HOME/log/postgresql.log"
    ok "service resumes within 2 s of its return" within 2 moves
    sleep 1
    stop_load
    echo "# $(answered 201) acknowledged, $(answered 503) refused, $(wc -l <"$WORK/journal") asked"
    ok "transfers were acknowledged" test "$(answered 201)" -gt 50
    is "whatever failed said 503, in JSON" \
        "$(awk '!($2 == 201 || ($2 == 503 && $3 ~ /json/))' "$WORK/journal" | sort | uniq -c | head -n 3)" ""
    acknowledged_once
done
ok "dev up takes over what it did not start" "$DEV" up
done_testing
