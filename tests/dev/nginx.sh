# nginx: its certificate, its configuration, and whether requests through it are answered.
# shellcheck shell=bash

create_certificate() {
    certificate_serves "$STATE/tls" localhost || issue_certificate "$STATE/tls" localhost 127.0.0.1 ::1
    install -m 644 "$STATE/tls/ca.pem" "$STATE/ca.pem"
}

# loopback_addresses PORT
loopback_addresses() {
    local addresses="127.0.0.1:$1"
    grep -qs '^00000000000000000000000000000001 ' /proc/net/if_inet6 && addresses+=" [::1]:$1"
    echo "$addresses"
}

# nginx_configuration FOLDER
nginx_configuration() {
    local user=
    [[ $ME != root ]] || user=$RUN_USER
    "$SHARE/nginx/render" "$1" "USER=$user" "HTTPS_LISTEN=$(loopback_addresses "$HTTPS_PORT")" \
        "HTTP_LISTEN=$(loopback_addresses "$HTTP_PORT")" "PUBLIC_PORT=$HTTPS_PORT" \
        "CERTIFICATE=$STATE/tls/server.pem" "CERTIFICATE_KEY=$STATE/tls/server.key" \
        "SOCKETS=$(seq -s ' ' -f "$SOCKETS/%g.sock" "$WORKERS")" "WWW=$SHARE/www" \
        "SANDBOX=$SOCKETS/sandbox.sock" "ALLOWED_ORIGINS=${COWRY_ALLOWED_ORIGINS:-}" \
        "METRICS_LISTEN=${METRICS_PORT:+127.0.0.1:$METRICS_PORT}" SEALS=local "SEALS_DIR=$STATE/seals" \
        "RUN=$STATE/nginx" "LOG=$LOG" "TEMP=$STATE/nginx/temp"
}

# nginx's workers outlive a master that was killed, and hold the ports. Ours are those that
# began in our folder.
nginx_orphans() {
    local pid
    for pid in $(pgrep -x nginx); do
        [[ $(readlink "/proc/$pid/cwd") == "$STATE/nginx" ]] && echo "$pid"
    done
    return 0
}

kill_orphans() {
    local pid
    for pid in $(nginx_orphans); do
        kill -KILL "$pid" 2>/dev/null || true
        wait_gone 5 "$pid" || true
    done
}

require_ports() {
    local port
    for port in "COWRY_HTTPS_PORT $HTTPS_PORT" "COWRY_HTTP_PORT $HTTP_PORT" \
        ${METRICS_PORT:+"COWRY_METRICS_PORT $METRICS_PORT"}; do
        ! (exec 3<>"/dev/tcp/127.0.0.1/${port#* }") 2>/dev/null ||
            fail_step "port ${port#* } is taken by another program; set ${port% *}"
    done
}

# launch_nginx FOLDER: with the configuration in it.
launch_nginx() {
    local i
    kill_orphans
    require_ports
    rm -f nginx.pid
    create_log "$LOG/nginx-error.log"
    create_log "$LOG/nginx-access.log"
    nginx -e "$LOG/nginx-error.log" -c "$1/nginx.conf" 9>&-
    for ((i = 0; i < 100; i++)); do
        [[ ! -s nginx.pid ]] || break
        sleep 0.05
    done
    save_pid nginx "$(<nginx.pid)"
    mark_changed
}

start_nginx() {
    local conf=$STATE/nginx/conf sum pid
    nginx_configuration "$conf"
    sum=$(cat "$conf"/*.conf "$STATE/tls/server.pem" | cksum)
    cd "$STATE/nginx" || exit
    nginx -t -q -e stderr -c "$conf/nginx.conf"
    if pid=$(running_pid nginx); then
        [[ $(cat "$RUN/nginx.sum") == "$sum" ]] || kill -HUP "$pid"
        add_note "already running"
    else
        launch_nginx "$conf"
    fi
    echo "$sum" >"$RUN/nginx.sum"
}

stop_nginx() {
    end_process nginx 10 QUIT
    kill_orphans
}

fetch_url() {
    curl -sS --fail-with-body --max-time 5 --cacert "$STATE/ca.pem" "$@"
}

wait_serving() {
    local i
    for ((i = 0; i < 150; i++)); do
        if fetch_url "$URL/api/health" >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.1
    done
    fail_step "no answer from $URL/api/health: $(fetch_url "$URL/api/health" 2>&1)"
}
