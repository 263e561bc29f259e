-- A project with :wallets wallets in its test ledger, in three currencies, and ten in its live ledger, which are the
-- oldest; each customer has ten of them. Balances are those of many accounts, without a journal. By a superuser, on
-- a migrated database: psql -v wallets=300000 -f tests/bench/lists.sql
\set ON_ERROR_STOP on
SET session_replication_role = replica; -- neither triggers nor foreign keys
SET search_path = cowry;
SET synchronous_commit = off;

INSERT INTO project (public_id, platform_account_id, name, slug)
VALUES (gen_random_uuid(), 1, 'Lists', 'lists')
RETURNING project_id AS project \gset
INSERT INTO ledger (project_id, mode) VALUES (:project, 'live') RETURNING ledger_id AS live \gset
INSERT INTO ledger (project_id, mode) VALUES (:project, 'test') RETURNING ledger_id AS test \gset
SELECT nextval('account_account_id_seq') AS before \gset

CREATE FUNCTION pg_temp.customer(n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT md5('customer' || n)::uuid
$$;
INSERT INTO project_account (public_id, project_id, name)
SELECT pg_temp.customer(n), :project, 'Customer ' || n FROM generate_series(0, :wallets / 10) n;

INSERT INTO account (account_id, public_id, ledger_id, kind, currency, floor, balance, held, sequence, created_at)
OVERRIDING SYSTEM VALUE
SELECT :before + n, gen_random_uuid(), CASE WHEN n <= 10 THEN :live ELSE :test END, 1,
       CASE WHEN n % 1000 = 0 THEN 'EUR' WHEN n % 10 = 0 THEN 'USD' ELSE 'NGN' END, 0,
       CASE WHEN n = 11 THEN 100000000 ELSE 100 + 100 * (n % 1000) END, n % 7, 1,
       now() - interval '1 s' * (:wallets + 10 - n)
  FROM generate_series(1, :wallets + 10) n;
INSERT INTO account (account_id, public_id, ledger_id, kind, currency, floor, balance, sequence, created_at)
OVERRIDING SYSTEM VALUE
SELECT :before + :wallets + 10 + row_number() OVER (), gen_random_uuid(), ledger_id, kind, currency, NULL, 0, 0, now()
  FROM (VALUES (:test), (:live)) l (ledger_id),
       (VALUES ('NGN'), ('USD'), ('EUR')) c (currency),
       generate_series(2, 11) kind;
INSERT INTO wallet (account_id, project_id, project_account, created_at)
SELECT account_id, :project, pg_temp.customer((account_id - :before - 1) / 10), created_at
  FROM account
 WHERE account_id > :before AND kind = 1;
SELECT setval('account_account_id_seq', (SELECT max(account_id) FROM account)) \g /dev/null
VACUUM (ANALYZE) account, wallet, project_account;
