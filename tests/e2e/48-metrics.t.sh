#!/bin/bash
# Metrics and readiness: what is counted adds up over processes, also after one was killed; nothing of
# it is public but /ready, which tells what is missing.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

transfers() {
    scrape && metric cowry_requests_total 'method="POST",route="/v1/wallets/transfer",status="201"'
}

move() {
    local i
    for ((i = 0; i < $1; i++)); do
        transfer "$one" "$two" 0.01 "metrics-$(openssl rand -hex 8)"
        [[ $STATUS == 201 ]] || return
    done
}

# has_metric NAME VALUE: what is read from the database may be some seconds old.
has_metric() {
    scrape && [[ $(metric "$1") == "$2" ]]
}

workers() {
    scrape && [[ $(metric cowry_processes 'program="worker"') == "$1" ]]
}

# restore_dump: the database is created again from a dump of itself.
restore_dump() {
    pg_dump -C -h "$RUN/postgresql" -U postgres -d cowry >"$WORK/dump" &&
        psql -XAtq -v ON_ERROR_STOP=1 -h "$RUN/postgresql" -U postgres -d postgres \
            -c "DROP DATABASE cowry WITH (FORCE)" -f "$WORK/dump"
}

new_project
new_wallet 1000
one=$WALLET
new_wallet
two=$WALLET

ok "the metrics are served" scrape
ok "in Prometheus' format" eval '! command -v promtool || promtool check metrics <"$WORK/metrics"'
is "by each process" "$(metric cowry_processes)" 4
ok "with its memory" test "$(metric cowry_process_resident_memory_bytes 'slot="0"')" -gt 1000000
is "cowry metrics has the same names" \
    "$("$DEV" cowry metrics | sed -n 's/^# TYPE //p')" "$(sed -n 's/^# TYPE //p' "$WORK/metrics")"

before=$(transfers)
postings=$(metric cowry_postings_total)
ok "transfers are made" move 30
is "and counted" "$(($(transfers) - ${before:-0}))" 30
is "as are their postings" "$(($(metric cowry_postings_total) - postings))" 30
is "batches have as many transactions" \
    "$(metric cowry_batch_transactions_sum)" "$(metric cowry_transactions_total)"
is "the histogram has them all" \
    "$(metric cowry_request_seconds_count 'route="/v1/wallets/transfer"')" \
    "$(metric cowry_requests_total 'route="/v1/wallets/transfer"')"
seen=$(transfers)
for name in worker-1 worker-3; do
    kill -KILL "$(pid $name.child)"
    ok "$name was killed, and is back" within 5 workers 3
    is "nothing was forgotten" "$(transfers)" "$seen"
done
ok "more transfers are made" move 30
is "and counted once" "$(($(transfers) - seen))" 30

request GET "/v1/no/such/path/$RANDOM"
request GET "/v1/wallets/$one/$RANDOM"
scrape
ok "unknown paths are counted without them" test "$(metric cowry_requests_total 'method="",route="",status="404"')" -ge 2
is "routes are those of the tables" \
    "$(grep -o 'route="[^"]*"' "$WORK/metrics" | grep -cE "$one|no/such")" 0

# Not for the public.
request GET /metrics
is "the public server has no metrics" "$STATUS" 404
request GET /metrics -H "MONITOR: metrics"
is "whatever is asked" "$STATUS" 404
is "their server has nothing else" \
    "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$COWRY_METRICS_PORT/v1/wallets/$one")" 404

# Ready, or not.
ok "ready" within 15 ready 200 ""
request HEAD /ready --head
is "HEAD too" "$STATUS" 200
post /ready '{}'
is "it is only read" "$STATUS $(header Allow)" "405 GET, HEAD"
kill -STOP "$(pid jobs)" "$(pid jobs.child)"
sql "UPDATE job_runner SET seen_at = seen_at - interval '2 minutes'"
ok "not without a job runner" within 3 ready 503 job_runner
ok "which the metrics say, too" within 10 has_metric cowry_job_runners 0
kill -CONT "$(pid jobs.child)" "$(pid jobs)"
ok "with one again" within 15 ready 200 ""
superuser "ALTER DATABASE cowry SET default_transaction_read_only = on"
superuser "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'cowry_worker'" >"$WORK/out"
ok "not if nothing can be written" within 5 ready 503 database
PGOPTIONS="-c default_transaction_read_only=off" superuser "ALTER DATABASE cowry RESET default_transaction_read_only"
superuser "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'cowry_worker'" >"$WORK/out"
ok "when it can be" within 15 ready 200 ""
last=$(sql "SELECT max(number) FROM cowry_meta.migration")
sql "UPDATE cowry_meta.migration SET number = -number WHERE number = $last"
ok "not with an old schema" within 3 ready 503 schema
sql "UPDATE cowry_meta.migration SET number = -number WHERE number = -$last"
postgres stop -m fast
ok "not without a database" within 5 ready 503 database
ok "the metrics are served without it" scrape
is "and say so" "$(metric cowry_database_up)" 0
ok "quickly" test "$(transfers)" -gt 0
postgres start -w -l "$COWRY_HOME/log/postgresql.log"
ok "with it again" within 15 ready 200 ""

# A database that was restored is not served, by no worker, before an operator has seen to it.
ok "the database is restored" restore_dump
ok "not ready with a restored database" within 10 ready 503 database
for ((i = 0; i < 12; i++)); do
    ready 503 database || break
    request GET "/v1/wallets/$one" -H "x-api-key: $KEY"
    [[ $STATUS == 503 ]] || break
done
is "nothing is served from it" "$i $STATUS" "12 503"
ok "the metrics say so, too" within 10 has_metric cowry_database_up 0
ok "cowry restored admits it" "$DEV" cowry restored --jump 1000
ok "it is served then" within 15 ready 200 ""
is "with its books" "$(available "$two")" "0.60"
ok "dev up takes over what it did not start" "$DEV" up
done_testing
