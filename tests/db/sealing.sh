#!/bin/bash
# The job runner seals a journal and publishes the seals, while it is killed and its files are lost; then
# `cowry seals` and `cowry verify` tell what is sealed, and what was changed. Prints TAP.
set -u

database=seals_$$
runner=
# shellcheck source=tests/support/operator.sh
. "$srcdir/tests/support/operator.sh"
export COWRY_DATABASE_URL="$COWRY_DATABASE_URL dbname=$database"
export COWRY_DATABASE_AUDITOR_URL="$COWRY_DATABASE_AUDITOR_URL dbname=$database"
export COWRY_STATE_DIR=$folder/seen COWRY_METRICS_DIR='' COWRY_ENVIRONMENT=development
export COWRY_PUBLIC_URL=https://pay.example.com COWRY_MAIL_DIR=$folder/mail
export COWRY_SEALS=public COWRY_SEALS_DIR=$folder/seals

end_processes() {
    [[ ! $runner ]] || kill -9 "$runner" 2>/dev/null
}

# until_true COMMAND...: within a minute.
until_true() {
    local end=$((SECONDS + 60))
    until "$@"; do
        ((SECONDS < end)) || return 1
        sleep 0.1
    done
}

start() {
    "$top_builddir/cowry-jobs" >>"$folder/log" 2>&1 &
    runner=$!
}

stop() {
    kill "-$1" "$runner"
    wait "$runner" 2>/dev/null
    runner=
}

# post N: transfers of live money between two accounts, with the right balances.
post() {
    sql "WITH a AS (
             SELECT x.account_id AS x, y.account_id AS y, x.ledger_id, x.sequence AS s, y.sequence AS r,
                    x.balance AS from_balance, y.balance AS to_balance
               FROM account x JOIN account y ON y.ledger_id = x.ledger_id AND y.account_id > x.account_id
         ), t AS (
             INSERT INTO transaction (public_id, ledger_id, reference, type, content, created_at)
             SELECT gen_random_uuid(), ledger_id, gen_random_uuid()::text, 'transfer', sha256('x'),
                    clock_timestamp()
               FROM a, generate_series(1, $1)
             RETURNING transaction_id
         ), n AS (
             SELECT transaction_id, row_number() OVER (ORDER BY transaction_id) AS i FROM t
         )
         INSERT INTO posting (transaction_id, line, ledger_id, currency, from_id, to_id, amount,
                              from_balance, to_balance, from_sequence, to_sequence)
         SELECT transaction_id, 0, ledger_id, 'NGN', x, y, 1, from_balance - i, to_balance + i, s + i, r + i
           FROM n, a" &&
        sql "UPDATE account SET balance = balance + CASE WHEN kind = 1 THEN $1 ELSE -$1 END,
                                sequence = sequence + $1, last_at = clock_timestamp()"
}

prepare() {
    create_database &&
        cowry keys create && cowry migrate && touch "$folder/log" &&
        sql "INSERT INTO account (public_id, ledger_id, kind, currency)
             SELECT gen_random_uuid(), ledger_id, kind, 'NGN'
               FROM ledger, unnest(ARRAY[2, 1]) AS kind WHERE mode = 'live'" && post 300
}

sealed() {
    [[ $(sql "SELECT size FROM seal_tree WHERE mode = 'live'") == "$1" ]]
}

published() {
    [[ -e $COWRY_SEALS_DIR/live/checkpoint && $(sed -n 2p "$COWRY_SEALS_DIR/live/checkpoint") == "$1" ]]
}

seals() {
    until_true published "$1" && sealed "$1" && cowry seals checkpoint live &&
        cmp "$folder/out" "$COWRY_SEALS_DIR/live/checkpoint"
}

# tile LEVEL FIRST COUNT: hexadecimal hashes as the database has them.
tile() {
    sql "SELECT substr(string_agg(encode(hashes, 'hex'), '' ORDER BY number), 64 * $2 + 1, 64 * $3)
           FROM seal_hash WHERE mode = 'live' AND level = $1"
}

has_tile() {
    [[ -e $COWRY_SEALS_DIR/live/tile/$1 &&
        $(od -An -v -tx1 "$COWRY_SEALS_DIR/live/tile/$1" | tr -d ' \n') == "$2" ]]
}

has_tiles() {
    has_tile 0/000 "$(tile 0 0 256)" && has_tile 0/001.p/44 "$(tile 0 256 44)" &&
        has_tile 1/000.p/1 "$(tile 1 0 1)"
}

survives_kills() {
    local total=300 i
    for i in 1 2 3 4; do
        post 37 && total=$((total + 37)) && until_true eval '[[ $(sql "SELECT count(*) FROM seal_leaf") -gt 0 ]]'
        stop KILL
        start
    done
    seals "$total" && [[ ! -e $COWRY_SEALS_DIR/live/tile/0/001.p/44 || ! -e $COWRY_SEALS_DIR/live/tile/0/001 ]]
}

is_complete() {
    cowry verify && says '✓ each transaction is as it was sealed'
}

writes_lost() {
    rm "$COWRY_SEALS_DIR/live/tile/0/000" && until_true has_tile 0/000 "$(tile 0 0 256)" &&
        rm -r "$COWRY_SEALS_DIR/live" && seals 448 && has_tile 0/000 "$(tile 0 0 256)"
}

has_keys() {
    cowry seals key && [[ $(wc -l <"$folder/out") == 2 ]] &&
        grep -qE '^pay\.example\.com/seals/live\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$' "$folder/out"
}

