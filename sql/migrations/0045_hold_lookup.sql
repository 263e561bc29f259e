-- no-transaction
-- Holds of clients, in some books, by status and in the order of time: what lists of them read. References of other
-- holds have a slash.
CREATE INDEX CONCURRENTLY IF NOT EXISTS hold_lookup
    ON hold (ledger_id, status, created_at, hold_id) WHERE strpos(reference, '/') = 0;
