# One library a layer, from the bottom up; each lists its modules in order.
noinst_LIBRARIES += src/base/libbase.a \
	src/json/libjson.a \
	src/crypto/libcrypto.a \
	src/net/libnet.a \
	src/schema/libschema.a \
	src/tlog/libtlog.a \
	src/db/libdb.a \
	src/runtime/libruntime.a \
	src/queue/libqueue.a \
	src/ledger/libledger.a \
	src/provider/libprovider.a \
	src/sandbox/libsandbox.a \
	src/app/libapp.a \
	src/api/libapi.a \
	src/jobs/libjobs.a

src_base_libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h \
	src/base/fault_point.h \
	src/base/attributes.h \
	src/base/batcher.c src/base/batcher.h \
	src/base/fiber.c src/base/fiber.h src/base/waiter.c src/base/waiter.h \
	src/base/clock.c src/base/clock.h \
	src/base/config.c src/base/config.h src/base/config.def \
	src/base/config_names.c src/base/config_names.h \
	src/base/ctx.c src/base/ctx.h \
	src/base/currency.def \
	src/base/email.c src/base/email.h \
	src/base/encode.c \
	src/base/ensure.c src/base/ensure.h \
	src/base/env_file.c src/base/env_file.h \
	src/base/errors.def \
	src/base/fault.c src/base/fault.h \
	src/base/file.c src/base/file.h \
	src/base/id.c src/base/id.h \
	src/base/log.c src/base/log.h \
	src/base/luhn.c src/base/luhn.h \
	src/base/mask.c src/base/mask.h \
	src/base/metrics.c src/base/metrics.h src/base/metrics.def \
	src/base/metrics_layout.c src/base/metrics_layout.h \
	src/base/metrics_view.c \
	src/base/shared_file.c src/base/shared_file.h \
	src/base/money.c src/base/money.h \
	src/base/origin.c src/base/origin.h \
	src/base/requester.c src/base/requester.h \
	src/base/settings.c src/base/settings.h \
	src/base/text.c src/base/text.h \
	src/base/trace.c src/base/trace.h \
	src/base/unicode.c src/base/unicode.h \
	src/base/value.c src/base/value.h \
	src/base/word.c src/base/word.h
if FAULT_POINTS
src_base_libbase_a_SOURCES += src/base/fault_point.c
endif

src_json_libjson_a_SOURCES = \
	src/json/canonical.c \
	src/json/jsonb.c src/json/jsonb.h \
	src/json/reader.c src/json/reader.h \
	src/json/scan.c src/json/scan.h \
	src/json/value.h \
	src/json/writer.c src/json/writer.h

src_crypto_libcrypto_a_SOURCES = \
	src/crypto/box.c src/crypto/box.h \
	src/crypto/common_passwords.def \
	src/crypto/fetched.c src/crypto/fetched.h \
	src/crypto/hmac.c src/crypto/hmac.h \
	src/crypto/idtoken.c src/crypto/idtoken.h \
	src/crypto/keyring.c src/crypto/keyring.h \
	src/crypto/password.c src/crypto/password.h \
	src/crypto/public_id.c src/crypto/public_id.h \
	src/crypto/random.c src/crypto/random.h \
	src/crypto/rotation.c src/crypto/rotation.h \
	src/crypto/signature.c src/crypto/signature.h \
	src/crypto/token.c src/crypto/token.h \
	src/crypto/totp.c src/crypto/totp.h

src_tlog_libtlog_a_SOURCES = \
	src/tlog/checkpoint.c src/tlog/checkpoint.h \
	src/tlog/leaf.c src/tlog/leaf.h \
	src/tlog/merkle.c src/tlog/merkle.h \
	src/tlog/note.c src/tlog/note.h \
	src/tlog/tile.c src/tlog/tile.h

src_net_libnet_a_SOURCES = \
	src/net/address.c \
	src/net/address_block.c src/net/address_block.h \
	src/net/certificate.c src/net/certificate.h \
	src/net/client.c src/net/client.h \
	src/net/http.c src/net/http.h \
	src/net/http_exchange.c src/net/http_exchange.h \
	src/net/http_many.c src/net/http_many.h \
	src/net/mail.c src/net/mail.h \
	src/net/url.c src/net/url.h

