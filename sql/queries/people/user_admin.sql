-- Administration of users: lists, changes, closing of accounts.

-- name: user_list
-- params: search:text role:text status:text from:timestamptz to:timestamptz sort:text descending:boolean after:bigint most:bigint skip:bigint
-- returns: many
-- Without a status, deleted users are excluded. search is a literal part of a name or address. after
-- is the last user of the previous page, in the order of createdAt.
SELECT u.user_id, u.public_id, u.email, u.password_hash, u.name, u.country, u.company_name,
       u.photo_url, u.role, u.status, u.provider, u.is_email_verified, u.kyc_status, u.phone,
       u.first_name, u.last_name, u.created_at
  FROM users u
 CROSS JOIN LATERAL (SELECT CASE $6 WHEN 'name' THEN lower(u.name) WHEN 'email' THEN u.email_key
                                    WHEN 'role' THEN u.role WHEN 'status' THEN u.status
                            END AS text) AS key
 WHERE ($1 IS NULL OR strpos(lower(u.name), lower($1)) > 0 OR strpos(u.email_key, lower($1)) > 0
        OR strpos(lower(u.email), lower($1)) > 0)
   AND ($2 IS NULL OR u.role = $2)
   AND CASE WHEN $3 IS NULL THEN u.status <> 'deleted' ELSE u.status = $3 END
   AND ($4 IS NULL OR u.created_at >= $4)
   AND ($5 IS NULL OR u.created_at <= $5)
   AND ($8 IS NULL
        OR CASE WHEN $7 THEN (u.created_at, u.user_id)
                             < (SELECT l.created_at, l.user_id FROM users l WHERE l.user_id = $8)
                ELSE (u.created_at, u.user_id)
                     > (SELECT l.created_at, l.user_id FROM users l WHERE l.user_id = $8) END)
 ORDER BY CASE WHEN NOT $7 THEN key.text END, CASE WHEN $7 THEN key.text END DESC,
          CASE WHEN NOT $7 THEN u.created_at END, CASE WHEN $7 THEN u.created_at END DESC,
          CASE WHEN NOT $7 THEN u.user_id END, CASE WHEN $7 THEN u.user_id END DESC
 LIMIT $9 OFFSET $10;

-- name: user_count
-- params: search:text role:text status:text from:timestamptz to:timestamptz
-- returns: one
-- The number on all pages of that list.
SELECT count(*) AS total
  FROM users u
 WHERE ($1 IS NULL OR strpos(lower(u.name), lower($1)) > 0 OR strpos(u.email_key, lower($1)) > 0
        OR strpos(lower(u.email), lower($1)) > 0)
   AND ($2 IS NULL OR u.role = $2)
   AND CASE WHEN $3 IS NULL THEN u.status <> 'deleted' ELSE u.status = $3 END
   AND ($4 IS NULL OR u.created_at >= $4)
   AND ($5 IS NULL OR u.created_at <= $5);

-- name: user_by_public_id
-- params: public_id:uuid
-- returns: maybe
SELECT user_id, public_id, email, password_hash, name, country, company_name, photo_url, role,
       status, provider, is_email_verified, kyc_status, phone, first_name, last_name, created_at
  FROM users
 WHERE public_id = $1 AND status <> 'deleted';

-- name: user_invite
-- params: public_id:uuid email:text email_key:text password_hash:text name:text country:text company_name:text photo_url:text role:text status:text
-- returns: one
-- A user created by an administrator: the terms are not accepted yet.
INSERT INTO users (public_id, email, email_key, password_hash, name, country, company_name,
                   photo_url, role, status)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING user_id;

-- name: user_lock_admins
-- params:
-- returns: many
-- Held until the end of the transaction, so that changes of administrators are serialised.
SELECT user_id
  FROM users
 WHERE role = 'admin' AND status = 'active'
 ORDER BY user_id
   FOR NO KEY UPDATE;

