# Common part of the end-to-end scripts; sourced by each. The stack they talk to is described by
# the environment that `run` gives them: COWRY_HOME, URL, HTTP_URL, CA, DEV.
# shellcheck shell=bash
set -uo pipefail

TESTS=0
FAILED=0
WORK=$(mktemp -d "$E2E/work.XXXXXX")
STATUS='' BODY=''

# TAP.

pass() {
    TESTS=$((TESTS + 1))
    echo "ok $TESTS - $1"
}

fail() {
    TESTS=$((TESTS + 1))
    FAILED=$((FAILED + 1))
    echo "not ok $TESTS - $1"
    printf '%s\n' "${@:2}" | head -n 20 | sed 's/^/#   /'
}

# ok NAME COMMAND...: the command succeeds.
ok() {
    local name=$1
    shift
    if "$@" >"$WORK/out" 2>&1; then
        pass "$name"
    else
        fail "$name" "$*" "$(cat "$WORK/out")"
    fi
}

# is NAME GOT WANTED
is() {
    if [[ $2 == "$3" ]]; then
        pass "$1"
    else
        fail "$1" "got:    $2" "wanted: $3"
    fi
}

# like NAME GOT PATTERN: an extended regular expression.
like() {
    if [[ $2 =~ $3 ]]; then
        pass "$1"
    else
        fail "$1" "got:    $2" "wanted: $3"
    fi
}

done_testing() {
    echo "1..$TESTS"
    exit $((FAILED > 0))
}

# within SECONDS COMMAND...: try until it succeeds.
within() {
    local deadline
    deadline=$(awk -v now="$EPOCHREALTIME" -v s="$1" 'BEGIN { printf "%.3f", now + s }')
    shift
    until "$@" >/dev/null 2>&1; do
        awk -v now="$EPOCHREALTIME" -v d="$deadline" 'BEGIN { exit (now < d) }' && return 1
        sleep 0.05
    done
}

# HTTP.

# request METHOD PATH [CURL ARGUMENT]...: sets STATUS and BODY; the headers wait for header().
request() {
    local method=$1 path=$2
    shift 2
    [[ $path == http* ]] || path=$URL$path
    STATUS=$(curl -sS --max-time 40 --cacert "$CA" -X "$method" -D "$WORK/head" -o "$WORK/body" \
        -w '%{http_code}' "$@" "$path" 2>"$WORK/error")
    BODY=$(tr -d '\0' 2>/dev/null <"$WORK/body")
    rm -f "$WORK/body"
}

# post PATH JSON [CURL ARGUMENT]...
post() {
    local path=$1 json=$2
    shift 2
    request POST "$path" -H "Content-Type: application/json" --data-binary "$json" "$@"
}

# header NAME: its value in the last answer.
header() {
    awk -v name="${1,,}:" 'tolower($1) == name { sub(/^[^:]*: */, ""); sub(/\r$/, ""); print }' \
        "$WORK/head" | tail -n 1
}

field() {
    jq -r "$1" <<<"$BODY" 2>/dev/null
}

# expect NAME STATUS [FILTER WANTED]...: the last answer has that status and those fields.
expect() {
    local name=$1 status=$2 got
    shift 2
    if [[ $STATUS != "$status" ]]; then
        fail "$name" "status $STATUS, not $status" "$BODY" "$(cat "$WORK/error")"
        return
    fi
    while (($# > 0)); do
        got=$(field "$1")
        if [[ $got != "$2" ]]; then
            fail "$name" "$1 is $got, not $2" "$BODY"
            return
        fi
        shift 2
    done
    pass "$name"
}

# A browser.

# has_browser: there is Chromium, and what drives it; sets CHROMIUM.
has_browser() {
    CHROMIUM=$(command -v chromium)
    [[ $CHROMIUM ]] || return
    [[ -d ${DEV%/dev}/build/tests/browser/node_modules/playwright-core ]] && return
    fail "playwright-core is installed" "run make browser-driver"
    done_testing
}

# browse SCRIPT SECONDS NAME=VALUE...: a script of tests/browser/; its results count as ours. The browser
# trusts the one key that the stack has.
browse() {
    local line spki tls=$COWRY_HOME/tls/server
    spki=$(openssl x509 -in "$tls.pem" -noout -pubkey | openssl pkey -pubin -outform der |
        openssl dgst -sha256 -binary | base64)
    env HOME="$WORK" URL="$URL" CHROMIUM="$CHROMIUM" SPKI="$spki" TLS_KEY="$tls.key" \
        TLS_CERTIFICATE="$tls.pem" "${@:3}" timeout "$2" \
        node "${DEV%/dev}/build/tests/browser/$1.mjs" >"$WORK/script" 2>"$WORK/script.err"
    while read -r line; do
        case $line in
        "ok "*) pass "${line#*- }" ;;
        "not ok "*) fail "${line#*- }" "$(grep -A2 -F -- "$line" "$WORK/script" | tail -n 2)" ;;
        esac
    done <"$WORK/script"
    if grep -qE '^1\.\.[0-9]+$' "$WORK/script"; then
        pass "the browser's script runs to its end"
    else
        fail "the browser's script runs to its end" "$(<"$WORK/script.err")"
    fi
}

