#!/bin/bash
# A worker is suspended: clients are told that the outcome is unknown, and requests that nginx has
# abandoned in the meantime are not executed when the worker continues.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# by WORKER COMMAND...: with that worker's front as the address.
by() {
    local URL=https://localhost:${ports[$1]}
    "${@:2}"
}

# refused_late COUNT: this number of requests was refused because they arrived too late.
refused_late() {
    (($(grep -c '"code":"REQUEST_EXPIRED"' "$COWRY_HOME/log/worker-1.log") >= $1))
}

end() {
    kill -CONT "$stuck" 2>/dev/null
    unfront
}

stuck=$(pid worker-1.child)
ports=()
trap end EXIT
for worker in 1 2; do
    front "$worker" ANSWER_WITHIN=3
    ports[worker]=$FRONT_PORT
    ok "worker $worker answers" by "$worker" within 10 serving
done

new_project
new_wallet 50
from=$WALLET
new_wallet
to=$WALLET
prefix=late-$(openssl rand -hex 6)

kill -STOP "$stuck"
# Waiting clients, in each dialect, all at once; and one that disconnects.
paths="/v1/wallets/transfer /api/v1/wallet/transfer /api/wallet/fund /api/v1/vouchers/issue /api/transactions/remittance"
i=0
for path in $paths; do
    i=$((i + 1))
    (
        # shellcheck disable=SC2030
        WORK=$WORK/client-$i && mkdir -p "$WORK"
        if [[ $path == /v1/wallets/transfer ]]; then
            by 1 transfer "$from" "$to" 100 "$prefix-waits"
        else
            by 1 post "$path" '{}'
        fi
        printf '%s\n%s\n' "$STATUS" "$BODY" >"$WORK/answer"
    ) &
    waiting[i]=$!
done
curl -sS --max-time 1 --cacert "$CA" -H "x-api-key: $KEY" -H "Content-Type: application/json" \
    -d "{\"fromWalletId\":\"$from\",\"toWalletId\":\"$to\",\"amount\":\"100\",\"currency\":\"NGN\",\"reference\":\"$prefix-leaves\"}" \
    "https://localhost:${ports[1]}/v1/wallets/transfer" >"$WORK/left" 2>&1
is "a client leaves before it is answered" $? 28
wait "${waiting[@]}"
answer() {
    STATUS=$(head -n 1 "$WORK/client-$1/answer")
    BODY=$(sed 1d "$WORK/client-$1/answer")
}
answer 1
expect "who waits learns that the outcome is unknown" 503 .status error .code OUTCOME_UNKNOWN .statusCode 503
answer 2
expect "in each envelope" 503 .status error .status_code 503 .message "The outcome is not known; repeat the same request to learn it"
answer 3
expect "with one code" 503 .success false .code OUTCOME_UNKNOWN
answer 4
expect "for one meaning" 503 .success false .code OUTCOME_UNKNOWN
answer 5
expect "in Drop's words, too" 503 .error outcome_unknown

# A repetition elsewhere is refused permanently.
for reference in waits leaves; do
    by 2 transfer "$from" "$to" 100 "$prefix-$reference"
    expect "repeated elsewhere it is refused: $reference" 422 .code INSUFFICIENT_FUNDS
done
by 2 credit "$from" 1000
before=$(grep -c '"code":"REQUEST_EXPIRED"' "$COWRY_HOME/log/worker-1.log")
kill -CONT "$stuck"
ok "the worker that goes on refuses what nginx has given up" within 20 refused_late $((before + 2))
by 1 request GET "/v1/wallets/$from" -H "x-api-key: $KEY"
expect "and serves what is new" 200 .data.balance.ledger 1050.00
is "nothing was posted late" "$(sql "SELECT count(*) FROM transaction WHERE reference LIKE '$prefix%'")" 0
by 1 transfer "$from" "$to" 100 "$prefix-waits"
expect "what is repeated now is carried out" 201 .data.balance 950.00

# If no worker was reached, the request was certainly not started.
front 99
ports[99]=$FRONT_PORT
not_reached() {
    by 99 transfer "$from" "$to" 100 "$prefix-away"
    [[ $STATUS == 503 ]]
}
ok "without a worker there is an answer" within 10 not_reached
expect "which says that nothing was done" 503 .code SERVICE_UNAVAILABLE
is "and when to repeat it" "$(header Retry-After)" 1
by 1 transfer "$from" "$to" 100 "$prefix-away"
expect "that succeeds elsewhere" 201

done_testing
