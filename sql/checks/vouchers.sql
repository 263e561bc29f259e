-- Invariants of vouchers. Each query returns the violations.

-- name: check_vouchers
-- returns: many
-- The balances of the accounts of pending and active vouchers are the sums of the vouchers'
-- remaining balances.
SELECT 'account ' || c.code || ' has ' || coalesce(a.total, 0) || ', its vouchers say '
       || coalesce(v.total, 0) AS problem
  FROM chart c
  LEFT JOIN (SELECT kind, sum(balance) AS total FROM account GROUP BY kind) a USING (kind)
  LEFT JOIN (SELECT CASE WHEN type = 'easypay' AND settled_at IS NULL THEN 6 ELSE 7 END AS kind,
                    sum(balance) AS total
               FROM voucher
              GROUP BY 1) v USING (kind)
 WHERE c.kind IN (6, 7) AND coalesce(a.total, 0) <> coalesce(v.total, 0)
 LIMIT 100;

-- name: check_redemptions
-- returns: many
-- The redeemed, refunded and remaining amounts add up to what a voucher was issued for; each
-- redemption moved its amount out of the account of active vouchers.
SELECT 'voucher ' || v.voucher_id || ' of ' || v.original_amount || ' has ' || v.balance
       || ' left and gave back ' || v.refunded || ', its ' || v.redemptions
       || ' redemptions say ' || coalesce(r.total, 0) || ' (' || coalesce(r.count, 0) || ')'
       AS problem
  FROM voucher v
  LEFT JOIN (SELECT r.voucher_id, sum(p.amount) AS total, count(*) AS count
               FROM voucher_redemption r
               JOIN posting p ON p.transaction_id = r.transaction_id AND p.amount = r.amount
               JOIN account a ON a.account_id = p.from_id AND a.kind = 7
              GROUP BY r.voucher_id) r USING (voucher_id)
 WHERE v.original_amount <> v.balance + v.refunded + coalesce(r.total, 0)
    OR v.redemptions <> coalesce(r.count, 0)
 LIMIT 100;

-- name: check_settlements
-- returns: many
-- The cash that EasyPay took for vouchers is the amount that it owes, and that waits for
-- reconciliation; each settled voucher has a settlement of its amount.
SELECT 'account ' || c.code || ' has ' || coalesce(a.total, 0) || ', the settlements say '
       || coalesce(s.total, 0) AS problem
  FROM chart c
  LEFT JOIN (SELECT kind, abs(sum(balance)) AS total FROM account GROUP BY kind) a USING (kind)
  CROSS JOIN (SELECT sum(amount) AS total FROM easypay_settlement) s
 WHERE c.kind IN (8, 9) AND coalesce(a.total, 0) <> coalesce(s.total, 0)
 UNION ALL
SELECT 'voucher ' || v.voucher_id || ' and its settlement differ'
  FROM voucher v
  FULL JOIN easypay_settlement s USING (voucher_id)
 WHERE (v.settled_at IS NULL) <> (s.voucher_id IS NULL) OR s.amount <> v.original_amount
 LIMIT 100;