# The platform.

# must NAME: the preparations of a test succeeded, or the test is skipped.
must() {
    [[ $STATUS == 2?? ]] && return 0
    echo "Bail out! $1: $STATUS $BODY $(cat "$WORK/error")"
    exit 1
}

# new_project: a new platform; sets EMAIL, PASSWORD, TOKEN, PROJECT and KEY.
# shellcheck disable=SC2034
new_project() {
    local name
    name=e2e-$(openssl rand -hex 6)
    EMAIL=$name@cowry.example PASSWORD=$(openssl rand -hex 12)
    post /v1/auth/register "$(jq -cn --arg e "$EMAIL" --arg p "$PASSWORD" '{name: "End to end",
        email: $e, password: $p, provider: "local", country: "Nigeria", companyName: "E2E",
        role: "developer", acceptTerms: true}')"
    must register
    post /v1/auth/login "$(jq -cn --arg e "$EMAIL" --arg p "$PASSWORD" '{email: $e, password: $p}')"
    must login
    TOKEN=$(field .data.accessToken)
    post /v1/platform-accounts "{\"name\":\"$name\",\"companyName\":\"E2E\"}" \
        -H "Authorization: Bearer $TOKEN"
    must "platform account"
    post /v1/projects "{\"name\":\"$name\"}" -H "Authorization: Bearer $TOKEN"
    must project
    PROJECT=$(field .data.id)
    post "/v1/projects/$PROJECT/api-keys" '{"scope":"test","quota":null}' -H "Authorization: Bearer $TOKEN"
    must key
    KEY=$(field .data.rawKey)
}

