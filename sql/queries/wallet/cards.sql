-- Cards and their spending limits.

-- name: card_insert
-- params: drop_id:text user_id:bigint type:text last_four:text most:bigint
-- returns: maybe
-- Valid for three years. The row of users was locked by card_claim; no row above the maximum number.
INSERT INTO card (drop_id, user_id, type, last_four, valid_until)
SELECT $1, $2, $3, $4,
       (date_trunc('month', now() AT TIME ZONE 'UTC') + interval '37 months - 1 day')::date
 WHERE (SELECT count(*) FROM card WHERE user_id = $2 AND status <> 'cancelled') < $5
RETURNING card_id;

-- name: card_claim
-- params: user_id:bigint
-- returns: one
-- Serialises the creation of cards, so that they are counted.
SELECT user_id FROM users WHERE user_id = $1 FOR NO KEY UPDATE;

-- name: card_list
-- params: user_id:bigint
-- returns: many
SELECT card_id, drop_id, type, status, last_four, to_char(valid_until, 'MM/YY') AS expires,
       pin_hash IS NOT NULL AS has_pin, ordered_at, created_at
  FROM card
 WHERE user_id = $1 AND status <> 'cancelled'
 ORDER BY card_id;

-- name: card_find
-- params: user_id:bigint drop_id:text
-- returns: maybe
SELECT card_id, drop_id, type, status, last_four, to_char(valid_until, 'MM/YY') AS expires,
       pin_hash IS NOT NULL AS has_pin, ordered_at, created_at
  FROM card
 WHERE user_id = $1 AND drop_id = $2;

-- name: card_lock
-- params: user_id:bigint drop_id:text
-- returns: maybe
SELECT card_id, drop_id, type, status, last_four, to_char(valid_until, 'MM/YY') AS expires,
       pin_hash IS NOT NULL AS has_pin, ordered_at, created_at
  FROM card
 WHERE user_id = $1 AND drop_id = $2
   FOR NO KEY UPDATE;

-- name: card_set_status
-- params: card_id:bigint status:text
-- returns: none
UPDATE card
   SET status = $2, cancelled_at = CASE $2 WHEN 'cancelled' THEN clock_timestamp() END
 WHERE card_id = $1;

-- name: card_order
-- params: card_id:bigint address:text
-- returns: none
UPDATE card SET address = $2, ordered_at = clock_timestamp() WHERE card_id = $1;

-- name: card_set_pin
-- params: card_id:bigint pin_hash:text
-- returns: none
UPDATE card SET pin_hash = $2 WHERE card_id = $1;

-- name: card_limit_list
-- params: card_id:bigint
-- returns: many
SELECT limit_type, amount AS minor, updated_at
  FROM card_limit
 WHERE card_id = $1
 ORDER BY array_position(ARRAY['transaction', 'daily', 'weekly', 'monthly'], limit_type);

-- name: card_limit_set
-- params: card_id:bigint limit_type:text amount:bigint
-- returns: one
INSERT INTO card_limit (card_id, limit_type, amount)
VALUES ($1, $2, $3)
    ON CONFLICT (card_id, limit_type) DO UPDATE SET amount = $3, updated_at = clock_timestamp()
RETURNING limit_type, amount AS minor, updated_at;

-- name: card_leave
-- params: user_id:bigint
-- returns: none
UPDATE card
   SET status = 'cancelled', cancelled_at = clock_timestamp(), pin_hash = NULL
 WHERE user_id = $1 AND status <> 'cancelled';

-- name: card_forget
-- params: user_id:bigint
-- returns: one
WITH cards AS (
    DELETE FROM card WHERE user_id = $1 RETURNING 1
)
SELECT count(*) AS removed FROM cards;

-- name: export_cards
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', c.drop_id, 'type', c.type, 'status', c.status, 'last_four', c.last_four,
           'valid_until', c.valid_until, 'address', c.address,
           'ordered_at', iso_time(c.ordered_at), 'created_at', iso_time(c.created_at),
           'cancelled_at', iso_time(c.cancelled_at),
           'limits', (SELECT coalesce(json_agg(json_build_object(
                          'limit_type', l.limit_type, 'amount_in_minor_units', l.amount,
                          'currency', l.currency) ORDER BY l.limit_type), '[]')
                        FROM card_limit l
                       WHERE l.card_id = c.card_id)) ORDER BY c.card_id), '[]')::text AS part
  FROM card c
 WHERE c.user_id = $1;
