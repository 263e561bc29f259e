-- Invariants of Drop's payments and the ledger. Each query returns the violations.

-- name: check_drop_postings
-- returns: many
-- A payment posted the amount debited at the bank; it was reversed if and only if it failed, and
-- a remittance was paid out if and only if it completed.
SELECT 'Drop payment ' || p.drop_id || ' is ' || p.status || ', but ' ||
       CASE WHEN b.moved IS DISTINCT FROM p.total THEN 'did not move what it says'
            WHEN v.transaction_id IS DISTINCT FROM p.reversal_id THEN 'was taken back otherwise'
            ELSE 'was not paid out as it says' END AS problem
  FROM drop_payment p
  LEFT JOIN LATERAL (SELECT sum(amount) AS moved
                       FROM posting
                       JOIN account a ON a.account_id = from_id AND a.kind = 10
                      WHERE transaction_id = p.transaction_id) b ON true
  LEFT JOIN transaction v ON v.reverses = p.transaction_id
  LEFT JOIN LATERAL (SELECT sum(amount) AS moved
                       FROM posting
                       JOIN account a ON a.account_id = to_id AND a.kind = 10
                      WHERE transaction_id = p.payout_id) o ON true
 WHERE b.moved IS DISTINCT FROM p.total
    OR v.transaction_id IS DISTINCT FROM p.reversal_id
    OR (p.payout_id IS NOT NULL AND o.moved IS DISTINCT FROM p.amount)
 LIMIT 100;

-- name: check_drop_payables
-- returns: many
-- The amount owed for remittances is the sum of the pending ones; the amount owed to a merchant is
-- the sum of their payments less fees and less payouts.
SELECT 'account ' || account_id || ' owes ' || balance || ', its payments come to ' || owed AS problem
  FROM (SELECT a.account_id, a.balance,
               (SELECT coalesce(sum(p.amount), 0)
                  FROM drop_payment p
                 WHERE p.type = 'remittance' AND p.status = 'processing') AS owed
          FROM account a
          JOIN ledger l USING (ledger_id)
         WHERE l.project_id IS NULL AND l.mode = 'live' AND a.kind = 11 AND a.currency = 'NOK'
           AND a.account_id NOT IN (SELECT account_id FROM merchant)
        UNION ALL
        SELECT a.account_id, a.balance,
               (SELECT coalesce(sum(p.amount - p.fee), 0)
                  FROM drop_payment p
                 WHERE p.merchant_id = m.merchant_id AND p.status <> 'failed')
               - (SELECT coalesce(sum(CASE WHEN o.from_id = a.account_id THEN o.amount
                                           ELSE -o.amount END), 0)
                    FROM posting o
                    LEFT JOIN drop_payment p
                      ON o.transaction_id IN (p.transaction_id, p.reversal_id)
                   WHERE a.account_id IN (o.from_id, o.to_id) AND p.drop_payment_id IS NULL)
          FROM merchant m
          JOIN account a USING (account_id)) v
 WHERE balance <> owed
 LIMIT 100;

-- name: check_drop_fees
-- returns: many
-- Fee revenue in NOK in the platform's own ledger is the sum of the fees of payments.
SELECT 'fee revenue is ' || a.balance || ', the fees come to ' || f.fees AS problem
  FROM account a
  JOIN ledger l USING (ledger_id)
 CROSS JOIN (SELECT coalesce(sum(fee), 0) AS fees FROM drop_payment WHERE status <> 'failed') f
 WHERE l.project_id IS NULL AND l.mode = 'live' AND a.kind = 5 AND a.currency = 'NOK'
   AND a.balance <> f.fees
 LIMIT 100;