# new_wallet [AMOUNT]: sets WALLET, an NGN wallet with this amount.
new_wallet() {
    post /v1/wallets '{"currency":"NGN"}' -H "x-api-key: $KEY"
    must wallet
    WALLET=$(field '.data.wallet.id // .data.id')
    (($# == 0)) || credit "$WALLET" "$1"
}

credit() {
    post /v1/wallets/credit "{\"walletId\":\"$1\",\"amount\":\"$2\",\"currency\":\"NGN\",
        \"reference\":\"credit-$(openssl rand -hex 8)\"}" -H "x-api-key: $KEY"
    must credit
}

transfer() {
    post /v1/wallets/transfer "{\"fromWalletId\":\"$1\",\"toWalletId\":\"$2\",\"amount\":\"$3\",
        \"currency\":\"NGN\",\"reference\":\"$4\"}" -H "x-api-key: $KEY"
}

available() {
    request GET "/v1/wallets/$1" -H "x-api-key: $KEY"
    field .data.balance.available
}

serving() {
    request GET /api/health
    [[ $STATUS == 200 ]]
}

# ready STATUS [MISSING]: /ready, of each worker: nginx takes them in turn.
ready() {
    local i
    for ((i = 0; i < 3 * COWRY_WORKERS; i++)); do
        request GET /ready
        [[ $STATUS == "$1" ]] || return
        [[ $# == 1 || $(field '.missing | join(",")') == "$2" ]] || return
    done
}

# sql QUERY: as the owner, one value.
sql() {
    psql -X -A -t -q "$(jq -r .database_owner_url "$COWRY_HOME/credentials.json")" \
        -c "SET search_path TO cowry" -c "$1"
}

# postgres ARGUMENT...: pg_ctl for the cluster.
postgres() {
    local bin
    bin=/usr/lib/postgresql/$(cat "$COWRY_HOME/postgresql/PG_VERSION")/bin
    if [[ $(id -u) == 0 ]]; then
        setpriv --reuid=postgres --regid="$(id -g postgres)" --init-groups -- \
            "$bin/pg_ctl" "$@" -s -D "$COWRY_HOME/postgresql"
    else
        "$bin/pg_ctl" "$@" -s -D "$COWRY_HOME/postgresql"
    fi
}

# superuser QUERY: as PostgreSQL's own administrator.
superuser() {
    psql -X -A -t -q -h "$RUN/postgresql" -U postgres -d cowry -c "$1"
}

# Monitoring.

# scrape: read the metrics to $WORK/metrics.
scrape() {
    curl -sS --max-time 10 -f -o "$WORK/metrics" "http://127.0.0.1:$COWRY_METRICS_PORT/metrics"
}

# metric NAME [PATTERN]: the sum of the samples whose labels match, of the last scrape; empty if there
# is none.
metric() {
    awk -v name="$1" -v pattern="${2:-}" '
        /^#/ { next }
        {
            value = $NF
            series = $0
            sub(/ [^ ]*$/, "", series)
            labels = series
            sub(/^[^{]*/, "", labels)
            sub(/{.*/, "", series)
        }
        series == name && labels ~ pattern { sum += value; n++ }
        END { if (n) printf "%.15g\n", sum }' "$WORK/metrics"
}

# front NUMBER SETTING...: a separate nginx for worker NUMBER alone, rendered with settings; sets
# FRONT_PORT, where it listens, and FRONT, its folder. unfront ends all of them.
# shellcheck disable=SC2034
front() {
    local user='' port
    FRONT=$WORK/front-$1
    ((EUID != 0)) || user=www-data
    mkdir -p "$FRONT/temp"
    chmod 755 "$WORK" "$FRONT"
    for ((port = 20000 + RANDOM % 9000; ; port++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null ||
            (exec 3<>"/dev/tcp/127.0.0.1/$((port + 1))") 2>/dev/null || break
    done
    "$COWRY_HOME/usr/share/cowry/nginx/render" "$FRONT/conf" "USER=$user" \
        "HTTPS_LISTEN=127.0.0.1:$port" "HTTP_LISTEN=127.0.0.1:$((port + 1))" \
        "CERTIFICATE=$COWRY_HOME/tls/server.pem" "CERTIFICATE_KEY=$COWRY_HOME/tls/server.key" \
        "SOCKETS=$RUN/workers/$1.sock" "WWW=$COWRY_HOME/usr/share/cowry/www" \
        "RUN=$FRONT" "LOG=$FRONT" "TEMP=$FRONT/temp" "${@:2}" || return
    nginx -e "$FRONT/error.log" -c "$FRONT/conf/nginx.conf" && FRONT_PORT=$port
}

unfront() {
    local pid
    for pid in "$WORK"/front-*/nginx.pid; do
        [[ ! -s $pid ]] || kill -TERM "$(<"$pid")"
    done
}

# pid NAME: of a program under dev.
pid() {
    cut -d' ' -f1 "$RUN/$1.pid"
}

# Load.

# A client: transfers of 0.01 between two wallets over one connection, one after the other, until
# the file stop appears. Its journal has a line `REFERENCE STATUS TYPE` for each answer.
client() {
    local name=$1 from=$2 to=$3 i=0 reference
    while [[ ! -e $WORK/stop ]]; do
        for reference in $(seq -f "$name-%.0f" "$i" $((i + 49))); do
            cat <<END
url = "$URL/v1/wallets/transfer"
cacert = "$CA"
silent
show-error
max-time = 40
header = "x-api-key: $KEY"
header = "Content-Type: application/json"
data = "{\"fromWalletId\":\"$from\",\"toWalletId\":\"$to\",\"amount\":\"0.01\",\"currency\":\"NGN\",\"reference\":\"$reference\"}"
output = "/dev/null"
write-out = "$reference %{http_code} %{content_type}\n"
next
END
        done | sed '$d' | curl -K - >>"$WORK/journal.$name" 2>>"$WORK/client.log"
        i=$((i + 50))
    done
}

# load CLIENTS: start them in the background, each with wallets of its own.
load() {
    local i from
    PREFIX=load-$(openssl rand -hex 4)
    CLIENTS=()
    rm -f "$WORK/stop"
    for ((i = 1; i <= $1; i++)); do
        new_wallet 100000
        from=$WALLET
        new_wallet
        client "$PREFIX-$i" "$from" "$WALLET" &
        CLIENTS+=($!)
    done
}

stop_load() {
    touch "$WORK/stop"
    wait "${CLIENTS[@]}"
    cat "$WORK"/journal."$PREFIX"-* >"$WORK/journal"
}

answered() {
    awk -v status="$1" '$2 ~ status { n++ } END { print n + 0 }' "$WORK/journal"
}

# acknowledged_once: every reference that was answered 201 is in the journal of the ledger
# exactly once; no balance or sum is wrong.
acknowledged_once() {
    local all
    awk '$2 == 201 { print $1 }' "$WORK/journal" | sort >"$WORK/acknowledged"
    sql "SELECT reference FROM transaction WHERE reference LIKE '$PREFIX%'" | sort >"$WORK/posted"
    is "every acknowledged transfer is in the ledger" \
        "$(comm -23 "$WORK/acknowledged" "$WORK/posted" | wc -l)" 0
    is "none is there twice" "$(uniq -d "$WORK/posted" | wc -l)" 0
    awk '{ print $1 }' "$WORK/journal" | sort -u >"$WORK/asked"
    is "nothing is there that was not asked for" \
        "$(comm -13 "$WORK/asked" "$WORK/posted" | wc -l)" 0
    all=$("$DEV" cowry verify 2>&1)
    ok "the books are right" test $? -eq 0
    [[ $all ]] && printf '%s\n' "$all" | tail -n 3 | sed 's/^/# /'
}
