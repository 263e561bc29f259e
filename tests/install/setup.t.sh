#!/bin/bash
# cowry setup on the machine that docs/installing.md has set up: what is right stays as it is, and what is
# the operator's too.
# shellcheck disable=SC2016,SC2317
E2E=$(mktemp -d)
export E2E
# shellcheck source=tests/e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"

site=/etc/nginx/sites-available/cowry

# Everything that setup could change, but for logs, what runs and what workers have seen.
state() {
    find /etc /var/lib/cowry -type f ! -path '/etc/.*' ! -path '/var/lib/cowry/seen/*' -print0 | sort -z | xargs -0 sha256sum
    find /etc/nginx/sites-enabled /etc/systemd/system -type l -printf '%p %l\n' | sort
    runuser -u postgres -- pg_dumpall --schema-only --no-role-passwords | grep -vE '^\\(un)?restrict '
    systemctl show -p MainPID cowry@1 cowry@2 cowry-jobs nginx
}

# set_by UNIT: the settings that its process was started with: in its environment, and in the file that
# it names.
set_by() {
    local process
    process=$(systemctl show -P MainPID "$1")
    tr '\0' '\n' <"/proc/$process/environ"
    cat "$(tr '\0' '\n' <"/proc/$process/environ" | sed -n 's/^COWRY_ENV_FILE=//p')"
}

# unchanged NAME COMMAND...
unchanged() {
    local name=$1
    shift
    state >"$WORK/before"
    ok "$name" "$@"
    cp "$WORK/out" "$WORK/shown"
    state >"$WORK/after"
    is "$name: nothing is changed" "$(diff "$WORK/before" "$WORK/after")" ""
}

shown() {
    grep -qF -- "$1" "$WORK/shown"
}

owner_sql() {
    psql -XAtq -U cowry_owner -d cowry -c "$1"
}

# refused NAME MESSAGE COMMAND...: it fails, and says why.
refused() {
    local said status
    said=$("${@:3}" 2>&1 </dev/null)
    status=$?
    like "$1: $status" "$status $said" "^1 .*$2"
}

answers() {
    curl -sS --max-time 10 --cacert "${CA:-/etc/cowry/tls/ca.pem}" --resolve "$1:443:127.0.0.1" "https://$1/api/health" |
        jq -e '.status == "ok"'
}

# Once more.
unchanged "again" cowry setup --yes
ok "it says so" shown "Nothing to change"
ok "and what doctor finds" shown "0 errors"
unchanged "a dry run" cowry setup --yes --dry-run --server-name other.example
ok "it says what it would do" shown "would write /etc/nginx/sites-available/cowry"
ok "the books are right" eval 'cowry verify | grep "The books are consistent" >/dev/null'
is "the proof has left no user" "$(owner_sql "SELECT count(*) FROM cowry.users
    WHERE status <> 'deleted' AND email LIKE 'proof-%'")" 0
is "and no mail" "$(owner_sql "SELECT count(*) FROM cowry.mail WHERE recipient LIKE '%invalid'")" 0

# What is refused.
refused "an option that does not exist" "no option --server" cowry setup --server pay.example
refused "an option without its value" "value is missing" cowry setup --server-name
refused "a name that is no host" "not the name of a host" cowry setup --yes --server-name "a b"
refused "a port that is none" "must be 1 to 65535" cowry setup --yes --https-port 70000
refused "an administrator without a password" "password-file is missing" cowry setup --yes --admin-email x@pay.example
refused "another user than root" "by root" runuser -u nobody -- cowry setup --yes --dry-run

# The operator's settings.
printf '%s\n' "# mine" "COWRY_LOG_LEVEL=debug" 'COWRY_MAIL_FROM="pay@pay.example"' >>/etc/cowry/cowry.env
sed -i 's,^COWRY_PUBLIC_URL=.*,COWRY_PUBLIC_URL=https://public.example,' /etc/cowry/cowry.env
ok "settings of the operator" cowry setup --yes
ok "are kept" eval 'grep -qx "# mine" /etc/cowry/cowry.env && grep -qx "COWRY_LOG_LEVEL=debug" /etc/cowry/cowry.env &&
    grep -qx "COWRY_PUBLIC_URL=https://public.example" /etc/cowry/cowry.env'
is "with the mode of the file" "$(stat -c '%a %U' /etc/cowry/cowry.env)" "600 root"

# Another name.
ok "another name" cowry setup --yes --server-name pay2.example --server-name pay.example
ok "is served" answers pay2.example
ok "and the first one, too" answers pay.example
is "it is the public address" "$(grep ^COWRY_PUBLIC_URL /etc/cowry/cowry.env)" "COWRY_PUBLIC_URL=https://pay2.example"
ok "of the running workers, too" eval 'set_by cowry@1 | grep -x "COWRY_PUBLIC_URL=https://pay2.example"'
ok "and of the documents" eval 'jq -e ".servers[0].url == \"https://pay2.example\"" /var/lib/cowry/openapi/pocket.json'

# Other sites of nginx.
cat >/etc/nginx/sites-available/shop <<'END'
server {
    listen 443 ssl;
    server_name shop.example;
    ssl_certificate /etc/cowry/tls/server.pem;
    ssl_certificate_key /etc/cowry/tls/server.key;
    location / { return 200 shop; }
}
END
ln -s ../sites-available/shop /etc/nginx/sites-enabled/shop
nginx -s reload
other() {
    curl -sSk --max-time 5 --resolve "$1:443:127.0.0.1" "https://$1/"
}
ok "another site" within 5 eval '[[ $(other shop.example) == shop ]]'
ok "beside Cowry" answers pay.example
is "is the default, which Cowry does not take over" "$(other unknown.example)" shop
ok "the default one of Debian still serves" eval 'curl -sS http://127.0.0.1/ | grep nginx >/dev/null'
is "Cowry is not served without TLS" "$(curl -s -o /dev/null -w '%{http_code}' -H 'Host: pay.example' http://127.0.0.1/v1/wallets)" 400

