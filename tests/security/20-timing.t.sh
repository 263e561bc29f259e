#!/bin/bash
# Signing in takes as long for an address that is unknown as for one that is known, in each dialect: the
# medians of requests that alternate differ by less than a quarter of a hash.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

readonly PAIRS=20
new_project

# timed PATH BODY: seconds until the answer.
timed() {
    curl -sS --cacert "$CA" -o /dev/null -w '%{time_starttransfer}\n' -X POST \
        -H "Content-Type: application/json" --data-binary "$2" "$URL$1"
}

median() {
    sort -g "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# compare NAME PATH KNOWN UNKNOWN
compare() {
    local i
    : >"$WORK/known"
    : >"$WORK/unknown"
    for ((i = 0; i < PAIRS; i++)); do
        # The order alternates, and each address is asked a few times only: guesses are counted.
        if ((i % 2)); then
            timed "$2" "$3" >>"$WORK/known"
            timed "$2" "${4//NUMBER/$i}" >>"$WORK/unknown"
        else
            timed "$2" "${4//NUMBER/$i}" >>"$WORK/unknown"
            timed "$2" "$3" >>"$WORK/known"
        fi
    done
    known=$(median "$WORK/known")
    unknown=$(median "$WORK/unknown")
    echo "# $1: known $known s, unknown $unknown s"
    ok "$1 does not tell who is known" \
        awk -v a="$known" -v b="$unknown" 'BEGIN { d = a > b ? a - b : b - a
            exit !(d < 0.25 * (a > b ? a : b)) }'
}

compare "sign-in" /v1/auth/login \
    "$(jq -cn --arg e "$EMAIL" '{email: $e, password: "wrong-horse-42"}')" \
    '{"email":"nobody-NUMBER@people.example","password":"wrong-horse-42"}'
compare "MyMoolah's sign-in" /api/v1/auth/login \
    "$(jq -cn --arg e "$EMAIL" '{identifier: $e, password: "wrong-horse-42"}')" \
    '{"identifier":"nobody-NUMBER@people.example","password":"wrong-horse-42"}'
compare "Drop's sign-in" /api/auth/login \
    "$(jq -cn --arg e "$EMAIL" '{email: $e, password: "wrong-horse-42"}')" \
    '{"email":"nobody-NUMBER@people.example","password":"wrong-horse-42"}'
compare "a forgotten password" /v1/auth/forgotten-password \
    "$(jq -cn --arg e "$EMAIL" '{email: $e}')" '{"email":"nobody-NUMBER@people.example"}'
done_testing
