#!/bin/bash
# Long statements through nginx: they are complete, the memory of workers does not grow with them, slow
# clients hold nobody up, and what is cut off looks so.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

readonly LINES=150000 GROWTH_KIB=$((12 * 1024)) SLOW=40

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

# download TYPE FILE [CURL ARGUMENT]...: a statement of the wallet; the status of curl.
download() {
    curl -sS --cacert "$CA" -D "$WORK/head" -o "$2" -H "x-api-key: $KEY" -H "Accept: $1" "${@:3}" \
        "$URL/v1/wallets/$WALLET/statement" 2>"$WORK/error"
}

downloads() {
    download text/csv "$WORK/again.csv" && [[ $(tail -n 1 "$WORK/again.csv") == *'"closing balance"'* ]]
}

# arrives FILE: a part of it is there.
arrives() {
    [[ -s $1 ]]
}

# broken_off COUNT: this number of answers could not be completed.
broken_off() {
    (($(cat "$COWRY_HOME"/log/worker-*.log | grep -c '"event":"answer_broken_off"') >= $1))
}

new_project
new_wallet
friend=$WALLET
new_wallet 1000
psql -X -q -h "$RUN/postgresql" -U postgres -d cowry -f "${DEV%/dev}/tests/support/post_many.sql" \
    -c "SELECT pg_temp.post_many('$WALLET', '$friend', $LINES)" >"$WORK/made" || fail "postings" "$(<"$WORK/made")"

# The memory of every worker after its first requests.
for _ in $(seq 100); do
    request GET "/v1/wallets/$WALLET" -H "x-api-key: $KEY"
    request GET "/v1/wallets/$friend/transactions" -H "x-api-key: $KEY"
done
declare -A BEFORE
while read -r pid kib; do
    BEFORE[$pid]=$kib
    echo 5 >"/proc/$pid/clear_refs"
done < <(memory VmRSS)

for version in --http1.1 --http2; do
    ok "a statement of $LINES transfers ($version)" download application/json "$WORK/all.json" $version
    is "is sent without a length" "$(header Content-Length)" ""
    is "has all lines and agrees with them" \
        "$(jq -c '.data | [.count, (.lines | length), .openingBalance, .totalIn, .totalOut, .closingBalance,
            (.lines | map(.transactionId) | unique | length)]' "$WORK/all.json")" \
        '[150001,150001,"0.00","1750.00","750.00","1000.00",150001]'
done
ok "the same as CSV" download text/csv "$WORK/all.csv"
is "has a line for each" "$(wc -l <"$WORK/all.csv")" $((LINES + 1 + 3))
is "the same ones" "$(tail -n +3 "$WORK/all.csv" | head -n -1 | cut -d, -f 7 | tr -d '\r' | sha256sum)" \
    "$(jq -r '.data.lines[].transactionId' "$WORK/all.json" | sha256sum)"
like "and ends with the balance" "$(tail -n 1 "$WORK/all.csv")" '"closing balance","",,1000.00,"NGN",'
ok "HEAD" download text/csv "$WORK/none" --head
is "says that there is one" "$(awk 'NR == 1 { print $2 }' "$WORK/head") $(header Content-Type)" \
    "200 text/csv; charset=utf-8"

# Slow clients, more than there are places, and some who leave.
for ((i = 0; i < SLOW; i++)); do
    curl -sS --cacert "$CA" -o "$WORK/slow-$i" -H "x-api-key: $KEY" -H "Accept: text/csv" --max-time 6 \
        --limit-rate 50k -w '%{http_code}\n' "$URL/v1/wallets/$WALLET/statement" 2>/dev/null &
done >"$WORK/slow"
within 5 arrives "$WORK/slow-0"
new_wallet 1
expect "meanwhile others are served" 201
wait
echo "# slow: $(sort "$WORK/slow" | uniq -c | tr -s '\n ' ' ')"
like "the others had a part, or were told to come again" "$(sort -u "$WORK/slow" | tr '\n' ' ')" '^200 (503 )?$'
is "none had all" "$(cat "$WORK"/slow-* | grep -c 'closing balance')" 0
WALLET=$(jq -r .data.walletId "$WORK/all.json")
for ((i = 1; i <= 3 * COWRY_WORKERS; i++)); do
    within 10 downloads || fail "a place is free after they have left" "$(<"$WORK/error")"
