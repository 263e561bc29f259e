-- Values sealed at rest, for key rotation. mark is the prefix of values under the active key.

-- name: sealed_mail
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- Mail under an older key, with its sealing context; locked against concurrent changes.
SELECT mail_id AS id, 'mail ' || public_id AS context, body_sealed AS sealed
  FROM mail
 WHERE mail_id > $2 AND substr(body_sealed, 1, length($1)) <> $1
 ORDER BY mail_id
 LIMIT $3
   FOR NO KEY UPDATE;

-- name: reseal_mail
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE mail SET body_sealed = $2 WHERE mail_id = $1;

-- name: sealed_provider_config
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- Accounts at providers under an older key; locked against concurrent changes.
SELECT provider_config_id AS id,
       'provider config ' || coalesce(project_id, 0) || ' ' || type AS context,
       config_sealed AS sealed
  FROM provider_config
 WHERE provider_config_id > $2 AND substr(config_sealed, 1, length($1)) <> $1
 ORDER BY provider_config_id
 LIMIT $3
   FOR NO KEY UPDATE;

-- name: reseal_provider_config
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE provider_config SET config_sealed = $2 WHERE provider_config_id = $1;

-- name: sealed_document
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- Numbers of identity documents under an older key; locked against concurrent changes.
SELECT user_id AS id, 'document ' || public_id AS context, document_sealed AS sealed
  FROM users
 WHERE user_id > $2 AND substr(document_sealed, 1, length($1)) <> $1
 ORDER BY user_id
 LIMIT $3
   FOR NO KEY UPDATE;

-- name: reseal_document
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE users SET document_sealed = $2 WHERE user_id = $1;

-- name: sealed_second_factor
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- Secrets of second factors under an older key; locked against concurrent changes.
SELECT f.second_factor_id AS id, 'second factor ' || u.public_id AS context, f.secret_sealed AS sealed
  FROM second_factor f
  JOIN users u USING (user_id)
 WHERE f.second_factor_id > $2 AND substr(f.secret_sealed, 1, length($1)) <> $1
 ORDER BY f.second_factor_id
 LIMIT $3
   FOR NO KEY UPDATE OF f;

-- name: reseal_second_factor
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE second_factor SET secret_sealed = $2 WHERE second_factor_id = $1;

-- name: sealed_voucher
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- Codes of vouchers under an older key; locked against concurrent changes.
SELECT voucher_id AS id, 'voucher ' || reference AS context, code_sealed AS sealed
  FROM voucher
 WHERE voucher_id > $2 AND substr(code_sealed, 1, length($1)) <> $1
 ORDER BY voucher_id
 LIMIT $3
   FOR NO KEY UPDATE;

-- name: reseal_voucher
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE voucher SET code_sealed = $2 WHERE voucher_id = $1;

-- name: sealed_bank_consent
-- params: mark:bytea after:bigint most:bigint
-- returns: many
-- The banks' ids of consents under an older key; locked against concurrent changes.
SELECT bank_consent_id AS id, 'bank consent ' || drop_id AS context, consent_sealed AS sealed
  FROM bank_consent
 WHERE bank_consent_id > $2 AND substr(consent_sealed, 1, length($1)) <> $1
 ORDER BY bank_consent_id
 LIMIT $3
   FOR NO KEY UPDATE;

-- name: reseal_bank_consent
-- params: id:bigint sealed:bytea
-- returns: none
UPDATE bank_consent SET consent_sealed = $2 WHERE bank_consent_id = $1;

-- name: sealed_passing
-- params: mark:bytea
-- returns: one
-- Values under this key that are not re-encrypted, because they expire within a day.
SELECT (SELECT count(*) FROM idempotency WHERE substr(body_sealed, 1, length($1)) = $1)
     + (SELECT count(*) FROM oauth_flow
         WHERE expires_at > clock_timestamp() AND substr(verifier_sealed, 1, length($1)) = $1)
       AS rows;

-- name: key_strangers
-- params: fingerprint:text
-- returns: one
-- Connections of processes whose keys do not have this fingerprint.
SELECT count(*) AS strangers
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND application_name LIKE 'cowry% keys:%'
   AND application_name NOT LIKE '% keys:' || $1 || '%';
