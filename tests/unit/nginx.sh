#!/bin/bash
# nginx accepts the rendered configuration, for one host and for several sockets.
set -u
PATH=$PATH:/usr/sbin

if ! command -v nginx >/dev/null || ! command -v openssl >/dev/null; then
    echo "1..0 # SKIP nginx is not installed"
    exit 0
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
mkdir "$folder/temp"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
    -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null

ok() {
    local result="ok"
    "${@:3}" >"$folder/messages" 2>&1 || { result="not ok" && failed=1 && sed 's/^/# /' "$folder/messages"; }
    echo "$result $1 - $2"
}

render() {
    "$srcdir/nginx/render" "$folder/$1" "CERTIFICATE=$folder/cert.pem" \
        "CERTIFICATE_KEY=$folder/key.pem" "RUN=$folder" "LOG=$folder" "TEMP=$folder/temp" \
        USER= "${@:2}"
}

accepted() {
    nginx -t -e stderr -c "$folder/$1/nginx.conf"
}

# An nginx that has another site already, as Debian's default one: its own default server, its own TLS
# settings at the level of http.
beside() {
    mkdir -p "$folder/$1"
    render "$1" "SITE=$folder/$1/site" "${@:2}" || return
    cat >"$folder/$1/nginx.conf" <<END
pid $folder/nginx.pid;
error_log stderr;
events { worker_connections 768; }
http {
    access_log $folder/access.log;
    ssl_protocols TLSv1.2;
    ssl_prefer_server_ciphers on;
    server_tokens build;
    limit_req_status 503;
    charset utf-8;
    gzip on;
    client_body_temp_path $folder/temp/body;
    fastcgi_temp_path $folder/temp/fastcgi;
    proxy_temp_path $folder/temp/proxy;
    uwsgi_temp_path $folder/temp/uwsgi;
    scgi_temp_path $folder/temp/scgi;
    server {
        listen 127.0.0.1:65080 default_server;
        server_name _;
    }
    include $folder/$1/site;
}
END
}

# At the level of http there is only what has a name of its own.
only_own_names() {
    ! grep -E '^[a-z]' "$1" |
        grep -vE '^(include /|map .* \$cowry_|upstream cowry |log_format cowry|server \{|limit_(req|conn)_zone .* zone=cowry_)'
}

echo "1..37"
ok 1 "rendered with what is given" render one HTTPS_LISTEN=127.0.0.1:65443 HTTP_LISTEN=127.0.0.1:65080
ok 2 "accepted by nginx" accepted one
ok 3 "rendered for a host of another name and four workers" render two \
    "SERVER_NAMES=pay.example www.pay.example" HTTPS_LISTEN=127.0.0.1:65443 \
    HTTP_LISTEN=127.0.0.1:65080 "SOCKETS=/run/a/1.sock /run/a/2.sock /run/a/3.sock /run/a/4.sock"
ok 4 "accepted by nginx" accepted two
ok 5 "without a sandbox unless asked for" eval '! grep -rqE "location.*sandbox|sandbox.conf" "$folder/one" "$folder/two"'
ok 6 "rendered with the sandbox" render three HTTPS_LISTEN=127.0.0.1:65443 \
    HTTP_LISTEN=127.0.0.1:65080 "SANDBOX=$folder/sandbox.sock"
ok 7 "accepted by nginx" accepted three
ok 8 "the sandbox goes when it is not asked for any more" eval 'render three && test ! -e "$folder/three/sandbox.conf"'
ok 9 "an unknown name is refused" eval '! render four SERVER_NAME=typo'
ok 10 "the limits of connections count in every server" \
    test "$(grep -c '^server {' "$folder/one/cowry.conf")" = "$(grep -c 'include .*/limits.conf;' "$folder/one/cowry.conf")"
ok 11 "nginx tells the workers how long it waits" eval \
    'render five ANSWER_WITHIN=7 && grep -qx "fastcgi_read_timeout 7s;" "$folder/five/upstream.conf" && grep -qE "ANSWER_WITHIN +7;" "$folder/five/upstream.conf"'
ok 12 "which must be a number" eval '! render six ANSWER_WITHIN=7s'
ok 13 "descriptors end before connections do" eval \
    'test "$(sed -n "s/.*worker_rlimit_nofile \(.*\);/\1/p" "$folder/one/nginx.conf")" = "$(sed -n "s/.*worker_connections \(.*\);/\1/p" "$folder/one/nginx.conf")"'
