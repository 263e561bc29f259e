# The stages of ./dev check that look into running programs: what of the source the tests ran, races between
# threads, use of memory. Each runs in a process of its own.
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

# Values that were never set, memory that is used after it was freed, and memory that nothing points to any more.
# Ten to fifty times slower; tests/dev/valgrind says what is left out of libraries.
stage_valgrind() {
    configure_stage valgrind --enable-valgrind --enable-werror
    make Makefile # which prints what it does, if it is out of date
    make -j"$JOBS" check TESTS="$(make -s tests-with-memory)" VERBOSE=1 LOG_COMPILER="timeout --kill-after=10 3000
        valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite
        --errors-for-leak-kinds=definite --child-silent-after-fork=yes --max-stackframe=8388608
        --suppressions=$CHECKOUT/tests/dev/valgrind"
}
