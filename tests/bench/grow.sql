-- A journal of :transfers transfers among :wallets wallets (an even number) over :days days, written
-- set-based, as the ledger would have left it. By a superuser, on a migrated database:
--   psql -v transfers=4000000 -v wallets=200000 -v days=180 -f tests/bench/grow.sql
-- In each round, every wallet takes part in one transfer, in turn as payer and as payee. They are accounts of the
-- platform's test ledger; -v ledger=ID: of that one, and wallets of its project.
\set ON_ERROR_STOP on
\if :{?ledger}
\else
SELECT ledger_id AS ledger FROM cowry.ledger WHERE project_id IS NULL AND mode = 'test' \gset
\endif
\timing off
SET session_replication_role = replica; -- neither triggers nor foreign keys: the rows are right
SET search_path = cowry;
SET synchronous_commit = off;

CREATE TEMP TABLE grown AS
SELECT ledger_id,
       nextval('account_account_id_seq') AS funding,
       (SELECT coalesce(max(transaction_id), 0) FROM transaction) AS before,
       clock_timestamp() - make_interval(days => :days) AS since,
       make_interval(days => :days) / (:transfers + :wallets)::bigint AS step
  FROM ledger
 WHERE ledger_id = :ledger;

CREATE FUNCTION pg_temp.id_at(t timestamptz, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM t) * 1000)::bigint), 12, '0') || '7'
            || substr(md5(n::text), 1, 3) || '8' || substr(md5('b' || n), 1, 15))::uuid
$$;

INSERT INTO account (account_id, public_id, ledger_id, kind, currency, floor, balance, sequence, created_at, last_at)
OVERRIDING SYSTEM VALUE
SELECT funding, gen_random_uuid(), ledger_id, 2, 'NGN', NULL, -1000000 * :wallets::bigint, :wallets, since, since
  FROM grown;
-- Each was credited once, and took part in as many transfers as there were rounds.
INSERT INTO account (account_id, public_id, ledger_id, kind, currency, floor, balance, sequence, created_at, last_at)
OVERRIDING SYSTEM VALUE
SELECT funding + 1 + k, gen_random_uuid(), ledger_id, 1, 'NGN', 0,
       1000000 + CASE WHEN rounds % 2 = 1 THEN CASE WHEN k % 2 = 0 THEN 100 ELSE -100 END ELSE 0 END,
       rounds + 1, since, clock_timestamp()
  FROM grown,
       generate_series(0, :wallets - 1) k,
       (SELECT :transfers / (:wallets / 2) AS rounds) r;
INSERT INTO wallet (account_id, project_id)
SELECT a.account_id, l.project_id
  FROM grown g
  JOIN ledger l USING (ledger_id)
  JOIN account a USING (ledger_id)
 WHERE l.project_id IS NOT NULL AND a.account_id > g.funding;
SELECT setval('account_account_id_seq', (SELECT max(account_id) FROM account)) \g /dev/null

CREATE PROCEDURE pg_temp.credit() LANGUAGE plpgsql AS $$
DECLARE
    g record;
    n bigint;
BEGIN
    SELECT * INTO g FROM grown;
    SELECT sequence INTO n FROM account WHERE account_id = g.funding;
    INSERT INTO transaction (transaction_id, public_id, ledger_id, reference, type, content, created_at)
    SELECT g.before + i, pg_temp.id_at(g.since + g.step * i, g.before + i), g.ledger_id,
           'credit-' || md5((g.before + i)::text), 'credit', sha256(i::text::bytea), g.since + g.step * i
      FROM generate_series(1, n) i;
    INSERT INTO posting
    SELECT g.before + i, 0, g.ledger_id, 'NGN', g.funding, g.funding + i, 1000000,
           -1000000 * i, 1000000, i, 1
      FROM generate_series(1, n) i;
END $$;
CALL pg_temp.credit();

-- Round r: the wallet in place j has the number k for which k + r is j; those in even places pay.
CREATE PROCEDURE pg_temp.transfers(transfers bigint) LANGUAGE plpgsql AS $$
DECLARE
    g record;
    wallets bigint;
    first bigint;
    rounds bigint;
BEGIN
    SELECT * INTO g FROM grown;
    SELECT sequence INTO wallets FROM account WHERE account_id = g.funding;
    rounds := transfers / (wallets / 2);
    FOR r IN 1 .. rounds LOOP
        first := wallets + (r - 1) * (wallets / 2);
        CREATE TEMP TABLE round AS
        SELECT g.before + first + i AS id, g.since + g.step * (first + i) AS at,
               (2 * (i - 1) - r % wallets + wallets) % wallets AS payer,
               (2 * (i - 1) + 1 - r % wallets + wallets) % wallets AS payee
          FROM generate_series(1, wallets / 2) i;
        INSERT INTO transaction (transaction_id, public_id, ledger_id, reference, type, content, created_at)
        SELECT id, pg_temp.id_at(at, id), g.ledger_id, 'order-' || md5(id::text), 'transfer',
               sha256(id::text::bytea), at
          FROM round;
        INSERT INTO posting
        SELECT id, 0, g.ledger_id, 'NGN', g.funding + 1 + payer, g.funding + 1 + payee, 100,
               1000000 + CASE WHEN r % 2 = 1 THEN -100 ELSE 0 END,
               1000000 + CASE WHEN r % 2 = 1 THEN 100 ELSE 0 END, r + 1, r + 1
          FROM round;
        DROP TABLE round;
        COMMIT;
    END LOOP;
    PERFORM setval('transaction_transaction_id_seq', (SELECT max(transaction_id) FROM transaction));
    UPDATE event_feed SET done_id = journal_end(), next_id = journal_end();
END $$;
CALL pg_temp.transfers(:transfers);
VACUUM (ANALYZE) account, wallet, transaction, posting;
