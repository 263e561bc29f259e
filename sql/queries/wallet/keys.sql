-- API keys of users' wallets.

-- name: wallet_key_claim
-- params: user_id:bigint
-- returns: one
-- Serialises the creation of a user's keys, so that they are counted.
SELECT user_id FROM users WHERE user_id = $1 FOR NO KEY UPDATE;

-- name: wallet_key_expire
-- params: user_id:bigint
-- returns: none
UPDATE wallet_key
   SET is_active = false
 WHERE user_id = $1 AND is_active AND expires_at <= clock_timestamp();

-- name: wallet_key_totals
-- params: user_id:bigint
-- returns: one
SELECT count(*) AS total, count(*) FILTER (WHERE is_active) AS active
  FROM wallet_key
 WHERE user_id = $1;

-- name: wallet_key_insert
-- params: public_id:uuid user_id:bigint digest:bytea prefix:text name:text permissions:smallint expiry:text
-- returns: one
-- A month and a year end on the same day of the month, or on the last day of the month.
INSERT INTO wallet_key (public_id, user_id, digest, prefix, name, permissions, created_at, expires_at)
SELECT $1, $2, $3, $4, $5, $6, t.now,
       t.now + CASE $7 WHEN '1H' THEN interval '1 hour' WHEN '1D' THEN interval '1 day'
                       WHEN '1M' THEN interval '1 month' WHEN '1Y' THEN interval '1 year' END
  FROM (SELECT clock_timestamp() AS now) t
RETURNING expires_at;

-- name: wallet_key_list
-- params: user_id:bigint most:bigint skip:bigint
-- returns: many
SELECT public_id, name, prefix, permissions::bigint AS permissions, created_at, expires_at,
       last_used_at, is_active, revoked_at IS NOT NULL AS is_revoked,
       expires_at <= clock_timestamp() AS is_expired
  FROM wallet_key
 WHERE user_id = $1
 ORDER BY wallet_key_id DESC
 LIMIT $2
OFFSET $3;

-- name: wallet_key_to_renew
-- params: user_id:bigint public_id:uuid
-- returns: maybe
SELECT name, permissions::bigint AS permissions,
       expires_at <= clock_timestamp() + interval '24 hours' AS is_due
  FROM wallet_key
 WHERE user_id = $1 AND public_id = $2;

-- name: wallet_key_revoke
-- params: user_id:bigint public_id:uuid
-- returns: maybe
UPDATE wallet_key
   SET is_active = false, revoked_at = coalesce(revoked_at, clock_timestamp())
 WHERE user_id = $1 AND public_id = $2
RETURNING wallet_key_id;

-- name: wallet_key_check
-- params: digest:bytea
-- returns: maybe
-- An active key, with its owner.
SELECT k.wallet_key_id, k.user_id, u.public_id AS user_public_id,
       k.permissions::bigint AS permissions, k.expires_at <= clock_timestamp() AS is_expired,
       coalesce(k.last_used_at < clock_timestamp() - interval '1 minute', true) AS is_use_new
  FROM wallet_key k
  JOIN users u USING (user_id)
 WHERE k.digest = $1 AND k.is_active AND u.status = 'active';

-- name: wallet_key_expired
-- params: wallet_key_id:bigint
-- returns: none
UPDATE wallet_key SET is_active = false WHERE wallet_key_id = $1 AND is_active;

-- name: wallet_key_used
-- params: wallet_key_id:bigint
-- returns: none
UPDATE wallet_key
   SET last_used_at = clock_timestamp()
 WHERE wallet_key_id = $1
   AND coalesce(last_used_at < clock_timestamp() - interval '1 minute', true);
