-- Ownership of accounts: what the first proof of the address invalidates.

-- name: ownership_lock
-- params: user_id:bigint
-- returns: one
-- Requests with an earlier session or key wait for this lock (ownership_hold).
SELECT owner_proven_at IS NOT NULL AS proven FROM users WHERE user_id = $1 FOR UPDATE;

-- name: ownership_note
-- params: user_id:bigint proven:boolean
-- returns: none
UPDATE users
   SET is_email_verified = true, updated_at = clock_timestamp(),
       owner_proven_at = CASE WHEN $2 THEN coalesce(owner_proven_at, clock_timestamp())
                              ELSE owner_proven_at END
 WHERE user_id = $1;

-- name: ownership_note_code
-- params: user_id:bigint email_key:text spelling:text
-- returns: none
UPDATE users
   SET is_email_verified = true, owner_proven_at = clock_timestamp(), updated_at = clock_timestamp()
 WHERE user_id = $1 AND email_key IN ($2, $3) AND owner_proven_at IS NULL;

-- name: ownership_hold
-- params: user_id:bigint
-- returns: maybe
SELECT user_id FROM users WHERE user_id = $1 AND status = 'active' FOR KEY SHARE;

-- name: ownership_hold_alone
-- params: user_id:bigint
-- returns: maybe
-- For a change of the row's keys. Requests that hold it as above, and change it later, would wait for
-- each other.
SELECT user_id FROM users WHERE user_id = $1 AND status = 'active' FOR UPDATE;

-- name: ownership_good
-- params: session_id:bigint key_id:bigint
-- returns: one
-- Checked after the account is locked, so that the answer is current.
SELECT EXISTS (SELECT
                 FROM session
                WHERE session_id = $1 AND revoked_at IS NULL AND expires_at > clock_timestamp())
       OR EXISTS (SELECT
                    FROM api_key
                   WHERE api_key_id = $2 AND revoked_at IS NULL
                     AND (expires_at IS NULL OR expires_at > clock_timestamp())) AS good;

-- name: ownership_void_codes
-- params: user_id:bigint
-- returns: none
-- Mailed tokens and codes, stored answers of repeated requests, and the account's known addresses.
WITH addresses AS (
    DELETE FROM known_address WHERE user_id = $1
), tokens AS (
    DELETE FROM email_token WHERE user_id = $1 AND used_at IS NULL
), answers AS (
    DELETE FROM idempotency WHERE principal = 'user:' || $1::text AND opened IS NULL
)
UPDATE one_time_code
   SET ended_at = clock_timestamp()
 WHERE user_id = $1 AND used_at IS NULL AND ended_at IS NULL;

-- name: ownership_void_webhooks
-- params: user_id:bigint
-- returns: none
WITH subscriptions AS (
    UPDATE webhook_subscription
       SET is_active = false, secret_sealed = NULL, previous_sealed = NULL, previous_until = NULL,
           deleted_at = clock_timestamp(), updated_at = clock_timestamp()
     WHERE deleted_at IS NULL
       AND project_id IN (SELECT project_id
                            FROM project
                            JOIN platform_account USING (platform_account_id)
                           WHERE user_id = $1)
    RETURNING subscription_id
)
UPDATE webhook_delivery d
   SET status = 'failed', next_at = NULL, busy_since = NULL, problem = 'The subscription was deleted'
  FROM (SELECT delivery_id
          FROM webhook_delivery
         WHERE status = 'pending'
           AND subscription_id IN (SELECT subscription_id FROM subscriptions)
         ORDER BY delivery_id
           FOR NO KEY UPDATE) p
 WHERE p.delivery_id = d.delivery_id;

-- name: ownership_void_payments
-- params: user_id:bigint
-- returns: none
-- Pending live payments through an invalidated account are settled by an administrator: its creator
-- can sign webhooks like the provider. Failed ones can no longer succeed by such a report.
WITH failed AS (
    UPDATE payment y
       SET payable = false
      FROM provider_config c
      JOIN project p USING (project_id)
      JOIN platform_account a USING (platform_account_id)
     WHERE a.user_id = $1 AND y.provider_config_id = c.provider_config_id
       AND y.status = 'failed' AND y.payable
), doubtful AS (
    UPDATE payment y
       SET status = 'review'
      FROM provider_config c
      JOIN project p USING (project_id)
      JOIN platform_account a USING (platform_account_id)
     WHERE a.user_id = $1 AND y.provider_config_id = c.provider_config_id
       AND y.status = 'pending'
       AND EXISTS (SELECT FROM ledger l WHERE l.ledger_id = y.ledger_id AND l.mode = 'live')
    RETURNING y.public_id, y.provider, y.reference
)
INSERT INTO review (public_id, kind, subject, reason, detail)
SELECT gen_random_uuid(), 'payment', public_id,
       'The provider account was created before the email address was verified',
       jsonb_build_object('provider', provider, 'reference', reference)
  FROM doubtful
    ON CONFLICT (kind, subject) WHERE status = 'open' DO NOTHING;

-- name: ownership_void_providers
-- params: user_id:bigint
-- returns: none
UPDATE provider_config
   SET is_active = false, updated_at = clock_timestamp()
 WHERE is_active
   AND project_id IN (SELECT project_id
                        FROM project
                        JOIN platform_account USING (platform_account_id)
                       WHERE user_id = $1);

-- name: ownership_void_payees
-- params: user_id:bigint
-- returns: none
-- Destinations and sources of money: recipients, banks, cards.
WITH recipients AS (
    UPDATE recipient SET deleted_at = clock_timestamp() WHERE user_id = $1 AND deleted_at IS NULL
), accounts AS (
    UPDATE bank_account
       SET unlinked_at = clock_timestamp(), is_primary = false
     WHERE user_id = $1 AND unlinked_at IS NULL
), consents AS (
    UPDATE bank_consent
       SET status = 'revoked', ended_at = clock_timestamp()
     WHERE user_id = $1 AND ended_at IS NULL
)
UPDATE card
   SET status = 'cancelled', cancelled_at = clock_timestamp(), pin_hash = NULL
 WHERE user_id = $1 AND status <> 'cancelled';

-- name: ownership_void_merchant
-- params: user_id:bigint
-- returns: none
-- Amounts owed to the merchant remain, until the owner registers it again.
UPDATE merchant
   SET status = 'closed', bank_account = NULL, org_number = NULL
 WHERE user_id = $1;

-- name: ownership_void_person
-- params: user_id:bigint
-- returns: none
-- Personal data given by the registrant, and their consents.
WITH consents AS (
    DELETE FROM consent WHERE user_id = $1
)
UPDATE users
   SET phone = NULL, photo_url = NULL, date_of_birth = NULL, document_type = NULL,
       document_digest = NULL, document_sealed = NULL, kyc_status = 'none', drop_role = 'user',
       updated_at = clock_timestamp()
 WHERE user_id = $1;
