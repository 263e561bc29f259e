-- What the database layer itself needs.

-- name: transaction_begin
-- returns: none
BEGIN;

-- name: transaction_commit
-- returns: none
COMMIT;

-- name: transaction_rollback
-- returns: none
ROLLBACK;

-- name: constraints_check
-- returns: none
-- Deferred constraints of the open transaction, now instead of at COMMIT.
SET CONSTRAINTS ALL IMMEDIATE;
