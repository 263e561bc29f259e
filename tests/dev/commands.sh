# The commands that work on a state folder. Those of the checkout are in test.sh and check.sh.
# shellcheck shell=bash

# show_usage COMMAND ARGUMENTS: the command was called in another way.
show_usage() {
    die "usage: ./dev $1${2:+ $2}"
}

command_up() {
    [[ $# == 0 || "$*" == --prove ]] || show_usage up "[--prove]"
    open_state
    echo "Cowry in $STATE"
    ask_for_sudo
    run_step "Packages" "$LOG/packages.log" install_packages
    : >"$LOG/build.log"
    run_step "Build" "$LOG/build.log" build_checkout
    run_step "Reference page" "$LOG/npm.log" fetch_reference
    run_step "Install" "$LOG/install.log" install_image
    run_step "State folder" "$LOG/dev.log" make_folders
    run_step "Credentials" "$LOG/dev.log" write_credentials
    run_step "PostgreSQL" "$LOG/dev.log" start_postgres
    run_step "Keys" "$LOG/dev.log" create_keys
    run_step "Migrations" "$LOG/dev.log" run_migrations
    run_step "Administrator" "$LOG/dev.log" create_administrator
    run_step "Providers" "$LOG/dev.log" set_providers
    run_step "Certificate" "$LOG/dev.log" create_certificate
    run_step "API documents" "$LOG/dev.log" write_documents
    run_step "Workers" "$LOG/dev.log" start_programs
    run_step "nginx" "$LOG/dev.log" start_nginx
    run_step "Serving on port $HTTPS_PORT" "$LOG/dev.log" wait_serving
    if [[ $# != 0 || -e $NOTES/changed || ! -s $STATE/proof.txt ]]; then
        run_step "Proof: money moves" "$LOG/dev.log" prove_service
    fi
    show_summary
}

command_down() {
    (($# == 0)) || show_usage down ""
    [[ -e $STATE/.cowry ]] || { echo "nothing runs in $STATE" && return 0; }
    open_state
    run_step "nginx stopped" "$LOG/dev.log" stop_nginx
    run_step "Workers stopped" "$LOG/dev.log" stop_programs
    run_step "PostgreSQL stopped" "$LOG/dev.log" stop_postgres
    rm -rf "$RUN"
}

command_reset() {
    (($# == 0)) || show_usage reset ""
    [[ -e $STATE/.cowry ]] || { echo "nothing is in $STATE" && return 0; }
    command_down "$@"
    rm -rf "$STATE"
    echo "  ✓ $STATE removed"
}

command_status() {
    local name pid result=0
    (($# == 0)) || show_usage status ""
    require_state
    for name in postgresql nginx sandbox jobs $(seq -f worker-%g "$WORKERS"); do
        pid=$(running_pid "$name.child" || running_pid "$name") || pid=
        if [[ $pid ]]; then
            printf '  ✓ %-12s pid %-8s since %s\n' "$name" "$pid" "$(ps -o lstart= -p "$pid")"
        else
            printf '  ✗ %-12s does not run\n' "$name"
            result=3
        fi
    done
    if ((result == 0)); then
        URL=$(read_credential base_url)
        printf '  %s %s\n' "$URL/api/health" "$(fetch_url "$URL/api/health" 2>&1)"
    fi
    return "$result"
}

command_logs() {
    local follow='' files=() file
    require_state
    [[ ${1:-} != -f ]] || { follow=-F && shift; }
    if (($# > 0)); then
        files=("${@/#/$LOG/}")
        files=("${files[@]/%/.log}")
        for file in "${files[@]}"; do
            [[ -f $file ]] || die "there is no log $file; there are: $(log_names)"
        done
    else
        files=("$LOG"/*.log)
    fi
    exec tail -n 40 ${follow:+"$follow"} -- "${files[@]}"
}

log_names() {
    find "$LOG" -maxdepth 1 -name '*.log' -printf '%f\n' | sed 's/\.log$//' | sort | tr '\n' ' '
}

command_psql() {
    require_database
    exec psql -X "$(database_url owner)" "$@"
}

command_cowry() {
    require_state
    run_cowry "$@"
}

command_bench() {
    [[ " $* " != *" --running "* ]] || require_running
    open_build .bench-lock bench
    ask_for_sudo python3
    run_step "Packages" "$LOG/packages.log" install_packages python3
    COWRY_HOME=$STATE "$CHECKOUT/tests/bench/run" "$@"
}
