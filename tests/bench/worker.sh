# worker.sh - the workers themselves: from their start to the first answer, and their memory.
# shellcheck shell=bash

# measure_start ROUND: milliseconds until a new worker has answered a balance read, its first request. It runs
# beside the others, and nginx does not know it.
measure_start() {
    local user ms
    user=$(stat -c %U "$RUN/workers")
    ms=$(python3 -B "$HERE/first_answer.py" "$STATE/env" "$user" "$RUN/workers/bench.sock" \
        "$STATE/usr/bin/cowry-worker" "/v1/wallets/$FIRST" "$KEY")
    jq -cn --argjson round "$1" --argjson ms "$ms" '{name: "start", round: $round, ms: $ms}' >>"$WORK/rows"
}

# Requests that all workers have answered.
served() {
    COWRY_HOME=$STATE "$CHECKOUT/dev" cowry metrics 2>/dev/null |
        awk '/^cowry_requests_total/ { n += $NF } END { printf "%d\n", n }'
}

# The resident memory of the worker that has most, after what all of them have answered.
measure_memory() {
    local file most=0 kib
    for file in "$RUN"/worker-*.child.pid; do
        kib=$(awk '/^VmRSS/ { print $2 }' "/proc/$(cut -d' ' -f1 "$file")/status")
        ((kib <= most)) || most=$kib
    done
    jq -cn --argjson kib "$most" --argjson served "$(served)" \
        '{name: "memory", kib: $kib, served: $served}' >>"$WORK/rows"
}

# serve_until REQUESTS: reads, until the workers have answered that many.
serve_until() {
    while (($(served) < $1)); do
        run_load "$WORK/read.request" --seconds 10 --sources 16 --connections 64 >/dev/null
    done
}
