#!/bin/bash
# The benchmark measures what it says: a short run against this copy, its report and its comparison, and the
# open loop of the load generator, which must see a stall in all requests that were due meanwhile.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

checkout=${DEV%/dev}
load=$checkout/build/tests/bench/load/load

bench() {
    BENCH_WALLETS=50 "$checkout/tests/bench/run" --running --no-peer --rounds 1 --seconds 1 --cases hello,transfer,unsealed,unaudited,pg_transfer \
        --connections 8 --shares 0.5 --out "$WORK/bench" "$@"
}

# changed FILTER: the results after the filter, as those of an earlier run.
changed() {
    jq "$1" "$WORK/bench/results.json" >"$WORK/old.json"
}

# compared: with the earlier results; prints what the comparison printed.
compared() {
    python3 -B "$checkout/tests/bench/report" compare "$WORK/old.json" "$WORK/bench/results.json" 0.15
}

# figure FILTER: of the transfers.
figure() {
    jq -r ".figures[] | select(.name == \"transfer\") | $1" "$WORK/bench/results.json"
}

# Workers that stand still and go on.
workers() {
    cut -d' ' -f1 "$RUN"/worker-*.child.pid | xargs kill "-$1"
}

# stalled OPTION...: a result of the generator, while the workers stand still for a second of three.
stalled() {
    (workers STOP && sleep 1 && workers CONT) &
    "$load" --port "${URL##*:}" --ca "$CA" --request "$WORK/hello" --expect 404 --warm 0 --connections 4 \
        --seconds 3 "$@"
    wait
}

ok "a short run ends well" bench
is "without errors" "$(jq '[.figures[].errors] | add' "$WORK/bench/results.json")" 0
is "the same case by connections and by rate" "$(figure '"\(.connections) \(.share)"' | paste -sd,)" "64 0,64 0.5,8 0"
is "with times of processors" "$(figure 'select(.share == 0) | .cpu | [.worker, .nginx, .postgresql, .load] | all(. > 0)' | sort -u)" true
is "with WAL and batches" "$(figure 'select(.share == 0) | .wal > 100 and .batch >= 1' | sort -u)" true
like "goals that were not measured are said to be so" "$(<"$WORK/bench/report.txt")" '– transfer ÷ Node peer +not measured'
ok "plots are XML" python3 -c 'import sys, xml.dom.minidom as x; [x.parse(f) for f in sys.argv[1:]]' "$WORK"/bench/{rates,p99,processor}.svg

changed .
ok "results are not worse than themselves" compared
changed '.figures |= map(.rate *= 2 | .rate_range |= map(. * 2))'
is "half of the rate is worse" "$(compared >"$WORK/out"; echo $?)" 1
changed '.figures |= map(.cpu_sum /= 2 | .cpu_range |= map(. / 2))'
is "twice the processor time is worse" "$(compared >"$WORK/out"; echo $?)" 1
changed '.figures |= map(.rate *= 2 | .rate_range = [0, 1e9])'
ok "what is within the spread of the rounds is not" compared

printf 'GET /v1/hello HTTP/1.1\n' >"$WORK/hello"
slow=$(stalled --rate 200)
is "a fixed rate: all are sent and answered" "$(jq '"\(.answers) \(.errors)"' -r <<<"$slow")" "600 0"
ok "and the latency of those that came late counts from when they were due" jq -e '.p90 > 300' <<<"$slow"
slow=$(stalled)
ok "a closed loop has few that are late" jq -e '.p90 < 300 and .longest > 500' <<<"$slow"
done_testing
