-- Sign-in with Google.

-- name: oauth_flow_insert
-- params: state_digest:bytea cookie_digest:bytea nonce:text verifier_sealed:bytea address:text by_browser:boolean lifetime_s:bigint
-- returns: none
INSERT INTO oauth_flow (state_digest, cookie_digest, nonce, verifier_sealed, address, by_browser,
                        expires_at)
VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7));

-- name: oauth_flow_use
-- params: state_digest:bytea
-- returns: maybe
-- Used up when found.
UPDATE oauth_flow
   SET used_at = clock_timestamp()
 WHERE state_digest = $1 AND used_at IS NULL AND expires_at > clock_timestamp()
RETURNING cookie_digest, nonce, verifier_sealed, address, by_browser;

-- name: user_lock
-- params: email_key:text spelling:text
-- returns: maybe
SELECT user_id, status, owner_proven_at IS NOT NULL AS proven
  FROM users
 WHERE email_key IN ($1, $2)
 ORDER BY email_key = $2 DESC
 LIMIT 1
   FOR NO KEY UPDATE;

-- name: user_insert_verified
-- params: public_id:uuid email:text email_key:text name:text photo_url:text
-- returns: maybe
-- A user whose address Google has verified; no row if it is taken by now.
INSERT INTO users (public_id, email, email_key, name, photo_url, provider, is_email_verified,
                   owner_proven_at)
VALUES ($1, $2, $3, $4, $5, 'google', true, clock_timestamp())
    ON CONFLICT (email_key) DO NOTHING
RETURNING user_id;

-- name: user_take_over
-- params: user_id:bigint name:text
-- returns: none
-- The owner of an address has signed in; the registrant never proved ownership.
UPDATE users
   SET password_hash = NULL, name = $2, first_name = NULL, last_name = NULL,
       updated_at = clock_timestamp()
 WHERE user_id = $1;

-- name: user_revoke_keys
-- params: user_id:bigint
-- returns: none
WITH api_keys AS (
    UPDATE api_key SET revoked_at = clock_timestamp() WHERE user_id = $1 AND revoked_at IS NULL
)
UPDATE wallet_key
   SET is_active = false, revoked_at = coalesce(revoked_at, clock_timestamp())
 WHERE user_id = $1 AND revoked_at IS NULL;
