-- Invariants of payouts to merchants and the ledger. Each query returns the violations.

-- name: check_payouts
-- params: after:bigint last:bigint
-- returns: many
-- A payout that was not refused at once moved its amount from the merchant's payables, and back
-- if and only if it failed; otherwise it is the sum of its payments less their fees.
SELECT 'payout ' || y.drop_id || ' is ' || y.status || ', but ' ||
       CASE WHEN o.moved IS DISTINCT FROM y.amount AND y.transaction_id IS NOT NULL
                 THEN 'did not move what it says'
            WHEN v.ids IS DISTINCT FROM nullif(ARRAY[y.reversal_id], ARRAY[NULL::bigint]) THEN 'was taken back otherwise'
            ELSE 'its payments come to ' || coalesce(p.net, 0) END AS problem
  FROM merchant_payout y
  JOIN merchant m USING (merchant_id)
  LEFT JOIN LATERAL (SELECT sum(amount) AS moved
                       FROM journal_posting
                      WHERE transaction_id = y.transaction_id AND from_id = m.account_id
                        AND (SELECT kind FROM account WHERE account_id = to_id) = 10) o ON true
  LEFT JOIN LATERAL (SELECT array_agg(transaction_id) AS ids
                       FROM transaction
                      WHERE reverses = y.transaction_id) v ON true
  LEFT JOIN LATERAL (SELECT sum(amount - fee) AS net
                       FROM drop_payment
                      WHERE merchant_payout_id = y.merchant_payout_id
                        AND merchant_id = y.merchant_id) p ON true
 WHERE y.merchant_payout_id > $1 AND y.merchant_payout_id <= $2
   AND ((y.transaction_id IS NOT NULL AND o.moved IS DISTINCT FROM y.amount
         AND NOT is_detached(y.transaction_id))
        OR (y.transaction_id IS NULL AND y.status <> 'failed')
        OR v.ids IS DISTINCT FROM nullif(ARRAY[y.reversal_id], ARRAY[NULL::bigint])
        OR coalesce(p.net, 0) <> CASE y.status WHEN 'failed' THEN 0 ELSE y.amount END)
 LIMIT 100;
