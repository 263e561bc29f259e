-- Users' accounts at their banks, and payments from them.

-- name: bank_consent_insert
-- params: drop_id:text user_id:bigint bank:text state_digest:bytea link_s:bigint days:bigint
-- returns: one
INSERT INTO bank_consent (drop_id, user_id, bank, state_digest, state_until, expires_at)
VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5),
        date_trunc('day', clock_timestamp(), 'UTC') + make_interval(days => $6::integer))
RETURNING bank_consent_id, expires_at;

-- name: bank_consent_store
-- params: bank_consent_id:bigint consent_sealed:bytea
-- returns: none
UPDATE bank_consent SET consent_sealed = $2 WHERE bank_consent_id = $1;

-- name: bank_consent_use
-- params: state_digest:bytea
-- returns: maybe
-- Used up when found.
UPDATE bank_consent
   SET state_used_at = clock_timestamp()
 WHERE state_digest = $1 AND state_used_at IS NULL AND state_until > clock_timestamp()
   AND status = 'begun' AND consent_sealed IS NOT NULL
RETURNING bank_consent_id, drop_id AS consent, user_id, bank, consent_sealed;

-- name: bank_consent_begin
-- params: bank_consent_id:bigint
-- returns: none
UPDATE bank_consent SET status = 'valid' WHERE bank_consent_id = $1 AND status = 'begun';

-- name: bank_consent_end
-- params: bank_consent_id:bigint status:text
-- returns: none
UPDATE bank_consent
   SET status = $2, ended_at = clock_timestamp()
 WHERE bank_consent_id = $1 AND ended_at IS NULL;

-- name: bank_consent_end_idle
-- params: user_id:bigint
-- returns: many
-- Consents of a user without linked accounts; returns the bank's ids of them.
UPDATE bank_consent c
   SET status = 'revoked', ended_at = clock_timestamp()
 WHERE c.user_id = $1 AND c.status = 'valid'
   AND NOT EXISTS (SELECT FROM bank_account a
                    WHERE a.bank_consent_id = c.bank_consent_id AND a.unlinked_at IS NULL)
RETURNING bank, drop_id AS consent, consent_sealed;

-- name: bank_account_link
-- params: drop_id:text user_id:bigint bank_consent_id:bigint resource_id:text number:text iban:text bban:text name:text currency:bpchar balance:bigint
-- returns: none
-- The first linked account is primary. Linking is serialised by the row of users, so there is one
-- first.
INSERT INTO bank_account AS a (drop_id, user_id, bank_consent_id, resource_id, number, iban, bban, name,
                               currency, balance, balance_at, is_primary)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp(),
        NOT EXISTS (SELECT FROM bank_account WHERE user_id = $2 AND is_primary))
    ON CONFLICT ON CONSTRAINT bank_account_number DO UPDATE
   SET bank_consent_id = excluded.bank_consent_id, resource_id = excluded.resource_id,
       iban = coalesce(excluded.iban, a.iban), bban = coalesce(excluded.bban, a.bban),
       name = excluded.name, balance_at = excluded.balance_at,
       balance = CASE WHEN a.paid_at > (SELECT state_used_at FROM bank_consent WHERE bank_consent_id = $3)
                      THEN a.balance ELSE excluded.balance END,
       is_primary = a.is_primary OR excluded.is_primary, unlinked_at = NULL,
       linked_at = CASE WHEN a.unlinked_at IS NULL THEN a.linked_at ELSE clock_timestamp() END;

-- name: bank_user_lock
-- params: user_id:bigint
-- returns: maybe
-- Serialises changes of a user's accounts and of the primary one. No row after the user's account
-- was closed.
SELECT user_id FROM users WHERE user_id = $1 AND status <> 'deleted' FOR NO KEY UPDATE;

-- name: bank_account_list
-- params: user_id:bigint
-- returns: many
SELECT bank_account_id, drop_id, user_id, bank, number, iban, bban, name, currency, balance,
       balance_at, paid_at, is_primary, resource_id, status, bank_consent_id, consent,
       consent_sealed, expires_at, reserved
  FROM bank_account_state
 WHERE user_id = $1 AND linked
 ORDER BY bank_account_id;

-- name: bank_account_find
-- params: user_id:bigint drop_id:text
-- returns: maybe
SELECT bank_account_id, drop_id, user_id, bank, number, iban, bban, name, currency, balance,
       balance_at, paid_at, is_primary, resource_id, status, bank_consent_id, consent,
       consent_sealed, expires_at, reserved
  FROM bank_account_state
 WHERE user_id = $1 AND drop_id = $2 AND linked;

-- name: bank_account_by_id
-- params: bank_account_id:bigint
-- returns: maybe
SELECT bank_account_id, drop_id, user_id, bank, number, iban, bban, name, currency, balance,
       balance_at, paid_at, is_primary, resource_id, status, bank_consent_id, consent,
       consent_sealed, expires_at, reserved
  FROM bank_account_state
 WHERE bank_account_id = $1;