src_schema_libschema_a_SOURCES = \
	src/schema/decode.c \
	src/schema/describe.c \
	src/schema/encode.c \
	src/schema/format.c \
	src/schema/schema.h

nodist_src_db_libdb_a_SOURCES = src/db/statements.def src/db/schema.def
src_db_libdb_a_SOURCES = \
	src/db/connect.c src/db/connect.h \
	src/db/connection.c src/db/connection.h \
	src/db/db.c src/db/db.h \
	src/db/hosts.c src/db/hosts.h \
	src/db/listen.c src/db/listen.h \
	src/db/migrate.c src/db/migrate.h \
	src/db/migration_file.c src/db/migration_file.h \
	src/db/param.c src/db/param.h \
	src/db/pool.c src/db/pool.h \
	src/db/race.c src/db/race.h \
	src/db/replica.c src/db/replica.h \
	src/db/result.c src/db/result.h \
	src/db/row.c src/db/row.h \
	src/db/session.c src/db/session.h \
	src/db/statement.c src/db/statement.h \
	src/db/types.h

src_runtime_libruntime_a_SOURCES = \
	src/runtime/app.c src/runtime/app.h

src_queue_libqueue_a_SOURCES = \
	src/queue/claims.c src/queue/claims.h \
	src/queue/queue.c src/queue/queue.h

src_ledger_libledger_a_SOURCES = \
	src/ledger/account.c src/ledger/account.h \
	src/ledger/balance.c src/ledger/balance.h \
	src/ledger/chart.def \
	src/ledger/commit_message.c src/ledger/commit_message.h \
	src/ledger/chain.c src/ledger/chain.h src/ledger/checks.c src/ledger/checks.h \
	src/ledger/commit_file.c src/ledger/commit_leader.c src/ledger/commit_receiver.c \
	src/ledger/commit_slots.h \
	src/ledger/commit_queue.c src/ledger/commit_queue.h \
	src/ledger/committer.c \
	src/ledger/content.c \
	src/ledger/hold.c src/ledger/hold.h \
	src/ledger/fee.c src/ledger/fee.h \
	src/ledger/exported.c src/ledger/exported.h \
	src/ledger/inspection.c src/ledger/inspection.h \
	src/ledger/amounts.c src/ledger/amounts.h src/ledger/kernel.c src/ledger/kernel.h \
	src/ledger/ledger.h \
	src/ledger/limit.c src/ledger/limit.h src/ledger/limit_fault.c \
	src/ledger/limit_store.c src/ledger/limit_store.h \
	src/ledger/post.c \
	src/ledger/reference.c src/ledger/reference.h \
	src/ledger/store.c src/ledger/store.h \
	src/ledger/types.def \
	src/ledger/tally.c src/ledger/tally.h src/ledger/verify.c src/ledger/verify.h

src_provider_libprovider_a_SOURCES = \
	src/provider/bank.c src/provider/bank.h \
	src/provider/bank_exchange.c src/provider/bank_exchange.h \
	src/provider/bank_payment.c \
	src/provider/easypay.c \
	src/provider/exchange.c src/provider/exchange.h \
	src/provider/fingra.c \
	src/provider/flash.c \
	src/provider/flutterwave.c \
	src/provider/mobilemart.c \
	src/provider/paga.c \
	src/provider/payload.c \
	src/provider/paystack.c \
	src/provider/provider.c src/provider/provider.h \
	src/provider/report.c \
	src/provider/sale.c src/provider/sale.h \
	src/provider/vendor.h

