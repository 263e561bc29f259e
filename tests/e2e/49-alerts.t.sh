#!/bin/bash
# Prometheus scrapes a running stack: alerts fire when their faults are made, and end with them. The
# installed rules are used, with their waits shortened.
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

if ! command -v prometheus >/dev/null; then
    echo "1..0 # SKIP prometheus is missing"
    exit 0
fi

prometheus=
full=
finish() {
    [[ ! $prometheus ]] || kill "$prometheus" 2>/dev/null
    [[ ! $full ]] || umount "$full"
}
trap finish EXIT

free_port() {
    local port
    for ((port = 20000 + RANDOM % 9000; ; port++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
    done
}

start_prometheus() {
    local conf=$WORK/prometheus
    mkdir -p "$conf"
    sed -E 's/^( *for:) .*/\1 1s/' "$COWRY_HOME/usr/share/cowry/monitoring/rules.yml" >"$conf/rules.yml"
    sed -E -e 's/(_interval:) .*/\1 1s/' -e "s/127.0.0.1:[0-9]+/127.0.0.1:$COWRY_METRICS_PORT/" \
        "$COWRY_HOME/usr/share/cowry/monitoring/prometheus.yml" >"$conf/prometheus.yml"
    PORT=$(free_port)
    prometheus --config.file="$conf/prometheus.yml" --storage.tsdb.path="$conf/data" \
        --web.listen-address="127.0.0.1:$PORT" >"$conf/log" 2>&1 &
    prometheus=$!
}

query() {
    curl -sf --get "http://127.0.0.1:$PORT/api/v1/query" --data-urlencode "query=$1" |
        jq -r '.data.result[].value[1]'
}

scraped() {
    [[ $(query 'up{job="cowry"}') == 1 ]]
}

fires() {
    [[ $(query "count(ALERTS{alertname=\"$1\",alertstate=\"firing\"})") -ge 1 ]]
}

rests() {
    scraped && ! fires "$1"
}

alerts() {
    curl -sf "http://127.0.0.1:$PORT/api/v1/alerts" |
        jq -r '[.data.alerts[] | select(.state == "firing") | .labels.alertname] | unique | join(" ")'
}

# fault ALERT COMMAND...: the alert is not firing, and does after the command.
fault() {
    ok "$1 does not fire" within 20 rests "$1"
    "${@:2}" >"$WORK/fault" 2>&1 || fail "the fault is made" "$(cat "$WORK/fault")"
    ok "$1 fires" within 30 fires "$1"
}

# mended ALERT COMMAND...
mended() {
    "${@:2}" >"$WORK/fault" 2>&1 || fail "the fault is mended" "$(cat "$WORK/fault")"
    ok "$1 ends" within 40 rests "$1"
}

stop_jobs() {
    kill -STOP "$(pid jobs)" "$(pid jobs.child)" &&
        sql "UPDATE job_runner SET seen_at = seen_at - interval '2 minutes'"
}

start_jobs() {
    kill -CONT "$(pid jobs.child)" "$(pid jobs)"
}

park_job() {
    sql "INSERT INTO job (kind, subject, due_at) VALUES ('mail', 'a test', now() + interval '1 day')"
    "$DEV" cowry jobs park "$(sql "SELECT job_id FROM job WHERE subject = 'a test'")"
}

# Without a runner they stay where they are; nobody waits for them.
pile_up() {
    sql "WITH s AS (
             INSERT INTO webhook_subscription (public_id, project_id, mode, url, event_types, is_active, secret_sealed)
             SELECT gen_random_uuid(), min(project_id), 'test', 'https://piled.example/', '{piled.up}', false, '\\x00'
               FROM project
             RETURNING subscription_id
         ), e AS (
             INSERT INTO event (public_id, project_id, mode, object, type, data, created_at, sequence)
             SELECT gen_random_uuid(), (SELECT min(project_id) FROM project), 'test', gen_random_uuid(),
                    'piled.up', '{}', now(), 900000000 + n
               FROM generate_series(1, 1001) AS n
             RETURNING event_id, object, sequence
         )
         INSERT INTO webhook_delivery (public_id, subscription_id, event_id, object, sequence)
         SELECT gen_random_uuid(), s.subscription_id, e.event_id, e.object, e.sequence FROM e, s"
}

clear_up() {
    sql "DELETE FROM webhook_delivery WHERE sequence > 900000000;
         DELETE FROM event WHERE sequence > 900000000;
         DELETE FROM webhook_subscription WHERE url = 'https://piled.example/'"
}

# change_books AMOUNT: of one account, as a role that may do that.
change_books() {
    superuser "UPDATE cowry.account SET balance = balance + $1 WHERE public_id = '$WALLET'" &&
        { "$DEV" cowry verify || (($1 > 0)); }
}

fill() {
    full=$COWRY_HOME/mail
    mount -t tmpfs -o size=1m tmpfs "$full" && head -c 1000k /dev/zero >"$full/full"
}

empty() {
    umount "$full" && full=
}

# certificate DAYS: the file that nginx would read next.
certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "$1" -subj /CN=localhost \
        -keyout /dev/null -out "$COWRY_HOME/tls/server.pem"
}

new_project
new_wallet 100
cp "$COWRY_HOME/tls/server.pem" "$WORK/server.pem"
"$DEV" cowry verify >"$WORK/verify"
start_prometheus
ok "Prometheus scrapes the stack" within 20 scraped
ok "no alert fires" within 20 eval '[[ ! $(alerts) ]]'
[[ ! $(alerts) ]] || echo "# $(alerts)"

fault CowryJobRunnerSilent stop_jobs
fault CowryDeliveriesPilingUp pile_up
mended CowryDeliveriesPilingUp clear_up
mended CowryJobRunnerSilent start_jobs
fault CowryJobParked park_job
mended CowryJobParked sql "DELETE FROM job WHERE subject = 'a test'"
fault CowryBooksInconsistent change_books 1
mended CowryBooksInconsistent change_books -1
fault CowryCertificateEnds certificate 2
mended CowryCertificateEnds cp "$WORK/server.pem" "$COWRY_HOME/tls/server.pem"
if ((EUID == 0)) && fill 2>/dev/null; then
    empty
    fault CowryDiskFull fill
    mended CowryDiskFull empty
else
    pass "CowryDiskFull # SKIP only root can mount a small file system"
fi
fault CowryDatabaseDown postgres stop -m fast
mended CowryDatabaseDown postgres start -w -l "$COWRY_HOME/log/postgresql.log"
ok "dev up takes over what it did not start" "$DEV" up
done_testing
