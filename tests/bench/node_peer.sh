# node_peer.sh - the Node peer: started and stopped.
# shellcheck shell=bash

# Its packages come from npm. Without them the peer is not measured, and the report says so.
build_peer() {
    command -v node >/dev/null && command -v npm >/dev/null && make -s -C "$CHECKOUT/build" bench-peer >"$WORK/make" 2>&1
}

# start_peer: sets NODE_PID and NODE_PORT. Fifteen seconds at most.
start_peer() {
    local deadline=$((SECONDS + 15))
    NODE_PORT=$(free_port)
    PGHOST=$PG_SOCKET PGPORT=5432 PGUSER=cowry_owner PGDATABASE=cowry NODE_ENV=production \
        node "$CHECKOUT/build/tests/bench/peer/server.js" "$NODE_PORT" "$STATE/tls/server.pem" \
        "$STATE/tls/server.key" >"$WORK/peer.log" 2>&1 &
    NODE_PID=$!
    until curl -s -o /dev/null --cacert "$CA" "https://localhost:$NODE_PORT/"; do
        if ! kill -0 "$NODE_PID" 2>/dev/null || ((SECONDS > deadline)); then
            cat "$WORK/peer.log" >&2
            exit 1
        fi
        sleep 0.1
    done
}

stop_peer() {
    [[ -n ${NODE_PID-} ]] || return 0
    kill "$NODE_PID" 2>/dev/null || true
    wait "$NODE_PID" 2>/dev/null || true
    NODE_PID=
}
