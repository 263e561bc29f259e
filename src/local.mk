# Four libraries: what needs no database, what talks to it, what Cowry is, and whom it calls, played.
noinst_LIBRARIES += libbase.a libdb.a libcowry.a libsandbox.a

libbase_a_SOURCES = \
	src/base/arena.c src/base/arena.h src/base/attributes.h \
	src/base/clock.c src/base/clock.h \
	src/base/combine.c src/base/combine.h \
	src/base/config.c src/base/config.def src/base/config.h \
	src/base/ctx.h \
	src/base/email.c src/base/email.h \
	src/base/errors.def src/base/fault.c src/base/fault.h \
	src/base/id.c src/base/id.h \
	src/base/log.c src/base/log.h \
	src/base/luhn.c src/base/luhn.h \
	src/base/origin.c src/base/origin.h \
	src/base/currency.def src/base/money.c src/base/money.h \
	src/base/requester.c src/base/requester.h \
	src/base/text.c src/base/text.h src/base/encode.c \
	src/base/unicode.c src/base/unicode.h \
	src/json/canonical.c \
	src/json/jsonb.c src/json/jsonb.h \
	src/json/reader.c src/json/reader.h \
	src/json/scan.c src/json/scan.h \
	src/json/value.h \
	src/json/writer.c src/json/writer.h \
	src/crypto/box.c src/crypto/box.h \
	src/crypto/hmac.c src/crypto/hmac.h \
	src/crypto/idtoken.c src/crypto/idtoken.h \
	src/crypto/keyring.c src/crypto/keyring.h \
	src/crypto/password.c src/crypto/password.h src/crypto/common_passwords.def \
	src/crypto/public_id.c src/crypto/public_id.h \
	src/crypto/random.c src/crypto/random.h \
	src/crypto/rotation.c src/crypto/rotation.h \
	src/crypto/token.c src/crypto/token.h \
	src/net/address.c src/net/client.c src/net/client.h src/net/http.c src/net/http.h \
	src/net/mail.c src/net/mail.h src/net/url.c src/net/url.h

nodist_libdb_a_SOURCES = src/db/statements.def
libdb_a_SOURCES = \
	src/db/connect.c src/db/connect.h src/db/connection.c src/db/connection.h \
	src/db/db.c src/db/db.h src/db/listen.c src/db/listen.h src/db/migrate.c src/db/migrate.h \
	src/db/param.c src/db/param.h src/db/pool.c src/db/pool.h src/db/result.c src/db/result.h \
	src/db/row.c src/db/row.h \
	src/db/statement.c src/db/statement.h src/db/types.h

LIBBASE_LIBS = $(JWT_LIBS) $(CRYPTO_LIBS) $(CURL_LIBS) $(ARGON2_LIBS) $(CRYPT_LIBS) \
	$(IDN2_LIBS) $(UNISTRING_LIBS)
LIBDB_LIBS = $(PQ_LIBS)

