-- Payments through providers, provider accounts, and providers' reports. The row of a payment is
-- locked before any account.

-- name: reference_reserve
-- params: ledger_id:bigint reference:text holder:uuid
-- returns: maybe
-- Waits for a concurrent reservation of the same one, and is empty if it is taken.
INSERT INTO reserved_reference (ledger_id, reference, holder)
SELECT $1, $2, $3
 WHERE NOT EXISTS (SELECT FROM transaction WHERE ledger_id = $1 AND reference = $2)
ON CONFLICT DO NOTHING
RETURNING ledger_id;

-- name: reference_release
-- params: ledger_id:bigint reference:text holder:uuid
-- returns: none
DELETE FROM reserved_reference WHERE ledger_id = $1 AND reference = $2 AND holder = $3;

-- name: payment_insert
-- params: public_id:uuid ledger_id:bigint wallet:uuid project_id:bigint user_id:bigint withdrawal:boolean type:text currency:text amount:bigint reference:text content:bytea provider:text provider_reference:text provider_config_id:bigint hold:uuid metadata:jsonb
-- returns: one
INSERT INTO payment (public_id, ledger_id, account_id, project_id, user_id, withdrawal, type,
                     currency, amount, reference, content, provider, provider_reference,
                     provider_config_id, hold_id, metadata)
SELECT $1, $2, a.account_id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
       (SELECT hold_id FROM hold WHERE public_id = $15), $16
  FROM account a
 WHERE a.public_id = $3 AND a.ledger_id = $2
RETURNING payment_id;

-- name: payment_wallet
-- params: ledger_id:bigint wallet:uuid
-- returns: maybe
-- Locked as a hold on it will lock it, so that it is not closed before the payment exists.
SELECT currency::text AS currency, status
  FROM account
 WHERE public_id = $2 AND ledger_id = $1 AND status <> 2
   FOR UPDATE;

-- name: payment_lock
-- params: public_id:uuid
-- returns: maybe
SELECT payment_id FROM payment WHERE public_id = $1 FOR UPDATE;

-- name: payment_find
-- params: public_id:uuid
-- returns: maybe
SELECT p.payment_id, p.public_id, p.ledger_id, p.project_id, p.user_id, l.mode = 'live' AS live,
       p.withdrawal, p.type, p.currency::text AS currency, p.amount, p.reference, p.reference_held,
       p.content, p.provider, p.provider_reference, p.provider_config_id, p.provider_id, p.status,
       p.payable, p.accepted, p.called, p.answer, p.checkout_url, p.problem, p.paid_amount,
       p.paid_currency::text AS paid_currency, p.metadata, a.public_id AS wallet,
       h.public_id AS hold, t.public_id AS transaction, p.created_at, p.settled_at,
       extract(epoch FROM clock_timestamp() - p.created_at)::bigint AS age_s
  FROM payment p
  JOIN ledger l USING (ledger_id)
  JOIN account a ON a.account_id = p.account_id
  LEFT JOIN hold h ON h.hold_id = p.hold_id
  LEFT JOIN transaction t ON t.transaction_id = p.transaction_id
 WHERE p.public_id = $1;

-- name: payment_by_reference
-- params: ledger_id:bigint reference:text user_id:bigint
-- returns: maybe
-- The one that holds the reference, else the last one that had it.
SELECT p.payment_id, p.public_id, p.ledger_id, p.project_id, p.user_id, l.mode = 'live' AS live,
       p.withdrawal, p.type, p.currency::text AS currency, p.amount, p.reference, p.reference_held,
       p.content, p.provider, p.provider_reference, p.provider_config_id, p.provider_id, p.status,
       p.payable, p.accepted, p.called, p.answer, p.checkout_url, p.problem, p.paid_amount,
       p.paid_currency::text AS paid_currency, p.metadata, a.public_id AS wallet,
       h.public_id AS hold, t.public_id AS transaction, p.created_at, p.settled_at,
       extract(epoch FROM clock_timestamp() - p.created_at)::bigint AS age_s
  FROM payment p
  JOIN ledger l USING (ledger_id)
  JOIN account a ON a.account_id = p.account_id
  LEFT JOIN hold h ON h.hold_id = p.hold_id
  LEFT JOIN transaction t ON t.transaction_id = p.transaction_id
 WHERE p.ledger_id = $1 AND p.reference = $2 AND coalesce(p.user_id = $3, $3 IS NULL)
 ORDER BY p.reference_held DESC, p.payment_id DESC
 LIMIT 1;

