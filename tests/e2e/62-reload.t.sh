#!/bin/bash
# SIGHUP lets programs take new settings while they serve; it loses no request and ends no program.
# shellcheck disable=SC2086
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

SETTINGS=$WORK/cowry.env
NAMES="worker-1 worker-2 worker-3 jobs"

pids() {
    local name
    for name in $NAMES sandbox; do
        pid $name.child
    done
}

# use_file VALUE: programs are started again, with COWRY_ENV_FILE, one after the other.
use_file() {
    local name old
    sed -i '/^COWRY_ENV_FILE=/d' "$COWRY_HOME/env"
    echo "COWRY_ENV_FILE=$1" >>"$COWRY_HOME/env"
    for name in $NAMES; do
        old=$(pid $name.child)
        kill -TERM "$old"
        within 30 replaced $name.child "$old" || return
    done
}

replaced() {
    local now
    now=$(pid "$1") && [[ $now && $now != "$2" ]] && kill -0 "$now"
}

# count EVENT: how often the programs have logged it.
count() {
    cat "$COWRY_HOME"/log/{worker-[123],jobs}.log | grep -c "\"event\":\"$1\""
}

counted() {
    (($(count "$1") >= $2))
}

# reload EVENT: all programs read their settings, and say so.
reload() {
    local before name
    before=$(count "$1")
    for name in $NAMES sandbox; do
        kill -HUP "$(pid $name.child)"
    done
    within 10 counted "$1" $((before + 4))
}

# sign_ins: eight of them, each to another account, since wrong passwords are counted by account, too.
sign_ins() {
    local i statuses=
    for ((i = 0; i < 8; i++)); do
        post /v1/auth/login "{\"email\":\"nobody-$RANDOM-$i@cowry.example\",\"password\":\"wrong-password\"}"
        statuses+="$STATUS "
        [[ $STATUS != 429 ]] || echo "# $BODY" >&2
    done
    echo "$statuses"
}

allowed_origin() {
    request GET /v1/wallets -H "Origin: https://app.pay.example" -H "x-api-key: $KEY"
    header Access-Control-Allow-Origin
}

echo "COWRY_LOG_LEVEL=info" >"$SETTINGS"
chmod 0644 "$SETTINGS"
chmod 0755 "$WORK"
cp "$COWRY_HOME/env" "$WORK/env"
sed -i '/^COWRY_SIGN_IN_PER_MINUTE=/d; /^COWRY_ALLOWED_ORIGINS=/d; /^COWRY_LOG_LEVEL=/d' "$COWRY_HOME/env"
echo "COWRY_SIGN_IN_PER_MINUTE=0" >>"$SETTINGS"
ok "programs are started with a file of settings" use_file "$SETTINGS"
new_project
before=$(pids)

load 6
sleep 0.5
is "without a limit nobody is refused" "$(sign_ins)" "401 401 401 401 401 401 401 401 "
is "no other origin is allowed" "$(allowed_origin)" ""
printf '%s\n' COWRY_SIGN_IN_PER_MINUTE=3 COWRY_ALLOWED_ORIGINS=https://app.pay.example COWRY_THREADS=9 >"$SETTINGS"
ok "SIGHUP: the programs take new settings" reload settings_taken
like "and log which need a restart" "$(grep settings_taken "$COWRY_HOME/log/worker-1.log" | tail -n 1)" \
    '"changed":"COWRY_ALLOWED_ORIGINS COWRY_SIGN_IN_PER_MINUTE","after_restart":"COWRY_THREADS"'
like "the limit is another one" "$(sign_ins)" "429"
is "and so are the origins" "$(allowed_origin)" "https://app.pay.example"

printf '%s\n' COWRY_ALLOWED_ORIGINS=https://other.example COWRY_SIGN_IN_PER_MINUTE=many >"$SETTINGS"
ok "wrong settings are refused" reload settings_refused
is "as a whole" "$(allowed_origin)" "https://app.pay.example"
printf '%s\n' COWRY_ALLOWED_ORIGINS=https://other.example COWRY_SINE_IN_PER_MINUTE=3 >"$SETTINGS"
ok "so is a misspelled name" reload settings_refused
rm "$SETTINGS"
ok "and a file that is not there" reload settings_refused
is "as a whole" "$(allowed_origin)" "https://app.pay.example"
printf '%s\n' COWRY_SIGN_IN_PER_MINUTE=0 COWRY_LOG_LEVEL=debug >"$SETTINGS"
chmod 0644 "$SETTINGS"
for round in 1 2 3 4 5; do
    ok "reload $round under load" reload settings_taken
done
sleep 0.5
stop_load
echo "# $(answered 201) acknowledged of $(wc -l <"$WORK/journal") asked"
ok "transfers were acknowledged" test "$(answered 201)" -gt 50
is "no request was lost" "$(awk '$2 != 201' "$WORK/journal" | head -n 3)" ""
acknowledged_once
is "a setting that is gone has its default" "$(allowed_origin)" ""
ok "the level of the log is another one" grep -q '"level":"debug"' "$COWRY_HOME/log/worker-1.log"
is "no program was ended" "$(pids)" "$before"

ok "--check accepts the file" env -i COWRY_ENV_FILE="$SETTINGS" "$COWRY_HOME/usr/bin/cowry-worker" --check
echo COWRY_PAYOUT_HOUR=24 >"$SETTINGS"
like "and names what is wrong" \
    "$(env -i COWRY_ENV_FILE="$SETTINGS" "$COWRY_HOME/usr/bin/cowry-jobs" --check 2>&1)" "COWRY_PAYOUT_HOUR must be"

cp "$WORK/env" "$COWRY_HOME/env"
for name in $NAMES; do
    old=$(pid $name.child)
    kill -TERM "$old"
    ok "$name is started again without the file" within 30 replaced $name.child "$old"
done
done_testing
