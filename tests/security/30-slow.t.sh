#!/bin/bash
# Slow clients: headers and bodies that never end, answers that are hardly read, from one address. Others
# are served all the time.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

readonly CONNECTIONS=800 SECONDS_EACH=25
new_project
new_wallet 100
ulimit -n "$(ulimit -Hn)"

# slow ARGUMENT...: by slowhttptest, which trusts any certificate.
slow() {
    slowhttptest -c "$CONNECTIONS" -r 400 -l "$SECONDS_EACH" -p 3 "$@" >"$WORK/slow" 2>&1
}

# served NAME: while the attack runs, a client's requests are answered within a second.
served() {
    local attack=$1 asked=0 late=0 begun=$EPOCHREALTIME
    shift
    slow "$@" &
    local pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        request GET "/v1/wallets/$WALLET" -H "x-api-key: $KEY" --max-time 5
        asked=$((asked + 1))
        [[ $STATUS == 200 ]] || late=$((late + 1))
        sleep 0.2
    done
    wait "$pid"
    echo "# $attack: $asked requests, $late not answered, $(awk -v a="$begun" -v b="$EPOCHREALTIME" \
        'BEGIN { printf "%.0f", b - a }') s"
    ok "the attack by $attack took place" grep -q "slow HTTP test status" "$WORK/slow"
    ok "clients are served during $attack" test "$asked" -ge 20
    is "each of them" "$late" 0
}

served "slow headers" -H -i 5 -u "$URL/"
served "slow bodies" -B -i 5 -s 8192 -u "$URL/v1/auth/login" -f application/json
served "slow reading" -X -w 1 -y 8 -n 5 -z 8 -k 2 -u "$URL/openapi/pocket.json"
ok "connections are gone afterwards" within 30 serving
done_testing
