# Where things are: the settings of this run, the state folder, and what a command needs of it.
# shellcheck shell=bash disable=SC2015,SC2034

# Sets the variables that describe this run, from the environment and from who calls.
load_settings() {
    local default=/var/lib/cowry-dev

    RUN_USER=www-data PG_USER=postgres
    if [[ $ME != root ]]; then
        RUN_USER=$ME PG_USER=$ME
        default=${XDG_STATE_HOME:-${HOME:-/tmp/$ME}/.local/state}/cowry
    fi
    STATE=$(realpath -m -- "${COWRY_HOME:-$default}")
    [[ $STATE =~ ^/[A-Za-z0-9._/+-]+$ ]] || die "COWRY_HOME has characters that can't be: $STATE"
    HTTPS_PORT=${COWRY_HTTPS_PORT:-8443}
    HTTP_PORT=${COWRY_HTTP_PORT:-8080}
    METRICS_PORT=${COWRY_METRICS_PORT:-}
    WORKERS=${COWRY_WORKERS:-2}
    require_number COWRY_HTTPS_PORT "$HTTPS_PORT" 1 65535
    require_number COWRY_HTTP_PORT "$HTTP_PORT" 1 65535
    require_number COWRY_WORKERS "$WORKERS" 1 64
    [[ ! $METRICS_PORT ]] || require_number COWRY_METRICS_PORT "$METRICS_PORT" 1 65535
    URL=https://localhost:$HTTPS_PORT
    CURL_OPTIONS=(--cacert "$STATE/ca.pem")
    load_paths
}

load_paths() {
    # A path of a unix socket holds 107 bytes at most.
    RUN=$STATE/run
    if ((${#STATE} > 70)); then
        RUN=/tmp/cowry-$ME-$(cksum <<<"$STATE" | cut -d' ' -f1)
    fi
    PG_SOCKET=$RUN/postgresql
    SOCKETS=$RUN/workers
    DATA=$STATE/postgresql
    LOG=$STATE/log
    IMAGE=$STATE/usr
    SHARE=$IMAGE/share/cowry
}

# require_number NAME VALUE LEAST MOST
require_number() {
    [[ $2 =~ ^[0-9]{1,5}$ ]] && (($2 >= $3 && $2 <= $4)) || die "$1 must be $3 to $4, not \"$2\""
}

# database_url ROLE. With the port, which psql of Debian would take from another cluster otherwise.
database_url() {
    echo "postgresql:///cowry?host=$PG_SOCKET&port=5432&user=cowry_$1"
}

# A folder for the notes of steps, removed at the end.
open_notes() {
    NOTES=$(mktemp -d /tmp/cowry-dev.XXXXXX)
    trap 'rm -rf "$NOTES"' EXIT
    trap 'exit 130' INT TERM
}

# One dev at a time works on a state folder.
open_state() {
    mkdir -p "$STATE" "$LOG" 2>/dev/null && [[ -O $STATE ]] ||
        die "$STATE is not a folder of $ME's; set COWRY_HOME"
    [[ -e $STATE/.cowry || -z $(find "$STATE" -mindepth 1 ! -path "$LOG*" -print -quit) ]] ||
        die "$STATE holds something else; set COWRY_HOME to a folder that is empty or new"
    touch "$STATE/.cowry"
    exec 9>"$STATE/.lock"
    flock -n 9 || { echo "waiting for another dev that works on $STATE" && flock 9; }
    open_notes
}

# open_build LOCK COMMAND: the build folder and its logs, for one such command at a time.
open_build() {
    LOG=$BUILD/log
    mkdir -p "$LOG" 2>/dev/null && [[ -w $LOG ]] || die "$BUILD can't be written; copy the checkout"
    exec 7>"$BUILD/$1"
    flock -n 7 || die "another ./dev $2 runs in $CHECKOUT"
    open_notes
}

# Commands that need what `up` has made, or what it has started.
require_state() {
    [[ -e $STATE/.cowry && -s $STATE/env ]] || die "there is nothing in $STATE yet; run ./dev up"
}

require_running() {
    require_state
    running_pid nginx >/dev/null && running_pid postgresql >/dev/null ||
        die "nothing runs in $STATE; run ./dev up"
}

require_database() {
    require_state
    running_pid postgresql >/dev/null || die "PostgreSQL does not run in $STATE; run ./dev up"
}

# The folders of a state folder, each for those who need it.
make_folders() {
    mkdir -p "$RUN" "$PG_SOCKET" "$SOCKETS" "$LOG" "$STATE/mail" "$STATE/seen" "$STATE/seals" "$STATE/secrets" "$STATE/tls" \
        "$STATE/nginx/temp"
    [[ -O $RUN ]] || fail_step "$RUN belongs to someone else"
    run_as "$PG_USER" test -x "$STATE" && run_as "$RUN_USER" test -x "$STATE" ||
        fail_step "$PG_USER and $RUN_USER can't enter $STATE; set COWRY_HOME to another folder"
    chmod 700 "$STATE/mail" "$STATE/seen" "$STATE/secrets"
    chmod 711 "$STATE/tls" # monitoring reads the certificate, which is no secret
    chmod 750 "$SOCKETS"
    chmod 711 "$LOG"
    find "$LOG" -type f -exec chmod 600 {} +
    if [[ $ME == root ]]; then
        chown "$RUN_USER:$RUN_USER" "$SOCKETS" "$STATE/mail" "$STATE/seen" "$STATE/seals" "$STATE/secrets"
        chown "$PG_USER:$PG_USER" "$PG_SOCKET"
    fi
}
