#!/bin/bash
# ./dev restarts programs that end.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

up() {
    "$DEV" up >"$WORK/up" 2>&1 </dev/null
}

# replaced NAME OLD: another process has its place.
replaced() {
    local now
    now=$(pid "$1") && [[ $now && $now != "$2" ]] && kill -0 "$now"
}

pids() {
    local name
    for name in worker-1.child worker-2.child worker-3.child jobs.child nginx postgresql; do
        pid $name
    done
}

before=$(pids)
begun=$EPOCHREALTIME
ok "up again" up
ok "takes less than a minute" awk -v a="$begun" -v b="$EPOCHREALTIME" 'BEGIN { exit !(b - a < 60) }'
is "and disturbs nothing that runs" "$(pids)" "$before"
ok "status says that all is well" "$DEV" status

for name in worker-1 jobs; do
    for signal in KILL TERM; do
        old=$(pid $name.child)
        kill -$signal "$old"
        if [[ $signal == KILL ]]; then
            ok "$name after kill -9 is back within 2 s" within 2 replaced $name.child "$old"
        else
            ok "$name after kill -TERM is back when it has let go" within 25 replaced $name.child "$old"
        fi
    done
done
for name in worker-1 worker-2 worker-3; do
    ok "$name has its socket" within 2 test -S "$RUN/workers/${name#worker-}.sock"
done
ok "and it serves" within 2 serving

old=$(pid worker-2)
child=$(pid worker-2.child)
kill -KILL "$old"
ok "up after the death of a supervisor" up
ok "there is another one" replaced worker-2 "$old"
ok "and another worker under it" replaced worker-2.child "$child"

old=$(pid nginx)
kill -KILL "$old"
ok "up after the death of nginx" up
ok "nginx is back" replaced nginx "$old"
old=$(pid postgresql)
kill -KILL "$old"
ok "up after the death of PostgreSQL" up
ok "PostgreSQL is back" replaced postgresql "$old"
ok "and money moves" grep -q "✓ Proof" "$WORK/up"

for file in secrets mail seen; do
    is "$file is for its user alone" "$(stat -c %a "$COWRY_HOME/$file")" 700
done
is "and so is the key of the certificate" "$(stat -c %a "$COWRY_HOME/tls/server.key")" 600
is "so are the credentials" "$(stat -c %a "$COWRY_HOME/credentials.json")" 600
is "key files" "$(find "$COWRY_HOME/secrets" -type f ! -perm 600 | wc -l)" 0
is "and sockets are for nginx" "$(stat -c %a "$RUN"/workers/*.sock | sort -u)" 660
for key in base_url ca_file admin_email admin_password sandbox_url mail_dir database_owner_url \
    database_auditor_url paystack_secret flutterwave_secret_hash paga_secret fingra_secret easypay_secret \
    flash_secret mobilemart_secret; do
    ok "credentials.json has $key" jq -e --arg k $key 'has($k)' "$COWRY_HOME/credentials.json"
done

done_testing
