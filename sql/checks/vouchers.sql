-- Invariants of vouchers. Each query returns the violations.

-- name: check_vouchers
-- params: after:bigint last:bigint
-- returns: many
-- The balances of the accounts of pending and active vouchers are the sums of the vouchers'
-- remaining balances: here the accounts, in check_voucher_balances the vouchers.
SELECT 'account ' || c.code AS key, sum(a.balance) AS found, 0::numeric AS expected
  FROM account a
  JOIN chart c USING (kind)
 WHERE a.account_id > $1 AND a.account_id <= $2 AND a.kind IN (6, 7)
 GROUP BY c.code;

-- name: check_voucher_balances
-- params: after:bigint last:bigint
-- returns: many
SELECT 'account ' || c.code AS key, 0::numeric AS found, sum(v.balance) AS expected
  FROM voucher v
  JOIN chart c ON c.kind = CASE WHEN v.type = 'easypay' AND v.settled_at IS NULL THEN 6 ELSE 7 END
 WHERE v.voucher_id > $1 AND v.voucher_id <= $2
 GROUP BY c.code;

-- name: check_redemptions
-- params: after:bigint last:bigint
-- returns: many
-- The redeemed, refunded and remaining amounts add up to what a voucher was issued for; each
-- redemption moved its amount out of the account of active vouchers.
SELECT 'voucher ' || v.voucher_id || ' of ' || v.original_amount || ' has ' || v.balance
       || ' left and gave back ' || v.refunded || ', its ' || v.redemptions
       || ' redemptions say ' || coalesce(r.total, 0) || ' (' || r.count || ')'
       AS problem
  FROM voucher v
 CROSS JOIN LATERAL (
       SELECT sum(r.amount) AS total, count(*) AS count
         FROM voucher_redemption r
         LEFT JOIN journal_posting p ON p.transaction_id = r.transaction_id AND p.amount = r.amount
         LEFT JOIN account a ON a.account_id = p.from_id
        WHERE r.voucher_id = v.voucher_id AND (a.kind = 7 OR is_detached(r.transaction_id))) r
 WHERE v.voucher_id > $1 AND v.voucher_id <= $2
   AND (v.original_amount <> v.balance + v.refunded + coalesce(r.total, 0)
        OR v.redemptions <> r.count)
 LIMIT 100;

-- name: check_settlements
-- params: after:bigint last:bigint
-- returns: many
-- The cash that EasyPay took for vouchers is the amount that it owes, and that waits for
-- reconciliation: here the accounts, in check_settlement_amounts the settlements.
SELECT 'account ' || c.code AS key,
       sum(CASE c.normal_side WHEN 'debit' THEN -a.balance ELSE a.balance END) AS found,
       0::numeric AS expected
  FROM account a
  JOIN chart c USING (kind)
 WHERE a.account_id > $1 AND a.account_id <= $2 AND a.kind IN (8, 9)
 GROUP BY c.code;

-- name: check_settlement_amounts
-- params: after:bigint last:bigint
-- returns: many
SELECT 'account ' || c.code AS key, 0::numeric AS found, s.total AS expected
  FROM (SELECT sum(amount) AS total
          FROM easypay_settlement
         WHERE transaction_id > $1 AND transaction_id <= $2) s
 CROSS JOIN chart c
 WHERE c.kind IN (8, 9) AND s.total IS NOT NULL;

-- name: check_settled_vouchers
-- params: after:bigint last:bigint
-- returns: many
-- Each settled voucher has a settlement of its amount, and no other has one.
SELECT 'voucher ' || v.voucher_id || ' and its settlement differ' AS problem
  FROM voucher v
  LEFT JOIN easypay_settlement s USING (voucher_id)
 WHERE v.voucher_id > $1 AND v.voucher_id <= $2
   AND ((v.settled_at IS NULL) <> (s.voucher_id IS NULL) OR s.amount <> v.original_amount)
 LIMIT 100;