src_sandbox_libsandbox_a_SOURCES = \
	src/sandbox/bank/bank.c src/sandbox/bank/bank.h \
	src/sandbox/bank/book.c src/sandbox/bank/book.h \
	src/sandbox/bank/consents.c \
	src/sandbox/bank/payments.c \
	src/sandbox/call.c src/sandbox/call.h \
	src/sandbox/code.c src/sandbox/code.h \
	src/sandbox/command.c \
	src/sandbox/console.c src/sandbox/console.h \
	src/sandbox/control.c src/sandbox/control.h \
	src/sandbox/form.c src/sandbox/form.h \
	src/sandbox/google/consent.c \
	src/sandbox/google/google.c src/sandbox/google/google.h \
	src/sandbox/google/grants.c src/sandbox/google/grants.h \
	src/sandbox/google/issuer.c src/sandbox/google/issuer.h \
	src/sandbox/orders.c src/sandbox/orders.h \
	src/sandbox/perform.c \
	src/sandbox/providers/banks.c src/sandbox/providers/banks.h \
	src/sandbox/providers/checkout.c src/sandbox/providers/checkout.h \
	src/sandbox/providers/fingra.c \
	src/sandbox/providers/flutterwave.c src/sandbox/providers/flutterwave.h \
	src/sandbox/providers/flutterwave_accounts.c \
	src/sandbox/providers/flutterwave_banks.c \
	src/sandbox/providers/flutterwave_transfers.c \
	src/sandbox/providers/paga.c \
	src/sandbox/providers/paystack.c src/sandbox/providers/paystack.h \
	src/sandbox/providers/paystack_banks.c \
	src/sandbox/providers/paystack_customers.c \
	src/sandbox/providers/paystack_transactions.c \
	src/sandbox/providers/paystack_transfers.c \
	src/sandbox/records.c src/sandbox/records.h \
	src/sandbox/request_log.c src/sandbox/request_log.h \
	src/sandbox/sandbox.c src/sandbox/sandbox.h \
	src/sandbox/secrets.c src/sandbox/secrets.h \
	src/sandbox/settle.c \
	src/sandbox/timer.c src/sandbox/timer.h \
	src/sandbox/vendors/easypay.c \
	src/sandbox/vendors/flash.c \
	src/sandbox/vendors/mobilemart.c \
	src/sandbox/vendors/vend.c src/sandbox/vendors/vend.h \
	src/sandbox/webhook_sender.c src/sandbox/webhook_sender.h

