# ./dev nemesis: load and faults on a copy of its own, tests/nemesis.
# shellcheck shell=bash

# A build of its own: the programs have points at which they are ended.
build_fault_points() {
    lock_build
    (configure_stage nemesis --enable-fault-points && make -j"$(nproc)") 8>&-
}

prepare_nemesis() {
    ask_for_sudo python3
    run_step "Packages" "$LOG/packages.log" install_packages python3
    : >"$LOG/build.log"
    run_step "Build" "$LOG/build.log" build_checkout
    run_step "Build with fault points" "$LOG/nemesis.log" build_fault_points
}

command_nemesis() {
    open_build .nemesis-lock nemesis
    if [[ " $* " != *" --help "* ]]; then
        prepare_nemesis
    fi
    if [[ ${1:-} == --series ]]; then
        "$CHECKOUT/tests/nemesis/series" --image "$BUILD/check/nemesis" "${@:2}" 7>&-
    else
        "$CHECKOUT/tests/nemesis/run" --image "$BUILD/check/nemesis" "$@" 7>&-
    fi
}

# The stage of ./dev check: one fault of each kind, of few seconds, with a fixed seed.
stage_nemesis() {
    configure_stage nemesis --enable-fault-points
    make -j"$JOBS"
    "$CHECKOUT/tests/nemesis/run" --image "$PWD" --seed 12 --minutes 10 --short --out "$PWD/results"
}
