# What is to be set up: options, else what an earlier run has set up, else defaults; on a terminal the
# operator is asked.
# shellcheck shell=bash disable=SC2015,SC2034

show_help() {
    cat <<'END'
usage: cowry setup [OPTION]...

  --server-name NAME           host at which clients reach the server; more than once: more names
  --https-port N               443
  --http-port N                80, where clients are sent to https
  --certificate FILE           chain in PEM; without, one of an authority of its own is made
  --certificate-key FILE       its key
  --database-url URL           another PostgreSQL than the local one: as a role that may create
                               roles and databases
  --database-port N            of the local one, if it is not 5432
  --admin-email ADDRESS        create an administrator
  --admin-name NAME            Administrator
  --admin-password-file FILE   -: standard input
  --no-start                   leave services as they are
  --prove                      show that money moves, even if nothing has changed
  --dry-run                    show what would be done, and change nothing
  --yes                        ask nothing
END
}

# take_option NAME VALUE
take_option() {
    case $1 in
    --server-name) NAMES+=("$2") ;;
    --https-port) HTTPS_PORT=$2 ;;
    --http-port) HTTP_PORT=$2 ;;
    --certificate) CERTIFICATE=$2 ;;
    --certificate-key) CERTIFICATE_KEY=$2 ;;
    --database-url) DATABASE_URL=$2 ;;
    --database-port) DATABASE_PORT=$2 ;;
    --admin-email) ADMIN_EMAIL=$2 ;;
    --admin-name) ADMIN_NAME=$2 ;;
    --admin-password-file) ADMIN_PASSWORD_FILE=$2 ;;
    *) die "there is no option $1; see cowry setup --help" ;;
    esac
}

parse_options() {
    NAMES=() HTTPS_PORT='' HTTP_PORT='' CERTIFICATE='' CERTIFICATE_KEY='' DATABASE_URL='' DATABASE_PORT=''
    ADMIN_EMAIL='' ADMIN_NAME=Administrator ADMIN_PASSWORD_FILE='' ADMIN_PASSWORD=''
    START=1 PROVE='' DRY_RUN='' YES=''
    while (($# > 0)); do
        case $1 in
        -h | --help) show_help && exit ;;
        --no-start) START='' ;;
        --prove) PROVE=1 ;;
        --dry-run) DRY_RUN=1 ;;
        --yes) YES=1 ;;
        --*=*) take_option "${1%%=*}" "${1#*=}" ;;
        *)
            (($# > 1)) || die "$1 is unknown, or its value is missing; see cowry setup --help"
            take_option "$1" "$2"
            shift
            ;;
        esac
        shift
    done
    GIVEN_NAME=${NAMES[0]:-}${HTTPS_PORT}
}

# What earlier runs have set up, from where they have written it, and defaults.
find_answers() {
    ((${#NAMES[@]} > 0)) || read -ra NAMES <<<"$(site_value server_name)"
    ((${#NAMES[@]} > 0)) || mapfile -t NAMES < <(read_setting COWRY_PUBLIC_URL "$SETTINGS" |
        sed -nE 's,^https://([^/:]+).*,\1,p')
    ((${#NAMES[@]} > 0)) || NAMES=("$(hostname -f 2>/dev/null || hostname)")
    HTTPS_PORT=${HTTPS_PORT:-$(site_port ' ssl')}
    HTTPS_PORT=${HTTPS_PORT:-443}
    HTTP_PORT=${HTTP_PORT:-$(site_port '')}
    HTTP_PORT=${HTTP_PORT:-80}
    if [[ ! $CERTIFICATE ]]; then
        CERTIFICATE=$(tls_value ssl_certificate)
        CERTIFICATE_KEY=${CERTIFICATE_KEY:-$(tls_value ssl_certificate_key)}
    fi
    CERTIFICATE=${CERTIFICATE:-$TLS/server.pem}
    CERTIFICATE_KEY=${CERTIFICATE_KEY:-$TLS/server.key}
    DATABASE_PORT=${DATABASE_PORT:-$(known_database_port)}
    DATABASE_PORT=${DATABASE_PORT:-5432}
}

# ask_for VARIABLE QUESTION DEFAULT
ask_for() {
    local typed
    read -rp "$2${3:+ [$3]}: " typed || die "no answer"
    printf -v "$1" %s "${typed:-$3}"
}

ask_password() {
    local again
    until [[ ${#ADMIN_PASSWORD} -ge 8 && $ADMIN_PASSWORD == "${again:-}" ]]; do
        read -rsp "  Password, at least 8 characters: " ADMIN_PASSWORD || die "no answer"
        read -rsp $'\n  Again: ' again || die "no answer"
        echo
    done
}

ask_questions() {
    local answer default=''
    ask_for answer "Host names at which clients reach the server" "${NAMES[*]}"
    read -ra NAMES <<<"$answer"
    if ! external_database; then
        ask_for DATABASE_URL "URL of PostgreSQL; empty: the one on this machine" ""
    fi
    [[ $CERTIFICATE == "$TLS/server.pem" ]] || default=$CERTIFICATE
    ask_for answer "Certificate (chain in PEM); empty: of an authority of its own" "$default"
    if [[ $answer ]]; then
        CERTIFICATE=$answer
        ask_for CERTIFICATE_KEY "  Its key" "${CERTIFICATE_KEY#"$TLS/server.key"}"
    fi
    if [[ ! $ADMIN_EMAIL ]] && ! has_administrator; then
        ask_for ADMIN_EMAIL "E-mail address of the administrator; empty: none yet" ""
    fi
    [[ ! $ADMIN_EMAIL || $ADMIN_PASSWORD_FILE ]] || ask_password
    ask_for answer "Set up https://${NAMES[0]}?" "yes"
    [[ ${answer,,} == y* ]] || die "nothing was changed"
}

require_port() {
    [[ $2 =~ ^[0-9]{1,5}$ ]] && (($2 >= 1 && $2 <= 65535)) || die "$1 must be 1 to 65535, not \"$2\""
}

check_answers() {
    local name
    CERTIFICATE=$(realpath -ms -- "$CERTIFICATE") CERTIFICATE_KEY=$(realpath -ms -- "$CERTIFICATE_KEY")
    for name in "${NAMES[@]}"; do
        [[ $name =~ ^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$ ]] || die "\"$name\" is not the name of a host"
    done
    require_port --https-port "$HTTPS_PORT"
    require_port --http-port "$HTTP_PORT"
    require_port --database-port "$DATABASE_PORT"
    [[ ! $DATABASE_URL || $DATABASE_URL =~ ^postgres(ql)?://[^/?#]+ ]] ||
        die "--database-url must begin with postgresql:// and a host"
    [[ ! $ADMIN_EMAIL || $ADMIN_PASSWORD_FILE || $ADMIN_PASSWORD ]] || die "--admin-password-file is missing"
    [[ $ADMIN_PASSWORD_FILE != - ]] || IFS= read -r ADMIN_PASSWORD || die "no password on standard input"
    URL=https://${NAMES[0]}
    ((HTTPS_PORT == 443)) || URL+=:$HTTPS_PORT
    CURL_OPTIONS=(--connect-to "::127.0.0.1:$HTTPS_PORT")
}
