-- Invariants of purchases and the ledger. Each query returns the violations.

-- name: check_purchases
-- params: after:bigint last:bigint
-- returns: many
-- A settled purchase has a transaction that moved its amount from its wallet to the providers'
-- clearing account; a pending one has none, and a failed one has none that was not reversed.
SELECT 'purchase ' || u.purchase_id || ' is ' || u.status || ', but ' ||
       CASE WHEN u.transaction_id IS NULL THEN 'nothing was posted'
            WHEN u.status = 'pending' THEN 'something was posted'
            WHEN u.status = 'failed' THEN 'what was posted was not taken back'
            ELSE 'transaction ' || u.transaction_id || ' is not its own' END AS problem
  FROM purchase u
  LEFT JOIN journal_posting p ON p.transaction_id = u.transaction_id AND p.line = 0
  LEFT JOIN account c ON c.account_id = p.to_id
  LEFT JOIN hold h ON h.hold_id = u.hold_id
 WHERE u.purchase_id > $1 AND u.purchase_id <= $2
   AND ((u.status = 'completed' AND u.transaction_id IS NULL)
        OR (u.status = 'pending' AND u.transaction_id IS NOT NULL)
        OR (u.status = 'failed' AND u.transaction_id IS NOT NULL
            AND (SELECT count(*) FROM transaction r WHERE r.reverses = u.transaction_id) = 0)
        OR (u.transaction_id IS NOT NULL AND NOT is_detached(u.transaction_id)
            AND (c.kind IS DISTINCT FROM 4 OR p.currency IS DISTINCT FROM u.currency
                 OR p.amount IS DISTINCT FROM u.amount OR p.from_id IS DISTINCT FROM u.account_id
                 OR (h.status = 1 AND h.transaction_id IS DISTINCT FROM u.transaction_id))))
 LIMIT 100;

-- name: check_purchase_holds
-- params: after:bigint last:bigint
-- returns: many
-- While the outcome of a purchase is unknown, its full amount is held; afterwards it is not.
SELECT 'purchase ' || u.purchase_id || ' is ' || u.status || ', its hold ' ||
       CASE WHEN h.status = 0 THEN 'is active' ELSE 'is not, or not of its amount' END AS problem
  FROM purchase u
  JOIN hold h USING (hold_id)
 WHERE u.purchase_id > $1 AND u.purchase_id <= $2
   AND ((u.status = 'pending' AND (h.status <> 0 OR h.amount <> u.amount
                                   OR h.account_id <> u.account_id))
        OR (u.status IN ('completed', 'failed') AND h.status = 0))
 LIMIT 100;
