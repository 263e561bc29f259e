#!/bin/bash
# A cluster is backed up under load with pgBackRest, destroyed, and restored to a point in time; a
# standby of it is promoted; a dump is restored. The job runner is the server that notices. Prints TAP.
set -u

if ! command -v pgbackrest >/dev/null; then
    echo "1..0 # SKIP pgbackrest is not installed"
    exit 0
fi
if [[ ! -x $PGBIN/pg_basebackup || ! -x $PGBIN/pg_dump ]]; then
    echo "1..0 # SKIP this PostgreSQL has no pg_basebackup or pg_dump"
    exit 0
fi
folder=$(mktemp -d)
chmod 755 "$folder"
data=$PGTMP/main
number=0
failed=0
jobs_pid=
load_pid=
export COWRY_SECRETS_DIR=$folder/secrets COWRY_SQL_DIR=$srcdir/sql COWRY_STATE_DIR=$folder/seen COWRY_ENV_FILE=
export COWRY_MAIL_DIR=$folder COWRY_METRICS_DIR=$folder

# as_server COMMAND...: as the user of PostgreSQL, from a folder that it can enter.
as_server() {
    if [[ $(id -u) == 0 ]]; then
        (cd / && setpriv --reuid="$PGOWNER" --regid="$(id -g "$PGOWNER")" --clear-groups "$@")
    else
        (cd / && "$@")
    fi </dev/null
}

backrest() {
    as_server pgbackrest --config="$PGTMP/pgbackrest.conf" --stanza=cowry "$@"
}

control() {
    as_server "$PGBIN/pg_ctl" -s -w -t 60 -D "$data" -l "$data/log" "$@"
}

end_process() {
    [[ ! $1 ]] || { kill "$1" && wait "$1"; } 2>/dev/null
}

cleanup() {
    end_process "$load_pid"
    end_process "$jobs_pid"
    for data in "$PGTMP/main" "$PGTMP/standby"; do
        [[ ! -e $data/postmaster.pid ]] || control -m immediate stop
    done >/dev/null 2>&1
    rm -rf "$folder"
}
trap cleanup EXIT

# use PORT DATABASE: what the programs connect to.
use() {
    export COWRY_DATABASE_URL="host=$PGTMP port=$1 user=cowry_worker dbname=$2"
    export COWRY_DATABASE_OWNER_URL="host=$PGTMP port=$1 user=cowry_owner dbname=$2"
    export COWRY_DATABASE_AUDITOR_URL="host=$PGTMP port=$1 user=cowry_auditor dbname=$2"
}

sql() {
    psql -qXAt "$COWRY_DATABASE_OWNER_URL" -c "SET search_path TO cowry" -c "$1"
}

ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" >"$folder/out" 2>&1 || {
        result="not ok" && failed=1
        head -n 6 "$folder/out" | cut -c1-300 | sed 's/^/# /'
        tail -n 3 "$data/log" 2>/dev/null | sed 's/^/# /'
        tail -n 6 "$folder/out" | sed 's/^/# /'
        grep -v '"event":"job"' "$folder/jobs.log" 2>/dev/null | tail -n 5 | sed 's/^/# /'
    }
    echo "$result $number - $1"
    [[ $result == ok || $number != [124] ]] || { echo "Bail out!" && exit 1; }
}

