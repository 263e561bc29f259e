#!/bin/bash
# The operator's commands on a separate database: reviews, products, rates, and key rotation. Prints TAP.
set -u

folder=$(mktemp -d)
database=cli_$$
super=$COWRY_DATABASE_SUPERUSER_URL
export COWRY_DATABASE_OWNER_URL="$COWRY_DATABASE_OWNER_URL dbname=$database"
export COWRY_SECRETS_DIR=$folder/secrets COWRY_SQL_DIR=$srcdir/sql
number=0
failed=0
psql_pid=

cleanup() {
    [[ ! $psql_pid ]] || kill "$psql_pid" 2>/dev/null
    "$PGBIN/psql" -qX "$super" -c "DROP DATABASE IF EXISTS $database WITH (FORCE)" >&2
    rm -rf "$folder"
}
trap cleanup EXIT

cowry() {
    "$top_builddir/cowry" "$@" >"$folder/out" 2>"$folder/err"
}

sql() {
    "$PGBIN/psql" -qXAt "$super dbname=$database" -c "SET search_path TO cowry" -c "$1"
}

ok() {
    local result="ok"
    number=$((number + 1))
    "${@:2}" || {
        result="not ok" && failed=1
        sed 's/^/# /' "$folder/out" "$folder/err"
    }
    echo "$result $number - $1"
}

says() {
    grep -q "$1" "$folder/out" "$folder/err"
}

refused() {
    ! cowry "${@:2}" && says "$1"
}

keys() {
    [[ $(wc -l <"$COWRY_SECRETS_DIR/box.keys") == "$1" && $(wc -l <"$COWRY_SECRETS_DIR/jwt.keys") == "$2" ]]
}

first_key() {
    head -n 1 "$COWRY_SECRETS_DIR/$1" | cut -d' ' -f1
}

prepare() {
    "$PGBIN/psql" -qX "$super" -c "CREATE DATABASE $database OWNER cowry_owner" >&2 &&
        cowry keys create && cowry migrate &&
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
    PGAPPNAME="cowry-worker keys:01234567" "$PGBIN/psql" -qX "$super dbname=$database" \
        -c 'SELECT pg_sleep(60)' >/dev/null 2>&1 &
    psql_pid=$!
    for _ in $(seq 100); do
        [[ $(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '%01234567'") == 0 ]] ||
            return 0
        sleep 0.05
    done
    return 1
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

# doctor SETTING=VALUE... -- PATTERN [OPTION]...: its output with these settings.
doctor() {
    local settings=()
    while [[ $1 != -- ]]; do
        settings+=("$1") && shift
    done
    env COWRY_MAIL_DIR="$folder" COWRY_DATABASE_URL="$COWRY_DATABASE_OWNER_URL" \
        COWRY_DATABASE_AUDITOR_URL="$COWRY_DATABASE_OWNER_URL" "${settings[@]}" \
        "$top_builddir/cowry" doctor "${@:3}" >"$folder/out" 2>"$folder/err"
    status=$?
    says "$2"
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
    COWRY_DATABASE_AUDITOR_URL="$COWRY_DATABASE_AUDITOR_URL dbname=$database" cowry verify
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

# Whoever has only the auditor's role gets the result of the checks nevertheless.
verifies_without_owner() {
    COWRY_DATABASE_OWNER_URL="host=/nonexistent" verify
    [[ $? == 1 ]] && says 'BOOKS ARE INCONSISTENT' && says 'could not be recorded: ' &&
        sql "DELETE FROM account WHERE balance = 1" && COWRY_DATABASE_OWNER_URL="host=/nonexistent" verify &&
        says 'books are consistent' && [[ $(sql "SELECT count(*) FROM verification") == 2 ]]
}

echo "1..29"
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
ok "payees are registered and removed" registers_payees
ok "doctor finds nothing wrong, and what waits" is_well
ok "its exit status tells errors from warnings" is_graded
ok "it writes JSON" is_json
ok "it shows no password" hides_passwords
ok "accounts with spellings of one address are told of" tells_of_addresses
ok "doctor finds settings that don't go together" sees_settings
ok "a new key waits behind the others" rotates
ok "doctor sees that it waits" sees_keys
stranger
ok "it is not activated while a process has not read it" refused 'restart them' secrets activate
stranger_leaves
ok "then it goes to the front" activates
ok "a key stays while tokens may be under it" waits_for_tokens
ok "old keys go once nothing needs them" prunes
ok "a verification is recorded" records_verification
ok "so are violations" records_violations
ok "they are found without the owner's role too" verifies_without_owner
ok "an id must be one" refused 'id of the review' reviews approve 7
ok "who asks for help rotates nothing" refused '^usage' secrets activate --help
exit $failed
