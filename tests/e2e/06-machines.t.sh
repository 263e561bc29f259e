#!/bin/bash
# A machine where much is different (tests/odd-machine): a stack of its own starts, serves, recovers
# and ends there, and the tests that use sockets and PostgreSQL's programs pass.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

if ((EUID != 0)); then
    echo "1..0 # SKIP only root can make such a machine"
    exit 0
fi

if [[ ${ODD_MACHINE-} ]]; then
    echo "1..0 # SKIP this is such a machine: all tests run there"
    exit 0
fi

checkout=${DEV%/dev}
build=$checkout/build
programs=(tests/db/database tests/db/pool tests/db/queue tests/unit/net/http tests/unit/net/http_tls
    tests/api/addresses tests/api/webhook_delivery)

# The stack of the other scripts is no business of what runs there.
inside() {
    env -u COWRY_HOME -u COWRY_HTTPS_PORT -u COWRY_HTTP_PORT -u RUN -u CA -u URL -u HTTP_URL -u E2E \
        "$checkout/tests/odd-machine" "$@"
}

# shellcheck disable=SC2016
ok "there is such a machine" inside bash -c '
    [[ ! -s /proc/net/if_inet6 && $(ps -o comm= -p 1) == perl ]] && pg_lsclusters | grep "5433 online" &&
    curl -sS -o /dev/null http://127.0.0.1/ && setsid --fork true &&
    timeout 10 bash -c "until ps -o stat=,ppid= -e | grep -E \"^Z[^ ]* +1$\"; do sleep 0.05; done"'

ok "a stack serves, recovers and ends there" inside "$checkout/tests/e2e/run" \
    "$checkout"/tests/e2e/{20-nginx,30-supervision,90-down}.t.sh

ok "tests are built" make -C "$build" "${programs[@]}" cowry
for program in "${programs[@]}"; do
    ok "$program passes there" inside env -C "$build" srcdir="$checkout" CMOCKA_MESSAGE_OUTPUT=TAP \
        "$checkout/tests/with-postgres" "$build/$program"
done
ok "tests/db/cli.sh passes there" inside env -C "$build" srcdir="$checkout" top_builddir="$build" \
    "$checkout/tests/with-postgres" bash "$checkout/tests/db/cli.sh"

done_testing
