-- no-transaction
-- Accounts of some books by kind and currency, in the order of time, and the wallets of a customer likewise: what
-- lists of them read.
CREATE INDEX CONCURRENTLY IF NOT EXISTS account_lookup
    ON account (ledger_id, kind, currency, created_at, account_id);
DROP INDEX CONCURRENTLY IF EXISTS account_ledger;
CREATE INDEX CONCURRENTLY IF NOT EXISTS wallet_customer
    ON wallet (project_account, created_at, account_id) WHERE project_account IS NOT NULL;
