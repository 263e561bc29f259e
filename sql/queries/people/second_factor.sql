-- The second factor of a sign-in, its recovery codes, and sign-ins that wait for a code.

-- name: factor_lock
-- params: user_id:bigint password_hash:text
-- returns: one
-- Held until the end of the transaction, so that changes of a factor are serialised, and sign-ins wait.
SELECT second_factor_at IS NOT NULL AS active, owner_proven_at IS NOT NULL AS proven,
       status = 'active' AND password_hash = $2 AS unchanged
  FROM users
 WHERE user_id = $1
   FOR NO KEY UPDATE;

-- name: factor_find
-- params: user_id:bigint
-- returns: maybe
SELECT f.second_factor_id, u.public_id AS person, f.secret_sealed,
       u.second_factor_at IS NOT NULL AS active
  FROM second_factor f
  JOIN users u USING (user_id)
 WHERE f.user_id = $1;

-- name: factor_state
-- params: user_id:bigint
-- returns: one
SELECT u.second_factor_at AS active_since,
       f.second_factor_id IS NOT NULL AND u.second_factor_at IS NULL AS pending,
       (SELECT count(*)
          FROM recovery_code r
         WHERE r.second_factor_id = f.second_factor_id AND r.used_at IS NULL) AS recovery_codes
  FROM users u
  LEFT JOIN second_factor f USING (user_id)
 WHERE u.user_id = $1;

-- name: factor_insert
-- params: user_id:bigint secret_sealed:bytea
-- returns: none
INSERT INTO second_factor (user_id, secret_sealed) VALUES ($1, $2);

-- name: factor_activate
-- params: user_id:bigint
-- returns: none
UPDATE users
   SET second_factor_at = clock_timestamp(), updated_at = clock_timestamp()
 WHERE user_id = $1;

-- name: factor_remove
-- params: user_id:bigint
-- returns: none
-- With its recovery codes.
WITH person AS (
    UPDATE users
       SET second_factor_at = NULL, updated_at = clock_timestamp()
     WHERE user_id = $1 AND second_factor_at IS NOT NULL
)
DELETE FROM second_factor WHERE user_id = $1;

-- name: factor_use_step
-- params: second_factor_id:bigint step:bigint
-- returns: none
-- No row if the step, or a later one, was used before.
UPDATE second_factor SET last_step = $2 WHERE second_factor_id = $1 AND last_step < $2;

-- name: recovery_code_use
-- params: digest:bytea second_factor_id:bigint
-- returns: none
UPDATE recovery_code
   SET used_at = clock_timestamp()
 WHERE digest = $1 AND second_factor_id = $2 AND used_at IS NULL;

-- name: recovery_codes_end
-- params: second_factor_id:bigint
-- returns: none
DELETE FROM recovery_code WHERE second_factor_id = $1;

-- name: recovery_codes_insert
-- params: digests:bytea[] second_factor_id:bigint
-- returns: none
INSERT INTO recovery_code (digest, second_factor_id) SELECT unnest($1), $2;

-- name: challenge_insert
-- params: digest:bytea user_id:bigint password_hash:text lifetime_s:bigint
-- returns: none
-- No row if the password has changed since it was checked, or the account has ended.
INSERT INTO sign_in_challenge (digest, user_id, credential, expires_at)
SELECT $1, user_id, sha256(convert_to(password_hash, 'UTF8')),
       clock_timestamp() + make_interval(secs => $4)
  FROM users
 WHERE user_id = $2 AND status = 'active' AND password_hash = $3;

-- name: challenge_find
-- params: digest:bytea
-- returns: maybe
-- In time, and with the same password.
SELECT c.user_id
  FROM sign_in_challenge c
  JOIN users u USING (user_id)
 WHERE c.digest = $1
   AND c.expires_at > clock_timestamp()
   AND u.status = 'active'
   AND c.credential = sha256(convert_to(u.password_hash, 'UTF8'));

-- name: challenge_use
-- params: digest:bytea
-- returns: maybe
-- Used up when found.
DELETE FROM sign_in_challenge c
 USING users u
 WHERE c.digest = $1
   AND c.expires_at > clock_timestamp()
   AND u.user_id = c.user_id
   AND u.status = 'active'
   AND c.credential = sha256(convert_to(u.password_hash, 'UTF8'))
RETURNING c.user_id;
