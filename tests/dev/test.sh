# ./dev test: the whole test suite.
# shellcheck shell=bash

readonly TEST_PACKAGES="python3-aiosmtpd chromium mandoc iproute2 pgbouncer pgbackrest prometheus
    libapache2-mod-fcgid lighttpd lighttpd-mod-openssl
    poppler-utils zbar-tools"

# With --short: what differs most between machines, their servers and browsers.
readonly SHORT_SCRIPTS=(10-main-job.t.sh 20-nginx.t.sh 23-seals.t.sh 26-hosting.t.sh 87-browser.t.sh)

# count_results WORDS LOG: each program counts once in automake's summaries: # PASS, # FAIL, # ERROR.
count_results() {
    sed -nE "s/^# ($1): +([0-9]+)\$/\2/p" "$2" | awk '{ n += $1 } END { print n + 0 }'
}

prepare_tests() {
    local packages
    mapfile -t packages < <(xargs -n 1 <<<"$TEST_PACKAGES")
    ask_for_sudo "${packages[@]}"
    run_step "Packages" "$LOG/packages.log" install_packages "${packages[@]}"
    : >"$LOG/build.log"
    run_step "Build" "$LOG/build.log" build_checkout
    run_step "Reference page" "$LOG/npm.log" fetch_reference
    run_step "OpenAPI tools" "$LOG/npm.log" make -C "$BUILD" openapi-linter
    run_step "Client libraries" "$LOG/npm.log" make -C "$BUILD" client-libraries
    run_step "Browser driver" "$LOG/npm.log" make -C "$BUILD" browser-driver
}

# prepare: all that needs the network, without the tests.
command_prepare() {
    open_build .test-lock test
    prepare_tests
}

command_test() {
    local passed failed status=0 tests=() scripts=()
    [[ $# == 0 || "$*" == --short ]] || show_usage test "[--short]"
    command_prepare
    if [[ ${1-} == --short ]]; then
        tests=("TESTS=$(make -s -C "$BUILD" tests-without-routes)")
        scripts=("${SHORT_SCRIPTS[@]/#/$CHECKOUT/tests/e2e/}")
    fi
    make -C "$BUILD" -j"$(nproc)" check "${tests[@]}" 2>&1 </dev/null | tee "$LOG/check.log" || status=1
    "$CHECKOUT/tests/e2e/run" --lanes $(($(nproc) > 1 ? 2 : 1)) "${scripts[@]}" 2>&1 </dev/null |
        tee "$LOG/e2e.log" || status=1
    passed=$(($(count_results PASS "$LOG/check.log") + $(count_results PASS "$LOG/e2e.log")))
    failed=$(($(count_results 'FAIL|ERROR' "$LOG/check.log") +
        $(count_results 'FAIL|ERROR' "$LOG/e2e.log")))
    ((status == 0 || failed > 0)) || failed=1
    echo
    echo "$passed passed, $failed failed"
    ((failed == 0))
}