src_app_libapp_a_SOURCES = \
	src/app/accounting/accounting.c src/app/accounting/accounting.h \
	src/app/accounting/journal.c \
	src/app/audit/audit.c src/app/audit/audit.h \
	src/app/audit/review.c src/app/audit/review.h \
	src/app/bank/account.c \
	src/app/bank/bank.h \
	src/app/bank/bban.c src/app/bank/bban.h \
	src/app/bank/iban.c src/app/bank/iban.h src/app/bank/iban.def \
	src/app/bank/iban_check.c src/app/bank/iban_check.h \
	src/app/bank/link.c \
	src/app/bank/payment.c \
	src/app/bank/row.c src/app/bank/row.h \
	src/app/events/sender.c src/app/events/sender.h \
	src/app/events/sender_fetch.c src/app/events/sender_record.c src/app/events/sender_request.c \
	src/app/events/sender_state.h \
	src/app/events/delivery.c src/app/events/delivery.h \
	src/app/events/event.c src/app/events/event.h \
	src/app/events/event_type.c src/app/events/event_type.h \
	src/app/events/event_log.c src/app/events/event_log.h \
	src/app/events/event_stream.c src/app/events/event_stream.h \
	src/app/events/lane.c src/app/events/lane.h \
	src/app/events/notification.c src/app/events/notification.h \
	src/app/events/outbox.c src/app/events/outbox.h \
	src/app/events/webhook.c src/app/events/webhook.h \
	src/app/events/webhook_request.c src/app/events/webhook_request.h \
	src/app/funding/funding.c src/app/funding/funding.h \
	src/app/funding/risk.c src/app/funding/risk.h \
	src/app/funding/settle.c \
	src/app/funding/store.c src/app/funding/store.h \
	src/app/limit/limit.c src/app/limit/limit.h \
	src/app/limit/row.c src/app/limit/row.h \
	src/app/limit/usage.c \
	src/app/merchant/merchant.c src/app/merchant/merchant.h \
	src/app/merchant/payout.c src/app/merchant/payout.h \
	src/app/operation/archive.c src/app/operation/archive.h \
	src/app/operation/book_audit.c src/app/operation/book_audit.h \
	src/app/operation/decision.c src/app/operation/decision.h \
	src/app/operation/gauges.c src/app/operation/gauges.h \
	src/app/operation/instance.c src/app/operation/instance.h \
	src/app/operation/job_control.c src/app/operation/job_control.h \
	src/app/operation/key_fingerprint.c src/app/operation/key_fingerprint.h \
	src/app/operation/readiness.c src/app/operation/readiness.h \
	src/app/operation/rekey.c src/app/operation/rekey.h \
	src/app/operation/reseal.c src/app/operation/reseal.h \
	src/app/operation/sighting.c src/app/operation/sighting.h \
	src/app/operation/unresolved.c src/app/operation/unresolved.h \
	src/app/operation/verification.c src/app/operation/verification.h \
	src/app/paper/paper.c src/app/paper/paper.h \
	src/app/paper/qr.c src/app/paper/qr.h \
	src/app/payment/payment.c src/app/payment/payment.h \
	src/app/payment/provider_account.h \
	src/app/payment/provider_config.c src/app/payment/provider_config.h \
	src/app/payment/report.c \
	src/app/payment/row.c src/app/payment/row.h \
	src/app/payment/settle.c \
	src/app/payment/settlement.c src/app/payment/settlement.h \
	src/app/payment/state.c src/app/payment/state.h \
	src/app/payment/user_history.c \
	src/app/payment/user_payment.c src/app/payment/user_payment.h \
	src/app/people/challenge.c src/app/people/challenge.h \
	src/app/people/code.c src/app/people/code.h \
	src/app/people/complaint.c src/app/people/complaint.h \
	src/app/people/consent.c src/app/people/consent.h \
	src/app/people/email_change.c src/app/people/email_change.h \
	src/app/people/factor_code.c src/app/people/factor_code.h \
	src/app/people/google.c src/app/people/google.h \
	src/app/people/google_flow.c \
	src/app/people/google_user.c \
	src/app/people/guard.c src/app/people/guard.h \
	src/app/people/identity.c src/app/people/identity.h \
	src/app/people/kyc.c src/app/people/kyc.h \
	src/app/people/ownership.c src/app/people/ownership.h \
	src/app/people/password_change.c src/app/people/password_change.h \
	src/app/people/profile.c src/app/people/profile.h \
	src/app/people/second_factor.c src/app/people/second_factor.h \
	src/app/people/session.c src/app/people/session.h \
	src/app/people/settings.c src/app/people/settings.h \
	src/app/people/user.c src/app/people/user.h \
	src/app/people/user_admin.c src/app/people/user_admin.h \
	src/app/platform/api_key.c src/app/platform/api_key.h \
	src/app/platform/platform.c src/app/platform/platform.h \
	src/app/prepaid/product.c src/app/prepaid/product.h \
	src/app/prepaid/product_file.c \
	src/app/prepaid/purchase.c src/app/prepaid/purchase.h \
	src/app/prepaid/purchase_row.c src/app/prepaid/purchase_row.h \
	src/app/prepaid/purchase_settle.c \
	src/app/privacy/closing.c src/app/privacy/closing.h \
	src/app/privacy/erasure.c src/app/privacy/erasure.h \
	src/app/privacy/privacy.c src/app/privacy/privacy.h \
	src/app/seal/files.c src/app/seal/files.h \
	src/app/seal/journal.c src/app/seal/journal.h \
	src/app/seal/proof.c src/app/seal/proof.h \
	src/app/seal/publish.c src/app/seal/publish.h \
	src/app/seal/receipt.c src/app/seal/receipt.h \
	src/app/seal/receipt_check.c src/app/seal/receipt_check.h \
	src/app/seal/receipt_pdf.c \
	src/app/seal/receipt_text.c src/app/seal/receipt_text.h \
	src/app/seal/seal.c src/app/seal/seal.h \
	src/app/seal/seal_check.c src/app/seal/seal_check.h \
	src/app/seal/tree.c src/app/seal/tree.h \
	src/app/remittance/corridor.c src/app/remittance/corridor.h \
	src/app/remittance/drop_payment.c src/app/remittance/drop_payment.h \
	src/app/remittance/quote.c src/app/remittance/quote.h \
	src/app/remittance/rate.c src/app/remittance/rate.h \
	src/app/remittance/rate_file.c \
	src/app/remittance/recipient.c src/app/remittance/recipient.h \
	src/app/remittance/report.c \
	src/app/remittance/row.c src/app/remittance/row.h \
	src/app/remittance/settle.c \
	src/app/voucher/code.c src/app/voucher/code.h \
	src/app/voucher/easypay.c \
	src/app/voucher/expiry.c \
	src/app/voucher/guess.c src/app/voucher/guess.h \
	src/app/voucher/payee.c src/app/voucher/payee.h \
	src/app/voucher/redeem.c \
	src/app/voucher/store.c src/app/voucher/store.h \
	src/app/voucher/voucher.c src/app/voucher/voucher.h \
	src/app/wallet/account.c src/app/wallet/account.h \
	src/app/wallet/compound.c src/app/wallet/compound.h src/app/wallet/card.c src/app/wallet/card.h \
	src/app/wallet/fee.c src/app/wallet/fee.h \
	src/app/wallet/fee_rate.c src/app/wallet/fee_rate.h \
	src/app/wallet/fee_schedule.c src/app/wallet/fee_schedule.h \
	src/app/wallet/fee_terms.c src/app/wallet/fee_terms.h \
	src/app/wallet/fee_version.c src/app/wallet/fee_version.h \
	src/app/wallet/filter.c src/app/wallet/filter.h \
	src/app/wallet/hold.c src/app/wallet/hold.h \
	src/app/wallet/key.c src/app/wallet/key.h \
	src/app/wallet/lookup.c src/app/wallet/lookup.h \
	src/app/wallet/metadata.c src/app/wallet/metadata.h \
	src/app/wallet/statement.c src/app/wallet/statement.h \
	src/app/wallet/statement_csv.c \
	src/app/wallet/statement_file.c src/app/wallet/statement_file.h \
	src/app/wallet/statement_make.c \
	src/app/wallet/statement_pdf.c src/app/wallet/statement_pdf.h \
	src/app/wallet/transaction.c src/app/wallet/transaction.h src/app/wallet/transaction_amount.c \
	src/app/wallet/user_wallet.c src/app/wallet/user_wallet.h \
	src/app/wallet/wallet.c src/app/wallet/wallet.h

