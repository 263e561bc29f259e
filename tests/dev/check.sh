# ./dev check [--and] [STAGE]...: what CI runs besides ./dev test, in stages. Two of them run at a time where there are two
# cores, each with its share of the cores; one that fails does not stop the others.
# shellcheck shell=bash

# The stages of a check, in the order in which they start: the longest first.
readonly CHECK_STAGES="sanitizers distcheck lint fuzz nemesis instructions"
# Those that are run by their names only: other machines, other releases of Debian, what takes long.
readonly MACHINE_STAGES="trixie trixie_all postgresql package failover install upgrade security coverage threads valgrind"
readonly CHECK_PACKAGES="clang clang-format clang-tidy cppcheck shellcheck python3-aiosmtpd mandoc
    valgrind"
readonly MACHINE_PACKAGES="debootstrap systemd-container patroni etcd-server haproxy pgbouncer python3-psycopg2
    iproute2 nftables slowhttptest testssl.sh sqlmap gcovr"
# Seconds, for all stages together, on two cores.
readonly CHECK_BUDGET=${CHECK_BUDGET:-3600}
# Seconds for each fuzz target.
readonly FUZZ_SECONDS=${FUZZ_SECONDS:-20}

# The stages: each runs in a process of its own, in a build folder of its own.

# configure_stage NAME [ARGUMENT]...: enter build/check/NAME, configured like that.
configure_stage() {
    mkdir -p "$BUILD/check/$1"
    cd "$BUILD/check/$1" || exit
    [[ -f Makefile && -x config.status ]] || ../../../configure "${@:2}"
}

# What a worker executes for a request, as it is built for a release.
stage_instructions() {
    cd "$BUILD" || exit
    "$CHECKOUT/tests/instructions/compare"
}

# use_server VERSION: the tests run with another major version of PostgreSQL than Debian's. So each stage
# that runs them anyway shows another version, too.
use_server() {
    export COWRY_TEST_POSTGRESQL_BIN=$BUILD/tests/postgresql/servers/$1/bin
    [[ -x $COWRY_TEST_POSTGRESQL_BIN/postgres ]]
}

# All programs, with AddressSanitizer and UBSan, another compiler, whose warnings are errors, and PostgreSQL 18.
stage_sanitizers() {
    local tests
    use_server 18
    configure_stage sanitizers CC=clang --enable-sanitizers --enable-werror
    make Makefile # which prints what it does, if it is out of date
    tests=$(make -s tests-of-programs)
    make -j"$JOBS" check TESTS="$tests" VERBOSE=1
}

# The archive is complete: it builds, installs, and has what its tests need. Those of routes need nothing
# that those of statements do not. With PostgreSQL 16.
stage_distcheck() {
    local tests
    use_server 16
    configure_stage distcheck --enable-werror
    make Makefile # which prints what it does, if it is out of date
    tests=$(make -s tests-without-routes)
    make -j"$JOBS" distcheck TESTS="$tests" VERBOSE=1
}

