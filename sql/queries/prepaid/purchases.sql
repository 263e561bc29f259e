-- Purchases and products. The row of a purchase is locked before any account.

-- name: purchase_claim
-- params: user_id:bigint
-- returns: one
-- Purchases of a user are serialised, so that a reference is used once.
SELECT user_id FROM users WHERE user_id = $1 FOR NO KEY UPDATE;

-- name: purchase_insert
-- params: public_id:uuid label:text user_id:bigint product_id:bigint ledger_id:bigint wallet:uuid hold:uuid currency:text amount:bigint recipient:text reference:text content:bytea provider:text provider_reference:text provider_config_id:bigint
-- returns: one
INSERT INTO purchase (public_id, label, user_id, product_id, ledger_id, account_id, hold_id, currency,
                      amount, recipient, reference, content, provider, provider_reference,
                      provider_config_id)
SELECT $1, $2, $3, $4, $5, a.account_id, (SELECT hold_id FROM hold WHERE public_id = $7), $8, $9, $10,
       $11, $12, $13, $14, $15
  FROM account a
 WHERE a.public_id = $6 AND a.ledger_id = $5
RETURNING purchase_id;

-- name: purchase_lock
-- params: public_id:uuid
-- returns: maybe
SELECT purchase_id FROM purchase WHERE public_id = $1 FOR UPDATE;

-- name: purchase_find
-- params: public_id:uuid
-- returns: maybe
SELECT u.purchase_id, u.public_id, u.label, u.user_id, u.ledger_id, u.currency::text AS currency,
       u.amount, u.recipient, u.reference, u.reference_held, u.content, u.provider,
       u.provider_reference, u.provider_config_id, p.code AS product, p.provider_code, p.kind,
       u.status, u.accepted, u.provider_id, u.token, u.problem, a.public_id AS wallet,
       h.public_id AS hold, t.public_id AS transaction, u.created_at, u.settled_at,
       extract(epoch FROM clock_timestamp() - u.created_at)::bigint AS age_s
  FROM purchase u
  JOIN product p USING (product_id)
  JOIN account a ON a.account_id = u.account_id
  LEFT JOIN hold h ON h.hold_id = u.hold_id
  LEFT JOIN transaction t ON t.transaction_id = u.transaction_id
 WHERE u.public_id = $1;

-- name: purchase_by_label
-- params: label:text user_id:bigint
-- returns: maybe
SELECT u.purchase_id, u.public_id, u.label, u.user_id, u.ledger_id, u.currency::text AS currency,
       u.amount, u.recipient, u.reference, u.reference_held, u.content, u.provider,
       u.provider_reference, u.provider_config_id, p.code AS product, p.provider_code, p.kind,
       u.status, u.accepted, u.provider_id, u.token, u.problem, a.public_id AS wallet,
       h.public_id AS hold, t.public_id AS transaction, u.created_at, u.settled_at,
       extract(epoch FROM clock_timestamp() - u.created_at)::bigint AS age_s
  FROM purchase u
  JOIN product p USING (product_id)
  JOIN account a ON a.account_id = u.account_id
  LEFT JOIN hold h ON h.hold_id = u.hold_id
  LEFT JOIN transaction t ON t.transaction_id = u.transaction_id
 WHERE u.label = $1 AND u.user_id = $2;

-- name: purchase_by_reference
-- params: user_id:bigint reference:text
-- returns: maybe
-- The one that holds it.
SELECT u.purchase_id, u.public_id, u.label, u.user_id, u.ledger_id, u.currency::text AS currency,
       u.amount, u.recipient, u.reference, u.reference_held, u.content, u.provider,
       u.provider_reference, u.provider_config_id, p.code AS product, p.provider_code, p.kind,
       u.status, u.accepted, u.provider_id, u.token, u.problem, a.public_id AS wallet,
       h.public_id AS hold, t.public_id AS transaction, u.created_at, u.settled_at,
       extract(epoch FROM clock_timestamp() - u.created_at)::bigint AS age_s
  FROM purchase u
  JOIN product p USING (product_id)
  JOIN account a ON a.account_id = u.account_id
  LEFT JOIN hold h ON h.hold_id = u.hold_id
  LEFT JOIN transaction t ON t.transaction_id = u.transaction_id
 WHERE u.user_id = $1 AND u.reference = $2 AND u.reference_held;

-- name: purchase_list
-- params: user_id:bigint before:bigint status:text reference:text most:bigint
-- returns: many
-- A purchase in review is shown to the buyer as pending.
SELECT u.purchase_id, u.public_id, u.label, u.user_id, u.ledger_id, u.currency::text AS currency,
       u.amount, u.recipient, u.reference, u.reference_held, u.content, u.provider,
       u.provider_reference, u.provider_config_id, p.code AS product, p.provider_code, p.kind,
       u.status, u.accepted, u.provider_id, u.token, u.problem, a.public_id AS wallet,
       h.public_id AS hold, t.public_id AS transaction, u.created_at, u.settled_at,
       extract(epoch FROM clock_timestamp() - u.created_at)::bigint AS age_s
  FROM purchase u
  JOIN product p USING (product_id)
  JOIN account a ON a.account_id = u.account_id
  LEFT JOIN hold h ON h.hold_id = u.hold_id
  LEFT JOIN transaction t ON t.transaction_id = u.transaction_id
 WHERE u.user_id = $1
   AND u.purchase_id < coalesce($2, 9223372036854775807)
   AND ($3 IS NULL OR u.status = $3 OR (u.status = 'review' AND $3 = 'pending'))
   AND coalesce(u.reference = $4, $4 IS NULL)
 ORDER BY u.purchase_id DESC
 LIMIT $5;

-- name: purchase_store
-- params: purchase_id:bigint status:text reference_held:boolean accepted:boolean provider_id:text token:text problem:text transaction_id:bigint
-- returns: none
UPDATE purchase
   SET status = $2, reference_held = $3, accepted = $4, provider_id = $5, token = $6, problem = $7,
       transaction_id = coalesce($8, transaction_id),
       settled_at = CASE WHEN $2 IN ('completed', 'failed')
                         THEN coalesce(settled_at, clock_timestamp()) END
 WHERE purchase_id = $1;

-- name: product_find
-- params: code:text
-- returns: maybe
SELECT product_id, code, provider, provider_code, kind, name, currency::text AS currency, min_amount,
       max_amount, is_active
  FROM product
 WHERE code = $1;

-- name: product_list
-- params: kind:text provider:text active:boolean
-- returns: many
SELECT product_id, code, provider, provider_code, kind, name, currency::text AS currency, min_amount,
       max_amount, is_active
  FROM product
 WHERE coalesce(kind = $1, $1 IS NULL) AND coalesce(provider = $2, $2 IS NULL) AND (is_active OR NOT $3)
 ORDER BY code;

-- name: product_set
-- params: code:text provider:text provider_code:text kind:text name:text min_amount:bigint max_amount:bigint is_active:boolean
-- returns: one
INSERT INTO product AS p (code, provider, provider_code, kind, name, min_amount, max_amount,
                          is_active)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT ON CONSTRAINT product_code
   DO UPDATE SET provider = $2, provider_code = $3, kind = $4, name = $5, min_amount = $6,
                 max_amount = $7, is_active = $8, updated_at = clock_timestamp()
RETURNING product_id;
