# measure.sh - one measurement: load, and what the processes, the WAL and the group commit did meanwhile.
# A row of JSON for each in WORK/rows.
# shellcheck shell=bash

# The groups of processes: NAME PID. What they have started counts with them.
groups_of_processes() {
    local file name
    for file in "$RUN"/{nginx,postgresql,jobs.child,worker-*.child}.pid; do
        name=$(basename "${file%.pid}")
        echo "${name%%[-.]*} $(cut -d' ' -f1 "$file")"
    done
    [[ -z ${NODE_PID-} ]] || echo "node $NODE_PID"
}

# Processor time of each group in microseconds, also of what has ended and was waited for.
processor_times() {
    {
        groups_of_processes
        echo -
        cat /proc/[0-9]*/stat 2>/dev/null || true # some have ended meanwhile
    } |
        awk -v tick="$((1000000 / $(getconf CLK_TCK)))" '
            $1 == "-" { reading = 1; next }
            !reading { group[$2] = $1; next }
            {
                pid = $1
                sub(/.*\) /, "")
                parent[pid] = $2
                spent[pid] = ($12 + $13 + $14 + $15) * tick
            }
            END {
                for (pid in spent) {
                    for (p = pid; p > 1 && !(p in group); p = parent[p]) {}
                    if (p in group)
                        sum[group[p]] += spent[pid]
                }
                printf "{"
                for (name in sum) {
                    printf "%s\"%s\":%d", comma, name, sum[name]
                    comma = ","
                }
                print "}"
            }'
}

# Bytes of WAL so far, group commits and transactions in them.
totals() {
    sql -c "SELECT pg_current_wal_insert_lsn() - '0/0'"
    COWRY_HOME=$STATE "$CHECKOUT/dev" cowry metrics 2>/dev/null |
        awk '/^cowry_batch_transactions_count/ { n = $2 } /^cowry_batch_transactions_sum/ { s = $2 }
             END { printf "%d\n%d\n", n, s }'
}

# Every measurement begins right after a checkpoint: the same full-page images ahead, and WAL files
# that are there to be written again. Not after --warm.
settle() { ((${WARM:-0} > 0)) || sql -c CHECKPOINT; }

# keep NAME ROUND SHARE BEFORE AFTER CPU_BEFORE CPU_AFTER RESULT: add a row, with differences.
keep() {
    jq -cn --arg name "$1" --argjson round "$2" --argjson share "$3" --arg before "$4" --arg after "$5" \
        --argjson c0 "$6" --argjson c1 "$7" --argjson result "$8" '
        ($before | split("\n") | map(tonumber)) as $b | ($after | split("\n") | map(tonumber)) as $a |
        {name: $name, round: $round, share: $share} + $result + {
            cpu: ($c1 | with_entries(.value -= ($c0[.key] // 0))),
            wal: ($a[0] - $b[0]), batches: ($a[1] - $b[1]), batched: ($a[2] - $b[2])}' >>"$WORK/rows"
}

# measure CASE ROUND CONNECTIONS [RATE SHARE]: by the load generator; an open loop if there is a rate, which is
# that share of what the closed loop reached. Sets RESULT.
measure() {
    local name=$1 round=$2 connections=$3 rate=${4:-0} share=${5:-0} before cpu cpu_after ready="" pid
    local port=${URL##*:}
    [[ $name != node_* ]] || port=$NODE_PORT
    settle
    coproc GENERATOR {
        exec "$LOAD" --port "$port" --ca "$CA" --request "$WORK/$name.request" --list "$WORK/$(field "$name" 3)" \
            --expect "$(field "$name" 2)" --connections "$connections" --rate "$rate" --sources 16 \
            --threads "$GENERATOR_THREADS" --seconds "$SECONDS_EACH" --prefix "$BENCH_RUN-$RANDOM" --wait
    }
    # shellcheck disable=SC2153 # set by coproc
    pid=$GENERATOR_PID
    read -r -u "${GENERATOR[0]}" ready || true
    [[ $ready == ready ]] || { echo "bench: no load for $name" >&2 && exit 1; }
    before=$(totals)
    cpu=$(processor_times)
    echo >&"${GENERATOR[1]}"
    read -r -u "${GENERATOR[0]}" RESULT || { echo "bench: the load of $name ended early" >&2 && exit 1; }
    cpu_after=$(processor_times)
    keep "$name" "$round" "$share" "$before" "$(totals)" "$cpu" "$cpu_after" "$RESULT"
    wait "$pid"
}

# The locks that job runners take for a piece of this work: who holds them keeps them from it.
declare -A JOB_LOCKS=(
    [unsealed]="SELECT one FROM cowry.seal_feed FOR UPDATE"
    [unaudited]="SELECT pg_advisory_xact_lock(7239041)"
)

# hold_job CASE: until release_job.
hold_job() {
    local end=$((SECONDS + 30))
    : >"$WORK/held"
    exec {HOLDER}> >(exec psql -qAtX -v ON_ERROR_STOP=1 "$OWNER" >"$WORK/held" 2>&1)
    HOLDER_JOB=$!
    printf '%s\n' 'BEGIN;' "${JOB_LOCKS[$1]};" '\echo held' >&"$HOLDER"
    until grep -q '^held' "$WORK/held"; do
        ((SECONDS < end)) || { echo "bench: the job of $1 can't be held: $(cat "$WORK/held")" >&2 && exit 1; }
        sleep 0.05
    done
}

# What was left meanwhile is done before the next measurement.
release_job() {
    local end=$((SECONDS + 120))
    exec {HOLDER}>&-
    wait "$HOLDER_JOB" || true
    while [[ $(sql -c "SELECT count(*) FROM cowry.seal_feed s
                        WHERE EXISTS (SELECT FROM cowry.transaction WHERE transaction_id > s.done_id)") != 0 ]]; do
        ((SECONDS < end)) || { echo "bench: the journal is not sealed within two minutes" >&2 && exit 1; }
        sleep 0.2
    done
}

# measure_held CASE ROUND CONNECTIONS
measure_held() {
    hold_job "$1"
    measure "$@"
    release_job
}