# All of the analysers, also after one has found something.
stage_lint() {
    local status=0
    configure_stage lint
    make -k lint LINT_JOBS="$JOBS" || status=1
    shellcheck "$SELF" "$CHECKOUT"/tests/dev/*.sh "$CHECKOUT"/setup/setup "$CHECKOUT"/setup/*.sh \
        "$CHECKOUT/tests/instructions/compare" || status=1
    return "$status"
}

fuzz_targets() {
    find "$CHECKOUT/tests/fuzz" -name 'fuzz_*.c' -printf '%f\n' | sed 's/\.c$//' | sort
}

stage_fuzz() {
    local targets
    configure_stage fuzz --enable-fuzzing CC=clang
    mapfile -t targets < <(fuzz_targets)
    make -j"$JOBS" built-sources
    make -j"$JOBS" "${targets[@]/#/tests/fuzz/}"
    printf '%s\n' "${targets[@]}" | xargs -n 1 -P "$JOBS" bash "$SELF" fuzz_target
}

# fuzz_target NAME: its process. It begins with the corpus of the tests; new finds and crashes stay in
# the stage's folder, which is the current one.
command_fuzz_target() {
    local corpus=$CHECKOUT/tests/fuzz/corpus/${1#fuzz_} new=corpus/${1#fuzz_}
    mkdir -p "$new" crashes
    if "tests/fuzz/$1" -max_total_time="$FUZZ_SECONDS" -timeout=25 -close_fd_mask=3 -artifact_prefix="crashes/$1-" \
        "$new" "$corpus" >"$1.log" 2>&1; then
        echo "$1: $(tail -n 1 "$1.log")"
    else
        cat "$1.log"
        echo "$1: FAIL: found something, see crashes/$1-* in $PWD"
        return 1
    fi
}

# stage NAME JOBS: the process of a stage.
command_stage() {
    JOBS=$2
    set -e
    "stage_$1"
}

# Running them: RUNNING has the name of each stage by its pid, STARTED the time by its name.
declare -A RUNNING=() STARTED=()
FAILED=() LANES=1 JOBS=1

# check_packages STAGE...: what these stages need.
check_packages() {
    local stage packages=$CHECK_PACKAGES
    for stage; do
        [[ " $MACHINE_STAGES " != *" $stage "* ]] || packages="$CHECK_PACKAGES $MACHINE_PACKAGES"
    done
    xargs -n 1 <<<"$packages"
}

install_check_packages() {
    local packages
    mapfile -t packages < <(check_packages "$@")
    install_packages "${packages[@]}"
    # Debian keeps the runtime of sanitizers and libFuzzer in a package for each version of clang.
    install_packages "libclang-rt-$(clang -dumpversion | cut -d. -f1)-dev"
}

# start_stage NAME: in a process group of its own, which timeout ends as a whole.
start_stage() {
    create_log "$LOG/check-$1.log"
    timeout --kill-after=30 "$CHECK_BUDGET" bash "$SELF" stage "$1" "$JOBS" \
        >"$LOG/check-$1.log" 2>&1 </dev/null 7>&- &
    RUNNING[$!]=$1
    STARTED[$1]=$EPOCHREALTIME
}

# finish_stage NAME STATUS: show the result; what failed is found with the end of the log.
finish_stage() {
    local log=$LOG/check-$1.log
    if (($2 == 0)); then
        printf '  ✓ %-12s %9s   %4d of %d s\n' "$1" "$(show_elapsed "${STARTED[$1]}")" "$SECONDS" "$CHECK_BUDGET"
        return
    fi
    FAILED+=("$1")
    printf '  ✗ %-12s %9s   %4d of %d s\n' "$1" "$(show_elapsed "${STARTED[$1]}")" "$SECONDS" "$CHECK_BUDGET"
    (($2 != 124)) || echo "    stopped after $CHECK_BUDGET s"
    {
        grep -E '^(FAIL|ERROR): |^not ok |: (fatal )?error: |: FAIL: |SUMMARY: ' "$log" | head -n 10
        echo "…"
        tail -n 20 "$log"
    } | sed 's/^/    | /'
    echo "    log: $log"
}

# run_stages STAGE...: as many at a time as LANES says.
run_stages() {
    local waiting=("$@") pid status
    while ((${#waiting[@]} + ${#RUNNING[@]} > 0)); do
        while ((${#waiting[@]} > 0 && ${#RUNNING[@]} < LANES)); do
            start_stage "${waiting[0]}"
            waiting=("${waiting[@]:1}")
        done
        status=0
        wait -n -p pid "${!RUNNING[@]}" || status=$?
        finish_stage "${RUNNING[$pid]}" "$status"
        unset "RUNNING[$pid]"
    done
}

# Nothing is left running when this ends early.
stop_stages() {
    ((${#RUNNING[@]} == 0)) || kill -TERM "${!RUNNING[@]}" 2>/dev/null
    wait
    rm -rf "$NOTES"
}

# check_stages [--and] [STAGE]...: print the stages that are meant, in their order.
check_stages() {
    local stage defaults
    read -ra defaults <<<"$CHECK_STAGES"
    [[ ${1-} != --and ]] || set -- "${@:2}" "${defaults[@]}"
    for stage; do
        [[ " $CHECK_STAGES $MACHINE_STAGES " == *" $stage "* ]] ||
            die "there is no stage \"$stage\"; there are: $CHECK_STAGES, and $MACHINE_STAGES"
    done
    for stage in $MACHINE_STAGES $CHECK_STAGES; do
        [[ " ${*:-$CHECK_STAGES} " != *" $stage "* ]] || echo "$stage"
    done
}

# Stages that use the build of ./dev test instead of one of their own.
needs_build() {
    [[ " $* " == *" postgresql "* || " $* " == *" instructions "* ]]
}

# Stages that run other servers than Debian's.
needs_servers() {
    [[ " $* " == *" postgresql "* || " $* " == *" sanitizers "* || " $* " == *" distcheck "* ]]
}

install_servers() {
    configure_build
    make postgresql-servers 8>&-
}

build_tests() {
    build_checkout
    make -C "$BUILD" -j"$(nproc)" check TESTS= 8>&-
}

command_check() {
    local stages packages cores
    stages=$(check_stages "$@") || exit
    mapfile -t stages <<<"$stages"
    open_build .check-lock check
    trap stop_stages EXIT
    mapfile -t packages < <(check_packages "${stages[@]}")
    ask_for_sudo "${packages[@]}"
    run_step "Packages" "$LOG/packages.log" install_check_packages "${stages[@]}"
    : >"$LOG/build.log"
    if needs_build "${stages[@]}"; then
        run_step "Build" "$LOG/build.log" build_tests
    else
        run_step "Configure script" "$LOG/build.log" prepare_build
    fi
    ! needs_servers "${stages[@]}" || run_step "Servers" "$LOG/npm.log" install_servers
    cores=$(nproc)
    ((cores < 2 || ${#stages[@]} < 2)) || LANES=2
    JOBS=$((cores / LANES))
    echo "  … ${stages[*]}: $LANES at a time, $JOBS of $cores cores for each"
    SECONDS=0
    run_stages "${stages[@]}"
    show_verdict "${#stages[@]}"
}

# show_verdict STAGES: a slow machine is no failure, so the budget is only compared.
show_verdict() {
    local within="within"
    ((SECONDS <= CHECK_BUDGET)) || within="MORE THAN"
    echo
    echo "$(($1 - ${#FAILED[@]})) of $1 stages passed in $SECONDS s, $within the budget of $CHECK_BUDGET s"
    ((${#FAILED[@]} == 0)) || echo "failed: ${FAILED[*]}"
    ((${#FAILED[@]} == 0))
}
