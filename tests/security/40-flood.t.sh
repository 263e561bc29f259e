#!/bin/bash
# A flood of connections and of requests from one address: another address is served.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

new_project
new_wallet 100
ulimit -n "$(ulimit -Hn)"
front 1 CONNECTIONS=256 CLIENT_CONNECTIONS=32
here=$(dirname "$0")

# The other address: the attacker has 127.0.0.2.
ask() {
    URL=https://localhost:$FRONT_PORT request GET "/v1/wallets/$WALLET" -H "x-api-key: $KEY" --max-time 5
    [[ $STATUS == 200 ]]
}
ok "the front serves" within 10 ask
python3 "$here/flood.py" 127.0.0.2 "$FRONT_PORT" 20 >"$WORK/flood" 2>&1 &
flood=$!
asked=0 refused=0
while kill -0 "$flood" 2>/dev/null; do
    ask || refused=$((refused + 1))
    asked=$((asked + 1))
    sleep 0.1
done
wait "$flood"
echo "# $(cat "$WORK/flood"); the other address: $asked requests, $refused not answered"
like "the flood was one" "$(cat "$WORK/flood")" '^[0-9]{3,} connections'
ok "another address asks meanwhile" test "$asked" -ge 5
ok "and nearly always is answered" test $((refused * 20)) -le "$asked"
ok "afterwards all are" within 10 ask
unfront
done_testing