# Files of nginx that the operator has edited.
sed -i 's/rate=20r\/s/rate=30r\/s/' $site
unchanged "an edited site" cowry setup --yes
ok "is named" shown "changed by hand"
sed -i 's/rate=30r\/s/rate=20r\/s/' $site

# nginx refuses the new configuration: the old one comes back.
echo "limit_req_zone \$binary_remote_addr zone=cowry_auth:1m rate=1r/s;" >/etc/nginx/conf.d/mine.conf
state >"$WORK/before"
refused "a conflict in nginx" "nginx refuses" cowry setup --yes --server-name pay3.example
is "the site is as before" "$(grep -c pay3.example $site)" 0
ok "Cowry still serves" answers pay2.example
rm /etc/nginx/conf.d/mine.conf
ok "without the conflict it is put right" cowry setup --yes --server-name pay.example
ok "and served" answers pay.example

# A certificate by path.
mkdir -p /etc/ssl/own
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=pay.example -addext subjectAltName=DNS:pay.example \
    -keyout /etc/ssl/own/key.pem -out /etc/ssl/own/cert.pem 2>/dev/null
refused "a key of another certificate" "not the key of" cowry setup --yes \
    --certificate /etc/ssl/own/cert.pem --certificate-key /etc/cowry/tls/server.key
refused "a certificate for another host" "not for x.example" cowry setup --yes --server-name x.example \
    --certificate /etc/ssl/own/cert.pem --certificate-key /etc/ssl/own/key.pem
ok "a certificate by path" cowry setup --yes --certificate /etc/ssl/own/cert.pem --certificate-key /etc/ssl/own/key.pem
ok "is served" eval 'CA=/etc/ssl/own/cert.pem answers pay.example'
unchanged "and kept" cowry setup --yes

# On a terminal.
ok "questions have answers" eval 'printf "\n\n\n\nanother-pass-1\nanother-pass-1\nyes\n" |
    script -qec "cowry setup --admin-email=admin2@pay.example" /dev/null'
is "the administrator" "$(owner_sql "SELECT count(*) FROM cowry.users WHERE role = 'admin'")" 2

# What PostgreSQL needs is put right.
block=$(sed -n '/^# BEGIN cowry setup/,/^# END cowry setup/p' /etc/postgresql/*/main/pg_hba.conf)
sed -i '/^# BEGIN cowry setup/,/^# END cowry setup/d' /etc/postgresql/*/main/pg_hba.conf
runuser -u postgres -- psql -qc 'SELECT pg_reload_conf()' >/dev/null
ok "a lost block of pg_hba.conf" cowry setup --yes
is "is written again" "$(sed -n '/^# BEGIN cowry setup/,/^# END cowry setup/p' /etc/postgresql/*/main/pg_hba.conf)" "$block"

# The certificate of the authority is issued again in its last days, and nginx reads it.
sed -i 's,/etc/ssl/own/cert.pem,/etc/cowry/tls/server.pem,; s,/etc/ssl/own/key.pem,/etc/cowry/tls/server.key,' \
    /etc/nginx/cowry/tls.conf
rm /etc/nginx/cowry/.sums
openssl x509 -req -days 5 -in <(openssl req -new -key /etc/cowry/tls/server.key -subj /CN=pay.example) \
    -signkey /etc/cowry/tls/server.key -out /etc/cowry/tls/server.pem 2>/dev/null
nginx -s reload
ok "a certificate that ends soon" cowry setup --yes
ok "is replaced in the server" within 5 answers pay.example

# PostgreSQL elsewhere, as a role that is not a superuser.
version=$(pg_lsclusters -h | awk 'NR == 1 { print $1 }')
pg_createcluster -p 5433 "$version" other >/dev/null && systemctl start "postgresql@$version-other"
runuser -u postgres -- psql -p 5433 -qXc "CREATE ROLE hosting LOGIN CREATEROLE CREATEDB PASSWORD 'pass'"
elsewhere=postgresql://hosting:pass@127.0.0.1:5433/postgres
unchanged "a dry run for another PostgreSQL" cowry setup --yes --dry-run --database-url $elsewhere
ok "another PostgreSQL" cowry setup --yes --database-url $elsewhere
ok "serves" answers pay.example
is "with the money of the proof in its books" "$(runuser -u postgres -- psql -p 5433 -XAtq -d cowry -c \
    "SELECT count(*) > 0 FROM cowry.transaction WHERE reference LIKE 'proof-%'")" t
is "by a role with a password of its own" "$(grep -c '^COWRY_DATABASE_URL=postgresql://cowry_worker:[0-9a-f]*@127.0.0.1:5433/cowry$' \
    /etc/cowry/cowry.env)" 1
is "the workers are not given the owner's" "$(set_by cowry@1 | grep -c cowry_owner)" 0
ok "cowry is, for root" eval 'cowry verify | grep "The books are consistent" >/dev/null'
ok "and so are migrations" systemctl restart cowry-migrate
unchanged "once more" cowry setup --yes

done_testing