number=$(sed -n 's/.*worker_connections \(.*\);/\1/p' "$folder/one/nginx.conf")
ok 14 "which there are by the machine" eval 'test "$number" -ge 1024 || test "$number" = "$(ulimit -Hn)"'
clients=$(sed -n 's/.*limit_conn cowry_clients \(.*\);/\1/p' "$folder/one/limits.conf")
ok 15 "one address has an eighth of them at most" test "$clients" -le $((number * $(nproc) / 8))
ok 16 "sign-in is known by the path that was meant" grep -q 'map $uri $cowry_auth_client' "$folder/one/cowry.conf"
ok 17 "rendered for pages of other origins" render seven HTTPS_LISTEN=127.0.0.1:65443 \
    HTTP_LISTEN=127.0.0.1:65080 "ALLOWED_ORIGINS=https://app.example.com, http://localhost:3000 *"
ok 18 "accepted by nginx" accepted seven
ok 19 "what is no origin is refused" eval '! render eight "ALLOWED_ORIGINS=https://a.example/" && ! render eight "ALLOWED_ORIGINS=null"'
ok 20 "rendered as a site beside others" beside site HTTPS_LISTEN=127.0.0.1:65443 HTTP_LISTEN=127.0.0.1:65080
ok 21 "accepted by nginx" eval 'accepted site && ! grep -q "warn" "$folder/messages"'
ok 22 "it is not their default server" eval '! grep -q default_server "$folder/site/site"'
ok 23 "and sets nothing for them" only_own_names "$folder/site/site"
ok 24 "HTTP/2 by the parameter of listen, or by its directive" eval \
    'render nine HTTP2=listen && grep -q "ssl http2" "$folder/nine/cowry.conf" && ! grep -q "http2 on" "$folder/nine/tls.conf" &&
    render nine HTTP2=directive && ! grep -q "ssl http2" "$folder/nine/cowry.conf" && grep -q "^http2 on;" "$folder/nine/tls.conf"'
ok 25 "and by nothing else" eval '! render ten HTTP2=on'
ok 26 "no metrics unless asked for" eval '! grep -rqE "MONITOR|metrics.conf" "$folder/one" "$folder/site"'
ok 27 "rendered with metrics on an address of their own" render eleven HTTPS_LISTEN=127.0.0.1:65443 \
    HTTP_LISTEN=127.0.0.1:65080 "METRICS_LISTEN=127.0.0.1:65420 unix:$folder/metrics.sock"
ok 28 "accepted by nginx" accepted eleven
ok 29 "and nowhere else" eval 'test "$(grep -rl MONITOR "$folder/eleven")" = "$folder/eleven/metrics.conf"'
ok 30 "which can't be all addresses" eval '! render twelve METRICS_LISTEN=9420 && ! render twelve METRICS_LISTEN=0.0.0.0:9420'
kept() { sed -n 's/^ *keepalive \([0-9]*\);/\1/p' "$folder/$1/cowry.conf"; }
ok 31 "as many connections to workers are kept as one client may have requests" eval \
    'test "$(kept one)" = "$clients" && render thirteen CLIENT_CONNECTIONS=300 && test "$(kept thirteen)" = 300'
ok 32 "within bounds, which must be numbers" eval 'render fourteen CLIENT_CONNECTIONS=5000 && test "$(kept fourteen)" = 1024 &&
    render fifteen CLIENT_CONNECTIONS=8 && test "$(kept fifteen)" = 64 && ! render sixteen KEPT=none && ! render sixteen CLIENT_CONNECTIONS=x'
ok 33 "no seals unless asked for" eval '! grep -rqE "location.*seals|seals.*\.conf" "$folder/one" "$folder/site"'
ok 34 "rendered with seals for all" render seventeen HTTPS_LISTEN=127.0.0.1:65443 \
    HTTP_LISTEN=127.0.0.1:65080 SEALS=public "SEALS_DIR=$folder/seals"
ok 35 "accepted by nginx" eval 'accepted seventeen && ! grep -q "deny all" "$folder/seventeen/seals.conf"'
ok 36 "or for this machine" eval 'render eighteen HTTPS_LISTEN=127.0.0.1:65443 HTTP_LISTEN=127.0.0.1:65080 SEALS=local &&
    accepted eighteen && test "$(grep -c "deny all;" "$folder/eighteen/seals.conf")" = 2'
ok 37 "and by no other word" eval '! render nineteen SEALS=yes'
exit $failed
