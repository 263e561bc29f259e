# PostgreSQL: roles, the database, and who may connect as which role. The one of this machine is
# reached as its superuser, another one by --database-url. An existing database is used as it is.
# shellcheck shell=bash

# On this machine the kernel says which user a client is, and these are the roles of each.
user_roles() {
    cat <<'END'
cowry cowry_worker
cowry-owner cowry_owner
cowry-owner cowry_auditor
root cowry_owner
root cowry_auditor
root cowry_worker
END
}

# Whether the settings name a database, or --database-url does.
external_database() {
    [[ $DATABASE_URL || $(read_setting COWRY_DATABASE_URL "$SETTINGS") =~ ^postgres.*://|host(addr)?= ]]
}

# The port that an earlier run has written to the settings.
known_database_port() {
    read_setting COWRY_DATABASE_URL "$SETTINGS" | sed -nE 's/.*\<port=([0-9]+).*/\1/p'
}

# admin_sql ARGUMENT...: psql as a role that may create roles and databases.
admin_sql() {
    if [[ $DATABASE_URL ]]; then
        psql "$DATABASE_URL" -X -q -A -t -v ON_ERROR_STOP=1 "$@"
    else
        runuser -u postgres -- psql -X -q -A -t -v ON_ERROR_STOP=1 -p "$DATABASE_PORT" -d postgres "$@"
    fi
}

# role_sql ROLE COMMAND: in the database, as the role of Cowry, by its setting.
role_sql() {
    local url variable=COWRY_DATABASE_${1^^}_URL
    variable=${variable/_WORKER/}
    url=$(read_setting "$variable" "$SETTINGS")
    url=${url:-$(read_setting "$variable" "$OWNER_SETTINGS")}
    psql "${url:-dbname=cowry user=cowry_$1}" -X -q -A -t -v ON_ERROR_STOP=1 -c "$2"
}

has_administrator() {
    [[ $(role_sql owner "SELECT true FROM cowry.users WHERE role = 'admin' AND status = 'active' LIMIT 1" \
        2>/dev/null) == t ]]
}

has_role() {
    [[ $(admin_sql -c "SELECT true FROM pg_roles WHERE rolname = 'cowry_$1'") == t ]]
}

# create_role NAME [PASSWORD]: what PostgreSQL logs about it must not contain rows of people. Only a
# superuser may set that; doctor says if it is not so. The password is not passed as an argument.
# shellcheck disable=SC2016 # quotation marks of SQL
create_role() {
    echo "CREATE ROLE cowry_$1 LOGIN ${2:+PASSWORD '$2'}" | admin_sql -f -
    admin_sql -c "ALTER ROLE cowry_$1 SET log_error_verbosity = terse" ||
        echo "log_error_verbosity of cowry_$1 can't be set"
}

create_database() {
    local options="OWNER cowry_owner TEMPLATE template0 ENCODING 'UTF8'"
    # A role that is not a superuser has to be a member of the owner.
    [[ ! $DATABASE_URL ]] || admin_sql -c "GRANT cowry_owner TO CURRENT_USER" || true
    admin_sql -c "CREATE DATABASE cowry $options LOCALE 'C.UTF-8'" ||
        admin_sql -c "CREATE DATABASE cowry $options"
}

require_database() {
    [[ $(admin_sql -c "SELECT true FROM pg_database WHERE datname = 'cowry'") == t ]] ||
        make_change "create the database cowry" create_database
}

prepare_database() {
    if [[ $DATABASE_URL ]]; then
        create_external
    elif external_database; then
        add_note "the one of COWRY_DATABASE_URL"
    else
        prepare_local
        add_note "PostgreSQL $(admin_sql -c 'SHOW server_version' | cut -d' ' -f1), by its unix socket"
        return
    fi
    [[ $DRY_RUN ]] || role_sql worker "SELECT 1"
}

# Of this machine.

prepare_local() {
    local role
    admin_sql -c "SELECT 1" ||
        fail_step "PostgreSQL does not answer on port $DATABASE_PORT; start it, or give --database-port"
    for role in owner worker auditor; do
        has_role "$role" || make_change "create the role cowry_$role" create_role "$role"
    done
    require_database
    if ((DATABASE_PORT != 5432)); then
        require_setting "$SETTINGS" COWRY_DATABASE_URL "dbname=cowry user=cowry_worker port=$DATABASE_PORT" 1
        require_setting "$SETTINGS" COWRY_DATABASE_OWNER_URL "dbname=cowry user=cowry_owner port=$DATABASE_PORT" 1
        require_setting "$SETTINGS" COWRY_DATABASE_AUDITOR_URL \
            "dbname=cowry user=cowry_auditor port=$DATABASE_PORT" 1
    fi
    users_admitted || make_change "admit the users root, cowry and cowry-owner in pg_hba.conf and pg_ident.conf" \
        admit_users
}

users_admitted() {
    local user role
    while read -r user role; do
        id "$user" >/dev/null 2>&1 &&
            runuser -u "$user" -- psql -X -q -d cowry -p "$DATABASE_PORT" -U "$role" -c "SELECT 1" \
                >/dev/null 2>&1 </dev/null || return 1
    done < <(user_roles)
}

hba_block() {
    echo "# BEGIN cowry setup"
    echo "local cowry cowry_owner,cowry_worker,cowry_auditor peer map=cowry"
    echo "# END cowry setup"
}

ident_block() {
    echo "# BEGIN cowry setup"
    user_roles | sed 's/^/cowry /'
    echo "# END cowry setup"
}

# write_block FILE: standard input, instead of an earlier block, else above the first line that counts:
# the first line that fits decides.
write_block() {
    local new=$NOTES/block
    cat >"$new.text"
    sed '/^# BEGIN cowry setup$/,/^# END cowry setup$/d' "$1" |
        awk -v block="$new.text" '
            function put() { while ((getline line < block) > 0) print line; done = 1 }
            !done && /^[^#]/ { put() }
            { print }
            END { if (!done) put() }' >"$new"
    cat "$new" >"$1" # keeps owner and mode
}

# The files are put back if PostgreSQL finds a mistake in them, or users are not admitted.
admit_users() {
    local hba ident i
    hba=$(admin_sql -c "SHOW hba_file")
    ident=$(admin_sql -c "SHOW ident_file")
    cp "$hba" "$NOTES/hba"
    cp "$ident" "$NOTES/ident"
    hba_block | write_block "$hba"
    ident_block | write_block "$ident"
    admin_sql -o /dev/null -c "SELECT pg_reload_conf()"
    for ((i = 0; i < 100; i++)); do
        ! users_admitted || return 0
        sleep 0.1
    done
    cat "$NOTES/hba" >"$hba"
    cat "$NOTES/ident" >"$ident"
    admin_sql -o /dev/null -c "SELECT pg_reload_conf()"
    fail_step "the users can't connect after the change of $hba and $ident; it was undone"
}

# Of another machine.

# role_url NAME PASSWORD: --database-url with another role, and the database cowry.
role_url() {
    sed -E "s,^postgres(ql)?://([^@/?]*@)?([^/?]*)(/[^?]*)?,postgresql://cowry_$1:$2@\3/cowry," <<<"$DATABASE_URL"
}

# external_role NAME FILE VARIABLE: a new role gets a new password; of an existing one the setting is needed.
external_role() {
    local password
    if has_role "$1"; then
        [[ $(read_setting "$3" "$2") ]] ||
            fail_step "the role cowry_$1 exists already; write $3 to $2, with its password"
        return
    fi
    password=$(random_hex)
    make_change "create the role cowry_$1" create_role "$1" "$password"
    require_setting "$2" "$3" "$(role_url "$1" "$password")" 1
}

create_external() {
    admin_sql -c "SELECT 1" || fail_step "PostgreSQL does not answer at the address of --database-url"
    external_role owner "$OWNER_SETTINGS" COWRY_DATABASE_OWNER_URL
    external_role auditor "$OWNER_SETTINGS" COWRY_DATABASE_AUDITOR_URL
    external_role worker "$SETTINGS" COWRY_DATABASE_URL
    require_database
    add_note "PostgreSQL $(admin_sql -c 'SHOW server_version' | cut -d' ' -f1) at --database-url"
}

# The schema, and who administers.

apply_migrations() {
    local applied
    if [[ $DRY_RUN ]]; then
        run_cowry doctor --json 2>/dev/null | jq -e '.findings[] | select(.check == "migrations").severity == "ok"' ||
            make_change "apply pending migrations" false
        return 0
    fi
    run_cowry migrate 2>&1 | tee "$NOTES/migrate"
    applied=$(grep -c '^applied ' "$NOTES/migrate") || return 0
    make_change "apply $applied migrations" true
}

add_administrator() {
    [[ $ADMIN_EMAIL ]] || { has_administrator || add_note "none yet; see cowry admin create" && return 0; }
    if [[ $(role_sql owner "SELECT true FROM cowry.users WHERE role = 'admin' AND status = 'active'
        AND lower(email) = lower('${ADMIN_EMAIL//\'/\'\'}')" 2>/dev/null) == t ]]; then
        add_note "$ADMIN_EMAIL, as before"
        return
    fi
    make_change "create the administrator $ADMIN_EMAIL" create_admin
}

create_admin() {
    local file=$ADMIN_PASSWORD_FILE
    if [[ $ADMIN_PASSWORD ]]; then
        file=$NOTES/password
        (umask 077 && printf '%s\n' "$ADMIN_PASSWORD" >"$file")
    fi
    run_cowry admin create --email "$ADMIN_EMAIL" --name "$ADMIN_NAME" --password-file "$file"
}
