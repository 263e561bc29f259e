# database.sh - PostgreSQL alone, by pgbench, on the tables of baseline.sql.
# shellcheck shell=bash

# The tables, and what pgbench runs; the list of their wallets for the Node peer.
prepare_baseline() {
    local digest
    sql -v wallets="$WALLETS" -v key="$KEY" -f "$HERE/baseline.sql" >"$WORK/baseline"
    digest=$(sql -c "SELECT digest FROM bench.api_key")
    cat >"$WORK/pg_read.sql" <<SQL
\\set id random(1, $WALLETS)
SELECT a.balance, a.held, a.currency
  FROM bench.api_key k
  JOIN bench.users u USING (user_id)
  JOIN bench.ledger l ON l.project_id = k.project_id AND l.mode = k.scope
  LEFT JOIN (bench.account a JOIN bench.wallet w USING (account_id))
    ON a.ledger_id = l.ledger_id AND a.public_id = bench.public_id(:id)
 WHERE k.digest = '$digest' AND k.revoked_at IS NULL AND u.status = 'active'
   AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp());
SQL
    cat >"$WORK/pg_transfer.sql" <<SQL
\\set from random(1, $WALLETS)
\\set to random(1, $WALLETS)
\\set ref random(1, 9000000000000000000)
SELECT bench.transfer('$digest', :from, :to, 100, 'p$BENCH_RUN-' || :ref);
SQL
    sed "s/^.set to .*/\\\\set to 1/" "$WORK/pg_transfer.sql" >"$WORK/pg_hot.sql"
}

# pgbench_json SECONDS: what pgbench printed, and the times of bash, as a row of the generator.
pgbench_json() {
    awk -v seconds="$1" '
        /^number of clients/ { clients = $NF }
        /^number of transactions actually/ { n = $NF }
        /^tps/ { rate = $3 }
        /^times/ { us = ($2 + $3) * 1000000 }
        END { printf "{\"connections\":%d,\"seconds\":%s,\"offered\":0,\"rate\":%.1f,\"answers\":%d,\"errors\":0,\"load_us\":%d}\n",
                     clients, seconds, rate, n, us }'
}

# measure_database NAME ROUND CLIENTS
measure_database() {
    local before cpu cpu_after
    settle
    before=$(totals)
    cpu=$(processor_times)
    TIMEFORMAT='times %U %S'
    { time "$PGBENCH" -n -M prepared -c "$3" -j "$GENERATOR_THREADS" -T "${SECONDS_EACH%.*}" -f "$WORK/$1.sql" \
        "$OWNER" 2>"$WORK/pgbench.err"; } >"$WORK/pgbench" 2>"$WORK/times"
    cpu_after=$(processor_times)
    RESULT=$(cat "$WORK/pgbench" "$WORK/times" | pgbench_json "$SECONDS_EACH")
    keep "$1" "$2" 0 "$before" "$(totals)" "$cpu" "$cpu_after" "$RESULT"
}
