#!/bin/bash
# Connections that do nothing, and more of them than nginx can have.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

open=()
trap 'close_all; unfront' EXIT

# hold COUNT TEXT: open that many connections to the front; each sends the text and then nothing.
hold() {
    local i fd
    for ((i = 0; i < $1; i++)); do
        { exec {fd}<>"/dev/tcp/127.0.0.1/$FRONT_PORT"; } 2>/dev/null || continue
        printf '%b' "$2" >&"$fd" 2>/dev/null
        open+=("$fd")
    done
}

close_all() {
    local fd
    for fd in "${open[@]}"; do
        exec {fd}>&-
    done
    open=()
}

# lines LEVEL: how many of that level the front has logged.
lines() {
    cat "$FRONT"/error.log "$FRONT"/nginx-error.log 2>/dev/null | grep -c "\[$1\]"
}

# An idle connection is closed; an incomplete request gets an error.
# silent PORT TEXT: seconds until the server closes the connection.
silent() {
    local fd begun=$SECONDS
    exec {fd}<>"/dev/tcp/localhost/$1"
    printf '%b' "$2" >&"$fd"
    timeout 40 cat <&"$fd" >/dev/null
    exec {fd}>&-
    echo $((SECONDS - begun))
}
i=0
for port in "$COWRY_HTTPS_PORT" "$COWRY_HTTP_PORT"; do
    for text in '' '\x16\x03\x01\x02\x00\x01' 'GET / HT'; do
        i=$((i + 1))
        silent "$port" "$text" >"$WORK/silent-$i" &
        waiting[i]=$!
    done
done

ulimit -n "$(ulimit -Hn)"
front 1 CONNECTIONS=256
wait_for_front() {
    URL=https://localhost:$FRONT_PORT serving
}
ok "nginx serves with few connections" within 10 wait_for_front
begun=$SECONDS
hold 800 ''
ok "idle connections make room for clients" within 5 wait_for_front
close_all
ok "and go" within 10 wait_for_front
hold 800 '\x16\x03\x01\x02\x00\x01'
ok "connections that begin and stop don't last" within 30 wait_for_front
is "no line is logged for each of them" "$(lines alert)" 0
ok "but two a second at most" test "$(lines crit)" -le $(((SECONDS - begun + 1) * 2 * $(nproc)))
close_all

wait "${waiting[@]}"
for ((n = 1; n <= i; n++)); do
    ok "a silent connection ends within 15 s ($n)" test "$(<"$WORK/silent-$n")" -le 15
done

done_testing
