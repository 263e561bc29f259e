#!/bin/bash
# PgBouncer between a program and PostgreSQL: by session it works without any exception, by transaction
# it is refused. Run within with-postgres. Prints TAP.
set -u

number=0
failed=0
folder=$(mktemp -d /tmp/cowry-pooler.XXXXXX)
pooler=

finish() {
    [[ ! $pooler ]] || kill "$pooler" 2>/dev/null
    rm -rf "$folder"
}
trap finish EXIT

check() {
    number=$((number + 1))
    if "${@:2}"; then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        sed 's/^/# /' "$folder/out" "$folder/log"
        failed=1
    fi
}

PATH=$PATH:/usr/sbin
command -v pgbouncer >/dev/null || { echo "1..0 # SKIP pgbouncer is not installed" && exit 0; }

# start_pooler MODE
start_pooler() {
    local as=() i
    ((EUID != 0)) || as=(setpriv "--reuid=$PGOWNER" "--regid=$(id -g "$PGOWNER")" --clear-groups)
    [[ ! $pooler ]] || { kill "$pooler" && wait "$pooler" 2>/dev/null; }
    cat >"$folder/pgbouncer.ini" <<END
[databases]
* = host=$PGTMP port=5432 user=cowry_worker
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $folder
auth_type = any
pool_mode = $1
default_pool_size = $([[ $1 == session ]] && echo 20 || echo 1)
END
    chmod 777 "$folder"
    "${as[@]}" pgbouncer "$folder/pgbouncer.ini" >>"$folder/log" 2>&1 &
    pooler=$!
    for ((i = 0; i < 100; i++)); do
        ! pg_isready -q -h "$folder" -p 6432 -t 5 || return 0
        sleep 0.05
    done
    sed 's/^/# /' "$folder/log"
}

# A worker that is told to stop as soon as it has started.
run_worker() {
    local pid i
    : >"$folder/out"
    COWRY_DATABASE_URL="host=$folder port=6432 user=cowry_worker dbname=cowry" \
        COWRY_SECRETS_DIR=$folder/secrets COWRY_ENV_FILE='' COWRY_ENVIRONMENT=development \
        spawn-fcgi -n -s "$folder/worker.sock" -- "$top_builddir/cowry-worker" >"$folder/out" 2>&1 &
    pid=$!
    for ((i = 0; i < 200; i++)); do
        grep -q '"started"' "$folder/out" && break
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    kill "$pid" 2>/dev/null
    wait "$pid" 2>/dev/null
    cat "$folder/out"
}

starts() {
    run_worker | grep -q '"started"'
}

is_reached() {
    COWRY_DATABASE_URL="host=$folder port=6432 user=cowry_worker dbname=cowry" COWRY_ENV_FILE='' \
        COWRY_SECRETS_DIR=$folder/secrets "$top_builddir/cowry" doctor >"$folder/out" 2>&1
    grep -q '✓ database, as the worker' "$folder/out"
}

is_refused() {
    run_worker | grep -q 'it must pool by session'
}

COWRY_SECRETS_DIR=$folder/secrets COWRY_ENV_FILE='' "$top_builddir/cowry" keys create >"$folder/out" 2>&1
start_pooler session
check "PgBouncer in session mode needs no exceptions" is_reached
check "a session that was used before is like a new one" is_reached
check "a worker starts behind it" starts
start_pooler transaction
check "in transaction mode it says why it does not" is_refused
echo "1..$number"
exit "$failed"
