-- Recipients of remittances.

-- name: recipient_insert
-- params: drop_id:text user_id:bigint name:text country:text currency:text bank_account:text bank_name:text
-- returns: one
INSERT INTO recipient (drop_id, user_id, name, country, currency, bank_account, bank_name)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING recipient_id, drop_id, name, country::text AS country, currency::text AS currency,
          bank_account, bank_name, created_at;

-- name: recipient_find
-- params: user_id:bigint drop_id:text
-- returns: maybe
SELECT recipient_id, drop_id, name, country::text AS country, currency::text AS currency,
       bank_account, bank_name, created_at
  FROM recipient
 WHERE drop_id = $2 AND user_id = $1 AND deleted_at IS NULL;

-- name: recipient_list
-- params: user_id:bigint most:bigint skip:bigint
-- returns: many
SELECT recipient_id, drop_id, name, country::text AS country, currency::text AS currency,
       bank_account, bank_name, created_at
  FROM recipient
 WHERE user_id = $1 AND deleted_at IS NULL
 ORDER BY recipient_id DESC
 LIMIT $2 OFFSET $3;

-- name: recipient_count
-- params: user_id:bigint
-- returns: one
SELECT count(*) FROM recipient WHERE user_id = $1 AND deleted_at IS NULL;

-- name: recipient_delete
-- params: user_id:bigint drop_id:text
-- returns: maybe
-- Payments to them are kept.
UPDATE recipient
   SET deleted_at = now()
 WHERE drop_id = $2 AND user_id = $1 AND deleted_at IS NULL
RETURNING recipient_id;
