# PostgreSQL: the cluster in the state folder, its configuration, its roles and its schema.
# shellcheck shell=bash

postgres_bin() {
    local version
    version=$(cat "$DATA/PG_VERSION" 2>/dev/null ||
        find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n | tail -n 1)
    [[ -x /usr/lib/postgresql/$version/bin/postgres ]] ||
        fail_step "PostgreSQL ${version:-} is not installed, and $DATA needs it"
    echo "/usr/lib/postgresql/$version/bin"
}

# Clients of the socket are authenticated by the kernel; these are the roles that each user may have.
postgres_users() {
    local user
    for user in "$ME" "$PG_USER"; do
        echo "cowry $user postgres"
        echo "cowry $user cowry_owner"
        echo "cowry $user cowry_auditor"
    done
    for user in "$ME" "$PG_USER" "$RUN_USER"; do
        echo "cowry $user cowry_worker"
    done
}

# In MB: a quarter of the memory that this machine, or this container, may use, 128 to 4,096.
# Pages that were never read take none.
shared_buffers() {
    local kib limit
    kib=$(awk '/^MemTotal/ { print $2 }' /proc/meminfo)
    limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null) || limit=max
    [[ ! $limit =~ ^[0-9]+$ ]] || ((limit / 1024 > kib)) || kib=$((limit / 1024))
    kib=$((kib / 4 / 1024))
    echo $((kib < 128 ? 128 : kib > 4096 ? 4096 : kib))
}

# postgres_configuration BIN
postgres_configuration() {
    local compression=on
    run_as "$PG_USER" "$1/postgres" -D "$DATA" -c wal_compression=lz4 -C wal_compression >/dev/null 2>&1 &&
        compression=lz4
    cat <<END
listen_addresses = ''
port = 5432
unix_socket_directories = '$PG_SOCKET'
max_connections = 200
shared_buffers = $(shared_buffers)MB
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = $compression
min_wal_size = 1GB
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
log_timezone = UTC
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_line_prefix = '%m [%p] %u '
END
}

create_cluster() {
    local bin
    bin=$(postgres_bin)
    [[ ! -f $DATA/PG_VERSION ]] || return 0
    rm -rf "$DATA.new"
    mkdir -m 700 "$DATA.new"
    [[ $ME != root ]] || chown "$PG_USER:$PG_USER" "$DATA.new"
    run_as "$PG_USER" "$bin/initdb" -D "$DATA.new" --data-checksums --auth=peer -U postgres \
        --encoding=UTF8 --locale=C.UTF-8 --no-instructions
    echo "include_if_exists = 'cowry.conf'" >>"$DATA.new/postgresql.conf"
    echo "local all all peer map=cowry" >"$DATA.new/pg_hba.conf"
    mv "$DATA.new" "$DATA"
}

run_sql() {
    psql -X -q -v ON_ERROR_STOP=1 -h "$PG_SOCKET" -U postgres "$@"
}

# The kernel keeps a postmaster that was killed as a zombie where the first process reaps none, and
# PostgreSQL takes it for one that runs: remove its locks, when none of its processes is left.
forget_zombie() {
    local pid process
    pid=$(head -n 1 "$DATA/postmaster.pid" 2>/dev/null) || return 0
    [[ -e /proc/$pid/stat ]] && ! start_time "$pid" >/dev/null || return 0
    for process in /proc/[0-9]*; do
        [[ $(readlink "$process/cwd") != "$DATA" ]] || return 0
    done
    rm -f "$DATA/postmaster.pid" "$PG_SOCKET"/.s.PGSQL.*
}

# launch_postgres BIN. A postmaster that was killed leaves its lock, and for a moment its children: try
# again.
launch_postgres() {
    local bin=$1 i
    create_log "$LOG/postgresql.log"
    [[ $ME != root ]] || chown "$PG_USER" "$LOG/postgresql.log"
    for ((i = 0; i < 20; i++)); do
        forget_zombie
        if run_as "$PG_USER" "$bin/pg_ctl" start -s -w -t 60 -D "$DATA" -l "$LOG/postgresql.log" 9>&-; then
            save_pid postgresql "$(head -n 1 "$DATA/postmaster.pid")"
            return 0
        fi
        sleep 0.5
    done
    fail_step "$(tail -n 1 "$LOG/postgresql.log")"
}

# New WAL files, which are filled with zeros first, hold up the commits that wait for them; files
# that were used before do not. A cluster of some age has them, a new one gets half a gigabyte.
create_wal_files() {
    run_sql -d postgres -o /dev/null <<'END'
SELECT pg_logical_emit_message(false, 'cowry', 'a new file'), pg_switch_wal()
  FROM generate_series(1, 32);
CHECKPOINT;
END
}

create_roles() {
    run_sql -d postgres <<'END'
SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['cowry_owner', 'cowry_worker', 'cowry_auditor']) AS name
 WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
SELECT 'CREATE DATABASE cowry OWNER cowry_owner'
 WHERE 'cowry' NOT IN (SELECT datname FROM pg_database) \gexec
GRANT pg_checkpoint TO cowry_owner;
END
}

start_postgres() {
    local bin fresh
    [[ -f $DATA/PG_VERSION ]] && fresh=0 || fresh=1
    create_cluster
    bin=$(postgres_bin)
    postgres_configuration "$bin" >"$DATA/cowry.conf"
    postgres_users | sort -u >"$DATA/pg_ident.conf"
    if "$bin/pg_isready" -q -h "$PG_SOCKET"; then
        save_pid postgresql "$(head -n 1 "$DATA/postmaster.pid")"
        run_as "$PG_USER" "$bin/pg_ctl" reload -s -D "$DATA"
    else
        launch_postgres "$bin"
        mark_changed
    fi
    add_note "$("$bin/postgres" --version | cut -d' ' -f3), unix socket only"
    create_roles
    ((!fresh)) || create_wal_files
}

run_migrations() {
    run_cowry migrate
}

stop_postgres() {
    forget_zombie
    [[ -f $DATA/postmaster.pid ]] || return 0
    run_as "$PG_USER" "$(postgres_bin)/pg_ctl" stop -s -m fast -t 60 -D "$DATA"
    rm -f "$RUN/postgresql.pid"
}
