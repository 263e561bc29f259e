-- no-transaction
-- Transactions of some books by type, in the order of time: what lists of them read.
CREATE INDEX CONCURRENTLY IF NOT EXISTS transaction_lookup
    ON transaction (ledger_id, type, created_at, transaction_id);
