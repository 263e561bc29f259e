-- The history of a user's wallet.

-- name: user_wallet_history
-- params: account_id:bigint most:bigint skip:bigint
-- returns: many
-- Postings, and pending or failed payments: newest first. Each part returns no more than can be
-- shown, from its index; postings of the same time are in the order of the account's own numbers. The
-- archive is only read if the page goes back so far.
WITH recent AS MATERIALIZED (
    SELECT *
      FROM (SELECT * FROM (
                SELECT transaction_id, true AS is_debit, currency, amount, to_id AS other_id,
                       from_sequence AS sequence
                  FROM posting
                 WHERE from_id = $1 ORDER BY from_sequence DESC LIMIT $2 + $3) outgoing
            UNION ALL
            SELECT * FROM (
                SELECT transaction_id, false, currency, amount, from_id, to_sequence
                  FROM posting
                 WHERE to_id = $1 ORDER BY to_sequence DESC LIMIT $2 + $3) incoming) both_sides
     ORDER BY sequence DESC
     LIMIT $2 + $3
), rest AS (
    SELECT count(*) AS count, coalesce(min(sequence), 9223372036854775807) AS before FROM recent
)
SELECT h.type, h.outgoing, h.status, h.reference, h.currency, h.amount, h.number, h.created_at
  FROM (SELECT t.type, p.is_debit AS outgoing, 'success' AS status, t.reference,
               p.currency::text AS currency, p.amount, w.number, t.created_at, p.sequence
          FROM (SELECT * FROM recent
                UNION ALL
                SELECT h.transaction_id, h.is_debit, h.currency, h.amount, h.other_id, h.sequence
                  FROM rest r
                 CROSS JOIN LATERAL archived_history($1, r.before, $2 + $3 - r.count) h
                 WHERE r.count < $2 + $3 AND r.before > 1) p
          JOIN transaction t USING (transaction_id)
          LEFT JOIN wallet w ON w.account_id = p.other_id
        UNION ALL
        SELECT y.type, y.withdrawal, CASE y.status WHEN 'failed' THEN 'failed' ELSE 'pending' END,
               y.reference, y.currency::text, y.amount, NULL, y.created_at, 0
          FROM (SELECT * FROM payment
                 WHERE account_id = $1 AND status <> 'completed'
                 ORDER BY payment_id DESC LIMIT $2 + $3) y) h
 ORDER BY h.created_at DESC, h.sequence DESC
 LIMIT $2
OFFSET $3;
