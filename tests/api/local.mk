# Every route of every dialect through dispatch(), in process; one program a noun, or a subject of it.
EXTRA_DIST += tests/support/post_many.sql

if CMOCKA
check_LIBRARIES += libclient.a
libclient_a_SOURCES = tests/support/client.c tests/support/client_sql.c tests/support/client.h tests/support/users.c tests/support/users.h \
	tests/support/record.c tests/support/record.h \
	tests/support/money.h tests/support/fee_scene.h tests/support/statement_scene.h tests/support/hold_scene.h tests/support/easypay_client.c tests/support/easypay_client.h tests/support/fake_server.c tests/support/fake_server.h \
	tests/support/webhook_receiver.c tests/support/webhook_receiver.h tests/support/fake_vendor.c tests/support/fake_vendor.h \
	tests/support/fake_bank.c tests/support/fake_bank.h tests/support/drop_payer.c tests/support/drop_payer.h

API_TESTS = \
	tests/api/abandoned \
	tests/api/access \
	tests/api/access_matrix \
	tests/api/addresses \
	tests/api/bitpal/google \
	tests/api/bitpal/google_faults \
	tests/api/bitpal/keys \
	tests/api/bitpal/wallet \
	tests/api/bitpal/wallet_faults \
	tests/api/closing \
	tests/api/cors \
	tests/api/daily \
	tests/api/drop/auth \
	tests/api/drop/complaints \
	tests/api/drop/consents \
	tests/api/drop/bank_accounts \
	tests/api/drop/bank_payments \
	tests/api/drop/cards \
	tests/api/drop/health \
	tests/api/drop/merchants \
	tests/api/drop/payouts \
	tests/api/drop/notifications \
	tests/api/drop/privacy \
	tests/api/drop/settings \
	tests/api/drop/rates \
	tests/api/drop/recipients \
	tests/api/drop/transactions \
	tests/api/drop/transaction_faults \
	tests/api/envelopes \
	tests/api/event_order \
	tests/api/event_readers \
	tests/api/event_types \
	tests/api/fields \
	tests/api/guessing \
	tests/api/idempotency \
	tests/api/keyed_postings \
	tests/api/interrupted \
	tests/api/moolah/auth \
	tests/api/moolah/easypay_vouchers \
	tests/api/moolah/ledger \
	tests/api/moolah/prepaid \
	tests/api/moolah/prepaid_faults \
	tests/api/moolah/settings \
	tests/api/moolah/voucher_races \
	tests/api/moolah/vouchers \
	tests/api/moolah/voucher_ends \
	tests/api/moolah/voucher_guesses \
	tests/api/moolah/wallet \
	tests/api/naughty \
	tests/api/openapi \
	tests/api/outage \
	tests/api/otp/codes \
	tests/api/otp/deductions \
	tests/api/otp/fundings \
	tests/api/otp/limits \
	tests/api/otp/reviews \
	tests/api/otp/risk \
	tests/api/otp/wallet \
	tests/api/ownership \
	tests/api/pocket/accounts \
	tests/api/pocket/admin \
	tests/api/pocket/amounts \
	tests/api/pocket/auth \
	tests/api/pocket/bulk \
	tests/api/pocket/captures \
	tests/api/pocket/email \
	tests/api/pocket/events \
	tests/api/pocket/free_json \
	tests/api/pocket/holds \
	tests/api/pocket/jobs \
	tests/api/pocket/key_limits \
	tests/api/pocket/keys \
	tests/api/pocket/lookup tests/api/pocket/compound tests/api/pocket/fees tests/api/pocket/fee_postings tests/api/pocket/metadata tests/api/pocket/limits tests/api/pocket/sessions tests/api/pocket/transactions \
	tests/api/pocket/orders \
	tests/api/pocket/payees \
	tests/api/pocket/payments \
	tests/api/pocket/payment_faults \
	tests/api/pocket/payment_reviews \
	tests/api/pocket/platform \
	tests/api/pocket/provider_webhooks \
	tests/api/pocket/providers \
	tests/api/pocket/reviews \
	tests/api/pocket/second_card \
	tests/api/pocket/second_factor \
	tests/api/pocket/users \
	tests/api/pocket/user_lists \
	tests/api/pocket/receipts \
	tests/api/pocket/long_statements \
	tests/api/pocket/statement_files \
	tests/api/pocket/statement_jobs \
	tests/api/pocket/statements \
	tests/api/pocket/subscriptions \
	tests/api/pocket/wallets \
	tests/api/rate \
	tests/api/receipt_names \
	tests/api/repeated_calls \
	tests/api/routes \
	tests/api/stopped_ledger \
	tests/api/sweep \
	tests/api/unresolved \
	tests/api/webhook_delivery \
	tests/api/webhook_runners \
	tests/api/webhook_stream
