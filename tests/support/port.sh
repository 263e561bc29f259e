# port.sh - for scripts that start servers beside others.
# shellcheck shell=bash

# A port that nobody listens on, below those that the system hands out by itself.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
    done
}
