# Machines for the scripts of this folder: network namespaces on a bridge. Three run PostgreSQL under
# Patroni (db1 to db3), one etcd, two are web hosts (web1, web2), and one is the client. Everything is
# in a temporary folder, and ends with the script.
# shellcheck shell=bash disable=SC2034
set -uo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CHECKOUT=${HERE%/tests/failover}
BUILD=${BUILD:-$CHECKOUT/build}
PATH=$PATH:/usr/sbin:/sbin
readonly PACKAGES="patroni etcd-server haproxy pgbouncer python3-psycopg2 iproute2 nftables postgresql
    nginx spawn-fcgi curl jq openssl"
readonly NETWORK=10.77.0
declare -rA ADDRESS=([db1]=1 [db2]=2 [db3]=3 [etcd]=9 [web1]=11 [web2]=12 [client]=20)
readonly NODES="db1 db2 db3"
readonly PORT=5432

require_packages() {
    local package missing=()
    ((EUID == 0)) || { echo "1..0 # SKIP network namespaces need root" && exit 0; }
    for package in $PACKAGES; do
        [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == "install ok installed" ]] ||
            missing+=("$package")
    done
    ((${#missing[@]} == 0)) || { echo "failover: apt-get install ${missing[*]}" >&2 && exit 1; }
}

# in_host HOST COMMAND...
in_host() {
    local host=$1
    shift
    ip netns exec "$ID-$host" "$@"
}

# as_user HOST USER COMMAND...
as_user() {
    local host=$1 user=$2
    shift 2
    in_host "$host" setpriv "--reuid=$user" "--regid=$(id -g "$user")" --init-groups -- env "HOME=$DIR" "$@"
}

# start HOST USER LOG COMMAND...: in the background, in a session of its own. The load ends when the last
# copy of STOP is closed.
start() {
    local host=$1 user=$2 log=$3
    shift 3
    ([[ ! ${STOP:-} ]] || exec {STOP}>&-
        cd "$DIR" && as_user "$host" "$user" setsid "$@" >>"$log" 2>&1 </dev/null &)
}

pids() {
    ip netns pids "$ID-$1" 2>/dev/null
}

# signal HOST SIGNAL: to everything that runs there.
signal() {
    local all
    mapfile -t all < <(pids "$1")
    ((${#all[@]} == 0)) || kill "-$2" "${all[@]}" 2>/dev/null
}

# within SECONDS COMMAND...: try until it succeeds.
within() {
    local end=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < end)) || return 1
        sleep 0.2
    done
}

fail_setup() {
    echo "failover: $*" >&2
    exit 1
}

make_network() {
    local host
    ip netns add "$ID-net"
    ip -n "$ID-net" link add bridge type bridge
    ip -n "$ID-net" link set bridge up
    for host in "${!ADDRESS[@]}"; do
        ip netns add "$ID-$host"
        ip -n "$ID-$host" link add eth0 type veth peer name "$host" netns "$ID-net"
        ip -n "$ID-net" link set "$host" master bridge up
        ip -n "$ID-$host" address add "$NETWORK.${ADDRESS[$host]}/24" dev eth0
        ip -n "$ID-$host" link set eth0 up
        ip -n "$ID-$host" link set lo up
    done
}

remove_network() {
    local host
    for host in "${!ADDRESS[@]}"; do
        signal "$host" CONT
        signal "$host" KILL
    done
    for host in "${!ADDRESS[@]}" net; do
        ip netns delete "$ID-$host" 2>/dev/null
    done
}

# cut HOST: packets are dropped without a word; mend HOST.
cut() {
    in_host "$1" nft -f - <<'END'
table inet cut {
    chain input { type filter hook input priority 0; policy drop; iif lo accept; }
    chain output { type filter hook output priority 0; policy drop; oif lo accept; }
}
END
}

mend() {
    in_host "$1" nft delete table inet cut 2>/dev/null
}

# A certificate for all servers, and its CA, which is the only one that clients trust.
make_certificates() {
    local node names="DNS:db,DNS:localhost,IP:127.0.0.1"
    for node in $NODES web1 web2; do
        names+=",DNS:$node,IP:$NETWORK.${ADDRESS[$node]}"
    done
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=drill CA" \
        -keyout "$DIR/ca.key" -out "$DIR/ca.pem" 2>/dev/null
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=drill" \
        -keyout "$DIR/server.key" -out "$DIR/server.csr" 2>/dev/null
    openssl x509 -req -in "$DIR/server.csr" -CA "$DIR/ca.pem" -CAkey "$DIR/ca.key" -days 2 \
        -CAcreateserial -out "$DIR/server.pem" \
        -extfile <(echo "subjectAltName=$names") 2>/dev/null
    install -o postgres -m 600 "$DIR/server.key" "$DIR/postgres.key"
    install -o www-data -m 600 "$DIR/server.key" "$DIR/web.key"
}

start_etcd() {
    local url=http://$NETWORK.${ADDRESS[etcd]}
    install -d -o postgres "$DIR/etcd"
    start etcd postgres "$DIR/etcd.log" etcd --name drill --data-dir "$DIR/etcd" \
        --listen-client-urls "$url:2379" --advertise-client-urls "$url:2379" \
        --listen-peer-urls "$url:2380" --initial-advertise-peer-urls "$url:2380" \
        --initial-cluster "drill=$url:2380" --log-level warn
}

# patroni_configuration NODE: see docs/failover.md.
patroni_configuration() {
    local address=$NETWORK.${ADDRESS[$1]}
    cat <<END
scope: drill
name: $1
etcd3: {host: "$NETWORK.${ADDRESS[etcd]}:2379"}
restapi: {listen: "$address:8008", connect_address: "$address:8008"}
bootstrap:
  dcs:
    ttl: 20
    loop_wait: 1
    retry_timeout: 3
    synchronous_mode: true
    postgresql:
      use_pg_rewind: true
      parameters:
        max_connections: 100
        wal_log_hints: on
        wal_sender_timeout: 5s
        wal_receiver_timeout: 5s
  initdb: [{encoding: UTF8}, {locale: C.UTF-8}, data-checksums]
postgresql:
  listen: "$address:$PORT"
  connect_address: "$address:$PORT"
  data_dir: $DIR/$1/data
  bin_dir: $PGBIN
  pgpass: $DIR/$1/pgpass
  use_unix_socket: true
  remove_data_directory_on_rewind_failure: true
  remove_data_directory_on_diverged_timelines: true
  authentication:
    superuser: {username: postgres, password: $DB_PASSWORD, sslmode: verify-full, sslrootcert: $DIR/ca.pem}
    replication: {username: replicator, password: $DB_PASSWORD, sslmode: verify-full, sslrootcert: $DIR/ca.pem}
    rewind: {username: rewinder, password: $DB_PASSWORD, sslmode: verify-full, sslrootcert: $DIR/ca.pem}
  parameters:
    unix_socket_directories: $DIR/$1
    shared_buffers: 64MB
    ssl: on
    ssl_cert_file: $DIR/server.pem
    ssl_key_file: $DIR/postgres.key
  pg_hba:
    - local all all trust
    - hostssl replication replicator $NETWORK.0/24 scram-sha-256
    - hostssl all all $NETWORK.0/24 scram-sha-256
END
}

start_node() {
    local log=$DIR/$1.log
    install -d -o postgres "$DIR/$1"
    patroni_configuration "$1" >"$DIR/$1/patroni.yml"
    start "$1" postgres "$log" patroni "$DIR/$1/patroni.yml"
}

# members: of the cluster, NAME ROLE STATE.
members() {
    local node
    for node in $NODES; do
        in_host etcd curl -s --max-time 1 "http://$NETWORK.${ADDRESS[$node]}:8008/cluster" && break
    done | jq -r '.members[] | "\(.name) \(.role) \(.state)"' 2>/dev/null
}

leader() {
    members | awk '$2 == "leader" { print $1 }'
}

has_leader() {
    [[ $(leader) ]]
}

synchronous_standby() {
    members | awk '$2 == "sync_standby" { print $1; exit }'
}

# One leader, a synchronous standby, and another one, all of them running.
is_complete() {
    [[ $(members | awk '$3 == "running" || $3 == "streaming" { print $2 }' | sort | paste -sd' ') == \
        "leader replica sync_standby" ]]
}

# sql NODE QUERY: as the superuser, by the socket.
sql() {
    psql -X -A -t -q -v ON_ERROR_STOP=1 -h "$DIR/$1" -U postgres "${@:3}" -c "$2"
}

start_cluster() {
    local node
    start_etcd
    for node in $NODES; do
        start_node "$node"
        # The first one makes the cluster.
        [[ $node != db1 ]] || within 90 has_leader ||
            fail_setup "Patroni did not start: $(tail -n 3 "$DIR/db1.log")"
    done
    within 120 is_complete || fail_setup "the standbys did not start: $(members)"
    within 20 sql db1 "CREATE ROLE cowry_owner LOGIN PASSWORD '$DB_PASSWORD';
        CREATE ROLE cowry_worker LOGIN PASSWORD '$DB_PASSWORD';
        CREATE ROLE cowry_auditor LOGIN PASSWORD '$DB_PASSWORD';
        CREATE TABLE probe (node text PRIMARY KEY, n bigint NOT NULL DEFAULT 0);
        INSERT INTO probe SELECT unnest(ARRAY['db1', 'db2', 'db3'])" &&
        sql db1 "CREATE DATABASE cowry OWNER cowry_owner" || fail_setup "the database was not created"
}

# database_url WAY ROLE: how a web host reaches the primary.
database_url() {
    local more="user=cowry_$2 dbname=cowry password=$DB_PASSWORD" addresses
    case $1 in
    hosts)
        addresses=$(for node in $NODES; do echo "$NETWORK.${ADDRESS[$node]}"; done | paste -sd,)
        echo "host=${NODES// /,} hostaddr=$addresses port=$PORT sslmode=verify-full sslrootcert=$DIR/ca.pem $more"
        ;;
    haproxy) echo "host=db hostaddr=127.0.0.1 port=5000 sslmode=verify-full sslrootcert=$DIR/ca.pem $more" ;;
    pgbouncer) echo "host=127.0.0.1 port=6432 $more" ;;
    esac
}

