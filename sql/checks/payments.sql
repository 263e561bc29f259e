-- Invariants of payments and the ledger. Each query returns the violations.

-- name: check_payments
-- params: after:bigint last:bigint
-- returns: many
-- A settled payment has a transaction that moved money between its wallet and the providers'
-- clearing account, in its direction and currency; a pending one has none.
SELECT 'payment ' || y.payment_id || ' is ' || y.status || ', but ' ||
       CASE WHEN y.transaction_id IS NULL THEN 'nothing was posted'
            WHEN y.status = 'pending' THEN 'something was posted'
            ELSE 'transaction ' || y.transaction_id || ' is not its own' END AS problem
  FROM payment y
  LEFT JOIN journal_posting p ON p.transaction_id = y.transaction_id AND p.line = 0
  LEFT JOIN account c ON c.account_id = CASE WHEN y.withdrawal THEN p.to_id ELSE p.from_id END
  LEFT JOIN hold h ON h.hold_id = y.hold_id
 WHERE y.payment_id > $1 AND y.payment_id <= $2
   AND ((y.status = 'completed' AND y.transaction_id IS NULL)
        OR (y.status = 'pending' AND y.transaction_id IS NOT NULL)
        OR (y.transaction_id IS NOT NULL AND NOT is_detached(y.transaction_id)
            AND (c.kind IS DISTINCT FROM 4 OR p.currency IS DISTINCT FROM y.currency
                 OR p.amount IS DISTINCT FROM coalesce(y.paid_amount, y.amount)
                 OR CASE WHEN y.withdrawal THEN p.from_id ELSE p.to_id END
                    IS DISTINCT FROM y.account_id
                 OR (h.status = 1 AND h.transaction_id IS DISTINCT FROM y.transaction_id))))
 LIMIT 100;

-- name: check_withdrawals
-- params: after:bigint last:bigint
-- returns: many
-- While the outcome of a withdrawal is unknown, its full amount is held; afterwards it is not.
SELECT 'payment ' || y.payment_id || ' is ' || y.status || ', its hold ' ||
       CASE WHEN h.status = 0 THEN 'is active' ELSE 'is not, or not of its amount' END AS problem
  FROM payment y
  JOIN hold h USING (hold_id)
 WHERE y.payment_id > $1 AND y.payment_id <= $2
   AND ((y.status = 'pending' AND (h.status <> 0 OR h.amount <> y.amount
                                   OR h.account_id <> y.account_id))
        OR (y.status IN ('completed', 'failed') AND h.status = 0))
 LIMIT 100;

-- name: check_clearing
-- params: after:bigint last:bigint
-- returns: many
-- Postings on the clearing account belong to a payment or purchase, or a reversal; so nothing is
-- settled twice. The few that are on it come first: joined at once with what they should belong to, the
-- piece would be read again for each of its transactions.
WITH moved AS MATERIALIZED (
    SELECT DISTINCT p.transaction_id
      FROM journal_posting p
      JOIN account f ON f.account_id = p.from_id
      JOIN account o ON o.account_id = p.to_id
     WHERE p.transaction_id > $1 AND p.transaction_id <= $2 AND 4 IN (f.kind, o.kind)
)
SELECT 'transaction ' || t.transaction_id || ' moved money of providers for no payment or purchase' AS problem
  FROM moved m
  JOIN transaction t ON t.transaction_id = m.transaction_id
  LEFT JOIN payment y ON y.transaction_id = m.transaction_id
  LEFT JOIN purchase u ON u.transaction_id = m.transaction_id
 WHERE y.payment_id IS NULL AND u.purchase_id IS NULL AND t.reverses IS NULL
 LIMIT 100;

-- name: check_references
-- params: after:bigint last:bigint
-- returns: many
-- A reference is reserved for a payment as long as that may still be posted under it.
SELECT 'reference ' || y.reference || ' of ledger ' || y.ledger_id || ' is not reserved' AS problem
  FROM payment y
  LEFT JOIN reserved_reference r ON r.ledger_id = y.ledger_id AND r.reference = y.reference
                                AND r.holder = y.public_id
 WHERE y.payment_id > $1 AND y.payment_id <= $2
   AND y.status IN ('pending', 'review') AND y.reference_held AND y.transaction_id IS NULL
   AND r.holder IS NULL
 LIMIT 100;

-- name: check_reserved
-- params: after:bigint last:bigint
-- returns: many
-- No other reference is: all of them at once, there are only those of pending payments.
SELECT 'reference ' || r.reference || ' of ledger ' || r.ledger_id || ' is reserved for nobody'
       AS problem
  FROM reserved_reference r
  LEFT JOIN payment y ON y.public_id = r.holder AND y.ledger_id = r.ledger_id
                     AND y.reference = r.reference AND y.status IN ('pending', 'review')
                     AND y.reference_held AND y.transaction_id IS NULL
 WHERE $1 = 0 AND $2 >= 0 AND y.payment_id IS NULL
 LIMIT 100;