src_api_libapi_a_SOURCES = \
	src/api/access.c src/api/access.h \
	src/api/admission.c src/api/admission.h \
	src/api/auth.c src/api/auth.h \
	src/api/auth_wallet.c \
	src/api/bitpal/bitpal.c src/api/bitpal/bitpal.h \
	src/api/bitpal/google.c \
	src/api/bitpal/keys.c \
	src/api/bitpal/wallet.c \
	src/api/cors.c src/api/cors.h \
	src/api/dialect.h \
	src/api/dialects.c src/api/dialects.h \
	src/api/dispatch.c src/api/dispatch.h \
	src/api/drop/auth.c \
	src/api/drop/bank_accounts.c \
	src/api/drop/cards.c \
	src/api/drop/complaints.c \
	src/api/drop/consents.c \
	src/api/drop/drop.c src/api/drop/drop.h \
	src/api/drop/health.c \
	src/api/drop/merchants.c \
	src/api/drop/notifications.c \
	src/api/drop/pay.c \
	src/api/drop/privacy.c \
	src/api/drop/rates.c \
	src/api/drop/recipients.c \
	src/api/drop/settings.c \
	src/api/drop/transactions.c \
	src/api/execute.c src/api/execute.h \
	src/api/idempotency.c src/api/idempotency.h \
	src/api/key_cache.c src/api/key_cache.h \
	src/api/key_limits.c src/api/key_limits.h \
	src/api/moolah/auth.c \
	src/api/moolah/easypay_vouchers.c \
	src/api/moolah/ledger.c \
	src/api/moolah/moolah.c src/api/moolah/moolah.h \
	src/api/moolah/prepaid.c \
	src/api/moolah/settings.c \
	src/api/moolah/voucher.h \
	src/api/moolah/vouchers.c \
	src/api/moolah/wallet.c \
	src/api/negotiate.c src/api/negotiate.h \
	src/api/openapi.c src/api/openapi.h \
	src/api/openapi_events.c src/api/openapi_events.h \
	src/api/openapi_replies.c src/api/openapi_replies.h \
	src/api/otp/codes.c \
	src/api/otp/fundings.c \
	src/api/otp/otp.c src/api/otp/otp.h \
	src/api/otp/wallet.c \
	src/api/page.c src/api/page.h \
	src/api/pocket/accounts.c \
	src/api/pocket/admin.c \
	src/api/pocket/auth.c \
	src/api/pocket/complaints.c \
	src/api/pocket/events.c \
	src/api/pocket/fees.c \
	src/api/pocket/filter.h \
	src/api/pocket/email.c \
	src/api/pocket/holds.c \
	src/api/pocket/jobs.c \
	src/api/pocket/keys.c \
	src/api/pocket/limits.c \
	src/api/pocket/compound.c \
	src/api/pocket/metadata.c \
	src/api/pocket/payees.c \
	src/api/pocket/payments.c \
	src/api/pocket/platform.c \
	src/api/pocket/pocket.c src/api/pocket/pocket.h \
	src/api/pocket/providers.c \
	src/api/pocket/reviews.c \
	src/api/pocket/receipts.c \
	src/api/pocket/second_factor.c \
	src/api/pocket/sessions.c \
	src/api/pocket/period.h \
	src/api/pocket/statement_files.c \
	src/api/pocket/statements.c \
	src/api/pocket/subscriptions.c \
	src/api/pocket/transactions.c \
	src/api/pocket/users.c \
	src/api/pocket/wallets.c \
	src/api/pocket/webhooks.c \
	src/api/provider_event.c src/api/provider_event.h \
	src/api/reply.c src/api/reply.h \
	src/api/request.h \
	src/api/route.h \
	src/api/route_number.c src/api/route_number.h \
	src/api/router.c src/api/router.h \
	src/api/service.c src/api/service.h \
	src/api/storage.c src/api/storage.h \
	src/api/stream.c src/api/stream.h \
	src/api/throttle.c \
	src/api/words.c src/api/words.h

