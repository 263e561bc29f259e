# The stages of ./dev check that look into running programs: what of the source the tests ran, races between
# threads, and memory, also that of libraries. Each runs in a process of its own.
# shellcheck shell=bash

# What the tests ran, with a limit for the ledger and cryptography.
stage_coverage() {
    configure_stage coverage --enable-coverage
    make -j"$JOBS" built-sources
    make -j"$JOBS" check TESTS=
    "$CHECKOUT/tests/coverage/run" .
}

# Races between threads, where there are any. Of libraries only what tests/dev/threads lists is left out.
stage_threads() {
    configure_stage threads CC=clang --enable-thread-sanitizer --enable-werror
    make Makefile # which prints what it does, if it is out of date
    export TSAN_OPTIONS="suppressions=$CHECKOUT/tests/dev/threads die_after_fork=0 second_deadlock_stack=1"
    make -j"$JOBS" check TESTS="$(make -s tests-with-threads)" VERBOSE=1
}

# Memory as valgrind sees it: unlike the sanitizers it also follows libraries.
stage_valgrind() {
    local valgrind="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"
    configure_stage valgrind --enable-valgrind --enable-werror
    make Makefile # which prints what it does, if it is out of date
    make -j"$JOBS" check TESTS="$(make -s tests-for-valgrind)" VERBOSE=1 \
        LOG_COMPILER="timeout --kill-after=10 3600 $valgrind"
}