libcowry_a_SOURCES = \
	src/schema/decode.c src/schema/describe.c src/schema/encode.c src/schema/format.c \
	src/schema/schema.h \
	src/ledger/account.c src/ledger/chart.def src/ledger/committer.c src/ledger/hold.c \
	src/ledger/kernel.c src/ledger/kernel.h src/ledger/ledger.h src/ledger/post.c src/ledger/reference.c \
	src/ledger/store.c src/ledger/store.h src/ledger/verify.c src/ledger/verify.h \
	src/provider/exchange.c src/provider/exchange.h src/provider/fingra.c \
	src/provider/flutterwave.c src/provider/paga.c src/provider/payload.c \
	src/provider/paystack.c src/provider/provider.c src/provider/provider.h \
	src/provider/report.c src/provider/bank.c src/provider/bank.h \
	src/provider/bank_exchange.c src/provider/bank_exchange.h src/provider/bank_payment.c \
	src/provider/easypay.c src/provider/flash.c src/provider/mobilemart.c src/provider/sale.c \
	src/provider/sale.h src/provider/vendor.h \
	src/app/accounting.c src/app/accounting.h src/app/journal.c \
	src/queue/claims.c src/queue/claims.h src/queue/queue.c src/queue/queue.h \
	src/app/decision.c src/app/decision.h src/app/erasure.c src/app/erasure.h \
	src/app/job_control.c src/app/job_control.h \
	src/app/api_key.c src/app/closing.c src/app/closing.h src/app/ownership.c src/app/ownership.h src/app/guard.c src/app/guard.h src/app/code.c src/app/code.h src/app/funding.c src/app/funding.h \
	src/app/funding_settle.c src/app/funding_store.c src/app/funding_store.h \
	src/app/movement.c src/app/movement.h src/app/outbox.c src/app/outbox.h src/app/risk.c src/app/risk.h src/app/personal.c src/app/personal.h \
	src/app/unresolved.c src/app/unresolved.h src/app/payment.c src/app/payment.h src/app/payment_report.c src/app/payment_row.c \
	src/app/payment_row.h src/app/payment_settle.c src/app/payment_state.c \
	src/app/payment_state.h src/app/provider_account.h src/app/provider_config.c \
	src/app/product.c src/app/product.h src/app/purchase.c src/app/purchase.h \
	src/app/purchase_row.c src/app/purchase_row.h src/app/purchase_settle.c \
	src/api/moolah/prepaid.c src/jobs/purchase_lookup.c \
	src/app/platform.c src/app/platform.h src/app/reserve.c src/app/reserve.h \
	src/app/statement.c src/app/statement.h src/app/statement_csv.c src/app/statement_pdf.c \
	src/app/google.c src/app/google.h src/app/google_flow.c src/app/google_user.c \
	src/app/personal_history.c src/app/personal_money.c src/app/personal_money.h \
	src/app/wallet_key.c src/app/wallet_key.h \
	src/app/session.c src/app/user.c src/app/user.h src/app/wallet.c src/app/wallet.h \
	src/api/admission.c src/api/admission.h \
	src/api/auth.c src/api/auth.h src/api/auth_wallet.c src/api/throttle.c src/api/call.h src/api/dialects.c src/api/dialects.h \
	src/api/dispatch.c src/api/execute.c src/api/execute.h src/api/reply.c src/api/reply.h \
	src/api/idempotency.c src/api/idempotency.h src/api/key_cache.c src/api/key_cache.h \
	src/api/cors.c src/api/cors.h src/api/negotiate.c src/api/negotiate.h \
	src/api/openapi.c src/api/openapi.h src/api/openapi_replies.c \
	src/api/openapi_replies.h src/api/page.c src/api/page.h src/api/provider_event.c \
	src/api/provider_event.h \
	src/api/router.c src/api/router.h src/api/service.c src/api/service.h src/api/words.c src/api/words.h \
	src/api/bitpal/bitpal.c src/api/bitpal/bitpal.h src/api/bitpal/google.c \
	src/api/bitpal/keys.c src/api/bitpal/wallet.c \
	src/api/drop/bank_accounts.c src/api/drop/drop.c src/api/drop/drop.h src/api/drop/health.c \
	src/api/otp/codes.c src/api/otp/fundings.c src/api/otp/otp.c src/api/otp/otp.h src/api/otp/wallet.c \
	src/api/moolah/auth.c src/api/moolah/ledger.c src/api/moolah/moolah.c \
	src/api/moolah/moolah.h src/api/moolah/settings.c src/api/moolah/wallet.c \
	src/app/identity.c src/app/identity.h src/app/settings.c src/app/settings.h \
	src/api/moolah/easypay_vouchers.c src/api/moolah/voucher.h src/api/moolah/vouchers.c \
	src/app/voucher.c src/app/voucher.h src/app/voucher_code.c src/app/voucher_code.h \
	src/app/voucher_easypay.c src/app/voucher_expiry.c src/app/voucher_guess.c \
	src/app/voucher_guess.h src/app/voucher_redeem.c src/app/voucher_store.c \
	src/app/voucher_store.h src/jobs/voucher_expiry.c \
	src/api/pocket/admin.c src/api/pocket/auth.c src/api/pocket/holds.c \
	src/api/pocket/jobs.c src/api/pocket/keys.c src/api/pocket/platform.c src/api/pocket/pocket.c \
	src/api/pocket/payments.c src/api/pocket/pocket.h src/api/pocket/providers.c \
	src/api/pocket/wallets.c src/api/pocket/webhooks.c src/jobs/payment_lookup.c \
	src/jobs/crew.c src/jobs/crew.h src/jobs/duties.c \
	src/api/pocket/statements.c \
	src/jobs/funding_expiry.c src/jobs/hold_expiry.c src/jobs/job.h src/jobs/mail.c src/jobs/retention.c \
	src/jobs/token_request.c \
	src/app/audit.c src/app/audit.h src/app/review.c src/app/review.h src/app/user_admin.c \
	src/app/reseal.c src/app/reseal.h \
	src/app/delivery.c src/app/event.c src/app/event.h src/app/feed.c \
	src/app/webhook.c src/app/webhook.h \
	src/api/pocket/subscriptions.c src/jobs/event_feed.c src/jobs/webhook_delivery.c \
	src/api/pocket/users.c src/api/pocket/reviews.c \
	src/app/complaint.c src/app/complaint.h src/app/consent.c src/app/consent.h \
	src/app/kyc.c src/app/kyc.h src/app/notification.c src/app/notification.h \
	src/app/privacy.c src/app/privacy.h src/app/profile.c src/app/profile.h \
	src/app/bank.h src/app/bank_account.c src/app/bank_link.c src/app/bank_payment.c \
	src/app/bank_row.c src/app/bank_row.h \
	src/api/drop/auth.c src/api/drop/complaints.c src/api/drop/consents.c \
	src/api/drop/notifications.c src/api/drop/privacy.c src/api/drop/settings.c \
	src/api/pocket/complaints.c src/api/pocket/payees.c src/app/payee.c src/app/payee.h \
	src/app/corridor.c src/app/corridor.h \
	src/app/drop_payment.c src/app/drop_payment.h \
	src/app/drop_payment_report.c \
	src/app/drop_payment_row.c src/app/drop_payment_row.h \
	src/app/drop_payment_settle.c \
	src/app/iban.c src/app/iban.def src/app/iban.h src/app/iban_check.c src/app/iban_check.h \
	src/app/rekey.c src/app/rekey.h \
	src/app/card.c src/app/card.h \
	src/app/merchant.c src/app/merchant.h \
	src/app/payout.c src/app/payout.h src/app/qr.c src/app/qr.h \
	src/api/drop/cards.c src/api/drop/merchants.c src/jobs/merchant_payout.c \
	src/app/quote.c src/app/quote.h \
	src/app/rate.c src/app/rate.h src/app/rate_file.c \
	src/app/recipient.c src/app/recipient.h \
	src/api/drop/rates.c \
	src/api/drop/recipients.c \
	src/api/drop/transactions.c src/api/drop/pay.c \
	src/jobs/remittance.c

