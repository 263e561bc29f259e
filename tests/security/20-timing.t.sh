#!/bin/bash
# Signing in takes as long for an address that is unknown as for one that is known, and a forgotten password does,
# too. Requests of both kinds alternate, have the same answers, and the fastest quarters of both are as slow, up to
# a quarter: what else the machine does makes most of them slower.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

readonly PAIRS=40
new_project

# timed FILE PATH BODY: append the status and the seconds until the answer.
timed() {
    curl -sS --cacert "$CA" -o /dev/null -w '%{http_code} %{time_starttransfer}\n' -X POST \
        -H "Content-Type: application/json" --data-binary "$3" "$URL$2" >>"$1"
}

# quartile FILE: of its seconds, the first.
quartile() {
    sort -g -k 2 "$1" | awk '{ v[NR] = $2 } END { print v[int((NR + 3) / 4)] }'
}

statuses() {
    cut -d ' ' -f 1 "$1" | sort -u | xargs
}

# Wrong guesses are counted, and wait after some; the right password ends that.
sign_in() {
    post /v1/auth/login "$(jq -cn --arg e "$EMAIL" --arg p "$PASSWORD" '{email: $e, password: $p}')"
    must "signing in"
}

# compare NAME STATUS PATH KNOWN UNKNOWN
compare() {
    local i known unknown
    : >"$WORK/known"
    : >"$WORK/unknown"
    for ((i = 0; i < PAIRS; i++)); do
        ((i % 4)) || sign_in
        if ((i % 2)); then
            timed "$WORK/known" "$3" "$4"
            timed "$WORK/unknown" "$3" "${5//NUMBER/$i}"
        else
            timed "$WORK/unknown" "$3" "${5//NUMBER/$i}"
            timed "$WORK/known" "$3" "$4"
        fi
    done
    is "$1 answers known addresses" "$(statuses "$WORK/known")" "$2"
    is "$1 answers unknown ones alike" "$(statuses "$WORK/unknown")" "$2"
    known=$(quartile "$WORK/known")
    unknown=$(quartile "$WORK/unknown")
    echo "# $1: known $known s, unknown $unknown s"
    ok "$1 does not tell who is known" \
        awk -v a="$known" -v b="$unknown" 'BEGIN { d = a > b ? a - b : b - a
            exit !(d < 0.25 * (a > b ? a : b)) }'
}

compare "sign-in" 401 /v1/auth/login \
    "$(jq -cn --arg e "$EMAIL" '{email: $e, password: "wrong-horse-42"}')" \
    '{"email":"nobody-NUMBER@people.example","password":"wrong-horse-42"}'
compare "MyMoolah's sign-in" 401 /api/v1/auth/login \
    "$(jq -cn --arg e "$EMAIL" '{identifier: $e, password: "wrong-horse-42"}')" \
    '{"identifier":"nobody-NUMBER@people.example","password":"wrong-horse-42"}'
compare "Drop's sign-in" 401 /api/auth/login \
    "$(jq -cn --arg e "$EMAIL" '{email: $e, password: "wrong-horse-42"}')" \
    '{"email":"nobody-NUMBER@people.example","password":"wrong-horse-42"}'
compare "a forgotten password" 200 /v1/auth/forgotten-password \
    "$(jq -cn --arg e "$EMAIL" '{email: $e}')" '{"email":"nobody-NUMBER@people.example"}'
done_testing
