#!/bin/bash
# A flood of connections and of requests from one address: another address is served, nearly always within a second.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

readonly SECONDS_EACH=20
new_project
new_wallet 100
ulimit -n "$(ulimit -Hn)"
front 1 CONNECTIONS=256 CLIENT_CONNECTIONS=32
here=$(dirname "$0")

# The other address: the attacker has 127.0.0.2.
ask() {
    URL=https://localhost:$FRONT_PORT request GET "/v1/wallets/$WALLET" -H "x-api-key: $KEY" --max-time 1
    [[ $STATUS == 200 ]]
}

# ask_while COMMAND...: ask as long as the command succeeds, ten times a second at most; sets ASKED and REFUSED.
ask_while() {
    ASKED=0 REFUSED=0
    while "$@"; do
        ask || REFUSED=$((REFUSED + 1))
        ASKED=$((ASKED + 1))
        sleep 0.1
    done
}

before() {
    ((EPOCHSECONDS < END))
}

ok "the front serves" within 10 ask
END=$((EPOCHSECONDS + SECONDS_EACH / 2))
ask_while before
quiet=$((ASKED * 2))
python3 "$here/flood.py" 127.0.0.2 "$FRONT_PORT" "$SECONDS_EACH" >"$WORK/flood" 2>&1 &
flood=$!
ask_while kill -0 "$flood" 2>/dev/null
wait "$flood"
echo "# $(cat "$WORK/flood"); the other address: $ASKED requests, $REFUSED not answered; without a flood it has" \
    "$quiet in that time"
like "the flood was one" "$(cat "$WORK/flood")" '^[0-9]{3,} connections'
ok "another address has a quarter of its requests" test $((ASKED * 4)) -ge "$quiet"
ok "nearly all of them are answered within a second" test $((REFUSED * 20)) -le "$ASKED"
ok "afterwards all are" within 10 ask
unfront
done_testing
