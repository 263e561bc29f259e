-- no-transaction
-- The transactions that reverse another one: there may be several, each for a part.
CREATE INDEX CONCURRENTLY IF NOT EXISTS transaction_reversal ON transaction (reverses)
    WHERE reverses IS NOT NULL;
