# lib.sh - what the benchmarks have in common: a running copy, its API, wallets with money, and the load
# generator.
# shellcheck shell=bash disable=SC2034 # used where it is read
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CHECKOUT=${HERE%/tests/bench}
WALLETS=${BENCH_WALLETS:-10000}
WORK=$(mktemp -d)
chmod 755 "$WORK"
trap 'rm -rf "$WORK"' EXIT
BENCH_RUN=$$-$(date +%s)
LIST=$WORK/wallets
LOAD=$CHECKOUT/build/tests/bench/load/load
# shellcheck disable=SC2012 # plain names
PGBENCH=$(ls /usr/lib/postgresql/*/bin/pgbench 2>/dev/null | sort -V | tail -n 1)

need() {
    local tool
    for tool in "$@"; do
        command -v "$tool" >/dev/null || { echo "bench: $tool is missing (apt-get install jq curl python3 postgresql)" >&2; exit 1; }
    done
}

# use_copy FOLDER: the copy with this state folder is measured.
use_copy() {
    STATE=$1
    CREDENTIALS=$STATE/credentials.json
    URL=$(jq -r .base_url "$CREDENTIALS")
    PORT=${URL##*:}
    CA=$(jq -r .ca_file "$CREDENTIALS")
    OWNER=$(jq -r .database_owner_url "$CREDENTIALS")
    # Sockets and pids are elsewhere if the path is long.
    PG_SOCKET=$(sed -nE 's/.*host=([^&]*).*/\1/p' <<<"$OWNER")
    RUN=${PG_SOCKET%/postgresql}
}

build_load() {
    make -s -C "$CHECKOUT/build" tests/bench/load/load >"$WORK/make" 2>&1 || { cat "$WORK/make" >&2; exit 1; }
}

sql() { PGOPTIONS='-c client_min_messages=warning' psql -qAtX -v ON_ERROR_STOP=1 "$OWNER" "$@"; }

# Where requests of api come from: sign-in is limited by address.
FROM=$((1 + RANDOM % 250))

# api METHOD PATH BEARER [JSON]: the answer's data.
api() {
    local answer
    answer=$(curl -sS --interface "127.0.0.$FROM" --cacert "$CA" -X "$1" "$URL$2" -H "Authorization: Bearer $3" \
        ${4:+-H 'Content-Type: application/json' --data-binary "$4"})
    jq -e .data <<<"$answer" || { echo "bench: $1 $2: $answer" >&2; return 1; }
}

# register EMAIL PASSWORD: a user who has signed in; sets TOKEN.
register() {
    api POST /v1/auth/register x "$(jq -n --arg e "$1" --arg p "$2" \
        '{name:"Bench",email:$e,password:$p,country:"Nigeria",acceptTerms:true}')" >/dev/null
    TOKEN=$(api POST /v1/auth/login x "$(jq -n --arg e "$1" --arg p "$2" '{email:$e,password:$p}')" | jq -r .token)
}

# A project; sets KEY and FIRST, a wallet of it.
prepare_project() {
    register "bench-$BENCH_RUN@cowry.example" "bench-$RANDOM-$BENCH_RUN"
    api POST /v1/platform-accounts "$TOKEN" '{"name":"Bench"}' >/dev/null
    PROJECT=$(api POST /v1/projects "$TOKEN" '{"name":"Bench"}' | jq -r .id)
    KEY=$(api POST "/v1/projects/$PROJECT/api-keys" "$TOKEN" '{"scope":"test","quota":null}' | jq -r .rawKey)
    FIRST=$(api POST /v1/wallets "$KEY" '{"currency":"NGN"}' | jq -r .wallet.id)
}

# A project with WALLETS wallets, each with money; all but FIRST are in LIST.
prepare() {
    prepare_project
    # The first wallet has created the accounts of the ledger; the others are copies of it.
    sql -v first="$FIRST" -v n="$((WALLETS - 1))" >"$LIST" <<'SQL'
WITH made AS (
    INSERT INTO cowry.account (public_id, ledger_id, kind, currency, floor)
    SELECT gen_random_uuid(), ledger_id, kind, currency, floor
      FROM cowry.account, generate_series(1, :n) WHERE public_id = :'first'
    RETURNING account_id, public_id
), wallets AS (
    INSERT INTO cowry.wallet (account_id, project_id)
    SELECT m.account_id, w.project_id
      FROM made m, cowry.account a JOIN cowry.wallet w USING (account_id) WHERE a.public_id = :'first'
)
SELECT public_id FROM made;
SQL
    fund
    analyze
}

# The same with a journal of this many transfers among them. Of the wallets, 100,000 are in LIST.
prepare_grown() {
    local ledger
    prepare_project
    ledger=$(sql -c "SELECT ledger_id FROM cowry.account WHERE public_id = '$FIRST'")
    psql -qAtX -h "$PG_SOCKET" -U postgres -d cowry -v ledger="$ledger" -v wallets="$WALLETS" -v transfers="$1" \
        -v days=180 -f "$HERE/grow.sql"
    sql -c "SELECT a.public_id FROM cowry.account a JOIN cowry.wallet w USING (account_id)
             WHERE a.ledger_id = $ledger AND a.public_id <> '$FIRST' ORDER BY random() LIMIT 100000" >"$LIST"
}

analyze() { sql -c "ANALYZE cowry.account, cowry.wallet, cowry.transaction, cowry.posting"; }

# Credit every wallet through the bulk route, 1,000 per call.
fund() {
    local part
    split -l 1000 <(cat "$LIST" && echo "$FIRST") "$WORK/part."
    for part in "$WORK"/part.*; do
        jq -Rn --arg run "$BENCH_RUN" '{atomic:true,transactions:[inputs | {type:"credit",walletId:.,
            amount:"1000000",currency:"NGN",reference:("f:" + $run + ":" + .)}]}' "$part" >"$WORK/bulk.json"
        api POST /v1/transactions/bulk "$KEY" "@$WORK/bulk.json" >/dev/null
    done
    rm -f "$WORK"/part.*
}

# request METHOD PATH [HEADER]... [-- BODY]: a request for the load generator.
request() {
    printf '%s %s HTTP/1.1\n' "$1" "$2"
    shift 2
    while (($# > 0)) && [[ $1 != -- ]]; do
        printf '%s\n' "$1"
        shift
    done
    (($# == 0)) || printf 'Content-Type: application/json\n\n%s' "$2"
}

# transfer_request FROM TO: amounts are the least, so that nobody runs out of money.
transfer_request() {
    request POST /v1/wallets/transfer "x-api-key: $KEY" -- "{\"fromWalletId\":\"$1\",\"toWalletId\":\"$2\",\
\"amount\":\"0.01\",\"currency\":\"NGN\",\"reference\":\"@n@\"}"
}

# run_load REQUEST OPTION...: a line of JSON.
run_load() {
    "$LOAD" --port "$PORT" --ca "$CA" --request "$1" --list "$LIST" --prefix "$BENCH_RUN-$RANDOM" "${@:2}"
}
