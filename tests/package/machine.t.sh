#!/bin/bash
# What the packages do in a machine that runs systemd: run in it, by `run`, with the packages in
# /root/packages and the end-to-end scripts in /root/e2e. The database and the clients are real.
# shellcheck disable=SC2034
export E2E=/root/work COWRY_HOME=/root/home URL=https://localhost CA=/etc/cowry/tls/server.pem DEV=/root/dev
mkdir -p "$E2E" "$COWRY_HOME"
# shellcheck source=tests/e2e/lib.sh
. /root/e2e/lib.sh
echo '{"database_owner_url":"dbname=cowry user=cowry_owner"}' >"$COWRY_HOME/credentials.json"
printf '#!/bin/sh\nshift\nexec cowry "$@"\n' >"$DEV"
chmod +x "$DEV"

UNITS="cowry-jobs.service cowry@1.service cowry@2.service"

active() {
    systemctl --quiet is-active "$@"
}

# starts: when each unit was started, which changes whenever it is started again.
starts() {
    # shellcheck disable=SC2086
    systemctl show -P ExecMainStartTimestampMonotonic $UNITS | grep .
}

# all_changed BEFORE AFTER: every unit has been started again.
all_changed() {
    [[ $(paste -d' ' <(echo "$1") <(echo "$2") | awk '$1 < $2' | wc -l) == 3 ]]
}

# in_turn: the starts came one after the other, workers in their order and the job runner last.
in_turn() {
    local jobs one two
    mapfile -t at < <(starts)
    jobs=${at[0]} one=${at[1]} two=${at[2]}
    ((one < two && two < jobs))
}

nothing_runs() {
    ! pgrep -u cowry && ! active cowry.target && ! active cowry-jobs.service
}

# has_mode FILE MODE USER GROUP
has_mode() {
    is "$1 is ${*:2}" "$(stat -c '%a %U %G' "$1" 2>&1)" "${*:2}"
}

# install FILE...: by dpkg, as the administrator would.
install() {
    DEBIAN_FRONTEND=noninteractive dpkg -i "$@"
}

# no_loss NAME: of the load that was just stopped.
no_loss() {
    echo "# $1: $(answered 201) acknowledged of $(wc -l <"$WORK/journal") asked"
    ok "$1: transfers were acknowledged" test "$(answered 201)" -gt 20
    is "$1: no request was lost" "$(awk '$2 != 201' "$WORK/journal" | sort -k2 | uniq -c -f1 | head -n 5)" ""
    acknowledged_once
}

# under_load NAME COMMAND...: the command succeeds while clients work, and none of them notices.
under_load() {
    local before
    load 6
    sleep 1
    before=$(starts)
    ok "$1 succeeds" "${@:2}"
    AFTER=$(starts)
    BEFORE=$before
    sleep 1
    stop_load
    no_loss "$1"
}

# set_setting NAME VALUE
set_setting() {
    sed -i "/^$1=/d" /etc/cowry/cowry.env
    echo "$1=$2" >>/etc/cowry/cowry.env
}

# The first installation.

ok "the previous version is installed" install /root/previous/cowry_*.deb
ok "which starts nothing" nothing_runs
ok "and enables nothing" eval '! systemctl --quiet is-enabled cowry.target'
for user in cowry cowry-owner; do
    ok "the user $user was made" getent passwd $user
done
has_mode /etc/cowry 755 root root
has_mode /etc/cowry/secrets 700 root root
has_mode /run/cowry 750 cowry www-data
has_mode /var/spool/cowry/mail 700 cowry cowry
ok "it is set up, enabled and started" bash /root/prepare.sh
ok "it serves" within 20 serving
ok "logrotate rotates the logs that nginx writes" eval \
    'logrotate -d /etc/logrotate.d/nginx 2>&1 | grep "considering log /var/log/nginx/cowry-access.log" >/dev/null'
new_project

# Restarts.

