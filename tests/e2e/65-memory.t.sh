#!/bin/bash
# Many concurrent bodies that are designed to use memory: no worker grows beyond 128 MiB, other
# requests are served, and the memory is released.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

readonly AT_ONCE=96 PEAK_KIB=$((128 * 1024)) KEPT_KIB=$((10 * 1024))

workers() {
    local i
    for i in $(seq "$COWRY_WORKERS"); do
        pid "worker-$i.child"
    done
}

# memory FIELD: "pid KiB" of each worker.
memory() {
    local pid
    for pid in $(workers); do
        awk -v pid="$pid" -v field="$1:" '$1 == field { print pid, $2 }' "/proc/$pid/status"
    done
}

# attack BODY PATH [CURL ARGUMENT]...: the statuses of the answers.
attack() {
    local body=$1 path=$2
    shift 2
    seq $AT_ONCE | sed "s|.*|url = \"$URL$path\"\noutput = /dev/null|" >"$WORK/urls"
    curl -sS --cacert "$CA" --parallel --parallel-immediate --parallel-max $AT_ONCE --max-time 60 \
        -X POST -H "Content-Type: application/json" "$@" --data-binary "@$body" \
        -w '%{http_code}\n' -K "$WORK/urls" 2>"$WORK/error" | sort | uniq -c | tr -s '\n ' ' '
}

# fill FILE BYTES OPEN ITEM CLOSE: a body of about this number of bytes.
fill() {
    awk -v most="$2" -v open="$3" -v item="$4" -v close_="$5" 'BEGIN {
        printf "%s%s", open, item
        for (n = length(open item close_); n + length(item) + 1 <= most; n += length(item) + 1)
            printf ",%s", item
        printf "%s", close_
    }' >"$1"
}

went_back() {
    local pid kib
    while read -r pid kib; do
        ((kib <= ${BEFORE[$pid]} + KEPT_KIB)) || return 1
    done < <(memory VmRSS)
}

new_project
fill "$WORK/hook" 65536 '[' '{}' ']'
fill "$WORK/names" 65536 '{"event":"charge.success","data":{' '"a":[]' '}}'
fill "$WORK/large" 1048000 '{"event":"charge.success","odd":[' '{}' ']}'
fill "$WORK/bulk" 522240 '{"transactions":[' '{}' ']}'
fill "$WORK/free" 522240 '{"transactions":[],"unknown":[' '{}' ']}'
# One that is accepted: 1,000 postings, each of them refused.
fill "$WORK/items" 522240 '{"atomic":false,"transactions":[' "$(jq -cn '{type: "credit",
    walletId: "00000000-0000-7000-8000-000000000000", amount: "1", currency: "NGN",
    reference: "aaaaa", metadata: {a: [range(40)], b: ("x" * 270)}}')" ']}'

# The memory of every worker after its first requests.
for _ in $(seq 200); do
    request GET /v1/auth/me -H "Authorization: Bearer $TOKEN"
done
declare -A BEFORE
while read -r pid kib; do
    BEFORE[$pid]=$kib
done < <(memory VmRSS)
echo "# before: $(memory VmRSS | tr '\n' ' ')"
ok "there are workers" test "${#BEFORE[@]}" -gt 0

signature=$(head -c 64 /dev/zero | od -An -v -tx1 | tr -d ' \n')
for body in hook names large; do
    for path in /v1/webhooks/paystack /v1/webhooks/flutterwave /api/v1/wallet/paystack/webhook \
        /api/v1/vouchers/easypay/settlement; do
        got=$(attack "$WORK/$body" "$path" -H "x-paystack-signature: $signature" \
            -H "verif-hash: $signature" -H "x-easypay-signature: $signature")
        echo "# $body $path: $got"
        [[ ! $got =~ (500|502|504|000) ]] || fail "$body to $path" "$got"
    done
done
got=$(attack "$WORK/hook" /v1/auth/login)
echo "# hook /v1/auth/login: $got"
for body in bulk free items; do
    got=$(attack "$WORK/$body" /v1/transactions/bulk -H "Authorization: Bearer $KEY")
    echo "# $body: $got"
    [[ ! $got =~ (500|502|504|000) ]] || fail "$body" "$got"
done

peak=$(memory VmHWM)
echo "# peak: $(tr '\n' ' ' <<<"$peak")"
is "no worker grew beyond 128 MiB" "$(awk -v most=$PEAK_KIB '$2 > most' <<<"$peak")" ""
is "none has died" "$(workers | sort)" "$(printf '%s\n' "${!BEFORE[@]}" | sort)"
ok "the memory is back within 30 seconds" within 30 went_back
echo "# after: $(memory VmRSS | tr '\n' ' ')"
request GET /v1/auth/me -H "Authorization: Bearer $TOKEN"
expect "and requests are served" 200
done_testing
