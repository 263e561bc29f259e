-- Users' profiles in Drop, their settings and consents.

-- name: profile_find
-- params: user_id:bigint
-- returns: one
-- The parts of a name are those given, unless the full name was changed since.
SELECT u.user_id, u.drop_id, u.email,
       CASE WHEN part.known THEN u.first_name ELSE split_part(u.name, ' ', 1) END AS first_name,
       CASE WHEN part.known THEN u.last_name
            ELSE ltrim(substr(u.name, length(split_part(u.name, ' ', 1)) + 1)) END AS last_name,
       u.phone, to_char(u.date_of_birth, 'YYYY-MM-DD') AS date_of_birth,
       CASE u.kyc_status WHEN 'verified' THEN 'approved' WHEN 'rejected' THEN 'rejected'
            ELSE 'pending' END AS kyc_status,
       u.drop_role AS role, u.created_at
  FROM users u,
       LATERAL (SELECT coalesce(u.first_name || ' ' || u.last_name = u.name, false) AS known) part
 WHERE u.user_id = $1;

-- name: profile_set
-- params: user_id:bigint date_of_birth:text
-- returns: none
-- A user who registered with Drop: an administrator verifies their identity.
UPDATE users SET date_of_birth = $2::date, kyc_status = 'pending' WHERE user_id = $1;

-- name: drop_settings_find
-- params: user_id:bigint
-- returns: maybe
SELECT currency, language, push_enabled, email_enabled FROM drop_settings WHERE user_id = $1;

-- name: drop_settings_change
-- params: user_id:bigint currency:text language:text push_enabled:boolean email_enabled:boolean
-- returns: one
-- NULL values are not changed, or get the default if there was no row.
INSERT INTO drop_settings AS s (user_id, currency, language, push_enabled, email_enabled)
VALUES ($1, coalesce($2, 'NOK'), coalesce($3, 'nb'), coalesce($4, true), coalesce($5, true))
    ON CONFLICT (user_id) DO UPDATE
       SET currency = coalesce($2, s.currency), language = coalesce($3, s.language),
           push_enabled = coalesce($4, s.push_enabled),
           email_enabled = coalesce($5, s.email_enabled), updated_at = clock_timestamp()
RETURNING currency, language, push_enabled, email_enabled;

-- name: consent_list
-- params: user_id:bigint
-- returns: many
SELECT c.drop_id, u.drop_id AS user_drop_id, c.consent_type, c.granted::integer::bigint AS granted,
       c.granted_at, c.withdrawn_at, c.ip_address
  FROM consent c
  JOIN users u USING (user_id)
 WHERE c.user_id = $1
 ORDER BY c.consent_id;

-- name: consent_set
-- params: drop_id:text user_id:bigint consent_type:text granted:boolean ip_address:text
-- returns: one
INSERT INTO consent AS c (drop_id, user_id, consent_type, granted, granted_at, withdrawn_at,
                          ip_address)
VALUES ($1, $2, $3, $4, CASE WHEN $4 THEN clock_timestamp() END,
        CASE WHEN NOT $4 THEN clock_timestamp() END, $5)
    ON CONFLICT (user_id, consent_type) DO UPDATE
       SET granted = $4, granted_at = CASE WHEN $4 THEN clock_timestamp() ELSE c.granted_at END,
           withdrawn_at = CASE WHEN NOT $4 THEN clock_timestamp() END, ip_address = $5
RETURNING drop_id, consent_type, granted::integer::bigint AS granted, granted_at, withdrawn_at,
          ip_address, drop_id = $1 AS is_new;