-- name: bank_account_lock
-- params: bank_account_id:bigint
-- returns: maybe
SELECT unlinked_at IS NULL AS linked
  FROM bank_account
 WHERE bank_account_id = $1
   FOR NO KEY UPDATE;

-- name: bank_account_set_primary
-- params: user_id:bigint bank_account_id:bigint
-- returns: none
-- NULL: the oldest linked one. The old one is unset first: there is only one at any time.
WITH chosen AS (
    SELECT bank_account_id
      FROM bank_account
     WHERE user_id = $1 AND unlinked_at IS NULL AND ($2 IS NULL OR bank_account_id = $2)
     ORDER BY bank_account_id
     LIMIT 1
)
UPDATE bank_account a
   SET is_primary = true
  FROM chosen
 WHERE a.bank_account_id = chosen.bank_account_id;

-- name: bank_account_unset_primary
-- params: user_id:bigint
-- returns: none
UPDATE bank_account SET is_primary = false WHERE user_id = $1 AND is_primary;

-- name: bank_account_unlink
-- params: user_id:bigint bank_account_id:bigint
-- returns: none
-- NULL: all.
UPDATE bank_account
   SET unlinked_at = clock_timestamp(), is_primary = false
 WHERE user_id = $1 AND unlinked_at IS NULL AND ($2 IS NULL OR bank_account_id = $2);

-- name: bank_account_read
-- params: bank_account_id:bigint paid_at:timestamptz balance:bigint
-- returns: none
-- The bank's answer to a query that was sent after this last payment.
UPDATE bank_account
   SET balance = $3, balance_at = clock_timestamp()
 WHERE bank_account_id = $1 AND paid_at IS NOT DISTINCT FROM $2;

-- name: bank_account_debit
-- params: bank_account_id:bigint amount:bigint
-- returns: none
UPDATE bank_account SET balance = balance - $2, paid_at = clock_timestamp() WHERE bank_account_id = $1;

-- name: bank_payment_insert
-- params: reference:text request_id:uuid bank_account_id:bigint amount:bigint currency:bpchar creditor_name:text creditor_account:text text:text product:text address:text
-- returns: one
INSERT INTO bank_payment (reference, request_id, bank_account_id, amount, currency, creditor_name,
                          creditor_account, text, product, address)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING bank_payment_id;

-- name: bank_payment_find
-- params: reference:text
-- returns: maybe
SELECT bank_payment_id, reference, request_id, bank_account_id, amount, currency, creditor_name,
       creditor_account, text, product, address, status, repeats, bank_reference, sca_url, problem
  FROM bank_payment
 WHERE reference = $1;

-- name: bank_payment_reference
-- params: request_id:uuid
-- returns: maybe
SELECT reference FROM bank_payment WHERE request_id = $1;

-- name: bank_payment_lock
-- params: reference:text
-- returns: one
SELECT bank_payment_id, reference, request_id, bank_account_id, amount, currency, creditor_name,
       creditor_account, text, product, address, status, repeats, bank_reference, sca_url, problem
  FROM bank_payment
 WHERE reference = $1
   FOR NO KEY UPDATE;

-- name: bank_payment_repeat
-- params: bank_payment_id:bigint
-- returns: none
-- Recorded before it is sent to the bank again: from here on only the bank can fail it.
UPDATE bank_payment
   SET repeats = repeats + 1
 WHERE bank_payment_id = $1 AND status = 'pending' AND bank_reference IS NULL;

-- name: bank_payment_take
-- params: bank_payment_id:bigint bank_reference:text bank_status:text sca_url:text
-- returns: none
UPDATE bank_payment
   SET bank_reference = coalesce($2, bank_reference), bank_status = coalesce($3, bank_status),
       sca_url = $4
 WHERE bank_payment_id = $1;

-- name: bank_payment_end
-- params: bank_payment_id:bigint status:text problem:text
-- returns: none
UPDATE bank_payment
   SET status = $2, problem = $3, ended_at = clock_timestamp(), sca_url = NULL
 WHERE bank_payment_id = $1 AND status = 'pending';

-- name: export_bank_accounts
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', drop_id, 'bank_name', bank, 'account_number', number, 'iban', iban, 'name', name,
           'currency', currency, 'balance_in_minor_units', balance, 'balance_at', iso_time(balance_at),
           'is_primary', is_primary, 'linked', linked, 'status', status,
           'consent_expires_at', iso_time(expires_at)) ORDER BY bank_account_id), '[]')::text AS part
  FROM bank_account_state
 WHERE user_id = $1;

-- name: bank_forget
-- params: user_id:bigint
-- returns: one
WITH payments AS (
    DELETE FROM bank_payment
     WHERE bank_account_id IN (SELECT bank_account_id FROM bank_account WHERE user_id = $1)
    RETURNING 1
), accounts AS (
    DELETE FROM bank_account WHERE user_id = $1 RETURNING 1
), consents AS (
    DELETE FROM bank_consent WHERE user_id = $1 RETURNING 1
)
SELECT (SELECT count(*) FROM payments) + (SELECT count(*) FROM accounts)
     + (SELECT count(*) FROM consents) AS removed;