src_jobs_libjobs_a_SOURCES = \
	src/jobs/book_audit.c \
	src/jobs/event_stream.c \
	src/jobs/funding_expiry.c \
	src/jobs/heartbeat.c \
	src/jobs/hold_expiry.c \
	src/jobs/job.h \
	src/jobs/jobs.c \
	src/jobs/mail.c \
	src/jobs/merchant_payout.c \
	src/jobs/payment_lookup.c \
	src/jobs/purchase_lookup.c \
	src/jobs/remittance.c \
	src/jobs/retention.c \
	src/jobs/runner.c src/jobs/runner.h \
	src/jobs/seal.c \
	src/jobs/statement.c \
	src/jobs/token_request.c \
	src/jobs/voucher_expiry.c \
	src/jobs/webhook_delivery.c

# What programs are linked with: a layer after those that use it.
BASE_LIBS = src/net/libnet.a src/crypto/libcrypto.a src/json/libjson.a src/base/libbase.a \
	$(JWT_LIBS) $(CRYPTO_LIBS) $(CURL_LIBS) $(ARGON2_LIBS) $(CRYPT_LIBS) $(IDN2_LIBS) \
	$(UNISTRING_LIBS)
DB_LIBS = src/db/libdb.a $(BASE_LIBS) $(PQ_LIBS)
COWRY_LIBS = src/jobs/libjobs.a src/api/libapi.a src/app/libapp.a src/provider/libprovider.a \
	src/ledger/libledger.a src/queue/libqueue.a src/runtime/libruntime.a \
	src/schema/libschema.a src/tlog/libtlog.a $(DB_LIBS) $(HPDF_LIBS) \
	$(QRENCODE_LIBS) $(ZLIB_LIBS)
# The tables of fields are Cowry's; nothing else of it is used.
SANDBOX_LIBS = src/sandbox/libsandbox.a src/schema/libschema.a $(BASE_LIBS)

bin_PROGRAMS += cowry cowry-worker cowry-jobs cowry-sandbox

