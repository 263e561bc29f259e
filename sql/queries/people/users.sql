-- Users: accounts, one-time tokens, sessions and mail to them.

-- name: user_insert
-- params: public_id:uuid email:text email_key:text password_hash:text name:text country:text company_name:text photo_url:text role:text provider:text terms_accepted:boolean phone:text first_name:text last_name:text document_type:text document_digest:bytea document_sealed:bytea
-- returns: one
INSERT INTO users (public_id, email, email_key, password_hash, name, country, company_name,
                   photo_url, role, provider, terms_accepted_at, phone, first_name, last_name,
                   document_type, document_digest, document_sealed)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, CASE WHEN $11 THEN clock_timestamp() END, $12,
        $13, $14, $15, $16, $17)
RETURNING user_id;

-- name: user_by_email
-- params: email_key:text spelling:text
-- returns: maybe
-- Two accounts may have spellings of one address, from before spellings were unified: the exact one
-- first.
SELECT user_id, public_id, email, password_hash, name, country, company_name, photo_url, role,
       status, provider, is_email_verified, kyc_status, phone, first_name, last_name, created_at,
       owner_proven_at IS NOT NULL AS is_owner_proven, second_factor_at IS NOT NULL AS has_second_factor
  FROM users
 WHERE email_key IN ($1, $2) AND status <> 'deleted'
 ORDER BY email_key = $2 DESC
 LIMIT 1;

-- name: user_by_phone
-- params: phone:text
-- returns: maybe
SELECT user_id, public_id, email, password_hash, name, country, company_name, photo_url, role,
       status, provider, is_email_verified, kyc_status, phone, first_name, last_name, created_at,
       owner_proven_at IS NOT NULL AS is_owner_proven, second_factor_at IS NOT NULL AS has_second_factor
  FROM users
 WHERE phone = $1 AND status <> 'deleted';

-- name: user_by_id
-- params: user_id:bigint
-- returns: one
SELECT user_id, public_id, email, password_hash, name, country, company_name, photo_url, role,
       status, provider, is_email_verified, kyc_status, phone, first_name, last_name, created_at,
       owner_proven_at IS NOT NULL AS is_owner_proven, second_factor_at IS NOT NULL AS has_second_factor
  FROM users
 WHERE user_id = $1;

-- name: user_set_password
-- params: user_id:bigint password_hash:text
-- returns: none
UPDATE users SET password_hash = $2, updated_at = clock_timestamp() WHERE user_id = $1;

-- name: user_change_password
-- params: user_id:bigint password_hash:text former_hash:text
-- returns: none
-- If it is still the former one.
UPDATE users
   SET password_hash = $2, updated_at = clock_timestamp()
 WHERE user_id = $1 AND password_hash = $3 AND status = 'active';

-- name: email_taken
-- params: user_id:bigint email_key:text spelling:text
-- returns: one
-- Whether another account has the address; closed ones keep it until they are erased.
SELECT EXISTS (SELECT FROM users WHERE email_key IN ($2, $3) AND user_id <> $1) AS taken;

-- name: user_change_email
-- params: user_id:bigint email:text email_key:text
-- returns: none
-- A code that was mailed there has been confirmed, in a session of the user: that is a proof of
-- ownership (ownership.h). Tokens that were mailed to the former address end.
WITH tokens AS (
    DELETE FROM email_token WHERE user_id = $1 AND used_at IS NULL
)
UPDATE users
   SET email = $2, email_key = $3, is_email_verified = true,
       owner_proven_at = coalesce(owner_proven_at, clock_timestamp()), updated_at = clock_timestamp()
 WHERE user_id = $1;

-- name: user_make_admin
-- params: public_id:uuid email:text email_key:text password_hash:text name:text spelling:text
-- returns: maybe
-- Create an administrator, or promote a user with a new password. No row if the address is that of a
-- closed account.
INSERT INTO users AS u (public_id, email, email_key, password_hash, name, role, is_email_verified,
                        owner_proven_at)
SELECT $1, $2,
       coalesce((SELECT email_key
                   FROM users
                  WHERE email_key IN ($3, $6)
                  ORDER BY email_key = $6 DESC
                  LIMIT 1), $3),
       $4, $5, 'admin', true, clock_timestamp()
    ON CONFLICT (email_key) DO UPDATE
       SET role = 'admin', status = 'active', password_hash = excluded.password_hash,
           is_email_verified = true, updated_at = clock_timestamp()
     WHERE u.status <> 'deleted'
RETURNING user_id;

-- name: session_insert
-- params: public_id:uuid user_id:bigint lifetime_s:bigint password_hash:text address:bytea proven:boolean
-- returns: maybe
-- No row if the password has changed since it was checked, or the account has ended, or has a second
-- factor that was not proven. Adds the address to the account's known addresses.
WITH who AS (
    SELECT user_id
      FROM users
     WHERE user_id = $2 AND status = 'active' AND password_hash IS NOT DISTINCT FROM $4
       AND (second_factor_at IS NULL OR $6)
       FOR SHARE
), known AS (
    INSERT INTO known_address AS k (user_id, address)
    SELECT user_id, $5 FROM who
        ON CONFLICT (user_id, address) DO UPDATE SET seen_at = clock_timestamp()
         WHERE k.seen_at < clock_timestamp() - interval '1 day'
)
INSERT INTO session (public_id, user_id, expires_at)
SELECT $1, user_id, clock_timestamp() + make_interval(secs => $3) FROM who
RETURNING session_id;