haproxy_configuration() {
    local node
    cat <<END
defaults
    mode tcp
    timeout connect 1s
    timeout client 1h
    timeout server 1h
    timeout check 1s
listen primary
    bind 127.0.0.1:5000
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server inter 500ms fastinter 250ms fall 2 rise 1 on-marked-down shutdown-sessions
END
    for node in $NODES; do
        echo "    server $node $NETWORK.${ADDRESS[$node]}:$PORT check port 8008"
    done
}

pgbouncer_configuration() {
    cat <<END
[databases]
cowry = host=127.0.0.1 port=5000
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = 6432
unix_socket_dir =
auth_type = scram-sha-256
auth_file = $DIR/userlist.txt
pool_mode = session
default_pool_size = 40
max_client_conn = 200
server_tls_sslmode = verify-full
server_tls_ca_file = $DIR/ca.pem
server_connect_timeout = 2
server_login_retry = 1
query_wait_timeout = 5
END
}

# start_balancers HOST: HAProxy and PgBouncer, each for the clients on it.
start_balancers() {
    local role
    haproxy_configuration >"$DIR/haproxy.cfg"
    pgbouncer_configuration >"$DIR/pgbouncer.ini"
    for role in owner worker auditor; do
        echo "\"cowry_$role\" \"$DB_PASSWORD\""
    done >"$DIR/userlist.txt"
    start "$1" www-data "$DIR/$1-haproxy.log" haproxy -db -f "$DIR/haproxy.cfg"
    start "$1" www-data "$DIR/$1-pgbouncer.log" pgbouncer "$DIR/pgbouncer.ini"
}

