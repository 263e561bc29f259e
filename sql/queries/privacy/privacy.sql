-- What is known of a person, as JSON for an export. No secrets and no digests of
-- them are in it. A part is an object or a list.

-- name: export_user
-- params: user_id:bigint
-- returns: one
SELECT json_build_object(
           'id', drop_id, 'email', email, 'first_name', first_name, 'last_name', last_name,
           'name', name, 'phone', phone, 'date_of_birth', date_of_birth, 'country', country,
           'company_name', company_name, 'photo_url', photo_url,
           'is_email_verified', is_email_verified, 'document_type', document_type,
           'kyc_status', CASE kyc_status WHEN 'verified' THEN 'approved'
                                         WHEN 'rejected' THEN 'rejected' ELSE 'pending' END,
           'role', drop_role, 'created_at', iso_time(created_at))::text AS part
  FROM users
 WHERE user_id = $1;

-- name: export_settings
-- params: user_id:bigint
-- returns: one
SELECT (SELECT json_build_object('currency', currency, 'language', language,
                                 'push_enabled', push_enabled, 'email_enabled', email_enabled)
          FROM drop_settings
         WHERE user_id = $1)::text AS part;

-- name: export_app_settings
-- params: user_id:bigint
-- returns: one
SELECT (SELECT json_build_object(
                   'quick_access_services', quick_access_services, 'show_balance', show_balance,
                   'language', language, 'display_currency', display_currency)
          FROM user_setting
         WHERE user_id = $1)::text AS part;

-- name: export_consents
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', drop_id, 'consent_type', consent_type, 'granted', granted::integer,
           'granted_at', iso_time(granted_at), 'withdrawn_at', iso_time(withdrawn_at),
           'ip_address', ip_address) ORDER BY consent_id), '[]')::text AS part
  FROM consent
 WHERE user_id = $1;

-- name: export_complaints
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', drop_id, 'category', category, 'subject', subject, 'description', description,
           'status', status, 'resolution', resolution, 'created_at', iso_time(created_at),
           'resolved_at', iso_time(resolved_at)) ORDER BY complaint_id), '[]')::text AS part
  FROM complaint
 WHERE user_id = $1;

-- name: export_notifications
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', drop_id, 'type', type, 'title', title, 'message', message, 'subject', subject,
           'created_at', iso_time(created_at), 'read_at', iso_time(read_at))
           ORDER BY notification_id), '[]')::text AS part
  FROM notification
 WHERE user_id = $1;

-- name: export_sessions
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'created_at', iso_time(created_at), 'expires_at', iso_time(expires_at),
           'revoked_at', iso_time(revoked_at)) ORDER BY session_id), '[]')::text AS part
  FROM session
 WHERE user_id = $1;

-- name: export_keys
-- params: user_id:bigint
-- returns: one
-- Keys of any kind by their visible characters.
SELECT coalesce(json_agg(json_build_object(
           'kind', k.kind, 'prefix', k.prefix, 'name', k.name,
           'created_at', iso_time(k.created_at), 'expires_at', iso_time(k.expires_at),
           'revoked_at', iso_time(k.revoked_at), 'allowed_addresses', k.allowed_addresses,
           'allowed_routes', k.allowed_routes) ORDER BY k.created_at), '[]')::text AS part
  FROM (SELECT CASE WHEN project_id IS NULL THEN 'personal' ELSE 'project' END AS kind, prefix,
               description AS name, created_at, expires_at, revoked_at, allowed_addresses, allowed_routes
          FROM api_key
         WHERE user_id = $1
         UNION ALL
        SELECT 'wallet', prefix, name, created_at, expires_at, revoked_at, NULL, NULL
          FROM wallet_key
         WHERE user_id = $1) k;

-- name: export_wallets
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', a.public_id, 'number', w.number, 'currency', a.currency,
           'balance_in_minor_units', a.balance, 'created_at', iso_time(w.created_at))
           ORDER BY a.account_id), '[]')::text AS part
  FROM wallet w
  JOIN account a USING (account_id)
 WHERE w.user_id = $1;

-- name: export_fundings
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', public_id, 'purpose', purpose, 'reference', reference, 'currency', currency,
           'amount_in_minor_units', amount, 'email', email, 'description', description,
           'status', status, 'created_at', iso_time(created_at), 'closed_at', iso_time(closed_at))
           ORDER BY funding_id), '[]')::text AS part
  FROM funding
 WHERE user_id = $1;

-- name: export_payments
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', public_id, 'type', type, 'reference', reference, 'currency', currency,
           'amount_in_minor_units', amount, 'provider', provider, 'status', status,
           'created_at', iso_time(created_at)) ORDER BY payment_id), '[]')::text AS part
  FROM payment
 WHERE user_id = $1;

-- name: export_vouchers
-- params: user_id:bigint
-- returns: one
-- Without their codes, which could be redeemed.
SELECT coalesce(json_agg(json_build_object(
           'reference', reference, 'type', type, 'status', status, 'issued_to', issued_to,
           'easypay_number', easypay_number, 'currency', currency,
           'amount_in_minor_units', original_amount, 'balance_in_minor_units', balance,
           'created_at', iso_time(created_at), 'expires_at', iso_time(expires_at))
           ORDER BY voucher_id), '[]')::text AS part
  FROM voucher
 WHERE user_id = $1;

-- name: export_purchases
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'id', label, 'provider', provider, 'recipient', recipient, 'reference', reference,
           'currency', currency, 'amount_in_minor_units', amount, 'status', status, 'token', token,
           'created_at', iso_time(created_at)) ORDER BY purchase_id), '[]')::text AS part
  FROM purchase
 WHERE user_id = $1;

-- name: export_platform
-- params: user_id:bigint
-- returns: one
SELECT (SELECT json_build_object(
                   'id', a.public_id, 'name', a.name, 'company_name', a.company_name,
                   'metadata', CASE jsonb_typeof(a.metadata)
                                    WHEN 'string' THEN (a.metadata #>> '{}')::json
                                    ELSE a.metadata::json END,
                   'created_at', iso_time(a.created_at),
                   'projects', (SELECT coalesce(json_agg(json_build_object(
                                    'id', p.public_id, 'name', p.name, 'slug', p.slug,
                                    'description', p.description,
                                    'created_at', iso_time(p.created_at))
                                    ORDER BY p.project_id), '[]')
                                  FROM project p
                                 WHERE p.platform_account_id = a.platform_account_id))
          FROM platform_account a
         WHERE a.user_id = $1)::text AS part;

-- name: export_requests
-- params: user_id:bigint
-- returns: one
SELECT coalesce(json_agg(json_build_object(
           'type', type, 'status', status, 'created_at', iso_time(created_at),
           'completed_at', iso_time(completed_at)) ORDER BY data_access_request_id), '[]')::text
       AS part
  FROM data_access_request
 WHERE user_id = $1;

-- name: data_access_request_insert
-- params: user_id:bigint type:text
-- returns: none
INSERT INTO data_access_request (user_id, type) VALUES ($1, $2);