-- name: session_revoke
-- params: session_id:bigint
-- returns: none
UPDATE session SET revoked_at = clock_timestamp() WHERE session_id = $1 AND revoked_at IS NULL;

-- name: session_revoke_all
-- params: user_id:bigint
-- returns: none
UPDATE session SET revoked_at = clock_timestamp() WHERE user_id = $1 AND revoked_at IS NULL;

-- name: session_list
-- params: user_id:bigint before:bigint most:bigint
-- returns: many
-- Those that have not ended, newest first.
SELECT s.session_id, s.public_id, s.created_at,
       (SELECT max(t.created_at) FROM refresh_token t WHERE t.session_id = s.session_id) AS refreshed_at,
       s.expires_at
  FROM session s
 WHERE s.user_id = $1
   AND s.revoked_at IS NULL
   AND s.expires_at > clock_timestamp()
   AND s.session_id < coalesce($2, 9223372036854775807)
 ORDER BY s.session_id DESC
 LIMIT $3;

-- name: session_end_own
-- params: user_id:bigint public_id:uuid
-- returns: none
UPDATE session
   SET revoked_at = clock_timestamp()
 WHERE user_id = $1 AND public_id = $2 AND revoked_at IS NULL AND expires_at > clock_timestamp();

-- name: session_end_others
-- params: user_id:bigint session_id:bigint
-- returns: none
UPDATE session
   SET revoked_at = clock_timestamp()
 WHERE user_id = $1 AND session_id <> $2 AND revoked_at IS NULL;

-- name: refresh_token_insert
-- params: digest:bytea session_id:bigint
-- returns: none
INSERT INTO refresh_token (digest, session_id) VALUES ($1, $2);

-- name: refresh_token_find
-- params: digest:bytea
-- returns: maybe
-- Locked, so that a token is rotated once.
SELECT t.session_id, s.public_id AS session, t.used_at,
       s.revoked_at IS NULL AND s.expires_at > clock_timestamp() AND u.status = 'active' AS live,
       u.user_id
  FROM refresh_token t
  JOIN session s USING (session_id)
  JOIN users u USING (user_id)
 WHERE t.digest = $1
   FOR UPDATE OF t;

-- name: refresh_token_use
-- params: digest:bytea
-- returns: none
UPDATE refresh_token SET used_at = clock_timestamp() WHERE digest = $1;

-- name: email_token_insert
-- params: digest:bytea user_id:bigint purpose:text lifetime_s:bigint
-- returns: none
INSERT INTO email_token (digest, user_id, purpose, expires_at)
VALUES ($1, $2, $3, clock_timestamp() + make_interval(secs => $4));

-- name: email_token_use
-- params: digest:bytea email_key:text purpose:text spelling:text
-- returns: maybe
-- Used up when found: once, in time, by the user it was mailed to.
UPDATE email_token t
   SET used_at = clock_timestamp()
  FROM users u
 WHERE t.digest = $1
   AND u.user_id = t.user_id
   AND u.email_key IN ($2, $4)
   AND u.status = 'active'
   AND t.purpose = $3
   AND t.used_at IS NULL
   AND t.expires_at > clock_timestamp()
RETURNING t.user_id;

-- name: email_token_end
-- params: user_id:bigint purpose:text
-- returns: none
-- A new token invalidates the earlier ones.
DELETE FROM email_token WHERE user_id = $1 AND purpose = $2 AND used_at IS NULL;

-- name: mail_insert
-- params: public_id:uuid recipient:text subject:text body_sealed:bytea lifetime_s:bigint
-- returns: none
INSERT INTO mail (public_id, recipient, subject, body_sealed, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5));

-- name: token_request_insert
-- params: spelling:text purpose:text client:text
-- returns: none
INSERT INTO token_request (email_key, purpose, client) VALUES ($1, $2, $3);

-- name: token_request_take
-- params:
-- returns: maybe
-- The oldest request that is not locked; deleted with the commit.
DELETE FROM token_request
 WHERE token_request_id = (SELECT token_request_id
                             FROM token_request
                            ORDER BY token_request_id
                            LIMIT 1
                              FOR UPDATE SKIP LOCKED)
RETURNING email_key, purpose, client;

-- name: mail_find
-- params: public_id:uuid
-- returns: maybe
-- One that was neither sent nor dropped.
SELECT mail_id, public_id, recipient, subject, body_sealed,
       expires_at <= clock_timestamp() AS stale, created_at
  FROM mail
 WHERE public_id = $1 AND sent_at IS NULL AND failed_at IS NULL;

-- name: mail_sent
-- params: mail_id:bigint
-- returns: none
UPDATE mail SET sent_at = clock_timestamp(), body_sealed = NULL WHERE mail_id = $1;

-- name: mail_failed
-- params: mail_id:bigint
-- returns: none
UPDATE mail SET failed_at = clock_timestamp(), body_sealed = NULL WHERE mail_id = $1;

-- name: user_addresses
-- params:
-- returns: many
-- Accounts whose keys may differ from the current rules: none of pure ASCII.
SELECT user_id, public_id, email_key
  FROM users
 WHERE octet_length(email_key) > length(email_key) AND status <> 'deleted'
 ORDER BY is_email_verified DESC, user_id;

-- name: user_set_email_key
-- params: user_id:bigint email_key:text
-- returns: none
-- Unless another account has it.
UPDATE users
   SET email_key = $2
 WHERE user_id = $1 AND NOT EXISTS (SELECT FROM users WHERE email_key = $2);
