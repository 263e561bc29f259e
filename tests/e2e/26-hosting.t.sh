#!/bin/bash
# Web hosting without root: the same worker under Apache's mod_fcgid and under lighttpd, by the files of
# hosting/, with a database by its URL.
# shellcheck disable=SC2317
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

stack=$URL
SHARE=$COWRY_HOME/usr/share/cowry
user=$(id -un)
((EUID != 0)) || user=www-data
SERVER=''

# What follows runs as the user of the hosting, who is not root.
as_user=()
((EUID != 0)) || as_user=(setpriv "--reuid=$user" "--regid=$(id -g "$user")" --init-groups --)

free_port() {
    local port
    for ((port = 20000 + RANDOM % 9000; ; port++)); do
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || { echo "$port" && return; }
    done
}

# make_home NAME: what a customer has uploaded; sets HOME_FOLDER and PORT.
make_home() {
    PORT=$(free_port)
    HOME_FOLDER=$WORK/$1
    URL=https://localhost:$PORT
    mkdir -p "$HOME_FOLDER"/{cowry/bin,cowry/tls,cowry/log,run,www}
    cp "$COWRY_HOME"/usr/bin/cowry* "$HOME_FOLDER/cowry/bin/"
    cp "$COWRY_HOME"/tls/server.* "$HOME_FOLDER/cowry/tls/"
    cp -r "$SHARE"/www/* "$HOME_FOLDER/www/"
    grep -v '^COWRY_THREADS=' "$COWRY_HOME/env" | sed -E 's/=(.*)/="\1"/' >"$HOME_FOLDER/cowry/cowry.env"
    sed "s,^cowry=.*,cowry=$HOME_FOLDER/cowry," "$SHARE/hosting/cowry.fcgi" >"$HOME_FOLDER/cowry/cowry.fcgi"
    chmod 755 "$HOME_FOLDER/cowry/cowry.fcgi"
    chmod 600 "$HOME_FOLDER/cowry/cowry.env"
    ((EUID != 0)) || chown -R "$user:" "$HOME_FOLDER"
    chmod 755 "$WORK"
}

# What the host has: Apache, which allows .htaccess.
apache_configuration() {
    local module modules=/usr/lib/apache2/modules
    for module in mpm_event authz_core mime dir setenvif env rewrite headers ssl fcgid; do
        [[ ! -e $modules/mod_$module.so ]] || echo "LoadModule ${module}_module $modules/mod_$module.so"
    done
    cat <<END
ServerRoot $HOME_FOLDER/run
PidFile $HOME_FOLDER/run/apache.pid
ErrorLog $HOME_FOLDER/cowry/log/error.log
ServerName localhost
Listen 127.0.0.1:$PORT
TypesConfig /etc/mime.types
SSLSessionCache none
SSLEngine on
SSLCertificateFile $HOME_FOLDER/cowry/tls/server.pem
SSLCertificateKeyFile $HOME_FOLDER/cowry/tls/server.key
FcgidIPCDir $HOME_FOLDER/run
FcgidProcessTableFile $HOME_FOLDER/run/table
FcgidMaxProcesses 4
DocumentRoot $HOME_FOLDER/www
<Directory $HOME_FOLDER/www>
    AllowOverride All
    Require all granted
</Directory>
END
}

start_apache() {
    make_home apache
    cp "$SHARE/hosting/htaccess" "$HOME_FOLDER/www/.htaccess"
    mv "$HOME_FOLDER/cowry/cowry.fcgi" "$HOME_FOLDER/www/"
    apache_configuration >"$HOME_FOLDER/apache.conf"
    "${as_user[@]}" apache2 -f "$HOME_FOLDER/apache.conf" -DFOREGROUND >"$WORK/server.log" 2>&1 &
    SERVER=$!
}

start_lighttpd() {
    make_home lighttpd
    sed -E "s,^(var.cowry +=).*,\1 \"$HOME_FOLDER/cowry\",; s,^(var.www +=).*,\1 \"$HOME_FOLDER/www\",
        s,^(server.port =).*,\1 $PORT,; s,^(server.bind =).*,\1 \"127.0.0.1\"," \
        "$SHARE/hosting/lighttpd.conf" >"$HOME_FOLDER/lighttpd.conf"
    "${as_user[@]}" lighttpd -D -f "$HOME_FOLDER/lighttpd.conf" >"$WORK/server.log" 2>&1 &
    SERVER=$!
}

# Workers of this hosting.
workers() {
    pgrep -f "^$HOME_FOLDER/cowry/bin/cowry-worker"
}

end_server() {
    [[ ! $SERVER ]] || kill -TERM "$SERVER" 2>/dev/null
    [[ ! $SERVER ]] || wait "$SERVER"
    SERVER=''
}
trap end_server EXIT

ended() {
    [[ ! $(workers) ]]
}

# transfers N: that many at the same time; prints their statuses.
transfers() {
    seq "$1" | xargs -P "$1" -I{} curl -sS --max-time 40 --cacert "$CA" -o /dev/null -w '%{http_code}\n' \
        -H "x-api-key: $KEY" -H "Content-Type: application/json" --data-raw \
        "{\"fromWalletId\":\"$ONE\",\"toWalletId\":\"$TWO\",\"amount\":\"1\",\"currency\":\"NGN\",\"reference\":\"$2-{}\"}" \
        "$URL/v1/wallets/transfer" | sort | uniq -c | awk '{ print $1 "x" $2 }'
}

# Requests at the same time need several processes; Apache starts one after the other.
several_workers() {
    seq 24 | xargs -P 24 -I{} curl -sS --max-time 40 --cacert "$CA" -o /dev/null -H "x-api-key: $KEY" "$URL/v1/wallets"
    (($(workers | wc -l) > 1))
}

# hosting NAME: what is the same for both.
hosting() {
    local name=$1 page
    ok "$name: serves" within 15 serving
    new_project
    new_wallet 100
    ONE=$WALLET
    new_wallet
    TWO=$WALLET
    pass "$name: a platform registers, signs in, and gets a key and wallets"
    request GET /v1/auth/me -H "Authorization: Bearer $TOKEN"
    expect "$name: the header Authorization arrives" 200 .data.email "$EMAIL"
    is "$name: transfers at the same time" "$(transfers 12 "$name-$RANDOM")" 12x201
    is "$name: the money has moved" "$(available "$TWO")" 12.00
    request GET /api/health -H "X-Request-Id: from-the-client.1"
    is "$name: the client's request id is used" "$(header X-Request-Id)" from-the-client.1
    request GET /api/health -H 'X-Request-Id: not "well" formed'
    like "$name: a malformed one is not" "$(header X-Request-Id)" '^[0-9a-f-]{36}$'
    request GET /v1/wallets
    expect "$name: 401 without a key, as OurPocket says it" 401 .code UNAUTHORIZED .status error
    request GET /api/v1/wallet/balance
    expect "$name: as Bitpal says it" 401 .status_code 401
    request GET /api/auth/me
    like "$name: as Drop says it" "$STATUS $(field .error)" "^40[14] (unauthorized|not_found)$"
    request GET /v1/no-such-path
    expect "$name: an unknown path" 404 .code NOT_FOUND
    request GET "/v1/wallets/$ONE/transactions?limit=1" -H "x-api-key: $KEY"
    expect "$name: a query arrives" 200 '.data | length' 1
    request DELETE /v1/wallets -H "x-api-key: $KEY"
    expect "$name: a method that is not allowed" 405 .code METHOD_NOT_ALLOWED
    head -c 100000 /dev/zero | tr '\0' x | jq -Rc '{currency: .}' >"$WORK/large"
    request POST /v1/wallets -H "x-api-key: $KEY" -H "Content-Type: application/json" --data-binary "@$WORK/large"
    expect "$name: a body above the limit of its route" 413 .code BODY_TOO_LARGE
    head -c 3000000 /dev/zero >"$WORK/larger"
    request POST /v1/wallets -H "x-api-key: $KEY" -H "Content-Type: application/json" --data-binary "@$WORK/larger"
    like "$name: one above that of the web server is refused by it" "$STATUS" '^(000|400|413)$'
    for page in /api-doc/ /receipt/; do
        request GET "$page"
        is "$name: the page $page" "$STATUS $(header Content-Security-Policy | cut -c1-18)" "200 default-src 'none'"
    done
    request GET /openapi/pocket.json
    expect "$name: the documents" 200 '.openapi | .[:3]' 3.1
    request GET /
    is "$name: the first page" "$STATUS" 302
    for file in cowry.fcgi .htaccess cowry.env; do
        request GET "/$file"
        like "$name: $file is not shown" "$STATUS" '^40[34]$'
    done
}

# download FILE [CURL ARGUMENT]...: the statement of the first wallet; the status of curl.
download() {
    curl -sS --cacert "$CA" --http1.1 -o "$1" -H "x-api-key: $KEY" -H "Accept: text/csv" "${@:2}" \
        "$URL/v1/wallets/$ONE/statement" 2>"$WORK/error"
}

arrives() {
    [[ -s $WORK/part ]]
}

# long_statement NAME STATUS: a long statement is sent while it is made; if it breaks off, its end is missing, and
# curl ends with a status of this pattern.
long_statement() {
    local client status
    new_wallet
    TWO=$WALLET
    psql -X -q -h "$RUN/postgresql" -U postgres -d cowry -f "${DEV%/dev}/tests/support/post_many.sql" \
        -c "SELECT pg_temp.post_many('$ONE', '$TWO', 150000)" >"$WORK/made"
    ok "$1: a long statement" download "$WORK/all.csv"
    is "$1: is complete" "$(grep -c '"many-' "$WORK/all.csv") $(tail -n 1 "$WORK/all.csv" | cut -d, -f2)" \
        '150000 "closing balance"'
    rm -f "$WORK/part"
    download "$WORK/part" --limit-rate 1M &
    client=$!
    ok "$1: its first part arrives" within 10 arrives
    postgres stop -m immediate
    wait "$client"
    status=$?
    postgres start -w -l "$COWRY_HOME/log/postgresql.log"
    like "$1: what breaks off" "$status" "^$2\$"
    is "$1: has no end" "$(grep -c 'closing balance' "$WORK/part")" 0
    ok "$1: serves after the database was stopped" within 15 serving
}

# A worker that is told to stop finishes, and another one takes over.
replaced() {
    local before
    before=$(workers)
    # shellcheck disable=SC2086
    "${as_user[@]}" kill -TERM $before
    ok "$1: serves again after its workers were stopped" within 15 serving
    ok "$1: by others" test "$before" != "$(workers)"
    is "$1: transfers go on" "$(transfers 4 "$1-again-$RANDOM")" 4x201
}

# When the server stops, no worker stays.
stopped() {
    kill -TERM "$SERVER"
    ok "$1: its workers end with it" within 30 ended
    end_server
    like "$1: not by force" "$(grep -hc '"event":"stopped"' "$HOME_FOLDER"/cowry/log/* "$WORK/server.log" | paste -sd+)" '[1-9]'
}

if [[ -e /usr/lib/apache2/modules/mod_fcgid.so ]]; then
    start_apache
    hosting Apache
    ok "Apache: several processes, one request each" within 20 several_workers
    long_statement Apache "(0|18)"
    replaced Apache
    stopped Apache
else
    pass "Apache # SKIP libapache2-mod-fcgid is not installed"
fi
if command -v lighttpd >/dev/null && [[ -e /usr/lib/lighttpd/mod_openssl.so ]]; then
    start_lighttpd
    hosting lighttpd
    is "lighttpd: one process" "$(workers | wc -l)" 1
    long_statement lighttpd 18
    replaced lighttpd
    stopped lighttpd
else
    pass "lighttpd # SKIP lighttpd and lighttpd-mod-openssl are not installed"
fi

# Jobs and migrations, as the same user.
make_home account
URL=$stack
(
    set -a
    # shellcheck source=/dev/null
    . "$HOME_FOLDER/cowry/cowry.env"
    "${as_user[@]}" timeout 2 "$HOME_FOLDER/cowry/bin/cowry-jobs"
) >"$WORK/jobs" 2>&1
is "the job runner may be stopped by timeout" "$?" 124
ok "and ends properly" grep -q '"event":"stopped"' "$WORK/jobs"
ok "the books are right" "$DEV" cowry verify
done_testing
