# Credentials: credentials.json, what the programs are told, and the operator's program with its keys.
# shellcheck shell=bash

# read_credential NAME: from credentials.json.
read_credential() {
    jq -re --arg name "$1" '.[$name]' "$STATE/credentials.json"
}

# What a tester needs. What was there before is kept, and new members are added.
write_credentials() {
    local file=$STATE/credentials.json old='{}' secrets facts providers
    [[ ! -s $file ]] || old=$(<"$file")
    touch "$file.new"
    chmod 600 "$file.new"
    mapfile -t providers < <(provider_secrets)
    secrets=$(json_object admin_password "$(random_hex 12)" "${providers[@]}" \
        google_client_id "$(random_hex 8).apps.googleusercontent.com" \
        google_client_secret "GOCSPX-$(random_hex 14)")
    facts=$(json_object base_url "$URL" ca_file "$STATE/ca.pem" admin_email "$ADMIN" \
        sandbox_url "$URL/sandbox" mail_dir "$STATE/mail" \
        database_owner_url "$(database_url owner)" database_auditor_url "$(database_url auditor)")
    jq -n --argjson secrets "$secrets" --argjson old "$old" --argjson facts "$facts" \
        '$secrets + $old + $facts' >"$file.new"
    mv "$file.new" "$file"
    (umask 077 && write_environment >"$STATE/env")
    file=$STATE/secrets/sandbox.json
    (umask 077 && jq "{$(signing_credentials)}" "$STATE/credentials.json" >"$file")
    [[ $ME != root ]] || chown "$RUN_USER:$RUN_USER" "$file"
}

# What the programs are told: what `up` decides, and other COWRY_* of the caller as they are.
write_environment() {
    local ours
    ours=$(our_environment)
    echo "$ours"
    env | LC_ALL=C sort | grep -E '^COWRY_[A-Z_]+=' |
        grep -vE '^COWRY_(HOME|HTTPS_PORT|HTTP_PORT|METRICS_PORT|WORKERS|KEY|TEST_.*|DATABASE_.*|GOOGLE_.*)=' |
        grep -vE "^($(cut -d= -f1 <<<"$ours" | paste -sd'|'))=" || true
}

our_environment() {
    cat <<END
COWRY_ENVIRONMENT=development
COWRY_ENV_FILE=
COWRY_DATABASE_URL=$(database_url worker)
COWRY_SECRETS_DIR=$STATE/secrets
COWRY_METRICS_DIR=$SOCKETS
COWRY_CERTIFICATE_FILE=$STATE/tls/server.pem
COWRY_WATCHED_FOLDERS=$STATE $STATE/mail
COWRY_SQL_DIR=$SHARE/sql
COWRY_MAIL_DIR=$STATE/mail
COWRY_STATE_DIR=$STATE/seen
COWRY_SEALS=local
COWRY_SEALS_DIR=$STATE/seals
COWRY_PUBLIC_URL=$URL
COWRY_SANDBOX_URL=$URL/sandbox
COWRY_SANDBOX_SECRETS=$STATE/secrets/sandbox.json
$(provider_urls)
COWRY_GOOGLE_ISSUER=$URL/sandbox/google
COWRY_BANK_URL=$URL/sandbox/bank
COWRY_BANK_TPP_ID=PSDNO-FSA-COWRY
COWRY_CLEARING_ACCOUNT=86011117947
COWRY_GOOGLE_CLIENT_ID=$(read_credential google_client_id)
COWRY_GOOGLE_CLIENT_SECRET=$(read_credential google_client_secret)
COWRY_OUTSIDE_CA_FILE=$STATE/ca.pem
END
}

# run_cowry ARGUMENT...: the operator's program, with all roles.
run_cowry() {
    local variables
    mapfile -t variables <"$STATE/env"
    env "${variables[@]}" COWRY_DATABASE_OWNER_URL="$(database_url owner)" \
        COWRY_DATABASE_AUDITOR_URL="$(database_url auditor)" "$IMAGE/bin/cowry" "$@"
}

create_keys() {
    run_cowry keys create
    if [[ $ME == root ]]; then
        chown -R "$RUN_USER:$RUN_USER" "$STATE/secrets"
    fi
}

create_administrator() {
    local made=$DATA/cowry-admin password
    [[ ! -e $made ]] || return 0
    password=$(mktemp "$STATE/.password.XXXXXX")
    jq -j .admin_password "$STATE/credentials.json" >"$password"
    if ! run_cowry admin create --email "$ADMIN" --name Administrator --password-file "$password"; then
        rm -f "$password"
        return 1
    fi
    rm -f "$password"
    touch "$made"
}
