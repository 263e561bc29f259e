-- Payments from users' bank accounts. The bank payment is locked first, then the payment, then
-- ledger accounts.

-- name: payer_find
-- params: user_id:bigint
-- returns: one
SELECT kyc_status FROM users WHERE user_id = $1;

-- name: drop_payment_insert
-- params: drop_id:text user_id:bigint type:text recipient_id:bigint merchant_id:bigint payee_name:text payee_country:text amount:bigint fee:bigint total:bigint rate_id:bigint receive_amount:bigint receive_currency:text from_account:text transaction_id:bigint
-- returns: none
INSERT INTO drop_payment (drop_id, user_id, type, recipient_id, merchant_id, payee_name,
                          payee_country, amount, fee, total, rate_id, receive_amount,
                          receive_currency, from_account, transaction_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15);

-- name: drop_payment_lock
-- params: drop_id:text
-- returns: maybe
SELECT drop_payment_id FROM drop_payment WHERE drop_id = $1 FOR UPDATE;

-- name: drop_payment_find
-- params: drop_id:text
-- returns: maybe
SELECT p.drop_payment_id, p.drop_id, p.user_id, p.type, p.status, p.payee_name,
       p.payee_country::text AS payee_country, p.amount, p.fee, p.total, r.coefficient, r.scale,
       p.receive_amount, p.receive_currency::text AS receive_currency, p.from_account,
       p.transaction_id, p.problem, m.drop_id AS merchant, a.public_id AS merchant_account,
       p.created_at, p.completed_at, p.settled_at
  FROM drop_payment p
  LEFT JOIN rate r USING (rate_id)
  LEFT JOIN merchant m USING (merchant_id)
  LEFT JOIN account a USING (account_id)
 WHERE p.drop_id = $1;

-- name: drop_payment_list
-- params: user_id:bigint type:text status:text by_amount:boolean ascending:boolean most:bigint skip:bigint
-- returns: many
SELECT p.drop_payment_id, p.drop_id, p.user_id, p.type, p.status, p.payee_name,
       p.payee_country::text AS payee_country, p.amount, p.fee, p.total, r.coefficient, r.scale,
       p.receive_amount, p.receive_currency::text AS receive_currency, p.from_account,
       p.transaction_id, p.problem, m.drop_id AS merchant, a.public_id AS merchant_account,
       p.created_at, p.completed_at, p.settled_at
  FROM drop_payment p
  LEFT JOIN rate r USING (rate_id)
  LEFT JOIN merchant m USING (merchant_id)
  LEFT JOIN account a USING (account_id)
 WHERE p.user_id = $1 AND coalesce(p.type = $2, $2 IS NULL) AND coalesce(p.status = $3, $3 IS NULL)
 ORDER BY CASE WHEN $4 THEN p.amount ELSE 0 END * CASE WHEN $5 THEN 1 ELSE -1 END,
          p.drop_payment_id * CASE WHEN $5 THEN 1 ELSE -1 END
 LIMIT $6 OFFSET $7;

-- name: drop_payment_count
-- params: user_id:bigint type:text status:text
-- returns: one
SELECT count(*)
  FROM drop_payment
 WHERE user_id = $1 AND coalesce(type = $2, $2 IS NULL) AND coalesce(status = $3, $3 IS NULL);

-- name: drop_payment_summary
-- params: user_id:bigint
-- returns: many
-- Of all time, then of this month (UTC). Excludes failed payments.
SELECT count(*) FILTER (WHERE counts) AS total_count,
       coalesce(sum(amount) FILTER (WHERE counts AND type = 'remittance'), 0) AS sent,
       coalesce(sum(amount) FILTER (WHERE counts AND type = 'qr_payment'), 0) AS paid,
       count(*) FILTER (WHERE counts AND type = 'remittance') AS remittances,
       count(*) FILTER (WHERE counts AND type = 'qr_payment') AS qr_payments
  FROM (VALUES (1, '-infinity'::timestamptz), (2, date_trunc('month', now(), 'UTC'))) AS s (n, since)
  LEFT JOIN LATERAL (
        SELECT type, amount, true AS counts
          FROM drop_payment
         WHERE user_id = $1 AND status <> 'failed' AND created_at >= s.since) p ON true
 GROUP BY s.n
 ORDER BY s.n;

-- name: drop_payment_complete
-- params: drop_payment_id:bigint payout_id:bigint settled:boolean
-- returns: none
UPDATE drop_payment
   SET status = 'completed', completed_at = coalesce(completed_at, clock_timestamp()),
       payout_id = $2, settled_at = CASE WHEN $3 THEN clock_timestamp() END
 WHERE drop_payment_id = $1;

-- name: drop_payment_fail
-- params: drop_payment_id:bigint reversal_id:bigint problem:text
-- returns: none
UPDATE drop_payment
   SET status = 'failed', reversal_id = $2, problem = $3, completed_at = NULL
 WHERE drop_payment_id = $1;

-- name: export_transactions
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', p.drop_id, 'type', p.type, 'status', p.status, 'payee_name', p.payee_name,
           'payee_country', p.payee_country, 'currency', p.currency,
           'amount_in_minor_units', p.amount, 'fee_in_minor_units', p.fee,
           'total_in_minor_units', p.total, 'exchange_rate', r.coefficient / 10::numeric ^ r.scale,
           'receive_currency', p.receive_currency,
           'receive_amount_in_minor_units', p.receive_amount, 'from_account', p.from_account,
           'created_at', iso_time(p.created_at), 'completed_at', iso_time(p.completed_at))
           ORDER BY p.drop_payment_id), '[]')::text AS part
  FROM drop_payment p
  LEFT JOIN rate r USING (rate_id)
 WHERE p.user_id = $1;

-- name: export_recipients
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', drop_id, 'name', name, 'country', country, 'currency', currency,
           'bank_account', bank_account, 'bank_name', bank_name, 'created_at', iso_time(created_at),
           'deleted_at', iso_time(deleted_at)) ORDER BY recipient_id), '[]')::text AS part
  FROM recipient
 WHERE user_id = $1;

-- name: drop_payments_forget
-- params: user_id:bigint
-- returns: one
-- The ledger must still balance: payments are kept, without the names in them.
WITH quotes AS (
    DELETE FROM quote WHERE user_id = $1 RETURNING 1
), payments AS (
    UPDATE drop_payment
       SET payee_name = '', from_account = ''
     WHERE user_id = $1 AND type = 'remittance'
    RETURNING 1
), recipients AS (
    UPDATE recipient
       SET name = '', bank_account = '', bank_name = NULL, deleted_at = coalesce(deleted_at, now())
     WHERE user_id = $1
    RETURNING 1
)
SELECT (SELECT count(*) FROM quotes) + (SELECT count(*) FROM payments)
     + (SELECT count(*) FROM recipients) AS removed;