under_load "systemctl restart cowry.target" systemctl restart cowry.target
ok "every unit was started again" all_changed "$BEFORE" "$AFTER"
ok "one after the other" in_turn
systemctl stop cowry.target
ok "systemctl stop cowry.target stops everything" within 30 nothing_runs
ok "systemctl start cowry.target starts everything" systemctl start cowry.target
ok "and it serves again" within 20 serving
before=$(starts)
ok "a second start restarts nothing" systemctl start cowry.target
is "of what runs" "$(starts)" "$before"

# Reload: new settings, the same processes.

# sign_in STATUS: the answer to a sign-in; to another account each time, since wrong passwords are counted
# by account, too.
sign_in() {
    post /v1/auth/login "{\"email\":\"nobody-$EPOCHREALTIME@cowry.example\",\"password\":\"wrong-password\"}"
    [[ $STATUS == "$1" ]]
}

ok "without a limit nobody is refused" sign_in 401
set_setting COWRY_SIGN_IN_PER_MINUTE 1
under_load "systemctl reload cowry.target" systemctl reload cowry.target
is "nothing was started again by the reload" "$AFTER" "$BEFORE"
sign_in 401
ok "the limit is the new one" within 10 sign_in 429
set_setting COWRY_SIGN_IN_PER_MINUTE many
ok "a reload with wrong settings fails" eval '! systemctl reload cowry@1'
ok "and the worker goes on" active cowry@1
ok "with the old ones" within 10 sign_in 429
ok "a restart with them fails" eval '! systemctl restart cowry-restart'
ok "after the first worker: the second serves" serving
set_setting COWRY_SIGN_IN_PER_MINUTE 0
ok "with right ones the first is back" within 30 active cowry@1
ok "systemctl reload cowry.target" systemctl reload cowry.target
ok "takes them" within 10 sign_in 401

# The upgrade.

under_load "dpkg -i" install /root/packages/cowry_*.deb
ok "every unit was started again by the upgrade" all_changed "$BEFORE" "$AFTER"
ok "one after the other" in_turn
systemctl stop cowry.target
within 30 nothing_runs
ok "an upgrade of what is stopped" install /root/packages/cowry_*.deb
ok "does not start it" nothing_runs
systemctl start cowry.target
within 20 serving

# Removal, and what it leaves.

books() {
    sql "SELECT count(*) FROM transaction"
}

kept=$(books)
ok "apt-get remove" env DEBIAN_FRONTEND=noninteractive apt-get -y remove cowry
ok "stops everything" nothing_runs
ok "and removes the programs" test ! -e /usr/bin/cowry-worker
for file in /etc/cowry/cowry.env /etc/cowry/secrets/pepper.key /var/spool/cowry/mail /etc/cowry/tls/server.key; do
    ok "$file stays" test -e $file
done
ok "the package is installed again" install /root/packages/cowry_*.deb
ok "what was enabled is started again" within 20 serving
is "with the same books" "$(books)" "$kept"
ok "which are right" "$DEV" cowry verify

ok "apt-get purge" env DEBIAN_FRONTEND=noninteractive apt-get -y purge cowry
ok "stops everything, too" nothing_runs
for file in /etc/cowry/cowry.env /var/spool/cowry /usr/share/cowry /run/cowry /usr/libexec/cowry \
    /etc/systemd/system/multi-user.target.wants/cowry.target; do
    ok "$file is gone" test ! -e $file -a ! -L $file
done
for file in jwt.keys pepper.key box.keys; do
    has_mode /etc/cowry/secrets/$file 600 root root
done
is "the books stay" "$(books)" "$kept"
ok "so does the user of their owner" getent passwd cowry-owner
ok "systemd knows nothing of Cowry any more" eval '! systemctl list-unit-files | grep cowry'

ok "after a purge it is installed as for the first time" install /root/packages/cowry_*.deb
ok "which starts nothing" nothing_runs
has_mode /etc/cowry/secrets 700 root root
ok "and the keys are still those of the books" test -s /etc/cowry/secrets/pepper.key

done_testing