-- name: user_update
-- params: user_id:bigint name:text country:text company_name:text photo_url:text role:text status:text kyc_status:text
-- returns: none
-- NULL values are not changed. A new full name invalidates the old parts.
UPDATE users
   SET name = coalesce($2, name), first_name = CASE WHEN $2 IS NULL THEN first_name END,
       last_name = CASE WHEN $2 IS NULL THEN last_name END, country = coalesce($3, country),
       company_name = coalesce($4, company_name), photo_url = coalesce($5, photo_url),
       role = coalesce($6, role), status = coalesce($7, status),
       kyc_status = coalesce($8, kyc_status), updated_at = clock_timestamp()
 WHERE user_id = $1 AND status <> 'deleted';

-- name: user_erase
-- params: user_id:bigint name:text email:text
-- returns: none
-- The row stays, because ledger and logs refer to it; personal data is erased. Other data is deleted
-- by the next sweep or, for payments that must be kept by law, after five years.
UPDATE users
   SET name = $2, email = $3, email_key = $3, password_hash = NULL, country = NULL,
       company_name = NULL, photo_url = NULL, role = 'developer', status = 'deleted',
       is_email_verified = false, kyc_status = 'none', phone = NULL, first_name = NULL,
       last_name = NULL, date_of_birth = NULL, document_type = NULL, document_digest = NULL,
       document_sealed = NULL, drop_role = 'user', deleted_at = clock_timestamp(),
       retained_until = clock_timestamp()
                        + CASE WHEN EXISTS (SELECT 1 FROM drop_payment d WHERE d.user_id = $1)
                               THEN interval '5 years' ELSE interval '0' END,
       updated_at = clock_timestamp()
 WHERE user_id = $1 AND status <> 'deleted';

-- name: user_erase_traces
-- params: user_id:bigint email:text spelling:text principal:text erased:text
-- returns: one
-- Other data of a user: sign-ins, tokens, mail, answers, keys, the names of their platform,
-- settings.
WITH sessions AS (
    DELETE FROM session WHERE user_id = $1 RETURNING 1
), tokens AS (
    DELETE FROM email_token WHERE user_id = $1 RETURNING 1
), wishes AS (
    DELETE FROM token_request WHERE email_key = $3 RETURNING 1
), mails AS (
    DELETE FROM mail WHERE recipient = $2 RETURNING 1
), answers AS (
    DELETE FROM idempotency WHERE principal = $4 RETURNING 1
), keys AS (
    UPDATE api_key
       SET revoked_at = coalesce(revoked_at, clock_timestamp()), description = NULL
     WHERE user_id = $1
    RETURNING 1
), wallet_keys AS (
    UPDATE wallet_key
       SET is_active = false, revoked_at = coalesce(revoked_at, clock_timestamp()), name = 'Deleted'
     WHERE user_id = $1
    RETURNING 1
), fundings AS (
    UPDATE funding SET email = $5, email_key = $5 WHERE user_id = $1 RETURNING 1
), purchases AS (
    UPDATE purchase SET recipient = 'deleted', token = NULL WHERE user_id = $1 RETURNING 1
), addresses AS (
    DELETE FROM known_address WHERE user_id = $1 RETURNING 1
), settings AS (
    DELETE FROM user_setting WHERE user_id = $1 RETURNING 1
), accounts AS (
    UPDATE platform_account SET name = 'Deleted', company_name = NULL, metadata = '{}'
     WHERE user_id = $1
    RETURNING 1
)
SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM tokens)
     + (SELECT count(*) FROM wishes) + (SELECT count(*) FROM mails)
     + (SELECT count(*) FROM answers) + (SELECT count(*) FROM keys)
     + (SELECT count(*) FROM wallet_keys) + (SELECT count(*) FROM fundings)
     + (SELECT count(*) FROM purchases) + (SELECT count(*) FROM addresses)
     + (SELECT count(*) FROM settings)
     + (SELECT count(*) FROM accounts) AS removed;
