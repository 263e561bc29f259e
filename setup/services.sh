# Users and folders, the units, and the proof that they serve.
# shellcheck shell=bash

has_systemd() {
    [[ -d /run/systemd/system ]]
}

# What the package has done already.
make_users() {
    local name
    for name in cowry cowry-owner; do
        id "$name" >/dev/null 2>&1 || { make_change "create the users cowry and cowry-owner" systemd-sysusers &&
            break; }
    done
    for name in "$CONFIG" "$SECRETS" /run/cowry /var/spool/cowry/mail; do
        [[ -d $name ]] || { make_change "create the folders of Cowry" systemd-tmpfiles --create && break; }
    done
}

# Migrations reach this machine only, unless the database is elsewhere.
admit_migrations() {
    local file=/etc/systemd/system/cowry-migrate.service.d/database.conf
    [[ -s $OWNER_SETTINGS && ! -e $file ]] || return 0
    make_change "write $file" write_dropin "$file"
}

write_dropin() {
    mkdir -p "${1%/*}"
    cat >"$1" <<END
# The database is on another machine.
[Service]
EnvironmentFile=-$OWNER_SETTINGS
IPAddressDeny=
IPAddressDeny=link-local multicast
END
}

units_run() {
    local number
    systemctl -q is-enabled cowry.target && systemctl -q is-active cowry.target cowry-jobs || return 1
    for number in $(worker_numbers); do
        systemctl -q is-active "cowry@$number" || return 1
    done
}

start_units() {
    local workers
    systemctl daemon-reload
    systemctl -q enable cowry.target
    mapfile -t workers < <(worker_numbers | sed 's/^/cowry@/')
    systemctl start cowry.target "${workers[@]}"
}

# Workers one after the other, so that the rest serve meanwhile.
restart_units() {
    systemctl daemon-reload
    systemctl restart cowry-restart
}

start_services() {
    if [[ ! $START ]]; then
        add_note "left as they are (--no-start)"
    elif ! has_systemd; then
        add_note "NOT STARTED: systemd does not run here; start what the units have as ExecStart="
    else
        admit_migrations
        if ! units_run; then
            make_change "enable and start cowry.target" start_units
        elif [[ -e $NOTES/settings-changed ]]; then
            make_change "restart the workers and the job runner, which have new settings" restart_units
        fi
    fi
}

# answers_health: through nginx, by the address of this machine and the name of the public one.
answers_health() {
    curl -sS --fail --max-time 5 "${CURL_OPTIONS[@]}" --cacert "$CERTIFICATE" "$URL/api/health"
}

# Whether something serves, or will soon.
serves_now() {
    [[ ! $DRY_RUN && $START ]] && { has_systemd || answers_health >/dev/null 2>&1; }
}

wait_answer() {
    local i
    for ((i = 0; i < 300; i++)); do
        ! answers_health 2>/dev/null || return 0
        sleep 0.1
    done
    fail_step "no answer: $(answers_health 2>&1 | tail -n 1)"
}

# In test mode, by a user that is deleted afterwards, also if something fails. Nothing is mailed to
# addresses below .invalid.
prove_live() {
    local name
    name=proof-$(date +%s)-$(random_hex 2)
    CURL_OPTIONS+=(--cacert "$CERTIFICATE")
    trap '[[ ! ${TOKEN:-} ]] || remove_platform' EXIT
    move_money "$name@cowry.invalid" "$name"
    return_money "$name"
    remove_platform
    trap - EXIT
    add_note "1000.00 NGN of test money credited, 250.50 of it sent on; removed again"
}

run_doctor() {
    run_cowry doctor >"$NOTES/doctor" || {
        cat "$NOTES/doctor"
        fail_step "$(grep '^✗' "$NOTES/doctor" | paste -sd';')"
    }
    cat "$NOTES/doctor"
    add_note "$(tail -n 1 "$NOTES/doctor")"
    grep '^!' "$NOTES/doctor" >"$NOTES/changes" || true
}

show_end() {
    if [[ $DRY_RUN ]]; then
        printf '\nNothing was changed.\n'
        return
    fi
    printf '\n  %s, in %s\n' "$([[ -e $NOTES/changed ]] && echo "Set up" || echo "Nothing to change")" \
        "$(show_elapsed "$1")"
    [[ $CERTIFICATE != "$TLS/server.pem" ]] || echo "  Clients trust $TLS/ca.pem until you have a certificate."
    echo "  Log: $LOG"
}
