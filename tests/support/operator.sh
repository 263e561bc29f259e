# operator.sh - for scripts that run the operator's program on a database of their own, which they name in
# $database before they source this. A function end_processes, if there is one, is called at the end.
# Results are printed as TAP; output is in $folder/out and $folder/err.
# shellcheck shell=bash disable=SC2154

folder=$(mktemp -d)
super=$COWRY_DATABASE_SUPERUSER_URL
export COWRY_SECRETS_DIR=$folder/secrets COWRY_SQL_DIR=$srcdir/sql
export COWRY_DATABASE_OWNER_URL="$COWRY_DATABASE_OWNER_URL dbname=$database"
number=0
failed=0

cleanup() {
    ! declare -F end_processes >/dev/null || end_processes
    "$PSQL" -qX "$super" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" >&2
    rm -rf "$folder"
}
trap cleanup EXIT

cowry() {
    "$top_builddir/cowry" "$@" >"$folder/out" 2>"$folder/err"
}

sql() {
    "$PSQL" -qXAt "$super dbname=$database" -c "SET search_path TO cowry" -c "$1"
}

# ok NAME COMMAND...: the command succeeds.
ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" || {
        # shellcheck disable=SC2034
        result="not ok" && failed=1
        sed 's/^/# /' "$folder/out" "$folder/err"
        [[ ! -e $folder/log ]] || tail -n 5 "$folder/log" | sed 's/^/# /'
    }
    echo "$result $number - $1"
}

# says PATTERN: the last command did.
says() {
    grep -q -- "$1" "$folder/out" "$folder/err"
}

# refused PATTERN ARGUMENT...
refused() {
    ! cowry "${@:2}" && says "$1"
}

# doctor SETTING=VALUE... -- PATTERN [OPTION]...: its output with these settings.
doctor() {
    local settings=()
    while [[ $1 != -- ]]; do
        settings+=("$1") && shift
    done
    env COWRY_MAIL_DIR="$folder" COWRY_DATABASE_URL="$COWRY_DATABASE_OWNER_URL" \
        COWRY_DATABASE_AUDITOR_URL="$COWRY_DATABASE_OWNER_URL" "${settings[@]}" \
        "$top_builddir/cowry" doctor "${@:3}" >"$folder/out" 2>"$folder/err"
    status=$?
    says "$2"
}

create_database() {
    "$PSQL" -qX "$super" -c "CREATE DATABASE $database OWNER cowry_owner" >&2
}
