-- no-transaction
-- Few transactions reverse another one; the others need no entry. The constraint that this replaces is
-- dropped by the next migration.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS transaction_reversed ON transaction (reverses)
    WHERE reverses IS NOT NULL;
