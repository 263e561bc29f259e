-- Payees: merchants and service providers that are paid with vouchers.

-- name: payee_account
-- params: kind:text code:text
-- returns: maybe
-- The account of a registered payee.
SELECT a.public_id
  FROM payee p
  JOIN account a USING (account_id)
 WHERE p.kind = $1 AND p.code = $2 AND p.registered_at IS NOT NULL;

-- name: payee_insert
-- params: kind:text code:text
-- returns: maybe
-- Of two concurrent ones, the second waits here for the first, and gets no row.
INSERT INTO payee (kind, code) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING payee_id;

-- name: payee_set_account
-- params: payee_id:bigint account_id:bigint
-- returns: none
UPDATE payee SET account_id = $2 WHERE payee_id = $1;

-- name: payee_lock
-- params: kind:text code:text
-- returns: one
SELECT payee_id, registered_at IS NOT NULL AS registered
  FROM payee
 WHERE kind = $1 AND code = $2
   FOR NO KEY UPDATE;

-- name: payee_register
-- params: payee_id:bigint name:text
-- returns: none
UPDATE payee
   SET name = $2, registered_at = coalesce(registered_at, clock_timestamp())
 WHERE payee_id = $1;

-- name: payee_remove
-- params: id:uuid
-- returns: maybe
UPDATE payee p
   SET registered_at = NULL
  FROM account a
 WHERE a.account_id = p.account_id AND a.public_id = $1 AND p.registered_at IS NOT NULL
RETURNING p.payee_id;

-- name: payee_get
-- params: payee_id:bigint
-- returns: one
SELECT p.payee_id, a.public_id AS id, p.kind, p.code, p.name,
       CASE WHEN p.registered_at IS NULL THEN 'unregistered' ELSE 'registered' END AS status,
       a.balance AS owed_minor, p.created_at
  FROM payee p
  JOIN account a USING (account_id)
 WHERE p.payee_id = $1;

-- name: payee_list
-- params: status:text after:bigint most:bigint
-- returns: many
-- Newest first.
SELECT p.payee_id, a.public_id AS id, p.kind, p.code, p.name,
       CASE WHEN p.registered_at IS NULL THEN 'unregistered' ELSE 'registered' END AS status,
       a.balance AS owed_minor, p.created_at
  FROM payee p
  JOIN account a USING (account_id)
 WHERE coalesce((p.registered_at IS NOT NULL) = ($1 = 'registered'), $1 IS NULL)
   AND p.payee_id < coalesce($2, 9223372036854775807)
 ORDER BY p.payee_id DESC
 LIMIT $3;