within() {
    local deadline=$((SECONDS + $1))
    until "${@:2}"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

cowry() {
    "$top_builddir/cowry" "$@"
}

start_jobs() {
    : >"$folder/jobs.log"
    "$top_builddir/cowry-jobs" 2>>"$folder/jobs.log" &
    jobs_pid=$!
}

stop_jobs() {
    end_process "$jobs_pid"
    jobs_pid=
}

beat() {
    sql "SELECT beat FROM instance"
}

is_higher() {
    (($(beat) > $1))
}

serves() {
    local before
    before=$(beat) && within 20 is_higher "$before"
}

# refuses REASON: no beat, and the reason is logged.
refuses() {
    local before
    before=$(beat)
    within 20 grep -q "database_refused.*$1" "$folder/jobs.log" && [[ $(beat) == "$before" ]]
}

configure() {
    cat <<END
listen_addresses = ''
unix_socket_directories = '$PGTMP'
port = $1
fsync = off
shared_buffers = 32MB
archive_mode = on
archive_command = 'pgbackrest --config=$PGTMP/pgbackrest.conf --stanza=cowry archive-push %p'
END
}

create() {
    as_server "$PGBIN/initdb" --no-sync -U postgres -A trust -E UTF8 --locale=C.UTF-8 -D "$data" &&
        configure 5434 | as_server_writes "$data/postgresql.conf" && as_server_writes "$PGTMP/pgbackrest.conf" <<END &&
[global]
repo1-path=$PGTMP/repo
repo1-retention-full=2
lock-path=$PGTMP/lock
spool-path=$PGTMP/spool
log-level-file=off
log-level-console=warn
start-fast=y

[cowry]
pg1-path=$data
pg1-socket-path=$PGTMP
pg1-port=5434
pg1-user=postgres
END
        control start && psql -qX "host=$PGTMP port=5434 user=postgres dbname=postgres" \
        -c "CREATE ROLE cowry_owner LOGIN" -c "CREATE ROLE cowry_worker LOGIN" \
        -c "CREATE ROLE cowry_auditor LOGIN" -c "CREATE DATABASE cowry OWNER cowry_owner" &&
        mkdir "$COWRY_STATE_DIR" && cowry keys create && cowry migrate && backrest stanza-create && backrest check
}

# as_server_writes FILE: appends standard input.
as_server_writes() {
    cat >"$folder/text" && chmod 644 "$folder/text" && as_server sh -c "cat '$folder/text' >>'$1'"
}

# Event numbers as the event stream takes them, each told to the outside with the id of its event.
load() {
    while sql "UPDATE event_feed SET sequence = sequence + 1 RETURNING sequence" >"$folder/sequence"; do
        echo "$(<"$folder/sequence") $(cat /proc/sys/kernel/random/uuid)" >>"$folder/told"
    done 2>/dev/null
}

start_load() {
    load &
    load_pid=$!
}

stop_load() {
    end_process "$load_pid"
    load_pid=
}

told() {
    wc -l <"$folder/told"
}

tells() {
    (($(told) > $1))
}

# told_more: at least twenty events more.
told_more() {
    within 30 tells "$(($(told) + 20))"
}

backs_up() {
    backrest --type=full backup && told_more && backrest --type=incr backup &&
        [[ $(backrest --output=json info | jq '.[0].backup | length') == 2 ]]
}

destroys_and_restores() {
    sql "SELECT clock_timestamp()" >"$folder/moment" && told_more && within 20 is_higher "$(($(beat) + 2))" &&
        stop_load && backrest check && stop_jobs && control -m immediate stop && as_server rm -rf "$data" && as_server mkdir -m 700 "$data" &&
        backrest --type=time --target="$(<"$folder/moment")" --target-action=promote restore && control start &&
        within 30 is_promoted
}

is_promoted() {
    [[ $(sql "SELECT pg_is_in_recovery()") == f ]]
}

# Doctor says so too, as an error.
doctor_refuses() {
    ! cowry doctor >"$folder/doctor" && grep -q "^✗.*not served.*$1" "$folder/doctor"
}

# The load lost some events that were told.
lacks_events() {
    (($(sql "SELECT sequence FROM event_feed") < $(tail -n 1 "$folder/told" | cut -d' ' -f1)))
}

no_number_twice() {
    [[ -z $(cut -d' ' -f1 "$folder/told" | sort | uniq -d) ]]
}

goes_on() {
    start_load
    told_more && stop_load && no_number_twice
}

promotes() {
    as_server "$PGBIN/pg_basebackup" -D "$PGTMP/standby" -h "$PGTMP" -p 5434 -U postgres -X stream -R -c fast &&
        as_server sed -i /recovery_target/d "$PGTMP/standby/postgresql.auto.conf" &&
        echo "port = 5435" | as_server_writes "$PGTMP/standby/postgresql.conf" &&
        echo "archive_mode = off" | as_server_writes "$PGTMP/standby/postgresql.conf" &&
        (data=$PGTMP/standby && control start) && psql -qX "host=$PGTMP port=5434 user=postgres dbname=postgres" \
        -c "ALTER SYSTEM SET synchronous_standby_names = '*'" -c "SELECT pg_reload_conf()" && serves
}

fails_over() {
    use 5435 cowry
    control -m immediate stop
    (data=$PGTMP/standby && control promote) && psql -qX "host=$PGTMP port=5435 user=postgres dbname=postgres" \
        -c "ALTER SYSTEM RESET synchronous_standby_names" -c "SELECT pg_reload_conf()" &&
        stop_jobs && start_jobs && serves && grep -q database_promoted "$folder/jobs.log"
}

restores_dump() {
    stop_jobs
    "$PGBIN/pg_dump" --format=custom --file="$folder/dump" -d "host=$PGTMP port=5435 user=postgres dbname=cowry" &&
        "$PGBIN/createdb" -h "$PGTMP" -p 5435 -U postgres -O cowry_owner again &&
        "$PGBIN/pg_restore" -d "host=$PGTMP port=5435 user=postgres dbname=again" "$folder/dump"
}

echo "1..15"
use 5434 cowry
ok "a cluster with an archive" create
start_jobs
ok "it is served" serves
start_load
ok "full and incremental backups under load" backs_up
ok "destroyed, and restored to a moment" destroys_and_restores
ok "events that were told are lost" lacks_events
start_jobs
ok "the restored database is refused" refuses 'lacks work that was committed'
ok "cowry doctor tells why" doctor_refuses 'lacks work that was committed'
ok "cowry restored finds the books right, and every key valid" cowry restored
ok "then it is served, without a restart" serves
ok "no event number is given twice" goes_on
ok "a synchronous standby" promotes
ok "when it is promoted, it is served at once" fails_over
ok "a dump is restored" restores_dump
use 5435 again
start_jobs
ok "it is refused" refuses 'is a copy'
cowry restored >"$folder/out" 2>&1
ok "until cowry restored" serves
exit $failed
