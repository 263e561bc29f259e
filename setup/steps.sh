# What the user sees: messages, and steps that show their name, time and result. PROGRAM is the name
# of the caller, NOTES a folder for what steps tell.
# shellcheck shell=bash

die() {
    echo "$PROGRAM: $*" >&2
    exit 1
}

# fail_step TEXT: end the current step, which shows the text as the reason.
fail_step() {
    echo "$*" >"$NOTES/reason"
    exit 1
}

# add_note TEXT: what the current step shows behind its name and time.
add_note() {
    echo "$*" >"$NOTES/note"
}

# Something was started or changed, so the proof is run.
mark_changed() {
    : >"$NOTES/changed"
}

# make_change TEXT COMMAND...: run the command, and show the text below the step. With DRY_RUN it is only
# shown.
make_change() {
    echo "$1" >>"$NOTES/changes"
    shift
    [[ ! ${DRY_RUN:-} ]] || return 0
    mark_changed
    "$@"
}

# show_elapsed SINCE: seconds since that value of EPOCHREALTIME.
show_elapsed() {
    local now=$EPOCHREALTIME
    awk -v a="$1" -v b="$now" 'BEGIN { printf "%.1f s", b - a }'
}

# On a terminal, the last line of a step's log is shown beside its name.
show_progress() {
    local name=$1 log=$2 begun=$EPOCHREALTIME line width

    width=$(tput cols 2>/dev/null || echo 80)
    while sleep 0.3; do
        line=$(tail -n 1 "$log" 2>/dev/null | tr -cd '[:print:]')
        line="  … $name  $(show_elapsed "$begun")  $line"
        printf '\r\e[K%s' "${line:0:width-1}"
    done
}

# create_log FILE: readable by its owner only; what programs log may be personal.
create_log() {
    (umask 077 && : >>"$1")
    chmod 600 "$1"
}

# run_step NAME LOG FUNCTION [ARGUMENT]...: in a subshell that stops at any error.
run_step() {
    local name=$1 log=$2 begun=$EPOCHREALTIME pid='' status
    shift 2
    rm -f "$NOTES/note" "$NOTES/reason" "$NOTES/changes"
    create_log "$log"
    if [[ -t 1 ]]; then
        show_progress "$name" "$log" 9>&- &
        pid=$!
    fi
    (
        set -e
        "$@"
    ) >>"$log" 2>&1 </dev/null
    status=$?
    if [[ $pid ]]; then
        kill "$pid" && wait "$pid" 2>/dev/null
        printf '\r\e[K'
    fi
    show_result "$name" "$log" "$begun" "$status"
}

# show_result NAME LOG BEGUN STATUS: of a step; one that failed ends the command.
show_result() {
    local note
    if (($4 != 0)); then
        note=$(cat "$NOTES/reason" 2>/dev/null || tail -n 1 "$2")
        note=${note:-"no reason given ($4)"}
        printf '  ✗ %s: %s\n    log: %s\n' "$1" "$note" "$2"
        exit 1
    fi
    note=$(cat "$NOTES/note" 2>/dev/null)
    printf '  ✓ %-24s %8s%s\n' "$1" "$(show_elapsed "$3")" "${note:+   $note}"
    sed "s/^/      ${DRY_RUN:+would }/" "$NOTES/changes" 2>/dev/null || true
}