done
grown=$(while read -r pid kib; do
    ((kib <= ${BEFORE[$pid]:-0} + GROWTH_KIB)) || echo "$pid $kib"
done < <(memory VmHWM))
echo "# before: $(for pid in "${!BEFORE[@]}"; do echo -n "$pid ${BEFORE[$pid]} "; done), peak: $(memory VmHWM | tr '\n' ' ')"
is "no worker needed more memory than for a part of each" "$grown" ""

ok "a slow client gets all, too" download text/csv "$WORK/slow.csv" --limit-rate 700k
is "the same lines" "$(grep '"many-' "$WORK/slow.csv" | sha256sum)" "$(grep '"many-' "$WORK/all.csv" | sha256sum)"

# As PDF, in several files, by a job.
statement_is_ready() {
    request GET "/v1/wallets/$WALLET/statements/$statement" -H "x-api-key: $KEY"
    [[ $(field .data.status) == ready ]]
}

# get_file NUMBER [CURL ARGUMENT]...: a file of the statement, by its link alone.
get_file() {
    curl -sS --cacert "$CA" -D "$WORK/head" -o "$WORK/part-$1.pdf" "${@:2}" "$(jq -r ".data.files[$1].url" "$WORK/ready")"
}

jobs_memory() {
    awk '$1 == "VmHWM:" { print $2 }' "/proc/$(pid jobs.child)/status"
}

for pid in $(workers); do
    echo 5 >"/proc/$pid/clear_refs"
done
post "/v1/wallets/$WALLET/statements" '{}' -H "x-api-key: $KEY"
expect "a PDF of all is ordered" 202 .data.lines 150001
statement=$(field .data.id)
ok "a job makes it" within 60 statement_is_ready
echo "$BODY" >"$WORK/ready"
is "in files of 50,000 lines" "$(jq -c '[.data.files[] | [.firstLine, .lines]]' "$WORK/ready")" \
    '[[1,50000],[50001,50000],[100001,50000],[150001,1]]'
for i in 0 1 2 3; do
    ok "file $((i + 1))" get_file $i
    is "has the length that was announced" "$(header Content-Length) $(stat -c %s "$WORK/part-$i.pdf")" \
        "$(jq -r ".data.files[$i] | \"\(.bytes) \(.bytes)\"" "$WORK/ready")"
done
is "they have all lines" "$(for i in 0 1 2 3; do pdftotext "$WORK/part-$i.pdf" -; done | grep -c '^many-')" $LINES
like "and end with the balance" "$(pdftotext -layout "$WORK/part-3.pdf" -)" 'Closing balance +1000.00'
echo "# peak: workers $(memory VmHWM | tr '\n' ' '), jobs $(jobs_memory) KiB"
ok "the job runner needed little memory" test "$(jobs_memory)" -lt $((100 * 1024))
is "no log has the token of a link" "$(grep -ls "$(jq -r '.data.files[0].url | split("token=")[1]' "$WORK/ready")" \
    "$COWRY_HOME"/log/*.log)" ""

# The database stops in the middle.
n=0
for version in --http1.1 --http2; do
    for type in text/csv application/json; do
        rm -f "$WORK/part"
        download $type "$WORK/part" $version --limit-rate 1M &
        client=$!
        ok "the first part arrives ($type, $version)" within 10 arrives "$WORK/part"
        postgres stop -m immediate
        wait "$client"
        status=$?
        n=$((n + 1))
        like "the client sees that it is cut off" "$status" '^(18|56|92)$'
        is "and not the end" "$(grep -cE 'closing balance|totalOut' "$WORK/part")" 0
        ok "the log says so" broken_off $n
        postgres start -w -l "$COWRY_HOME/log/postgresql.log"
        ok "then it is served as before" within 10 downloads
    done
done

# A worker ends in the middle.
rm -f "$WORK/part"
download text/csv "$WORK/part" --limit-rate 1M &
client=$!
within 10 arrives "$WORK/part"
for pid in $(workers); do
    kill -KILL "$pid"
done
wait "$client"
like "the client sees that, too" "$?" '^(18|56|92)$'
ok "and is served by the next one" within 20 downloads
done_testing
