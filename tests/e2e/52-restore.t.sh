#!/bin/bash
# The restore drill of docs/backup.md, with everything that serves: backups under load, then the cluster is
# destroyed and restored to a moment. Nothing is served from it before cowry restored, and afterwards
# everything goes on by itself.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

HOOK=$WORK/hook
DATA=$COWRY_HOME/postgresql
SERVER=

# All workers serve a request with the key. Each waits for half a second between attempts to connect.
serve_key() {
    local i
    for ((i = 0; i < 3 * COWRY_WORKERS; i++)); do
        request GET /v1/wallets -H "x-api-key: $KEY"
        [[ $STATUS == 200 ]] || return
    done
}

# as_postgres COMMAND...: as the user of the cluster.
as_postgres() {
    if ((EUID == 0)); then
        (cd / && setpriv --reuid=postgres --regid="$(id -g postgres)" --init-groups -- "$@")
    else
        "$@"
    fi
}

backrest() {
    as_postgres pgbackrest --config="$WORK/pgbackrest/conf" --stanza=cowry "$@"
}

configure_archive() {
    mkdir -p "$WORK/pgbackrest"
    cat >"$WORK/pgbackrest/conf" <<END
[global]
repo1-path=$WORK/pgbackrest/repo
repo1-retention-full=1
lock-path=$WORK/pgbackrest/lock
spool-path=$WORK/pgbackrest/spool
log-level-file=off
log-level-console=warn
start-fast=y
compress-level=1

[cowry]
pg1-path=$DATA
pg1-socket-path=$RUN/postgresql
pg1-user=postgres
END
    chmod 755 "$WORK"
    ((EUID != 0)) || chown -R postgres: "$WORK/pgbackrest"
    superuser "ALTER SYSTEM SET archive_mode = on" &&
        superuser "ALTER SYSTEM SET archive_command = 'pgbackrest --config=$WORK/pgbackrest/conf --stanza=cowry archive-push %p'" &&
        postgres restart -m fast -w -l "$COWRY_HOME/log/postgresql.log" && backrest stanza-create
}

drop_archive() {
    superuser "ALTER SYSTEM RESET ALL" && postgres restart -m fast -w -l "$COWRY_HOME/log/postgresql.log"
}

start_postgres() {
    postgres start -w -t 60 -l "$COWRY_HOME/log/postgresql.log"
}

told() {
    wc -l <"$HOOK/told"
}

# told_more N: as many events more.
told_more() {
    (($(told) >= $1))
}

has_run() {
    (($(cat "$WORK"/journal."$PREFIX"-* 2>/dev/null | wc -l) >= $1))
}

destroy() {
    postgres stop -m immediate && as_postgres find "$DATA" -mindepth 1 -delete
}

# restore MOMENT
restore() {
    backrest --type=time --target="$1" --target-action=promote restore && start_postgres &&
        within 30 is_primary
}

is_primary() {
    [[ $(superuser "SELECT pg_is_in_recovery()") == f ]]
}

# Sequences that were told with two different events.
sequences_told_twice() {
    sort -u "$HOOK/told" | cut -d' ' -f1 | sort | uniq -d | wc -l
}

for program in pgbackrest python3; do
    command -v $program >/dev/null || { echo "1..0 # SKIP $program is missing" && exit; }
done
mkdir -p "$HOOK"
touch "$HOOK/told"
python3 "$(dirname "$0")/receiver.py" "$HOOK" >"$WORK/receiver.log" 2>&1 &
SERVER=$!
trap 'kill $SERVER' EXIT
within 10 test -s "$HOOK/port" || { echo "Bail out! no receiver" && exit 1; }
new_project
post "/v1/projects/$PROJECT/webhooks" \
    "{\"url\":\"http://127.0.0.1:$(cat "$HOOK/port")/\",\"eventTypes\":[\"transfer.completed\"],\"mode\":\"test\"}" \
    -H "Authorization: Bearer $TOKEN"
must webhook
SUBSCRIPTION=$(field .data.id)

new_wallet 100
one=$WALLET
new_wallet
two=$WALLET

ok "an archive" configure_archive
ok "serving goes on" within 20 ready 200
load 6
ok "clients work" within 30 has_run 100
ok "a full backup under load" backrest --type=full backup
ok "and an incremental one" backrest --type=incr backup
ok "events are told" within 30 told_more 50
cat "$WORK"/journal."$PREFIX"-* | awk '$2 == 201 { print $1 }' | sort >"$WORK/before"
moment=$(superuser "SELECT clock_timestamp()")
ok "work goes on after the moment" within 30 has_run "$(($(wc -l <"$WORK/before") + 100))"
ok "and more is told" within 30 told_more "$(($(told) + 50))"
stop_load
awk '$2 == 201 { print $1 }' "$WORK/journal" | sort >"$WORK/acknowledged"
is "all was acknowledged" "$(awk '$2 != 201' "$WORK/journal" | head -n 3)" ""
ok "the archive is complete" backrest check
ok "the cluster is destroyed" destroy
ok "requests get 503" within 5 ready 503
ok "it is restored to the moment" restore "$moment"
for ((i = 0; i < 20; i++)); do
    transfer "$one" "$two" 0.01 "refused-$i"
    [[ $STATUS == 503 ]] || break
    sleep 0.1
done
is "nothing is served from it" "$i $STATUS" "20 503"
sql "SELECT reference FROM transaction WHERE reference LIKE '$PREFIX%'" | sort >"$WORK/restored"
is "it has all that was acknowledged before the moment" "$(comm -23 "$WORK/before" "$WORK/restored" | wc -l)" 0
ok "and lacks what came later" test "$(comm -23 "$WORK/acknowledged" "$WORK/restored" | wc -l)" -ge 100
is "none is there twice" "$(uniq -d "$WORK/restored" | wc -l)" 0

ok "cowry restored" "$DEV" cowry restored
cp "$WORK/out" "$WORK/said"
ok "finds the books right" grep "books are consistent" "$WORK/said"
ok "it is served again, by itself" within 15 ready 200
ok "API keys are valid" within 5 serve_key
request GET /v1/projects -H "Authorization: Bearer $TOKEN"
is "and tokens" "$STATUS" 200
post /v1/auth/login "$(jq -cn --arg e "$EMAIL" --arg p "$PASSWORD" '{email: $e, password: $p}')"
is "and passwords" "$STATUS" 200
is "what was refused was not done" "$(available "$two")" "0.00"
before=$(told)
load 6
ok "clients work again" within 30 has_run 100
ok "events are told again" within 30 told_more "$((before + 50))"
stop_load
is "all is acknowledged" "$(awk '$2 != 201' "$WORK/journal" | head -n 3)" ""
acknowledged_once
is "no sequence is told with two events" "$(sequences_told_twice)" 0
echo "# $(told) events were told, $(wc -l <"$WORK/acknowledged") transfers acknowledged before the restore"
request DELETE "/v1/projects/$PROJECT/webhooks/$SUBSCRIPTION" -H "Authorization: Bearer $TOKEN"
like "the webhook is deleted" "$STATUS" "^20"
ok "the archive is taken away" drop_archive
ok "dev up takes over what it did not start" "$DEV" up
done_testing