-- name: payment_list
-- params: ledger_id:bigint before:bigint most:bigint status:text
-- returns: many
-- Newest first, in the order of the index of a ledger's payments: a LIMIT that the planner does not know
-- makes it follow the index, whatever it thinks of the filter.
SELECT p.payment_id, p.public_id, p.ledger_id, p.project_id, p.user_id, l.mode = 'live' AS live,
       p.withdrawal, p.type, p.currency::text AS currency, p.amount, p.reference, p.reference_held,
       p.content, p.provider, p.provider_reference, p.provider_config_id, p.provider_id, p.status,
       p.payable, p.accepted, p.called, p.answer, p.checkout_url, p.problem, p.paid_amount,
       p.paid_currency::text AS paid_currency, p.metadata, a.public_id AS wallet,
       h.public_id AS hold, t.public_id AS transaction, p.created_at, p.settled_at,
       extract(epoch FROM clock_timestamp() - p.created_at)::bigint AS age_s
  FROM (SELECT payment_id
          FROM payment
         WHERE ledger_id = $1 AND payment_id < coalesce($2, 9223372036854775807)
         ORDER BY payment_id DESC
         LIMIT greatest($3, 9223372036854775807)) own
  JOIN payment p USING (payment_id)
  JOIN ledger l USING (ledger_id)
  JOIN account a ON a.account_id = p.account_id
  LEFT JOIN hold h ON h.hold_id = p.hold_id
  LEFT JOIN transaction t ON t.transaction_id = p.transaction_id
 WHERE coalesce(p.status = $4, $4 IS NULL)
 ORDER BY own.payment_id DESC
 LIMIT $3;

-- name: payment_store
-- params: payment_id:bigint status:text payable:boolean reference_held:boolean accepted:boolean problem:text paid_amount:bigint paid_currency:text transaction_id:bigint
-- returns: none
UPDATE payment
   SET status = $2, payable = $3, reference_held = $4, accepted = $5, problem = $6, paid_amount = $7,
       paid_currency = $8, transaction_id = coalesce($9, transaction_id),
       settled_at = CASE WHEN $2 NOT IN ('completed', 'failed') THEN NULL
                         WHEN status = $2 THEN coalesce(settled_at, clock_timestamp())
                         ELSE clock_timestamp() END
 WHERE payment_id = $1;

-- name: payment_store_answer
-- params: payment_id:bigint provider_id:text answer:jsonb checkout_url:text
-- returns: none
UPDATE payment
   SET called = true, provider_id = $2, answer = $3, checkout_url = $4
 WHERE payment_id = $1;

-- name: payment_of_order
-- params: provider:text provider_reference:text
-- returns: maybe
-- The account that an order was made with, posted or not.
SELECT p.public_id, p.provider_config_id, l.mode = 'live' AS live
  FROM payment p
  JOIN ledger l USING (ledger_id)
 WHERE p.provider = $1 AND p.provider_reference = $2
UNION ALL
SELECT NULL, provider_config_id, mode = 'live'
  FROM provider_order
 WHERE provider = $1 AND provider_reference = $2;

-- name: provider_order_insert
-- params: provider:text provider_reference:text provider_config_id:bigint mode:text
-- returns: none
INSERT INTO provider_order (provider, provider_reference, provider_config_id, mode)
VALUES ($1, $2, $3, $4);

-- name: provider_event_insert
-- params: provider:text digest:bytea payment_id:bigint event:text body:bytea
-- returns: maybe
-- Empty if it is a duplicate.
INSERT INTO provider_event (provider, digest, payment_id, event, body)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING
RETURNING provider_event_id;

