-- Statements of the database layer itself.

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
-- Check the deferred constraints of the open transaction now instead of at COMMIT.
SET CONSTRAINTS ALL IMMEDIATE;
