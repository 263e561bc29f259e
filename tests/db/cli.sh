#!/bin/bash
# The operator's commands on a separate database: reviews, products, rates, and key rotation. Prints TAP.
set -u

database=cli_$$
psql_pid=
# shellcheck source=tests/support/operator.sh
. "$srcdir/tests/support/operator.sh"

end_processes() {
    [[ ! $psql_pid ]] || kill "$psql_pid" 2>/dev/null
}

keys() {
    [[ $(wc -l <"$COWRY_SECRETS_DIR/box.keys") == "$1" && $(wc -l <"$COWRY_SECRETS_DIR/jwt.keys") == "$2" ]]
}

first_key() {
    head -n 1 "$COWRY_SECRETS_DIR/$1" | cut -d' ' -f1
}

prepare() {
    create_database &&
        cowry keys create && cowry migrate &&
        sql "INSERT INTO job_runner (instance, seen_at) VALUES ('test', now() + interval '1 hour')" &&
        sql "INSERT INTO review (public_id, kind, subject, reason, status, decided_at) VALUES
             ('0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55', 'payment', gen_random_uuid(), 'Odd', 'open', NULL),
             ('0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e56', 'payment', gen_random_uuid(), 'Old', 'approved', now())"
}

lists_reviews() {
    cowry reviews list && says 1e55 && ! says 1e56 && cowry reviews list --status approved &&
        says 1e56 && ! says 1e55 && cowry reviews list --kind funding && ! says 1e55
}

complains() {
    sql "INSERT INTO cowry.users (public_id, email, email_key, name)
         VALUES (gen_random_uuid(), 'Jane@example.com', 'jane@example.com', 'Jane');
         INSERT INTO cowry.complaint (drop_id, user_id, category, subject, description)
         SELECT 'cmp_0123456789abcdef', user_id, 'fees', 'High fee', 'Too high' FROM cowry.users" &&
        cowry complaints list && says 'High fee' && cowry complaints list --status resolved &&
        ! says 'High fee' && refused 'must be in_review' complaints answer cmp_0123456789abcdef
}

answers() {
    local answer=(complaints answer cmp_0123456789abcdef --status resolved)

    refused 'resolution is required' "${answer[@]}" &&
        cowry "${answer[@]}" --resolution 'It was refunded.' && says 'refunded' &&
        refused 'already answered' "${answer[@]}" --resolution x &&
        [[ $(sql "SELECT message FROM cowry.notification") == 'It was refunded.' ]]
}