-- name: provider_forgery_count
-- params: provider:text
-- returns: none
INSERT INTO provider_forgery AS f (provider, day, count)
VALUES ($1, (clock_timestamp() AT TIME ZONE 'UTC')::date, 1)
ON CONFLICT (provider, day) DO UPDATE SET count = f.count + 1;

-- name: provider_config_set
-- params: public_id:uuid project_id:bigint type:text config_sealed:bytea is_active:boolean
-- returns: one
INSERT INTO provider_config AS c (public_id, project_id, type, config_sealed, is_active)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT ON CONSTRAINT provider_config_owner
   DO UPDATE SET config_sealed = $4, is_active = $5, updated_at = clock_timestamp()
RETURNING provider_config_id, public_id, project_id, type, config_sealed, is_active, created_at,
          updated_at;

-- name: provider_config_list
-- params: project_id:bigint
-- returns: many
SELECT provider_config_id, public_id, project_id, type, config_sealed, is_active, created_at,
       updated_at
  FROM provider_config
 WHERE (project_id = $1 OR (project_id IS NULL AND $1 IS NULL))
 ORDER BY type;

-- name: provider_config_candidates
-- params: project_id:bigint type:text
-- returns: many
-- A project's own and the platform's.
SELECT provider_config_id, public_id, project_id, type, config_sealed, is_active, created_at,
       updated_at
  FROM provider_config
 WHERE type = $2 AND (project_id IS NULL OR project_id = $1);

-- name: provider_config_waiting
-- params: type:text most:bigint
-- returns: many
-- Accounts that may expect webhooks: the platform's, and those with open orders.
SELECT provider_config_id, public_id, project_id, type, config_sealed, is_active, created_at,
       updated_at
  FROM provider_config
 WHERE type = $1
   AND provider_config_id IN (SELECT provider_config_id
                                FROM provider_config
                               WHERE project_id IS NULL AND type = $1
                               UNION
                              SELECT provider_config_id
                                FROM payment
                               WHERE status = 'pending' AND provider = $1)
 ORDER BY project_id IS NOT NULL, updated_at DESC
 LIMIT $2;

-- name: payment_pending_of
-- params: provider:text provider_config_id:bigint sandbox:boolean most:bigint
-- returns: many
-- The latest open orders of an account; sandbox: including all in the sandbox.
SELECT p.public_id
  FROM payment p
  JOIN ledger l USING (ledger_id)
 WHERE p.status = 'pending'
   AND p.provider = $1
   AND (p.provider_config_id = $2 OR ($3 AND l.mode = 'test'))
 ORDER BY p.created_at DESC
 LIMIT $4;

-- name: provider_config_find
-- params: provider_config_id:bigint
-- returns: one
SELECT provider_config_id, public_id, project_id, type, config_sealed, is_active, created_at,
       updated_at
  FROM provider_config
 WHERE provider_config_id = $1;

-- name: provider_config_stop
-- params: type:text
-- returns: maybe
UPDATE provider_config
   SET is_active = false, updated_at = clock_timestamp()
 WHERE type = $1 AND project_id IS NULL AND is_active
RETURNING provider_config_id;

-- name: payment_posting
-- params: transaction:uuid
-- returns: one
-- The amount that a settled payment moved, and whether it was reversed.
SELECT t.transaction_id, f.public_id AS source, o.public_id AS destination, p.amount,
       (SELECT count(*) FROM transaction r WHERE r.reverses = t.transaction_id) > 0 AS reversed
  FROM transaction t
  JOIN LATERAL (SELECT * FROM posting q WHERE q.transaction_id = t.transaction_id
                UNION ALL
                SELECT *
                  FROM archived_lines(t.transaction_id)
                 WHERE NOT EXISTS (SELECT FROM posting q
                                    WHERE q.transaction_id = t.transaction_id)) p ON p.line = 0
  JOIN account f ON f.account_id = p.from_id
  JOIN account o ON o.account_id = p.to_id
 WHERE t.public_id = $1;
