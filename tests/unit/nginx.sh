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

echo "1..19"
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
exit $failed