knows_people() {
    cowry kyc approve JANE@example.com && says 'verified' && cowry kyc reject jane@example.com &&
        says 'rejected' && refused 'not found' kyc approve nobody@example.com &&
        [[ $(sql "SELECT count(*) FROM cowry.notification WHERE type = 'kyc'") == 2 ]] &&
        [[ $(sql "SELECT count(*) FROM cowry.audit_log WHERE action = 'user_update' AND
                  request_id LIKE 'cli %'") == 2 ]]
}

removes_a_second_factor() {
    refused 'not found' second-factor remove nobody@example.com &&
        refused 'No second factor' second-factor remove jane@example.com &&
        sql "UPDATE cowry.users SET second_factor_at = now() WHERE email_key = 'jane@example.com'" &&
        sql "INSERT INTO cowry.second_factor (user_id, secret_sealed)
             SELECT user_id, 'x' FROM cowry.users WHERE email_key = 'jane@example.com'" &&
        cowry second-factor remove JANE@example.com && says 'no second factor any more' &&
        [[ $(sql "SELECT count(*) FROM cowry.second_factor") == 0 ]] &&
        [[ $(sql "SELECT count(*) FROM cowry.users WHERE second_factor_at IS NOT NULL") == 0 ]] &&
        [[ $(sql "SELECT count(*) FROM cowry.audit_log WHERE action = 'second_factor_remove' AND
                  user_id IS NULL AND request_id LIKE 'cli %'") == 1 ]]
}

# Accounts with addresses that were different under earlier rules; no address is printed.
tells_of_addresses() {
    sql "INSERT INTO cowry.users (public_id, email, email_key, name) VALUES
         ('0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e61', 'anna@Müller.example', 'anna@müller.example', 'A'),
         ('0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e62', 'anna@MÜLLER.example', 'anna@mÜller.example', 'B')" &&
        cowry migrate && says '^! user .*1e62: another account has' && ! says 1e61 &&
        ! grep -q 'anna' "$folder/out" "$folder/err" &&
        [[ $(sql "SELECT email_key FROM cowry.users WHERE name = 'A'") == anna@xn--mller-kva.example ]] &&
        doctor -- '^! user .*1e62: another account has' && [[ $status == 0 ]] &&
        sql "DELETE FROM cowry.users WHERE name IN ('A', 'B')"
}

registers_payees() {
    cowry payees add merchant 'SHOP 1' --name 'Corner shop' && says 'SHOP 1  0.00 ZAR owed  Corner shop' &&
        refused 'kind (merchant' payees add shop X && refused 'without leading' payees add merchant ' X' &&
        cowry payees list --status registered && says 'Corner shop' &&
        cowry payees remove "$(cut -d' ' -f1 "$folder/out")" && says unregistered &&
        refused 'not found' payees remove 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e57 &&
        cowry payees list --status registered && ! says 'SHOP 1' &&
        [[ $(sql "SELECT count(*) FROM cowry.audit_log WHERE action LIKE 'payee_%' AND
                  request_id LIKE 'cli %'") == 2 ]]
}

# A process with other keys.
stranger() {
    PGAPPNAME="cowry-worker keys:01234567" "$PSQL" -qX "$super dbname=$database" \
        -c 'SELECT pg_sleep(60)' >/dev/null 2>&1 &
    psql_pid=$!
    for _ in $(seq 100); do
        [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%01234567'") == 0 ]] ||
            return 0
        sleep 0.05
    done
    return 1
}

# Whatever was assigned after the backup is not assigned again.
prepares_restored() {
    local url=$COWRY_DATABASE_OWNER_URL
    sql "UPDATE event_feed SET sequence = 282" && refused 'nothing that this host has seen' restored &&
        [[ $(sql "SELECT sequence FROM event_feed") == 282 ]] &&
        COWRY_DATABASE_AUDITOR_URL=$url cowry restored --jump 1000 --unseen &&
        says 'next event has the sequence 1283' && ! says 'docs/seals.md' && says 'books are consistent' && says 'serve this database now' &&
        [[ $(sql "SELECT last_value > 1000 FROM transaction_transaction_id_seq") == t ]] &&
        [[ $(sql "SELECT beat = 1 AND accepted_at > now() - interval '1 minute' FROM instance") == t ]] &&
        refused usage restored --jump 0
}

# It is served in the end only if the books are right.
refuses_wrong_books() {
    local url=$COWRY_DATABASE_OWNER_URL
    sql "INSERT INTO account (public_id, ledger_id, kind, currency, floor, balance)
         SELECT gen_random_uuid(), ledger_id, 1, 'NGN', 0, 1 FROM ledger LIMIT 1" || return 1
    COWRY_DATABASE_AUDITOR_URL=$url refused 'IS NOT SERVED' restored --unseen && [[ $(sql "SELECT beat FROM instance") == 1 ]] &&
        COWRY_SEALS=public COWRY_DATABASE_AUDITOR_URL=$url cowry restored --force --unseen && says 'docs/seals.md' && [[ $(sql "SELECT beat FROM instance") == 2 ]] &&
        sql "DELETE FROM account WHERE balance = 1"
}

# A folder without a needed file, with another one, or with another key of the same name.
knows_keys() {
    local secrets=$COWRY_SECRETS_DIR
    cp -r "$secrets" "$folder/kept" && doctor -- '^✓ keys of this database' &&
        rm "$secrets/pepper.key" && refused 'pepper.key is missing.*copy it' keys create &&
        [[ ! -e $secrets/pepper.key ]] && COWRY_SECRETS_DIR=$folder/others cowry_at other keys create &&
        cp "$folder/others/pepper.key" "$secrets" &&
        refused "$secrets/pepper.key: the key is not the one.*copy the key files" reviews list &&
        refused 'pepper.key: the key is not the one' migrate && doctor -- '✗ .*pepper.key: the key is not' &&
        cp "$folder/kept/pepper.key" "$secrets" && cp "$folder/others/box.keys" "$secrets" &&
        refused 'box.keys lacks the key t[0-9]*' reviews list &&
        cat "$folder/kept/box.keys" >>"$secrets/box.keys" &&
        refused 'box.keys: the key .* is active, but unknown' reviews list &&
        sed -i 's/[0-9a-f]\{8\}$/00000000/' "$secrets/jwt.keys" && cp "$folder/kept/box.keys" "$secrets" &&
        refused 'jwt.keys: the key t[0-9].* is not the one' reviews list &&
        cp "$folder/kept/jwt.keys" "$secrets" && cowry reviews list
}

# Another database, which knows no keys.
cowry_at() {
    COWRY_DATABASE_OWNER_URL="$super dbname=postgres" cowry "${@:2}"
}

loses_a_file() {
    refused 'is not lost' keys create --lost jwt.keys && rm "$COWRY_SECRETS_DIR/jwt.keys" &&
        refused 'see --lost' keys create && cowry keys create --lost jwt.keys && cowry reviews list &&
        [[ $(sql "SELECT count(*) FROM key_fingerprint WHERE file = 'jwt.keys' AND dropped_at IS NULL") == 1 ]]
}

# The folder of a host that a rotation has not reached.
other_host() {
    rm -rf "$folder/host" && cp -r "$COWRY_SECRETS_DIR" "$folder/host"
}

at_other_host() {
    COWRY_SECRETS_DIR=$folder/host cowry reviews list
}

refused_at_other_host() {
    ! at_other_host && says "$1"
}

stranger_leaves() {
    sql "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE '%01234567'" \
        >/dev/null
    psql_pid=
}

rotates() {
    box=$(first_key box.keys) jwt=$(first_key jwt.keys)
    cowry secrets rotate --tokens && keys 2 2 && [[ $(first_key box.keys) == "$box" ]] &&
        cowry secrets rotate --tokens && says 'already waiting' && keys 2 2
}

activates() {
    cowry secrets activate && keys 2 2 && [[ $(first_key box.keys) != "$box" ]] &&
        [[ $(first_key jwt.keys) != "$jwt" ]] && refused 'no key is waiting' secrets activate
}

waits_for_tokens() {
    refused 'may not have expired' secrets prune && keys 2 2
}

prunes() {
    touch -d '1 hour ago' "$COWRY_SECRETS_DIR/jwt.keys"
    cowry secrets prune && keys 1 1 && [[ $(first_key box.keys) != "$box" ]] &&
        [[ $(stat -c %a "$COWRY_SECRETS_DIR/box.keys") == 600 ]] && cowry secrets prune
}

is_well() {
    doctor -- '^! 1 reviews are open' && [[ $status == 0 ]] && ! says '^✗'
}

sees_money_settings() {
    doctor COWRY_OTP_FUNDING=open -- '^! ANYBODY CAN CREDIT' && [[ $status == 0 ]] &&
        doctor -- '^✓ POST /api/wallet/fund of Wallet OTP is disabled' &&
        doctor COWRY_CLEARING_ACCOUNT=NO9386011117948 -- '^✗ COWRY_CLEARING_ACCOUNT' && [[ $status == 1 ]] &&
        doctor COWRY_PAYOUT_USER=nobody -- '^✗ COWRY_PAYOUT_USER' && [[ $status == 1 ]] &&
        doctor COWRY_CLEARING_ACCOUNT=86011117947 -- 'Checks' && [[ $status == 0 ]]
}

sees_settings() {
    doctor COWRY_GOOGLE_CLIENT_ID=x -- 'COWRY_GOOGLE_CLIENT_SECRET is missing' && [[ $status == 1 ]] &&
        doctor COWRY_SANDBOX_URL=https://localhost/sandbox -- '^✗ COWRY_SANDBOX_URL' && [[ $status == 1 ]] &&
        doctor COWRY_PAGA_URL=http://localhost -- '^✗ addresses of external services' && [[ $status == 1 ]] &&
        doctor COWRY_OPEN_WALLET_PROVIDERS=true -- '^! ANYBODY' && [[ $status == 0 ]] &&
        doctor COWRY_LEND_PROVIDERS=true -- '^! PROJECTS CAN PAY OUT' && [[ $status == 0 ]] &&
        doctor COWRY_ENVIRONMENT=development COWRY_PAGA_URL=http://localhost -- '^! this is a development' &&
        [[ $status == 0 ]] && sees_money_settings && doctor COWRY_ENVIRONMENT=staging -- '^✗ environment' && [[ $status == 1 ]]
}

# Of its JSON.
found() {
    jq -e "$1" "$folder/out" >"$folder/jq" 2>&1 || { cat "$folder/jq" >>"$folder/err" && false; }
}

is_graded() {
    doctor -- '^0 errors, [1-9][0-9]* warnings$' --strict && [[ $status == 3 ]] &&
        doctor COWRY_PAYOUT_USER=nobody -- '^1 errors, ' --strict && [[ $status == 1 ]] &&
        refused '^usage' doctor --josn
}

is_json() {
    doctor -- '' --json && [[ $status == 0 ]] && found '.status == "warning" and (.findings | length) > 5' &&
        found '.findings[] | select(.check == "work" and .severity == "warning" and .text == "1 reviews are open; see cowry reviews list")' &&
        found '.settings[] | select(.name == "COWRY_MAIL_DIR" and .default == false)' &&
        found '.settings[] | select(.name == "COWRY_THREADS" and .default == true)' &&
        doctor COWRY_PAYOUT_USER=nobody -- '' --json --strict && [[ $status == 1 ]] && found '.status == "error"' &&
        doctor COWRY_DATABASE_OWNER_URL="$COWRY_DATABASE_OWNER_URL dbname=none" -- '' --json && [[ $status == 1 ]] &&
        found '[.findings[] | select(.check == "database" and .severity == "error")] | length == 1'
}

# A password is nowhere in the output, whatever else is wrong with the URL.
hides_passwords() {
    local url
    for url in "postgresql://u:s3cret@localhost:1/x" "host=localhost port=1 password='s3cret x'" \
        "postgresql://u@localhost:1/x?password=s3cret"; do
        doctor COWRY_DATABASE_URL="$url" COWRY_SMTP_URL=smtp://u:s3cret@localhost \
            COWRY_PAGA_URL=http://u:s3cret@localhost COWRY_SMTP_PASSWORD=s3cret -- '^✗ database, as the worker' &&
            [[ $status == 1 ]] && says 'COWRY_DATABASE_URL .*\*\*\*' && says 'by SMTP: smtp://u:\*\*\*@localhost' &&
            ! says s3cret || return 1
    done
}

sees_silence() {
    sql "UPDATE job_runner SET seen_at = now() - interval '2 minutes'" && doctor -- '^✗ no job runner is alive: last seen at 20' &&
        [[ $status == 1 ]] && sql "UPDATE job_runner SET seen_at = now() + interval '1 hour'" &&
        doctor -- '^✓ job runner: 1 alive' && [[ $status == 0 ]]
}

sees_backlog() {
    sql "INSERT INTO job (kind, subject, due_at) VALUES ('mail', 'x', now() - interval '5 minutes'),
         ('mail', 'y', now() - interval '4 minutes'), ('mail', 'z', now() + interval '1 hour')" &&
        doctor -- '^! 2 jobs are overdue: the oldest for 5 minutes$' && [[ $status == 0 ]] &&
        sql "UPDATE job SET parked_at = now() WHERE subject = 'x'" && doctor -- '^! 1 jobs are parked' &&
        says '^! 1 jobs are overdue: the oldest for 4 minutes$' && sql "DELETE FROM job" && doctor -- '' && ! says ' jobs are '
}

sees_verification() {
    sql "DELETE FROM verification" && doctor -- '^✓ the books were not verified yet' &&
        sql "INSERT INTO verification (started_at, ended_at, complete, violations, run_by)
             VALUES (now(), now() - interval '9 days', true, 0, 'x')" &&
        doctor -- '^! the books were consistent: .*, 9 days ago$' && [[ $status == 0 ]] &&
        sql "UPDATE verification SET ended_at = now(), violations = 3" &&
        doctor -- '^✗ THE BOOKS ARE INCONSISTENT: 3 violations' && [[ $status == 1 ]] &&
        sql "DELETE FROM verification"
}

sees_audit() {
    doctor -- '^✓ audit of the books: the first round began at 20' &&
        sql "UPDATE book_audit SET round = 2, previous_at = now() - interval '4 days', ended_at = now()" &&
        doctor -- '^! audit of the books: every part was checked since 20' && [[ $status == 0 ]] &&
        doctor COWRY_BOOK_AUDIT_SHARE=0 -- '^✓ audit of the books: is off$' &&
        sql "INSERT INTO book_difference (public_id, ledger_id, check_name, problem, stops, seen_round)
             VALUES (gen_random_uuid(), 1, 'x', 'y', false, 1), (gen_random_uuid(), 1, 'x', 'z', true, 1)" &&
        doctor -- '^✗ THE AUDIT FOUND DIFFERENCES IN THE BOOKS: 2; see' && [[ $status == 1 ]] &&
        says '^✗ ledgers are stopped: nothing is posted in 1 until' &&
        sql "DELETE FROM book_difference; UPDATE book_audit SET round = 1, previous_at = NULL, ended_at = NULL"
}

counts_connections() {
    local worker="$super dbname=$database"
    doctor -- '^✓ database connections: 0 workers and 0 job runners are connected and need up to 0; 197 are allowed' &&
        { PGAPPNAME='cowry-worker keys:1 2' psql -qX "$worker" -c 'SELECT pg_sleep(30)' >/dev/null 2>&1 &
            psql_pid=$!; } && await_session 'cowry-worker keys:1 2' &&
        doctor -- 'database connections: 1 workers and 0 job runners are connected and need up to 6;' &&
        sql "ALTER DATABASE $database CONNECTION LIMIT 4" && doctor -- '^✗ database connections: .* 4 are allowed' &&
        sql "ALTER DATABASE $database CONNECTION LIMIT -1" &&
        sql "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name LIKE '% keys:1 2'" >/dev/null
}

# The server itself stands for a replica; the other port has none.
sees_replica() {
    doctor COWRY_DATABASE_READ_URL="$COWRY_DATABASE_OWNER_URL" -- '^✓ the replica for reads: [0-9]* bytes of WAL behind' &&
        doctor COWRY_DATABASE_READ_URL="$COWRY_DATABASE_OWNER_URL port=1" -- '^! the replica for reads: .*' && [[ $status == 0 ]]
}

# await_session NAME: until a session with this application_name is there.
await_session() {
    for _ in $(seq 100); do
        [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name = '$1'") == 0 ]] || return 0
        sleep 0.05
    done
    return 1
}

# pool MODE: PgBouncer in front of the server, in a folder of its own.
pool() {
    local dir=$PGTMP/pool as=()
    mkdir -p "$dir" && echo '"cowry_owner" ""' >"$dir/users" && cat >"$dir/ini" <<END
[databases]
* = host=$PGTMP port=5432
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $dir
auth_type = trust
auth_file = $dir/users
pool_mode = $1
default_pool_size = $([[ $1 == session ]] && echo 20 || echo 1)
ignore_startup_parameters = options,extra_float_digits
logfile = $dir/log
END
    chown -R "$PGOWNER" "$dir" 2>/dev/null
    ((EUID != 0)) || as=(setpriv "--reuid=$PGOWNER" --clear-groups)
    (cd / && exec "${as[@]}" pgbouncer "$dir/ini") >"$folder/pool" 2>&1 &
    pool_pid=$!
    for _ in $(seq 100); do
        ! pg_isready -q -h "$dir" -p 6432 -t 5 || return 0
        sleep 0.05
    done
    cat "$folder/pool" >"$folder/err"
    return 1
}

unpool() {
    kill "$pool_pid" && wait "$pool_pid" 2>/dev/null
    rm -rf "$PGTMP/pool"
}

detects_poolers() {
    local mode pattern result=0
    for mode in 'transaction ✗ the database is reached through a pooler in transaction mode' \
        'session ✓ sessions keep their prepared statements'; do
        pattern=${mode#* }
        pool "${mode%% *}" && doctor COWRY_DATABASE_OWNER_URL="host=$PGTMP/pool port=6432 user=cowry_owner dbname=$database" \
            -- "^$pattern" || result=1
        unpool
    done
    return $result
}

# Servers of TLS whose certificates are valid for some days.
sees_certificates() {
    local days port result=0
    doctor COWRY_PUBLIC_URL=https://localhost:1 -- '^! the certificate could not be checked: https://localhost:1: ' || return 1
    for days in 5 90; do
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -days $days             -keyout "$folder/key.pem" -out "$folder/cert.pem" 2>/dev/null
        openssl s_server -quiet -accept "127.0.0.1:$port" -key "$folder/key.pem" -cert "$folder/cert.pem"             </dev/null >/dev/null 2>&1 &
        tls_pid=$!
        await_port "$port" && doctor COWRY_PUBLIC_URL="https://127.0.0.1:$port" -- ' certificate: https://127' || result=1
        ((days == 5)) && { says '^! certificate' || result=1; }
        ((days == 90)) && { says '^✓ certificate' || result=1; }
        kill "$tls_pid" && wait "$tls_pid" 2>/dev/null
    done
    return $result
}

await_port() {
    for _ in $(seq 100); do
        (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.05
    done
    return 1
}

# with_file TEXT COMMAND...: with this file of settings.
with_file() {
    echo "$1" >"$folder/cowry.env"
    COWRY_ENV_FILE=$folder/cowry.env "${@:2}"
}

# doctor as its user has it: without the settings of this script.
plain_doctor() {
    env -u COWRY_SQL_DIR "$top_builddir/cowry" doctor "$@" >"$folder/out" 2>"$folder/err"
    status=$?
}

reads_the_file() {
    local file="# settings
COWRY_SQL_DIR='$srcdir/sql'
COWRY_THREADS=11
COWRY_THREADS=12
PGAPPNAME=of_the_file"

    chmod 600 "$folder/cowry.env" 2>/dev/null
    with_file "$file" plain_doctor && says '^  COWRY_THREADS  *12$' && says '^✓ migrations' &&
        says '^✓ file of settings: /' && COWRY_THREADS=7 with_file "$file" plain_doctor &&
        says '^  COWRY_THREADS  *7$' && says '^! the environment has another value .*: COWRY_THREADS$' &&
        chmod 644 "$folder/cowry.env" && with_file "$file" plain_doctor && says '^! all users may read'
}

refuses_files() {
    with_file 'COWRY_TREADS=s3cret' refused "cowry.env: line 1: there is no setting COWRY_TREADS; did you mean COWRY_THREADS" doctor &&
        ! says s3cret && with_file $'\nCOWRY_KEY' refused 'cowry.env: line 2: expected NAME=value' doctor &&
        with_file 'COWRY_ENV_FILE=/x' refused 'line 1: COWRY_ENV_FILE is not' doctor &&
        COWRY_ENV_FILE=$folder/none refused "$folder/none: No such file" doctor &&
        with_file 'COWRY_THREADS=0' refused 'COWRY_THREADS must be a number' doctor &&
        with_file 'X' cowry version
}

refuses_names() {
    COWRY_TREADS=1 refused 'COWRY_TREADS; did you mean COWRY_THREADS' doctor &&
        COWRY_HOME=/tmp COWRY_TEST_SEED=1 cowry reviews list
}

sees_keys() {
    doctor -- '^! box.keys: a key is waiting' && [[ $status == 0 ]]
}

loads_products() {
    echo '[{"code":"NEW-ONE","provider":"flash","providerCode":"9","kind":"data","name":"1 GB","amount":85.50},
           {"code":"EASYPAY-BILL","provider":"easypay","providerCode":"bill","kind":"bill","name":"Bills",
            "minAmount":"1","maxAmount":"100","active":false}]' >"$folder/products.json"
    cowry products load "$folder/products.json" && says '2 products loaded' && cowry products list &&
        says '^NEW-ONE .* 85.50 .*active' && says '^EASYPAY-BILL .* off ' &&
        cowry products load "$folder/products.json" &&
        [[ $(sql "SELECT count(*) FROM product WHERE code = 'NEW-ONE'") == 1 ]]
}

all_products_or_none() {
    echo '[{"code":"NEW-TWO","provider":"flash","providerCode":"9","kind":"data","name":"x","amount":1},
           {"code":"NEW-TWO","code":"x"}]' >"$folder/products.json"
    refused repeated products load "$folder/products.json" || return 1
    echo '[{"code":"NEW-TWO","provider":"flash","providerCode":"9","kind":"data","name":"x","amount":1},
           {"code":"NEW-THREE"}]' >"$folder/products.json"
    refused 'product 2' products load "$folder/products.json" &&
        [[ $(sql "SELECT count(*) FROM product WHERE code LIKE 'NEW-T%'") == 0 ]] &&
        refused 'be opened' products load "$folder/nothing.json"
}

loads_rates() {
    echo '{"baseCurrency":"NOK","rates":{"RSD":10.170,"BAM":1.04,"PLN":0.41,"PKR":26.8,"TRY":3.45,
           "EUR":0.089}}' >"$folder/rates.json"
    cowry rates list && says '^1 NOK = 11.7 RSD .* by seed$' &&
        cowry rates load - <"$folder/rates.json" && says '^1 NOK = 10.17 RSD .* by cli ' &&
        cowry rates list && says '^1 NOK = 10.17 RSD'
}

all_rates_or_none() {
    echo '{"baseCurrency":"NOK","rates":{"RSD":9,"BAM":1.04}}' >"$folder/rates.json"
    refused 'PLN is missing' rates load "$folder/rates.json" &&
        [[ $(sql "SELECT count(*) FROM rate") == 12 ]] &&
        refused 'be opened' rates load "$folder/nothing.json" && refused 'usage' rates load
}

# verified SQL: whether this is true of the last recorded verification.
verified() {
    [[ $(sql "SELECT $1 FROM verification ORDER BY verification_id DESC LIMIT 1") == t ]]
}

verify() {
    COWRY_DATABASE_AUDITOR_URL="$COWRY_DATABASE_AUDITOR_URL dbname=$database" cowry verify "$@"
}

records_verification() {
    verify && says 'books are consistent' &&
        verified "complete AND violations = 0 AND ended_at > now() - interval '1 minute' AND run_by = '$(id -un)'"
}

# A ledger that lost a kobo.
records_violations() {
    sql "INSERT INTO account (public_id, ledger_id, kind, currency, floor, balance)
         SELECT gen_random_uuid(), ledger_id, 1, 'NGN', 0, 1 FROM ledger LIMIT 1" || return 1
    ! verify && says 'BOOKS ARE INCONSISTENT' && verified 'violations >= 1'
}

# A part of the journal; the progress is shown on request.
verifies_part() {
    verify --since 2020-01-01 --progress && verified "NOT complete AND violations = 0" &&
        verify --since 1 && refused 'since is neither' verify --since yesterday &&
        refused 'usage' verify --sinse 1
}

# Whoever has only the auditor's role gets the result of the checks nevertheless.
verifies_without_owner() {
    COWRY_DATABASE_OWNER_URL="host=/nonexistent" verify
    [[ $? == 1 ]] && says 'BOOKS ARE INCONSISTENT' && says 'could not be recorded: ' &&
        sql "DELETE FROM account WHERE balance = 1" && COWRY_DATABASE_OWNER_URL="host=/nonexistent" verify &&
        says 'books are consistent' && [[ $(sql "SELECT count(*) FROM verification") == 4 ]]
}

echo "1..50"
ok "a database and keys are made" prepare
ok "reviews are listed" lists_reviews
ok "a review that is not there can't be decided" \
    refused 'not found' reviews approve 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e57
ok "a review is decided once" \
    refused 'already decided' reviews reject 0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e56 --note x
ok "products are added and changed" loads_products
ok "all of them, or none" all_products_or_none
ok "rates are listed, and new ones taken over" loads_rates
ok "all rates, or none" all_rates_or_none
ok "complaints are listed" complains
ok "a complaint is answered once, and who complained is told" answers
ok "it is decided who somebody is" knows_people
ok "a second factor is removed" removes_a_second_factor
ok "payees are registered and removed" registers_payees
ok "doctor finds nothing wrong, and what waits" is_well
ok "its exit status tells errors from warnings" is_graded
ok "it writes JSON" is_json
ok "it shows no password" hides_passwords
ok "it sees that no job runner is alive" sees_silence
ok "it sees what is late" sees_backlog
ok "it shows the last verification" sees_verification
ok "so are the findings of the audit" sees_audit
ok "it counts connections" counts_connections
ok "it asks the replica" sees_replica
if command -v pgbouncer >/dev/null; then
    ok "it detects poolers that share sessions" detects_poolers
else
    number=$((number + 1))
    echo "ok $number - it detects poolers # SKIP pgbouncer is not installed"
fi
ok "it sees when the certificate ends" sees_certificates
ok "it reads the installed file, behind the environment" reads_the_file
ok "a file that is wrong is refused" refuses_files
ok "so are names that are no settings" refuses_names
ok "accounts with spellings of one address are told of" tells_of_addresses
ok "doctor finds settings that don't go together" sees_settings
ok "a folder is compared with the keys of the database" knows_keys
ok "a lost file is replaced on demand only" loses_a_file
other_host
ok "a new key waits behind the others" rotates
ok "until it is active, another host may lack it" at_other_host
ok "doctor sees that it waits" sees_keys
stranger
ok "it is not activated while a process has not read it" refused 'restart them' secrets activate
stranger_leaves
ok "then it goes to the front" activates
ok "then it may not" refused_at_other_host 'box.keys lacks the key'
ok "a key stays while tokens may be under it" waits_for_tokens
other_host
ok "old keys go once nothing needs them" prunes
ok "another host may keep them for a while" at_other_host
sed -i '1!G;h;$!d' "$folder/host/box.keys"
ok "but not use them" refused_at_other_host 'is active, but was dropped.*cowry secrets prune was run'
ok "a verification is recorded" records_verification
ok "a part can be verified" verifies_part
ok "so are violations" records_violations
ok "they are found without the owner's role too" verifies_without_owner
ok "a restored database is prepared" prepares_restored
ok "but not served with wrong books" refuses_wrong_books
ok "an id must be one" refused 'id of the review' reviews approve 7
ok "who asks for help rotates nothing" refused '^usage' secrets activate --help
exit $failed
