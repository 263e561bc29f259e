-- Merchants that accept payments by QR code, their payments and payouts.

-- name: merchant_find
-- params: drop_id:text
-- returns: maybe
SELECT m.merchant_id, m.drop_id, m.user_id, m.business_name, m.status, a.public_id AS account,
       m.org_number, m.address, m.bank_account, m.created_at
  FROM merchant m
  JOIN account a USING (account_id)
 WHERE m.drop_id = $1 AND m.status = 'active';

-- name: merchant_of_user
-- params: user_id:bigint
-- returns: maybe
SELECT m.merchant_id, m.drop_id, m.user_id, m.business_name, m.status, a.public_id AS account,
       m.org_number, m.address, m.bank_account, m.created_at
  FROM merchant m
  JOIN account a USING (account_id)
  JOIN users u USING (user_id)
 WHERE m.user_id = $1 AND m.status = 'active' AND u.drop_role = 'merchant';

-- name: merchant_insert
-- params: drop_id:text user_id:bigint business_name:text org_number:text address:text bank_account:text account_id:bigint
-- returns: none
INSERT INTO merchant (drop_id, user_id, business_name, org_number, address, bank_account, account_id)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: merchant_revive
-- params: user_id:bigint business_name:text org_number:text address:text bank_account:text
-- returns: maybe
-- One that was registered before the owner of the account was verified, and is invalid.
UPDATE merchant
   SET business_name = $2, org_number = $3, address = $4, bank_account = $5, status = 'active'
 WHERE user_id = $1 AND status = 'closed' AND bank_account IS NULL
RETURNING merchant_id;

-- name: merchant_role
-- params: user_id:bigint
-- returns: none
UPDATE users
   SET drop_role = 'merchant', updated_at = clock_timestamp()
 WHERE user_id = $1;

-- name: merchant_leave
-- params: user_id:bigint
-- returns: none
-- They receive no further payments.
UPDATE merchant SET status = 'closed' WHERE user_id = $1 AND status = 'active';

-- name: merchant_turnover
-- params: merchant_id:bigint period:text
-- returns: one
-- Since the start of this day, week (Monday) or month (UTC); due is everything not paid out yet.
SELECT count(*) FILTER (WHERE counts) AS payments,
       coalesce(sum(amount) FILTER (WHERE counts), 0) AS revenue,
       coalesce(sum(fee) FILTER (WHERE counts), 0) AS fees,
       coalesce(sum(amount - fee) FILTER (WHERE merchant_payout_id IS NULL), 0) AS due
  FROM (SELECT amount, fee, merchant_payout_id,
               created_at >= date_trunc($2, now(), 'UTC') AS counts
          FROM drop_payment
         WHERE merchant_id = $1 AND status = 'completed'
           AND (merchant_payout_id IS NULL OR created_at >= date_trunc($2, now(), 'UTC'))) p;

-- name: merchant_payment_list
-- params: merchant_id:bigint most:bigint skip:bigint
-- returns: many
SELECT p.drop_payment_id, p.drop_id, p.status, p.amount AS minor, p.fee AS fee_minor,
       coalesce(u.first_name, split_part(u.name, ' ', 1)) AS first_name,
       coalesce(u.last_name, ltrim(substr(u.name, length(split_part(u.name, ' ', 1)) + 1)))
       AS last_name,
       p.created_at, p.completed_at
  FROM drop_payment p
  JOIN users u USING (user_id)
 WHERE p.merchant_id = $1
 ORDER BY p.drop_payment_id DESC
 LIMIT $2 OFFSET $3;

-- name: merchant_payment_count
-- params: merchant_id:bigint
-- returns: one
SELECT count(*) FROM drop_payment WHERE merchant_id = $1;

-- name: merchant_unpaid
-- params: due_at:timestamptz
-- returns: maybe
-- A merchant with payments that the bank had settled by then, without a payout for that day, and not
-- locked by another runner.
SELECT m.merchant_id, m.user_id, m.business_name, a.public_id AS account, a.ledger_id
  FROM merchant m
  JOIN account a USING (account_id)
 WHERE m.bank_account IS NOT NULL
   AND EXISTS (SELECT FROM drop_payment p
                WHERE p.merchant_id = m.merchant_id AND p.settled_at < $1
                  AND p.merchant_payout_id IS NULL)
   AND NOT EXISTS (SELECT FROM merchant_payout y
                    WHERE y.merchant_id = m.merchant_id AND y.due_at >= $1)
 ORDER BY m.merchant_id
 LIMIT 1
   FOR NO KEY UPDATE OF m SKIP LOCKED;