has_status() {
    cowry seals status && says '^live: 448 transactions, root ' && says '^test: 0 transactions' &&
        says 'signed as pay.example.com/seals/live' && says '^waiting: 0 transactions'
}

proves() {
    cowry seals proof live 300 && [[ $(wc -l <"$folder/out") -gt 3 ]] && cowry seals proof live 448 448 &&
        [[ ! -s $folder/out ]] && refused 'there is no such proof' seals proof live 300 449 &&
        refused usage seals proof other 1
}

keep() {
    cowry seals checkpoint live && cp "$folder/out" "$folder/kept" && cowry seals key &&
        key=$(head -n 1 "$folder/out")
}

witnesses() {
    cowry verify --checkpoint "$folder/kept" --key "$key" && says "✓ checkpoint $folder/kept" &&
        cowry verify --checkpoint "$folder/kept" &&
        sed 's/^448$/447/' "$folder/kept" >"$folder/forged" &&
        refused 'a signature is not valid' verify --checkpoint "$folder/forged" &&
        ! says "✓" && # before anything is read
        refused 'no known key has signed it' verify --checkpoint "$folder/kept" \
            --key example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k &&
        refused 'is not a verifier key' verify --checkpoint "$folder/kept" --key x &&
        refused "can't be read" verify --checkpoint "$folder/none"
}

rotates() {
    cowry seals rotate && stop TERM && start &&
        until_true eval '[[ $(grep -c "^—" "$COWRY_SEALS_DIR/live/checkpoint") == 2 ]]' &&
        cowry seals key && [[ $(wc -l <"$folder/out") == 4 ]] &&
        cowry seals retire && stop TERM && start &&
        until_true eval '[[ $(grep -c "^—" "$COWRY_SEALS_DIR/live/checkpoint") == 1 ]]' &&
        cowry seals key && [[ $(wc -l <"$folder/out") == 2 ]] && ! says "$key" &&
        cowry seals key --all && [[ $(wc -l <"$folder/out") == 4 ]] && says "$key" &&
        cowry verify --checkpoint "$folder/kept"
}

refuses_second_folder() {
    doctor -- '^✓ seals of the journal: last signed at 20' &&
        mv "$COWRY_SECRETS_DIR/seal.keys" "$folder/seal.keys" &&
        refused 'seal.keys is missing' keys create &&
        doctor -- '^! seal.keys: is missing, and seals of this database are signed' && mv "$folder/seal.keys" "$COWRY_SECRETS_DIR"
}

as_replica() {
    sql "SET session_replication_role = replica; $1"
}

names_changed() {
    as_replica "UPDATE posting SET amount = 2 WHERE transaction_id = 7" &&
        refused '✗ each transaction is as it was sealed' verify && says 'live transaction 7 (.*) is not as' &&
        as_replica "UPDATE posting SET amount = 1 WHERE transaction_id = 7" && is_complete
}

# at ID INTERVAL DONE: the time of a transaction is moved, and the journal is sealed up to DONE.
at() {
    as_replica "UPDATE transaction SET created_at = created_at + interval '$2' WHERE transaction_id = $1;
        UPDATE seal_feed SET done_id = $3"
}

is_late() {
    stop TERM
    at 448 '-3 minutes' 447 && doctor -- '^! 1 transactions are not sealed yet.*: the oldest for 3 minutes' &&
        at 448 '3 minutes' 448 && start && is_complete
}

# A backup of a time before: all of it is consistent, but for the checkpoint.
rolls_back() {
    stop TERM
    as_replica "DELETE FROM posting WHERE transaction_id > 300; DELETE FROM transaction WHERE transaction_id > 300;
        DELETE FROM seal_hash; DELETE FROM seal_leaf; UPDATE seal_feed SET done_id = 0;
        UPDATE event_feed SET done_id = 300, next_id = 300;
        UPDATE account SET sequence = 300, balance = CASE WHEN kind = 1 THEN 300 ELSE -300 END;
        UPDATE seal_tree SET size = 0, root = sha256(''), checkpoint = NULL, signed_at = NULL" &&
        sql "SELECT setval('transaction_transaction_id_seq', 300)" >"$folder/out" && start &&
        until_true sealed 300 && is_complete
}

refuses_to_publish() {
    until_true grep -q 'the published checkpoint of live has 448 transactions, the database 300' "$folder/log" &&
        published 448
}

names_rollback() {
    refused "✗ checkpoint $folder/kept" verify --checkpoint "$folder/kept" &&
        says 'has 448 live transactions, but only 300 are sealed: the others are lost'
}

prepare || { cat "$folder/err" && echo "Bail out! no database" && exit 1; }
echo "1..16"
start
ok "the journal is sealed and published" seals 300
ok "in tiles" has_tiles
ok "a runner that is killed loses and repeats nothing" survives_kills
ok "the seals are verified" is_complete
ok "files that were lost are written again" writes_lost
ok "the keys of verifiers are printed" has_keys
ok "so is the state" has_status
ok "a tree is proved to contain an older one" proves
keep
ok "a checkpoint from elsewhere is verified" witnesses
ok "a new key signs beside the old one, then alone" rotates
ok "another host gets the same keys" refuses_second_folder
ok "what was changed is named" names_changed
ok "what is not sealed in time is told of" is_late
ok "a database of a time before is consistent" rolls_back
ok "but does not replace the published checkpoint" refuses_to_publish
ok "and is found" names_rollback
exit $failed