# environment HOST WAY
environment() {
    cat <<END
COWRY_ENVIRONMENT=production
COWRY_ENV_FILE=
COWRY_DATABASE_URL=$(database_url "$2" worker)
COWRY_DATABASE_OWNER_URL=$(database_url "$2" owner)
COWRY_DATABASE_AUDITOR_URL=$(database_url "$2" auditor)
COWRY_SECRETS_DIR=$DIR/secrets
COWRY_SQL_DIR=$DIR/usr/share/cowry/sql
COWRY_MAIL_DIR=$DIR/mail
COWRY_PUBLIC_URL=https://$NETWORK.${ADDRESS[web1]}
COWRY_SIGN_IN_PER_MINUTE=${SIGN_IN_PER_MINUTE:-0}
COWRY_USER_LIMITS=${USER_LIMITS:-false}
END
}

# cowry HOST WAY ARGUMENT...
cowry() {
    local host=$1 variables
    mapfile -t variables < <(environment "$1" "$2")
    shift 2
    as_user "$host" www-data env -i PATH="$PATH" LC_ALL=C.UTF-8 "${variables[@]}" "$DIR/usr/bin/cowry" "$@"
}

# start_programs HOST WAY: two workers and a job runner.
start_programs() {
    local host=$1 variables number
    mapfile -t variables < <(environment "$1" "$2")
    install -d -o www-data "$DIR/$host"
    rm -f "$DIR/$host"/*.sock
    for number in 1 2; do
        start "$host" www-data "$DIR/$host.log" env -i PATH="$PATH" LC_ALL=C.UTF-8 "${variables[@]}" \
            spawn-fcgi -n -s "$DIR/$host/$number.sock" -M 0660 -b 1024 -- "$DIR/usr/bin/cowry-worker"
    done
    start "$host" www-data "$DIR/$host.log" env -i PATH="$PATH" LC_ALL=C.UTF-8 "${variables[@]}" \
        "$DIR/usr/bin/cowry-jobs"
}

stop_programs() {
    local pid name
    for pid in $(pids "$1"); do
        name=$(<"/proc/$pid/comm") 2>/dev/null || continue
        [[ $name == cowry-* ]] && kill -TERM "$pid"
    done
    within 30 no_programs "$1" || fail_setup "the programs on $1 did not stop"
}

no_programs() {
    local pid
    for pid in $(pids "$1"); do
        [[ $(cat "/proc/$pid/comm" 2>/dev/null) != cowry-* ]] || return 1
    done
}

start_nginx() {
    local host=$1
    install -d -o www-data "$DIR/$host/nginx/temp"
    "$DIR/usr/share/cowry/nginx/render" "$DIR/$host/nginx/conf" USER=www-data \
        HTTPS_LISTEN=443 HTTP_LISTEN=80 "SERVER_NAMES=$NETWORK.${ADDRESS[$host]}" \
        "CERTIFICATE=$DIR/server.pem" "CERTIFICATE_KEY=$DIR/server.key" \
        "SOCKETS=$DIR/$host/1.sock $DIR/$host/2.sock" "WWW=$DIR/usr/share/cowry/www" \
        "RUN=$DIR/$host/nginx" "LOG=$DIR/$host/nginx" "TEMP=$DIR/$host/nginx/temp" >/dev/null ||
        fail_setup "nginx' configuration"
    start "$host" root "$DIR/$host.log" nginx -e "$DIR/$host/nginx/error.log" \
        -c "$DIR/$host/nginx/conf/nginx.conf" -g "daemon off;"
}

serving() {
    [[ $(in_host client curl -s --max-time 2 --cacert "$DIR/ca.pem" -o /dev/null -w '%{http_code}' \
        "https://$NETWORK.${ADDRESS[$1]}/api/health") == 200 ]]
}

# install_programs: what `make install` gives.
install_programs() {
    [[ -f $BUILD/Makefile ]] || fail_setup "$BUILD is not built"
    make -C "$BUILD" -j2 install "prefix=$DIR/usr" >"$DIR/install.log" 2>&1 ||
        fail_setup "$(tail -n 3 "$DIR/install.log")"
    install -d -o www-data -m 700 "$DIR/secrets" "$DIR/mail"
}

start_web() {
    local host
    cowry web1 hosts keys create >"$DIR/setup.log" 2>&1 && cowry web1 hosts migrate >>"$DIR/setup.log" 2>&1 ||
        fail_setup "$(tail -n 3 "$DIR/setup.log")"
    for host in web1 web2; do
        start_balancers "$host"
        start_programs "$host" hosts
        start_nginx "$host"
    done
    for host in web1 web2; do
        within 30 serving "$host" || fail_setup "$host does not serve: $(tail -n 3 "$DIR/$host.log")"
    done
}

end_all() {
    local status=$?
    trap - EXIT INT TERM
    remove_network
    if [[ ${KEEP:-} ]]; then
        echo "# kept: $DIR" >&2
    else
        rm -rf "$DIR"
    fi
    exit "$status"
}

# set_up: everything up to the web hosts that serve.
set_up() {
    require_packages
    DIR=$(mktemp -d /tmp/cowry-failover.XXXXXX)
    ID=cowry${DIR##*.}
    DB_PASSWORD=$(openssl rand -hex 12)
    PGBIN=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin | sort -V | tail -n 1)
    chmod 755 "$DIR"
    trap end_all EXIT
    trap "exit 130" INT TERM
    make_network
    make_certificates
    install_programs
    start_cluster
    start_web
}