check_PROGRAMS += $(API_TESTS)
TESTS += $(API_TESTS)

API_LIBS = libclient.a libfixture.a $(COWRY_LIBS) $(JSON_LIBS) \
	$(HPDF_LIBS) $(QRENCODE_LIBS) $(ZLIB_LIBS) $(CMOCKA_LIBS)
tests_api_abandoned_LDADD = $(API_LIBS)
tests_api_access_LDADD = $(API_LIBS)
tests_api_access_matrix_SOURCES = tests/api/access_matrix.c tests/support/callers.c tests/support/callers.h \
	tests/support/owned.c tests/support/owned.h
tests_api_access_matrix_LDADD = $(API_LIBS)
tests_api_addresses_LDADD = $(API_LIBS)
tests_api_bitpal_google_SOURCES = tests/api/bitpal/google.c tests/support/fake_server.c tests/support/fake_server.h tests/support/rsa.c \
	tests/support/rsa.h
tests_api_bitpal_google_LDADD = $(API_LIBS)
tests_api_bitpal_google_faults_SOURCES = tests/api/bitpal/google_faults.c tests/support/fake_server.c tests/support/fake_server.h tests/support/rsa.c \
	tests/support/rsa.h
tests_api_bitpal_google_faults_LDADD = $(API_LIBS)
tests_api_bitpal_keys_LDADD = $(API_LIBS)
tests_api_bitpal_wallet_SOURCES = tests/api/bitpal/wallet.c tests/support/fake_server.c tests/support/fake_server.h
tests_api_bitpal_wallet_LDADD = $(API_LIBS)
tests_api_bitpal_wallet_faults_SOURCES = tests/api/bitpal/wallet_faults.c tests/support/fake_server.c \
	tests/support/fake_server.h
