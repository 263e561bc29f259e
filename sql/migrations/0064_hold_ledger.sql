-- no-transaction
-- Active holds of a ledger: what they have of the limits of a project.
CREATE INDEX CONCURRENTLY IF NOT EXISTS hold_ledger ON hold (ledger_id) WHERE status = 0;
