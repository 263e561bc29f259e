-- no-transaction
-- The same of a wallet.
CREATE INDEX CONCURRENTLY IF NOT EXISTS hold_wallet
    ON hold (account_id, created_at, hold_id) WHERE strpos(reference, '/') = 0;