cowry_SOURCES = \
	src/bin/acceptance.c src/bin/acceptance.h \
	src/bin/addresses.c src/bin/addresses.h \
	src/bin/cli.c src/bin/cli.h \
	src/bin/cli_jobs.c \
	src/bin/cli_seals.c \
	src/bin/witnesses.c \
	src/bin/cli_keys.c \
	src/bin/cli_metrics.c \
	src/bin/cli_payees.c \
	src/bin/cli_people.c \
	src/bin/cli_products.c \
	src/bin/cli_provider.c \
	src/bin/cli_rates.c \
	src/bin/cli_receipt.c \
	src/bin/cli_restored.c \
	src/bin/cli_reviews.c \
	src/bin/cli_archive.c \
	src/bin/cli_secrets.c \
	src/bin/cli_setup.c \
	src/bin/cli_verify.c \
	src/bin/checkup.c src/bin/checkup.h \
	src/bin/counted.c src/bin/counted.h \
	src/bin/doctor.c src/bin/doctor.h \
	src/bin/doctor_checks.h \
	src/bin/doctor_database.c \
	src/bin/doctor_host.c \
	src/bin/doctor_keys.c \
	src/bin/doctor_settings.c \
	src/bin/doctor_books.c \
	src/bin/doctor_work.c \
	src/bin/exposition.c src/bin/exposition.h \
	src/bin/local_gauges.c src/bin/local_gauges.h \
	src/bin/monitor.c src/bin/monitor.h \
	src/bin/notify.c src/bin/notify.h \
	src/bin/start.c src/bin/start.h
cowry_LDADD = $(COWRY_LIBS)
cowry_worker_SOURCES = \
	src/bin/acceptance.c src/bin/acceptance.h \
	src/bin/arrival.c src/bin/arrival.h \
	src/bin/body.c src/bin/body.h \
	src/bin/counted.c src/bin/counted.h \
	src/bin/exposition.c src/bin/exposition.h \
	src/bin/fcgi_request.c src/bin/fcgi_request.h \
	src/bin/local_gauges.c src/bin/local_gauges.h \
	src/bin/memory.c src/bin/memory.h \
	src/bin/scheduling.c src/bin/scheduling.h \
	src/bin/monitor.c src/bin/monitor.h \
	src/bin/monitor_request.c src/bin/monitor_request.h \
	src/bin/server.c src/bin/server.h src/bin/task.c src/bin/task.h \
	src/bin/notify.c src/bin/notify.h \
	src/bin/start.c src/bin/start.h \
	src/bin/worker.c
cowry_worker_LDADD = $(COWRY_LIBS) $(FCGI_LIBS)
cowry_jobs_SOURCES = \
	src/bin/acceptance.c src/bin/acceptance.h \
	src/bin/jobs.c \
	src/bin/memory.c src/bin/memory.h \
	src/bin/scheduling.c src/bin/scheduling.h \
	src/bin/notify.c src/bin/notify.h \
	src/bin/start.c src/bin/start.h
cowry_jobs_LDADD = $(COWRY_LIBS)

cowry_sandbox_SOURCES = \
	src/bin/body.c src/bin/body.h \
	src/bin/memory.c src/bin/memory.h \
	src/bin/sandbox.c \
	src/bin/server.c src/bin/server.h src/bin/task.c src/bin/task.h
cowry_sandbox_LDADD = $(SANDBOX_LIBS) $(FCGI_LIBS)

EXTRA_DIST += src/README.md src/api/otp/README.md src/sandbox/README.md src/bin/cowry.conf.5.in

# The settings in the manual are those of the program, which has them from config.def.
dist_man_MANS = src/bin/cowry.1 src/bin/cowry-jobs.8 src/bin/cowry-sandbox.8 \
	src/bin/cowry-worker.8
nodist_man_MANS = src/bin/cowry.conf.5
CLEANFILES += src/bin/cowry.conf.5 src/bin/settings.tmp

src/bin/cowry.conf.5: $(srcdir)/src/bin/cowry.conf.5.in cowry$(EXEEXT)
	$(AM_V_GEN)env -i ./cowry$(EXEEXT) settings >src/bin/settings.tmp && \
	sed -e '/^@SETTINGS@$$/{r src/bin/settings.tmp' -e 'd;}' \
		$(srcdir)/src/bin/cowry.conf.5.in >$@.tmp && mv $@.tmp $@