tests_api_bitpal_wallet_faults_LDADD = $(API_LIBS)
tests_api_closing_LDADD = $(API_LIBS)
tests_api_cors_LDADD = $(API_LIBS)
tests_api_daily_LDADD = $(API_LIBS)
tests_api_drop_auth_LDADD = $(API_LIBS)
tests_api_drop_complaints_LDADD = $(API_LIBS)
tests_api_drop_consents_LDADD = $(API_LIBS)
tests_api_drop_bank_accounts_LDADD = $(API_LIBS)
tests_api_drop_bank_payments_LDADD = $(API_LIBS)
tests_api_drop_cards_LDADD = $(API_LIBS)
tests_api_drop_health_LDADD = $(API_LIBS)
tests_api_drop_merchants_LDADD = $(API_LIBS)
tests_api_drop_payouts_LDADD = $(API_LIBS)
tests_api_drop_notifications_LDADD = $(API_LIBS)
tests_api_drop_privacy_LDADD = $(API_LIBS)
tests_api_drop_settings_LDADD = $(API_LIBS)
tests_api_drop_rates_LDADD = $(API_LIBS)
tests_api_drop_recipients_LDADD = $(API_LIBS)
tests_api_drop_transactions_LDADD = $(API_LIBS)
tests_api_drop_transaction_faults_LDADD = $(API_LIBS)
tests_api_envelopes_LDADD = $(API_LIBS)
tests_api_event_order_LDADD = $(API_LIBS)
tests_api_event_readers_LDADD = $(API_LIBS)
tests_api_event_types_LDADD = $(API_LIBS)
tests_api_fields_LDADD = $(API_LIBS)
tests_api_guessing_LDADD = $(API_LIBS)
tests_api_idempotency_LDADD = $(API_LIBS)
tests_api_keyed_postings_LDADD = $(API_LIBS)
tests_api_interrupted_LDADD = $(API_LIBS)
tests_api_moolah_auth_LDADD = $(API_LIBS)
tests_api_moolah_easypay_vouchers_LDADD = $(API_LIBS)
tests_api_moolah_ledger_LDADD = $(API_LIBS)
tests_api_moolah_prepaid_LDADD = $(API_LIBS)
tests_api_moolah_prepaid_faults_LDADD = $(API_LIBS)
tests_api_moolah_settings_LDADD = $(API_LIBS)
tests_api_moolah_voucher_races_LDADD = $(API_LIBS)
tests_api_moolah_vouchers_LDADD = $(API_LIBS)
tests_api_moolah_voucher_ends_LDADD = $(API_LIBS)
tests_api_moolah_voucher_guesses_LDADD = $(API_LIBS)
tests_api_moolah_wallet_LDADD = $(API_LIBS)
tests_api_naughty_LDADD = $(API_LIBS)
tests_api_openapi_LDADD = $(API_LIBS)
tests_api_outage_LDADD = $(API_LIBS)
tests_api_otp_codes_LDADD = $(API_LIBS)
tests_api_otp_deductions_LDADD = $(API_LIBS)
tests_api_otp_fundings_LDADD = $(API_LIBS)
tests_api_otp_limits_LDADD = $(API_LIBS)
tests_api_otp_reviews_LDADD = $(API_LIBS)
tests_api_otp_risk_LDADD = $(API_LIBS)
tests_api_otp_wallet_LDADD = $(API_LIBS)
tests_api_ownership_LDADD = $(API_LIBS)
tests_api_pocket_accounts_LDADD = $(API_LIBS)
tests_api_pocket_admin_LDADD = $(API_LIBS)
tests_api_pocket_amounts_LDADD = $(API_LIBS)
tests_api_pocket_auth_LDADD = $(API_LIBS)
tests_api_pocket_bulk_LDADD = $(API_LIBS)
tests_api_pocket_captures_LDADD = $(API_LIBS)
tests_api_pocket_email_LDADD = $(API_LIBS)
tests_api_pocket_events_LDADD = $(API_LIBS)
tests_api_pocket_free_json_LDADD = $(API_LIBS)
tests_api_pocket_holds_LDADD = $(API_LIBS)
tests_api_pocket_jobs_LDADD = $(API_LIBS)
tests_api_pocket_key_limits_LDADD = $(API_LIBS)
tests_api_pocket_keys_LDADD = $(API_LIBS)
tests_api_pocket_lookup_LDADD = $(API_LIBS)
tests_api_pocket_compound_LDADD = $(API_LIBS)
tests_api_pocket_fees_LDADD = $(API_LIBS)
tests_api_pocket_fee_postings_LDADD = $(API_LIBS)
tests_api_pocket_metadata_LDADD = $(API_LIBS)
tests_api_pocket_limits_LDADD = $(API_LIBS)
tests_api_pocket_sessions_LDADD = $(API_LIBS)
tests_api_pocket_transactions_LDADD = $(API_LIBS)
tests_api_pocket_platform_LDADD = $(API_LIBS)
tests_api_pocket_orders_LDADD = $(API_LIBS)
tests_api_pocket_payees_LDADD = $(API_LIBS)
tests_api_pocket_payments_LDADD = $(API_LIBS)
tests_api_pocket_payment_faults_LDADD = $(API_LIBS)
tests_api_pocket_payment_reviews_LDADD = $(API_LIBS)
tests_api_pocket_provider_webhooks_LDADD = $(API_LIBS)
tests_api_pocket_providers_LDADD = $(API_LIBS)
tests_api_pocket_reviews_LDADD = $(API_LIBS)
tests_api_pocket_second_card_LDADD = $(API_LIBS)
tests_api_pocket_second_factor_LDADD = $(API_LIBS)
tests_api_pocket_users_LDADD = $(API_LIBS)
tests_api_pocket_user_lists_LDADD = $(API_LIBS)
tests_api_pocket_receipts_LDADD = $(API_LIBS)
tests_api_pocket_long_statements_LDADD = $(API_LIBS)
tests_api_pocket_statement_files_LDADD = $(API_LIBS)
tests_api_pocket_statement_jobs_LDADD = $(API_LIBS)
tests_api_pocket_statements_LDADD = $(API_LIBS)
tests_api_pocket_subscriptions_LDADD = $(API_LIBS)
tests_api_pocket_wallets_LDADD = $(API_LIBS)
tests_api_rate_LDADD = $(API_LIBS)
tests_api_receipt_names_LDADD = $(API_LIBS)
tests_api_repeated_calls_LDADD = $(API_LIBS)
tests_api_routes_LDADD = $(API_LIBS)
tests_api_stopped_ledger_LDADD = $(API_LIBS)
tests_api_sweep_LDADD = $(API_LIBS)
tests_api_unresolved_LDADD = $(API_LIBS)
tests_api_webhook_delivery_LDADD = $(API_LIBS)
tests_api_webhook_runners_LDADD = $(API_LIBS)
tests_api_webhook_stream_LDADD = $(API_LIBS)
endif
