-- The terms of metadata that all transactions have in common, and of a number that every hundredth has for itself, as
-- if they had been posted with them. By a superuser: psql -f tests/bench/lookup.sql
SET search_path = cowry;
SET synchronous_commit = off;
INSERT INTO transaction_term (ledger_id, term, created_at, transaction_id)
SELECT ledger_id, w.term, created_at, transaction_id
  FROM transaction
 CROSS JOIN (SELECT metadata_term('channel', '"web"') AS term) w
 ORDER BY created_at;
INSERT INTO transaction_term (ledger_id, term, created_at, transaction_id)
SELECT ledger_id, metadata_term('order.id', to_jsonb(transaction_id)), created_at, transaction_id
  FROM transaction
 WHERE transaction_id % 100 = 0;
VACUUM (ANALYZE) transaction_term;