-- name: merchant_payout_open
-- params: drop_id:text merchant_id:bigint due_at:timestamptz
-- returns: maybe
-- Includes all settled payments that are due. No row if the day has one.
WITH payments AS (
    SELECT drop_payment_id, amount - fee AS net
      FROM drop_payment
     WHERE merchant_id = $2 AND settled_at < $3 AND merchant_payout_id IS NULL
     ORDER BY drop_payment_id
       FOR NO KEY UPDATE
), made AS (
    INSERT INTO merchant_payout (drop_id, merchant_id, due_at, amount, bank_account)
    SELECT $1, m.merchant_id, $3, (SELECT sum(net) FROM payments), m.bank_account
      FROM merchant m
     WHERE m.merchant_id = $2 AND (SELECT sum(net) FROM payments) > 0
        ON CONFLICT ON CONSTRAINT merchant_payout_daily DO NOTHING
    RETURNING merchant_payout_id, amount, bank_account
), taken AS (
    UPDATE drop_payment p
       SET merchant_payout_id = made.merchant_payout_id
      FROM made, payments
     WHERE p.drop_payment_id = payments.drop_payment_id
    RETURNING 1
)
SELECT merchant_payout_id, amount, bank_account, (SELECT count(*) FROM taken) AS payments
  FROM made;

-- name: merchant_payout_posted
-- params: merchant_payout_id:bigint transaction_id:bigint
-- returns: none
UPDATE merchant_payout SET transaction_id = $2 WHERE merchant_payout_id = $1;

-- name: merchant_payout_lock
-- params: drop_id:text
-- returns: maybe
SELECT y.merchant_payout_id, y.drop_id, m.user_id, y.amount, y.status, y.transaction_id,
       a.public_id AS account, a.ledger_id
  FROM merchant_payout y
  JOIN merchant m USING (merchant_id)
  JOIN account a USING (account_id)
 WHERE y.drop_id = $1
   FOR NO KEY UPDATE OF y;

-- name: merchant_payout_end
-- params: merchant_payout_id:bigint status:text reversal_id:bigint problem:text
-- returns: none
UPDATE merchant_payout
   SET status = $2, reversal_id = $3, problem = $4, ended_at = clock_timestamp()
 WHERE merchant_payout_id = $1 AND status = 'processing';

-- name: merchant_payout_release
-- params: merchant_payout_id:bigint
-- returns: none
-- Of a failed payout: the next one includes them.
UPDATE drop_payment SET merchant_payout_id = NULL WHERE merchant_payout_id = $1;

-- name: merchant_payer
-- params: email_key:text spelling:text
-- returns: maybe
-- The user from whose primary bank account merchants are paid.
SELECT user_id
  FROM users
 WHERE email_key IN ($1, $2) AND status = 'active'
 ORDER BY email_key = $2 DESC
 LIMIT 1;

-- name: export_merchant
-- params: user_id:bigint
-- returns: one
SELECT (SELECT json_build_object(
                   'id', m.drop_id, 'business_name', m.business_name, 'org_number', m.org_number,
                   'address', m.address, 'bank_account', m.bank_account, 'status', m.status,
                   'created_at', iso_time(m.created_at),
                   'payouts', (SELECT coalesce(json_agg(json_build_object(
                                   'id', y.drop_id, 'amount_in_minor_units', y.amount,
                                   'currency', y.currency, 'bank_account', y.bank_account,
                                   'status', y.status, 'created_at', iso_time(y.created_at),
                                   'ended_at', iso_time(y.ended_at))
                                   ORDER BY y.merchant_payout_id), '[]')
                                 FROM merchant_payout y
                                WHERE y.merchant_id = m.merchant_id))
          FROM merchant m
         WHERE m.user_id = $1)::text AS part;
