-- Exchange rates and quotes.

-- name: rate_list
-- params:
-- returns: many
-- Those currently valid.
SELECT DISTINCT ON (currency)
       rate_id, currency::text AS currency, coefficient, scale, valid_from, source
  FROM rate
 WHERE base = 'NOK' AND valid_from <= clock_timestamp()
 ORDER BY currency, valid_from DESC;

-- name: rate_find
-- params: currency:text
-- returns: maybe
SELECT rate_id, currency::text AS currency, coefficient, scale, valid_from, source
  FROM rate
 WHERE base = 'NOK' AND currency = $1 AND valid_from <= clock_timestamp()
 ORDER BY valid_from DESC
 LIMIT 1;

-- name: rate_insert
-- params: currencies:text[] coefficients:bigint[] scales:smallint[] valid_from:timestamptz source:text
-- returns: none
INSERT INTO rate (currency, coefficient, scale, valid_from, source)
SELECT v.currency, v.coefficient, v.scale, coalesce($4, now()), $5
  FROM unnest($1, $2, $3) AS v (currency, coefficient, scale);

-- name: quote_insert
-- params: user_id:bigint type:text recipient_id:bigint amount:bigint currency:text fee:bigint rate_id:bigint receive_amount:bigint receive_currency:text lifetime_s:bigint
-- returns: none
INSERT INTO quote (user_id, type, recipient_id, amount, currency, fee, rate_id, receive_amount,
                   receive_currency, expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, clock_timestamp() + make_interval(secs => $10));

-- name: quote_find
-- params: user_id:bigint type:text recipient_id:bigint amount:bigint
-- returns: maybe
-- The last quote shown, while it is valid.
SELECT q.fee, q.rate_id, r.coefficient, r.scale, q.receive_amount,
       q.receive_currency::text AS receive_currency
  FROM quote q
  LEFT JOIN rate r USING (rate_id)
 WHERE q.user_id = $1 AND q.type = $2 AND q.recipient_id IS NOT DISTINCT FROM $3 AND q.amount = $4
   AND q.expires_at > clock_timestamp()
 ORDER BY q.quote_id DESC
 LIMIT 1;

-- name: quote_sweep
-- params: most:bigint
-- returns: one
WITH gone AS (
    DELETE FROM quote
     WHERE quote_id IN (SELECT quote_id FROM quote WHERE expires_at < now() LIMIT $1)
    RETURNING quote_id)
SELECT count(*) FROM gone;
