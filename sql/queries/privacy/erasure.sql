-- The end of an account, and the erasure of what is kept of its person.

-- name: account_end
-- params: user_id:bigint always_retained:boolean
-- returns: none
-- From now on no sign-in and no key is accepted. The person's data is due for erasure at
-- retained_until: in five years where the law against money laundering demands it, else now.
UPDATE users
   SET status = 'deleted', deleted_at = clock_timestamp(),
       retained_until = clock_timestamp()
                        + CASE WHEN $2 OR EXISTS (SELECT 1 FROM drop_payment d WHERE d.user_id = $1)
                               THEN interval '5 years' ELSE interval '0' END,
       password_hash = NULL, photo_url = NULL, role = 'developer', updated_at = clock_timestamp()
 WHERE user_id = $1 AND status <> 'deleted';

-- name: account_erase_traces
-- params: user_id:bigint email:text spelling:text principal:text
-- returns: one
-- What no law requires to be kept: sign-ins, tokens, mail, stored answers, settings, notifications, the
-- names of keys, the files of statements of the person's wallets and projects.
WITH sessions AS (
    DELETE FROM session WHERE user_id = $1 RETURNING 1
), tokens AS (
    DELETE FROM email_token WHERE user_id = $1 RETURNING 1
), requests AS (
    DELETE FROM token_request WHERE email_key = $3 RETURNING 1
), mails AS (
    DELETE FROM mail WHERE recipient = $2 RETURNING 1
), answers AS (
    DELETE FROM idempotency WHERE principal = $4 RETURNING 1
), keys AS (
    UPDATE api_key
       SET revoked_at = coalesce(revoked_at, clock_timestamp()), description = NULL,
           allowed_addresses = NULL
     WHERE user_id = $1
    RETURNING 1
), wallet_keys AS (
    UPDATE wallet_key
       SET is_active = false, revoked_at = coalesce(revoked_at, clock_timestamp()), name = 'Deleted'
     WHERE user_id = $1
    RETURNING 1
), codes AS (
    DELETE FROM one_time_code WHERE user_id = $1 RETURNING 1
), addresses AS (
    DELETE FROM known_address WHERE user_id = $1 RETURNING 1
), factors AS (
    DELETE FROM second_factor WHERE user_id = $1 RETURNING 1
), challenges AS (
    DELETE FROM sign_in_challenge WHERE user_id = $1 RETURNING 1
), settings AS (
    DELETE FROM drop_settings WHERE user_id = $1 RETURNING 1
), user_settings AS (
    DELETE FROM user_setting WHERE user_id = $1 RETURNING 1
), notifications AS (
    DELETE FROM notification WHERE user_id = $1 RETURNING 1
), statements AS (
    DELETE FROM wallet_statement
     WHERE statement_id IN (SELECT statement_id FROM wallet_statement WHERE user_id = $1
                            UNION
                            SELECT statement_id
                              FROM wallet_statement
                             WHERE account_id = ANY (ARRAY(SELECT account_id FROM wallet WHERE user_id = $1))
                            UNION
                            SELECT statement_id
                              FROM wallet_statement
                             WHERE ledger_id = ANY (ARRAY(SELECT l.ledger_id
                                                            FROM platform_account o
                                                            JOIN project p USING (platform_account_id)
                                                            JOIN ledger l USING (project_id)
                                                           WHERE o.user_id = $1)))
    RETURNING 1
)
SELECT (SELECT count(*) FROM sessions) + (SELECT count(*) FROM tokens)
     + (SELECT count(*) FROM requests) + (SELECT count(*) FROM mails)
     + (SELECT count(*) FROM answers) + (SELECT count(*) FROM keys)
     + (SELECT count(*) FROM wallet_keys) + (SELECT count(*) FROM codes)
     + (SELECT count(*) FROM addresses) + (SELECT count(*) FROM factors)
     + (SELECT count(*) FROM challenges)
     + (SELECT count(*) FROM settings) + (SELECT count(*) FROM user_settings)
     + (SELECT count(*) FROM notifications) + (SELECT count(*) FROM statements) AS removed;

-- name: account_erase_person
-- params: user_id:bigint email:text
-- returns: one
-- Who the person was. Rows that books and logs refer to stay, without it.
WITH person AS (
    UPDATE users
       SET name = 'Deleted user', email = $2, email_key = $2, password_hash = NULL, country = NULL,
           company_name = NULL, photo_url = NULL, first_name = NULL, last_name = NULL, phone = NULL,
           date_of_birth = NULL, document_type = NULL, document_digest = NULL,
           document_sealed = NULL, is_email_verified = false, kyc_status = 'none',
           drop_role = 'user', second_factor_at = NULL, updated_at = clock_timestamp()
     WHERE user_id = $1
    RETURNING 1
), fundings AS (
    UPDATE funding SET email = $2, email_key = $2 WHERE user_id = $1 RETURNING 1
), purchases AS (
    UPDATE purchase SET recipient = 'deleted', token = NULL WHERE user_id = $1 RETURNING 1
), accounts AS (
    UPDATE platform_account SET name = 'Deleted', company_name = NULL, metadata = '{}'
     WHERE user_id = $1
    RETURNING 1
)
SELECT (SELECT count(*) FROM person) + (SELECT count(*) FROM fundings)
     + (SELECT count(*) FROM purchases) + (SELECT count(*) FROM accounts) AS removed;

-- name: account_due
-- params:
-- returns: maybe
-- An account whose data is due for erasure, and that no other runner has.
SELECT user_id, public_id, email
  FROM users
 WHERE retained_until <= clock_timestamp()
 ORDER BY retained_until
 LIMIT 1
   FOR NO KEY UPDATE SKIP LOCKED;

-- name: account_erase_papers
-- params: user_id:bigint
-- returns: one
-- Consents, complaints, requests, and who the merchant was.
WITH consents AS (
    DELETE FROM consent WHERE user_id = $1 RETURNING 1
), complaints AS (
    DELETE FROM complaint WHERE user_id = $1 RETURNING 1
), notifications AS (
    DELETE FROM notification WHERE user_id = $1 RETURNING 1
), requests AS (
    DELETE FROM data_access_request WHERE user_id = $1 RETURNING 1
), merchants AS (
    UPDATE merchant
       SET business_name = 'Deleted', org_number = NULL, address = NULL, bank_account = NULL
     WHERE user_id = $1
    RETURNING 1
)
SELECT (SELECT count(*) FROM consents) + (SELECT count(*) FROM complaints)
     + (SELECT count(*) FROM notifications) + (SELECT count(*) FROM requests)
     + (SELECT count(*) FROM merchants) AS removed;

-- name: account_erased
-- params: user_id:bigint
-- returns: none
UPDATE users SET retained_until = NULL, updated_at = clock_timestamp() WHERE user_id = $1;
