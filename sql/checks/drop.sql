-- Invariants of Drop's payments and the ledger. Each query returns the violations.

-- name: check_drop_postings
-- params: after:bigint last:bigint
-- returns: many
-- A payment posted the amount debited at the bank; it was reversed if and only if it failed, and
-- a remittance was paid out if and only if it completed.
SELECT 'Drop payment ' || p.drop_id || ' is ' || p.status || ', but ' ||
       CASE WHEN b.moved IS DISTINCT FROM p.total THEN 'did not move what it says'
            WHEN v.ids IS DISTINCT FROM nullif(ARRAY[p.reversal_id], ARRAY[NULL::bigint]) THEN 'was taken back otherwise'
            ELSE 'was not paid out as it says' END AS problem
  FROM drop_payment p
  LEFT JOIN LATERAL (SELECT sum(amount) AS moved
                       FROM journal_posting
                      WHERE transaction_id = p.transaction_id
                        AND (SELECT kind FROM account WHERE account_id = from_id) = 10) b ON true
  LEFT JOIN LATERAL (SELECT array_agg(transaction_id) AS ids
                       FROM transaction
                      WHERE reverses = p.transaction_id) v ON true
  LEFT JOIN LATERAL (SELECT sum(amount) AS moved
                       FROM journal_posting
                      WHERE transaction_id = p.payout_id
                        AND (SELECT kind FROM account WHERE account_id = to_id) = 10) o ON true
 WHERE p.drop_payment_id > $1 AND p.drop_payment_id <= $2
   AND ((b.moved IS DISTINCT FROM p.total AND NOT is_detached(p.transaction_id))
        OR v.ids IS DISTINCT FROM nullif(ARRAY[p.reversal_id], ARRAY[NULL::bigint])
        OR (p.payout_id IS NOT NULL AND o.moved IS DISTINCT FROM p.amount
            AND NOT is_detached(p.payout_id)))
 LIMIT 100;

-- name: check_drop_payables
-- params: after:bigint last:bigint
-- returns: many
-- The amount owed for remittances is the sum of the pending ones: here the account, in
-- check_drop_pending the payments.
SELECT 'account ' || a.account_id AS key, a.balance::numeric AS found, 0::numeric AS expected
  FROM account a
  JOIN ledger l USING (ledger_id)
 WHERE a.account_id > $1 AND a.account_id <= $2
   AND l.project_id IS NULL AND l.mode = 'live' AND a.kind = 11 AND a.currency = 'NOK'
   AND NOT EXISTS (SELECT FROM merchant m WHERE m.account_id = a.account_id);

-- name: check_drop_pending
-- params: after:bigint last:bigint
-- returns: many
WITH pending AS MATERIALIZED (
    SELECT sum(amount) AS owed
      FROM drop_payment
     WHERE drop_payment_id > $1 AND drop_payment_id <= $2
       AND type = 'remittance' AND status = 'processing'
)
SELECT 'account ' || a.account_id AS key, 0::numeric AS found, p.owed AS expected
  FROM pending p
 CROSS JOIN account a
  JOIN ledger l USING (ledger_id)
 WHERE p.owed IS NOT NULL
   AND l.project_id IS NULL AND l.mode = 'live' AND a.kind = 11 AND a.currency = 'NOK'
   AND NOT EXISTS (SELECT FROM merchant m WHERE m.account_id = a.account_id);

-- name: check_drop_merchants
-- params: after:bigint last:bigint
-- returns: many
-- What a payment moved to its merchant's account is its amount less its fee, and nothing if it failed.
SELECT 'account ' || m.account_id || ' got ' || coalesce(g.got, 0) || ' by Drop payment ' || p.drop_id
       || ', which owes ' || CASE p.status WHEN 'failed' THEN 0 ELSE p.amount - p.fee END AS problem
  FROM drop_payment p
  JOIN merchant m USING (merchant_id)
 CROSS JOIN LATERAL (
       SELECT sum(CASE m.account_id WHEN o.to_id THEN o.amount ELSE -o.amount END) AS got
         FROM journal_posting o
        WHERE o.transaction_id IN (p.transaction_id, p.reversal_id)
          AND m.account_id IN (o.from_id, o.to_id)) g
 WHERE p.drop_payment_id > $1 AND p.drop_payment_id <= $2
   AND coalesce(g.got, 0) <> CASE p.status WHEN 'failed' THEN 0 ELSE p.amount - p.fee END
   AND NOT is_detached(p.transaction_id) AND NOT is_detached(coalesce(p.reversal_id, 0))
 LIMIT 100;

-- name: check_drop_fees
-- params: after:bigint last:bigint
-- returns: many
-- Fee revenue in NOK in the platform's own ledger is the sum of the fees of payments: here the
-- account, in check_drop_charged the payments.
SELECT 'fee revenue in NOK' AS key, sum(a.balance) AS found, 0::numeric AS expected
  FROM account a
  JOIN ledger l USING (ledger_id)
 WHERE a.account_id > $1 AND a.account_id <= $2
   AND l.project_id IS NULL AND l.mode = 'live' AND a.kind = 5 AND a.currency = 'NOK'
HAVING count(*) > 0;

-- name: check_drop_charged
-- params: after:bigint last:bigint
-- returns: many
SELECT 'fee revenue in NOK' AS key, 0::numeric AS found, sum(fee) AS expected
  FROM drop_payment
 WHERE drop_payment_id > $1 AND drop_payment_id <= $2 AND status <> 'failed'
HAVING count(*) > 0;
