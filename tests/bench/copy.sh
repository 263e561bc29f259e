# copy.sh - a copy of everything in a temporary folder, for a benchmark that begins with nothing.
# shellcheck shell=bash

# shellcheck source=/dev/null
. "$CHECKOUT/tests/support/port.sh"

# start_copy: sets COWRY_HOME. On a disk: what is in /tmp may be in memory, where a commit costs nothing.
start_copy() {
    COPY=$(mktemp -d "${BENCH_FOLDER:-/var/tmp}/cowry-bench.XXXXXX")
    chmod 755 "$COPY"
    export COWRY_HOME=$COPY/s
    export COWRY_HTTPS_PORT COWRY_HTTP_PORT
    COWRY_HTTPS_PORT=$(free_port)
    COWRY_HTTP_PORT=$(free_port)
    # The load is one client, and it signs in more often than a person may.
    unset COWRY_METRICS_PORT
    COWRY_SIGN_IN_PER_MINUTE=0 COWRY_USER_LIMITS=false "$CHECKOUT/dev" up >"$COPY/up" 2>&1 </dev/null ||
        { cat "$COPY/up" >&2 && exit 1; }
}

# Also after a copy that did not start.
stop_copy() {
    [[ -n ${COPY-} ]] || return 0
    "$CHECKOUT/dev" reset >/dev/null 2>&1 || true
    rm -rf "$COPY"
}
