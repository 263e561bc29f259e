#!/bin/bash
# prepare.sh: make a machine with the installed package serve on localhost, with a database of its own.
set -euo pipefail

version=$(ls /etc/postgresql)
config=/etc/postgresql/$version/main
cat >>"$config/pg_ident.conf" <<'END'
cowry cowry cowry_worker
cowry cowry-owner cowry_owner
cowry root cowry_owner
cowry root cowry_auditor
END
sed -i '1i local cowry cowry_owner,cowry_worker,cowry_auditor peer map=cowry' "$config/pg_hba.conf"
systemctl restart "postgresql@$version-main"
runuser -u postgres -- psql -qX <<'END'
CREATE ROLE cowry_owner LOGIN;
CREATE ROLE cowry_worker LOGIN;
CREATE ROLE cowry_auditor LOGIN;
CREATE DATABASE cowry OWNER cowry_owner;
END

cowry keys create
cat >/etc/cowry/cowry.env <<'END'
COWRY_PUBLIC_URL=https://localhost
COWRY_SIGN_IN_PER_MINUTE=0
END
chmod 0600 /etc/cowry/cowry.env

mkdir -p /etc/cowry/tls
chmod 0700 /etc/cowry/tls
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost,IP:127.0.0.1 \
    -keyout /etc/cowry/tls/server.key -out /etc/cowry/tls/server.pem 2>/dev/null
mkdir -p /var/lib/cowry/openapi
for dialect in pocket bitpal otp moolah drop; do
    cowry openapi "$dialect" >"/var/lib/cowry/openapi/$dialect.json"
done
rm -f /etc/nginx/sites-enabled/default
/usr/share/cowry/nginx/render /etc/nginx/cowry SITE=/etc/nginx/sites-available/cowry \
    DOCUMENTS=/var/lib/cowry CONNECTIONS=1024 CLIENT_CONNECTIONS=1024
ln -sf ../sites-available/cowry /etc/nginx/sites-enabled/cowry
nginx -t
systemctl restart nginx
systemctl enable --now cowry.target
