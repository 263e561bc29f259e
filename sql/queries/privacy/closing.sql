-- Closing of a user's account: obstacles, and remaining money.

-- name: closing_claim
-- params: user_id:bigint
-- returns: maybe
-- Other inserts for the user (a payment, a voucher, a wallet) wait for this, or were there before:
-- their rows refer to this one.
SELECT user_id FROM users WHERE user_id = $1 AND status <> 'deleted' FOR UPDATE;

-- name: closing_lock
-- params: user_id:bigint
-- returns: one
-- The user's accounts, in the common locking order.
WITH locked AS (
    SELECT a.account_id
      FROM account a
     WHERE a.account_id IN (SELECT account_id FROM person_account WHERE user_id = $1)
     ORDER BY a.account_id
       FOR UPDATE
)
SELECT count(*) AS n FROM locked;

-- name: closing_obstacles
-- params: user_id:bigint
-- returns: many
-- The obstacles, each kind once per currency; minor is NULL if an amount is meaningless.
SELECT o.what, o.currency, o.minor, o.n
  FROM (SELECT 1 AS place, 'balance' AS what, a.currency::text AS currency, a.balance AS minor,
               1::bigint AS n
          FROM person_account p
          JOIN account a USING (account_id)
         WHERE p.user_id = $1 AND p.holder = 'wallet' AND a.balance <> 0
        UNION ALL
        SELECT 2, 'holds', a.currency::text, a.held, 1
          FROM person_account p
          JOIN account a USING (account_id)
         WHERE p.user_id = $1 AND p.holder = 'wallet' AND a.held <> 0
        UNION ALL
        SELECT 3, 'vouchers', v.currency::text, sum(v.balance)::bigint, count(*)
          FROM voucher v
         WHERE v.user_id = $1 AND v.balance > 0
         GROUP BY v.currency
        UNION ALL
        SELECT 4, 'fundings', NULL, NULL, count(*)
          FROM funding f
         WHERE f.user_id = $1 AND f.status IN ('pending', 'review')
        UNION ALL
        SELECT 5, 'payments', NULL, NULL, count(*)
          FROM person_account p
          JOIN payment y USING (account_id)
         WHERE p.user_id = $1 AND p.holder = 'wallet' AND y.status IN ('pending', 'review')
        UNION ALL
        SELECT 6, 'purchases', NULL, NULL, count(*)
          FROM purchase b
         WHERE b.user_id = $1 AND b.status IN ('pending', 'review')
        UNION ALL
        SELECT 7, 'transactions', NULL, NULL, count(*)
          FROM drop_payment d
         WHERE d.user_id = $1
           AND (d.status = 'processing' OR (d.status = 'completed' AND d.settled_at IS NULL))
        UNION ALL
        SELECT 8, 'merchant', a.currency::text, a.balance, 1
          FROM person_account p
          JOIN account a USING (account_id)
         WHERE p.user_id = $1 AND p.holder = 'merchant' AND (a.balance <> 0 OR a.held <> 0)
        UNION ALL
        SELECT 9, 'payouts', NULL, NULL, count(*)
          FROM merchant m
          JOIN merchant_payout y USING (merchant_id)
         WHERE m.user_id = $1 AND y.status = 'processing'
        UNION ALL
        SELECT 10, 'projects', NULL, NULL, count(*)
          FROM person_account p
          JOIN account a USING (account_id)
         WHERE p.user_id = $1 AND p.holder = 'project'
           AND (a.balance <> 0 OR a.held <> 0
                OR (SELECT count(*)
                      FROM payment y
                     WHERE y.account_id = a.account_id
                       AND y.status IN ('pending', 'review')) > 0)) o
 WHERE o.n > 0
 ORDER BY o.place, o.currency;

-- name: closing_close
-- params: user_id:bigint
-- returns: none
UPDATE account a
   SET status = 2
  FROM person_account p
 WHERE p.account_id = a.account_id AND p.user_id = $1 AND a.status <> 2;

-- name: closing_waiting
-- params:
-- returns: maybe
-- A deleted user with money that is not in review. The closed accounts come first: there are few, and
-- LIMIT keeps the planner from reading everybody's.
SELECT u.user_id, u.public_id
  FROM (SELECT p.user_id
          FROM account a
         CROSS JOIN LATERAL (SELECT h.user_id
                               FROM person_account h
                              WHERE h.account_id = a.account_id AND h.holder <> 'merchant'
                              LIMIT 1) p
         WHERE a.status = 2 AND a.balance > a.held
        UNION
        SELECT v.user_id
          FROM voucher v
          JOIN personal_wallet w ON w.user_id = v.user_id AND w.currency = v.currency
          JOIN account a ON a.account_id = w.account_id
         WHERE v.balance > 0 AND v.status = 'expired' AND a.status = 2) m
  JOIN users u USING (user_id)
 WHERE NOT EXISTS (SELECT
                     FROM review r
                    WHERE r.kind = 'closed_account' AND r.subject = u.public_id
                      AND r.status IN ('open', 'rejected'))
 LIMIT 1;

-- name: closing_person
-- params: public_id:uuid
-- returns: maybe
SELECT user_id FROM users WHERE public_id = $1 AND status = 'deleted';

-- name: closing_vouchers
-- params: user_id:bigint most:bigint
-- returns: many
-- Expired vouchers that could not be refunded, locked before accounts are.
SELECT v.voucher_id, v.reference, v.currency::text AS currency, v.balance AS minor, a.ledger_id,
       v.type = 'easypay' AND v.settled_at IS NULL AS pending
  FROM voucher v
  JOIN personal_wallet w ON w.user_id = v.user_id AND w.currency = v.currency
  JOIN account a ON a.account_id = w.account_id
 WHERE v.user_id = $1 AND v.balance > 0 AND v.status = 'expired' AND a.status = 2
 ORDER BY v.voucher_id
 LIMIT $2
   FOR NO KEY UPDATE OF v;

-- name: closing_money
-- params: user_id:bigint most:bigint
-- returns: many
-- The available money on the user's closed accounts.
SELECT a.account_id, a.public_id, a.ledger_id, a.currency::text AS currency,
       a.balance - a.held AS minor, a.sequence
  FROM person_account p
  JOIN account a USING (account_id)
 WHERE p.user_id = $1 AND p.holder <> 'merchant' AND a.status = 2 AND a.balance > a.held
 ORDER BY a.account_id
 LIMIT $2;

-- name: closing_vouchers_end
-- params: voucher_ids:bigint[]
-- returns: none
UPDATE voucher
   SET refunded = refunded + balance, balance = 0, updated_at = clock_timestamp()
 WHERE voucher_id = ANY($1);
