-- Metadata of transactions, and what was added to them later.

-- name: metadata_merge
-- params: ledger_id:bigint public_id:uuid added:jsonb
-- returns: maybe
-- What is valid if these values are added: those that are null take their names away. merged is NULL where one of the
-- two is stored as text. Without a ledger: in any.
SELECT t.transaction_id, t.ledger_id, coalesce(r.number, 0)::bigint AS number,
       jsonb_typeof(coalesce(r.metadata, t.metadata)) = 'object' AS open,
       CASE WHEN jsonb_typeof(coalesce(r.metadata, t.metadata)) = 'object' AND jsonb_typeof($3) = 'object'
            THEN (coalesce(r.metadata, t.metadata) || $3)
                 - ARRAY(SELECT key FROM jsonb_each($3) WHERE jsonb_typeof(value) = 'null') END AS merged,
       coalesce(r.metadata, t.metadata) AS metadata
  FROM transaction t
  LEFT JOIN LATERAL (SELECT number, metadata
                       FROM metadata_revision
                      WHERE transaction_id = t.transaction_id
                      ORDER BY number DESC
                      LIMIT 1) r ON true
 WHERE t.public_id = $2 AND t.ledger_id = coalesce($1, t.ledger_id);

-- name: metadata_revise
-- params: transaction_id:bigint number:bigint metadata:jsonb api_key_id:bigint user_id:bigint
-- returns: maybe
-- None, if there is a revision with that number already.
INSERT INTO metadata_revision (transaction_id, number, metadata, api_key_id, user_id)
VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (transaction_id, number) DO NOTHING
RETURNING number::bigint AS number;

-- name: metadata_list
-- params: ledger_id:bigint public_id:uuid after:bigint most:bigint
-- returns: many
-- From the newest, or the one before that with the number, to what the transaction was posted with, whose number is 0.
WITH mine AS MATERIALIZED (
    SELECT transaction_id, metadata, created_at
      FROM transaction
     WHERE public_id = $2 AND ledger_id = coalesce($1, ledger_id)
)
SELECT r.number::bigint AS number, r.metadata, k.public_id AS api_key, u.public_id AS administrator, r.created_at
  FROM mine m
  JOIN metadata_revision r USING (transaction_id)
  LEFT JOIN api_key k USING (api_key_id)
  LEFT JOIN users u ON u.user_id = r.user_id
 WHERE r.number < coalesce($3, 9223372036854775807)
UNION ALL
SELECT 0, metadata, NULL, NULL, created_at FROM mine
 ORDER BY number DESC
 LIMIT $4;
