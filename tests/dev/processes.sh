# Processes: users, pid files that survive reuse of a pid, and a supervisor for our own programs.
# shellcheck shell=bash

# identity_words USER: the command words that run what follows as that user; only root can choose.
identity_words() {
    [[ $1 == "$ME" ]] || printf '%s\n' setpriv "--reuid=$1" "--regid=$(id -g "$1")" --init-groups --
}

# run_as USER COMMAND...
run_as() {
    local words
    mapfile -t words < <(identity_words "$1")
    shift
    "${words[@]}" "$@"
}

# start_time PID: by which a pid that was reused is told from the one that was meant. A zombie has none.
start_time() {
    local stat field
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 1
    read -ra field <<<"${stat##*) }"
    [[ ${field[0]} != Z ]] && echo "${field[19]}"
}

# save_pid NAME PID
save_pid() {
    echo "$2 $(start_time "$2")" >"$RUN/$1.pid"
}

# running_pid NAME: print the pid that was saved, if that process still runs.
running_pid() {
    local pid start
    read -r pid start 2>/dev/null <"$RUN/$1.pid" || return 1
    [[ $pid && $start && $(start_time "$pid") == "$start" ]] && echo "$pid"
}

# wait_gone SECONDS PID: whether the process ended in time.
wait_gone() {
    local deadline=$((SECONDS + $1)) start
    start=$(start_time "$2") || return 0
    while [[ $(start_time "$2") == "$start" ]]; do
        ((SECONDS < deadline)) || return 1
        sleep 0.05
    done
}

# end_process NAME SECONDS [SIGNAL]: ask it to stop, and kill it when that takes too long.
end_process() {
    local pid
    pid=$(running_pid "$1") || return 0
    kill -"${3:-TERM}" "$pid" 2>/dev/null
    wait_gone "$2" "$pid" || kill -KILL "$pid" 2>/dev/null
    wait_gone 5 "$pid"
    rm -f "$RUN/$1.pid"
}

# Programs of ours: sandbox, jobs, worker-1, worker-2, ...

# exec_program NAME: become the program. Its environment is what $STATE/env says and no more.
exec_program() {
    local variables program words
    mapfile -t variables <"$STATE/env"
    mapfile -t words < <(identity_words "$RUN_USER")
    case $1 in
    jobs) program=("$IMAGE/bin/cowry-jobs") ;;
    sandbox) program=(spawn-fcgi -n -s "$SOCKETS/sandbox.sock" -M 0660 -b 1024 --
        "$IMAGE/bin/cowry-sandbox") ;;
    *) program=(spawn-fcgi -n -s "$SOCKETS/${1#worker-}.sock" -M 0660 -b 1024 --
        "$IMAGE/bin/cowry-worker") ;;
    esac
    cd "$STATE" &&
        exec "${words[@]}" env -i PATH="$PATH" LC_ALL=C.UTF-8 "${variables[@]}" "${program[@]}"
}

# supervise NAME, the supervisor's process: what systemd does elsewhere. A program that ends is started
# again.
command_supervise() {
    local name=$1 child='' stop='' begun

    trap 'stop=1; [[ $child ]] && kill -TERM "$child" 2>/dev/null' TERM
    trap '' HUP INT
    save_pid "$name" "$BASHPID"
    while [[ ! $stop ]]; do
        begun=$SECONDS
        exec_program "$name" &
        child=$!
        save_pid "$name.child" "$child"
        [[ $stop ]] && kill -TERM "$child"
        while start_time "$child" >/dev/null; do
            wait "$child"
        done
        echo "dev: $name ended ($(date -u +%FT%TZ))" >&2
        [[ $stop ]] && break
        ((SECONDS - begun < 2)) && sleep 0.5
    done
    rm -f "$RUN/$name.pid" "$RUN/$name.child.pid"
}

# wait_started NAME: five seconds at most.
wait_started() {
    local i
    for ((i = 0; i < 100; i++)); do
        running_pid "$1.child" >/dev/null && break
        sleep 0.05
    done
}

# start_program NAME: a supervisor that outlives this terminal, and the program under it.
start_program() {
    local name=$1
    running_pid "$name" >/dev/null && return 0
    end_process "$name.child" 25
    create_log "$LOG/$name.log"
    setsid --fork bash "$SELF" supervise "$name" </dev/null >>"$LOG/$name.log" 2>&1 9>&-
    wait_started "$name"
    mark_changed
    program_stamp >"$RUN/$name.stamp"
}

# What a running program was started from: it is restarted when that changes.
program_stamp() {
    cat "$STATE/env" "$IMAGE"/bin/cowry-{worker,jobs,sandbox} | cksum
}

# restart_changed NAME: one program at a time, so that the others serve meanwhile.
restart_changed() {
    local name=$1 old
    [[ $(cat "$RUN/$name.stamp" 2>/dev/null) == "$(program_stamp)" ]] && return 0
    old=$(running_pid "$name.child") && kill -TERM "$old" && wait_gone 30 "$old"
    wait_started "$name"
    program_stamp >"$RUN/$name.stamp"
    mark_changed
}

# Workers that run or have run, also beyond COWRY_WORKERS.
worker_names() {
    find "$RUN" -maxdepth 1 -name 'worker-*.pid' -printf '%f\n' 2>/dev/null |
        sed -nE 's/^(worker-[0-9]+)(\.child)?\.pid$/\1/p' | sort -u -t- -k2n
}

start_programs() {
    local name kept=0
    for name in sandbox jobs $(seq -f worker-%g "$WORKERS"); do
        if running_pid "$name" >/dev/null; then
            kept=$((kept + 1))
            restart_changed "$name"
        else
            start_program "$name"
        fi
    done
    for name in $(worker_names); do
        ((${name#worker-} <= WORKERS)) || end_process "$name" 30
    done
    add_note "$WORKERS workers, job runner, sandbox; $kept of $((WORKERS + 2)) were running"
}

stop_programs() {
    local name
    for name in jobs $(worker_names) sandbox; do
        [[ $(running_pid "$name") ]] && kill -TERM "$(running_pid "$name")"
    done
    for name in jobs $(worker_names) sandbox; do
        end_process "$name" 30
        end_process "$name.child" 30
        rm -f "$RUN/$name.stamp"
    done
}
