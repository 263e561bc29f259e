-- Administration of users: lists, changes, closing of accounts.

-- name: user_list
-- params: search:text role:text status:text from:timestamptz to:timestamptz sort:text descending:boolean after:bigint most:bigint skip:bigint
-- returns: many
-- Without a status, deleted users are excluded. search is a literal part of a name or address. after
-- is the last user of the previous page, in the order of createdAt.
SELECT u.user_id, u.public_id, u.email, u.password_hash, u.name, u.country, u.company_name,
       u.photo_url, u.role, u.status, u.provider, u.is_email_verified, u.kyc_status, u.phone,
       u.first_name, u.last_name, u.created_at, u.owner_proven_at IS NOT NULL AS is_owner_proven,
       u.second_factor_at IS NOT NULL AS has_second_factor
  FROM users u
 CROSS JOIN LATERAL (SELECT CASE $6 WHEN 'name' THEN lower(u.name) WHEN 'email' THEN u.email_key
                                    WHEN 'role' THEN u.role WHEN 'status' THEN u.status
                            END AS text) AS key
 WHERE ($1 IS NULL OR strpos(lower(u.name), lower($1)) > 0 OR strpos(u.email_key, lower($1)) > 0
        OR strpos(lower(u.email), lower($1)) > 0)
   AND coalesce(u.role = $2, $2 IS NULL)
   AND CASE WHEN $3 IS NULL THEN u.status <> 'deleted' ELSE u.status = $3 END
   AND coalesce(u.created_at >= $4, $4 IS NULL)
   AND coalesce(u.created_at <= $5, $5 IS NULL)
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
   AND coalesce(u.role = $2, $2 IS NULL)
   AND CASE WHEN $3 IS NULL THEN u.status <> 'deleted' ELSE u.status = $3 END
   AND coalesce(u.created_at >= $4, $4 IS NULL)
   AND coalesce(u.created_at <= $5, $5 IS NULL);

-- name: user_by_public_id
-- params: public_id:uuid
-- returns: maybe
SELECT user_id, public_id, email, password_hash, name, country, company_name, photo_url, role,
       status, provider, is_email_verified, kyc_status, phone, first_name, last_name, created_at,
       owner_proven_at IS NOT NULL AS is_owner_proven, second_factor_at IS NOT NULL AS has_second_factor
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
