# The settings in /etc/cowry, and Cowry's own program with them. Lines of the operator are kept.
# shellcheck shell=bash

# read_setting NAME FILE: the value of its last line, without quotation marks.
read_setting() {
    [[ -e $2 ]] || return 0
    sed -nE "s/^$1=//p" "$2" | tail -n 1 | sed -E 's/^"(.*)"$/\1/; s/^'\''(.*)'\''$/\1/'
}

# put_setting FILE NAME VALUE: replace its line, or add one; for root only.
put_setting() {
    local file=$1 name=$2 value=$3 new
    new=$(mktemp "$file.XXXXXX")
    if [[ -e $file ]]; then
        cp -p "$file" "$new"
    else
        echo "# Settings of Cowry, see cowry.conf(5)." >"$new"
    fi
    if grep -q "^$name=" "$new"; then
        NAME=$name VALUE=$value awk 'index($0, ENVIRON["NAME"] "=") == 1 { $0 = ENVIRON["NAME"] "=" ENVIRON["VALUE"] }
            { print }' "$file" >"$new"
    else
        echo "$name=$value" >>"$new"
    fi
    mv "$new" "$file"
}

# require_setting FILE NAME VALUE [OVERRIDE]: the setting has this value, unless the operator has given it
# another one, and OVERRIDE is empty.
require_setting() {
    local old
    old=$(read_setting "$2" "$1")
    [[ $old != "$3" && (! $old || ${4:-}) ]] || return 0
    : >"$NOTES/settings-changed"
    make_change "set $2 in $1" put_setting "$1" "$2" "$3"
}

# Whatever comes from a database of another machine has been written by prepare_database.
write_settings() {
    require_setting "$SETTINGS" COWRY_PUBLIC_URL "$URL" "$GIVEN_NAME"
    # Monitoring reads when it ends.
    [[ $CERTIFICATE == "$TLS/server.pem" ]] ||
        require_setting "$SETTINGS" COWRY_CERTIFICATE_FILE "$CERTIFICATE" changed
    add_note "$SETTINGS"
}

# run_cowry ARGUMENT...: it takes its settings from the same files.
run_cowry() {
    env -i PATH="$PATH" LC_ALL=C.UTF-8 "$COWRY" "$@"
}

create_missing_keys() {
    local file missing=()
    for file in jwt.keys pepper.key box.keys seal.keys; do
        [[ -s $SECRETS/$file ]] || missing+=("$file")
    done
    ((${#missing[@]} == 0)) || make_change "create ${missing[*]} in $SECRETS" run_cowry keys create
}

# The OpenAPI documents, which nginx serves.
write_openapi() {
    local dialect file url new=$NOTES/openapi
    url=$(read_setting COWRY_PUBLIC_URL "$SETTINGS")
    for dialect in $DIALECTS; do
        file=$DOCUMENTS/openapi/$dialect.json
        env -i COWRY_PUBLIC_URL="${url:-$URL}" "$COWRY" openapi "$dialect" >"$new"
        cmp -s "$new" "$file" || make_change "write $file" install -D -m 644 "$new" "$file"
    done
}