libsandbox_a_SOURCES = \
	src/sandbox/bank.c src/sandbox/bank.h src/sandbox/bank_book.c src/sandbox/bank_book.h \
	src/sandbox/bank_consents.c src/sandbox/bank_payments.c \
	src/sandbox/call.c src/sandbox/call.h src/sandbox/checkout.c src/sandbox/code.c \
	src/sandbox/code.h src/sandbox/command.c src/sandbox/console.c src/sandbox/console.h \
	src/sandbox/control.c src/sandbox/control.h src/sandbox/courier.c src/sandbox/courier.h \
	src/sandbox/easypay.c src/sandbox/flash.c src/sandbox/mobilemart.c src/sandbox/vend.c \
	src/sandbox/vend.h \
	src/sandbox/fingra.c src/sandbox/flutterwave.c src/sandbox/flutterwave.h \
	src/sandbox/flutterwave_accounts.c src/sandbox/flutterwave_transfers.c \
	src/sandbox/banks.c src/sandbox/banks.h src/sandbox/flutterwave_banks.c \
	src/sandbox/form.c src/sandbox/form.h src/sandbox/google.c src/sandbox/google.h \
	src/sandbox/google_consent.c src/sandbox/grants.c src/sandbox/grants.h \
	src/sandbox/issuer.c src/sandbox/issuer.h src/sandbox/journal.c src/sandbox/journal.h \
	src/sandbox/later.c src/sandbox/later.h src/sandbox/orders.c src/sandbox/orders.h \
	src/sandbox/paga.c src/sandbox/perform.c src/sandbox/paystack.c src/sandbox/paystack.h \
	src/sandbox/paystack_customers.c src/sandbox/paystack_transfers.c \
	src/sandbox/paystack_banks.c src/sandbox/paystack_transactions.c \
	src/sandbox/sandbox.c src/sandbox/sandbox.h src/sandbox/secrets.c src/sandbox/secrets.h \
	src/sandbox/settle.c src/sandbox/things.c src/sandbox/things.h

bin_PROGRAMS += cowry cowry-worker cowry-jobs cowry-sandbox

COWRY_LIBS = libcowry.a libdb.a libbase.a $(LIBDB_LIBS) $(LIBBASE_LIBS) $(HPDF_LIBS) $(QRENCODE_LIBS)

cowry_SOURCES = src/bin/cli.c src/bin/cli.h \
	src/bin/cli_jobs.c src/bin/cli_provider.c \
	src/bin/cli_products.c \
	src/bin/cli_rates.c \
	src/bin/cli_payees.c src/bin/cli_reviews.c \
	src/bin/addresses.c src/bin/addresses.h \
	src/bin/cli_people.c \
	src/bin/cli_secrets.c \
	src/bin/doctor.c src/bin/doctor.h src/bin/start.c src/bin/start.h
cowry_LDADD = $(COWRY_LIBS)
cowry_worker_SOURCES = src/bin/worker.c src/bin/server.c src/bin/server.h src/bin/exchange.c \
	src/bin/exchange.h src/bin/arrival.c src/bin/arrival.h src/bin/body.c src/bin/body.h \
	src/bin/memory.c src/bin/memory.h src/bin/start.c src/bin/start.h
cowry_worker_LDADD = $(COWRY_LIBS) $(FCGI_LIBS)
cowry_jobs_SOURCES = src/bin/jobs.c src/bin/memory.c src/bin/memory.h src/bin/start.c src/bin/start.h
cowry_jobs_LDADD = $(COWRY_LIBS)


# The tables of fields are Cowry's; nothing else of it is used.
SANDBOX_LIBS = libsandbox.a libcowry.a libbase.a $(LIBBASE_LIBS)
cowry_sandbox_SOURCES = src/bin/sandbox.c src/bin/server.c src/bin/server.h src/bin/body.c \
	src/bin/body.h
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
