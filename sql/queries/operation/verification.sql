-- Results of cowry verify.

-- name: verification_add
-- params: started_at:timestamptz complete:boolean violations:bigint run_by:text
-- returns: none
-- The last thousand are kept.
WITH old AS (
    DELETE FROM verification
     WHERE verification_id < (SELECT max(verification_id) - 1000 FROM verification)
)
INSERT INTO verification (started_at, complete, violations, run_by) VALUES ($1, $2, $3, $4);

-- name: verification_last
-- params:
-- returns: maybe
SELECT started_at, ended_at, complete, violations, run_by
  FROM verification
 ORDER BY verification_id DESC
 LIMIT 1;
