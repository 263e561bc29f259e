-- The history of a user's wallet.

-- name: user_wallet_history
-- params: account_id:bigint most:bigint skip:bigint
-- returns: many
-- Postings, and pending or failed payments: newest first. Each part returns no more than can be
-- shown, from its index; postings of the same time are in the order of the account's own numbers.
SELECT h.type, h.outgoing, h.status, h.reference, h.currency, h.amount, h.number, h.created_at
  FROM (SELECT t.type, true AS outgoing, 'success' AS status, t.reference,
               p.currency::text AS currency, p.amount, w.number, t.created_at,
               p.from_sequence AS sequence
          FROM (SELECT * FROM posting
                 WHERE from_id = $1 ORDER BY from_sequence DESC LIMIT $2 + $3) p
          JOIN transaction t USING (transaction_id)
          LEFT JOIN wallet w ON w.account_id = p.to_id
        UNION ALL
        SELECT t.type, false, 'success', t.reference, p.currency::text, p.amount, w.number,
               t.created_at, p.to_sequence
          FROM (SELECT * FROM posting
                 WHERE to_id = $1 ORDER BY to_sequence DESC LIMIT $2 + $3) p
          JOIN transaction t USING (transaction_id)
          LEFT JOIN wallet w ON w.account_id = p.from_id
        UNION ALL
        SELECT y.type, y.withdrawal, CASE y.status WHEN 'failed' THEN 'failed' ELSE 'pending' END,
               y.reference, y.currency::text, y.amount, NULL, y.created_at, 0
          FROM (SELECT * FROM payment
                 WHERE account_id = $1 AND status <> 'completed'
                 ORDER BY payment_id DESC LIMIT $2 + $3) y) h
 ORDER BY h.created_at DESC, h.sequence DESC
 LIMIT $2
OFFSET $3;
