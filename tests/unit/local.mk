# One program per module; none of them needs a service.
EXTRA_DIST += $(wildcard $(srcdir)/tests/support/*.h) tests/support/receipt.json tests/support/receipt.key
dist_check_SCRIPTS += tests/unit/layers.sh tests/unit/headers.sh tests/unit/source_rules.sh tests/unit/facts.sh tests/unit/manual.sh
TESTS += tests/unit/layers.sh tests/unit/headers.sh tests/unit/source_rules.sh tests/unit/facts.sh tests/unit/manual.sh
if CMOCKA
unit_base_tests = \
	tests/unit/api/admission \
	tests/unit/base/arena \
	tests/unit/crypto/box \
	tests/unit/base/clock \
	tests/unit/base/batcher \
	tests/unit/base/config \
	tests/unit/base/email \
	tests/unit/base/env_file \
	tests/unit/base/fault \
	tests/unit/base/fiber \
	tests/unit/base/file \
	tests/unit/crypto/hmac \
	tests/unit/net/address_block \
	tests/unit/net/http \
	tests/unit/net/http_many \
	tests/unit/net/http_tls \
	tests/unit/base/id \
	tests/unit/crypto/idtoken \
	tests/unit/crypto/keyring \
	tests/unit/base/log \
	tests/unit/net/mail \
	tests/unit/base/mask \
	tests/unit/base/metrics \
	tests/unit/base/money \
	tests/unit/base/origin \
	tests/unit/base/settings \
	tests/unit/crypto/password \
	tests/unit/json/reader \
	tests/unit/crypto/rotation \
	tests/unit/crypto/signature \
	tests/unit/json/strict \
	tests/unit/base/text \
	tests/unit/tlog/leaf \
	tests/unit/tlog/merkle \
	tests/unit/tlog/note \
	tests/unit/tlog/tile \
	tests/unit/base/trace \
	tests/unit/crypto/token \
	tests/unit/crypto/totp \
	tests/unit/base/unicode \
	tests/unit/base/word \
	tests/unit/net/url \
	tests/unit/json/writer
check_PROGRAMS += $(unit_base_tests)
TESTS += $(unit_base_tests)
unit_base_libs = $(BASE_LIBS) $(JSON_LIBS) $(CMOCKA_LIBS)
tests_unit_base_arena_LDADD = $(unit_base_libs)
tests_unit_crypto_box_LDADD = $(unit_base_libs)
tests_unit_base_clock_LDADD = $(unit_base_libs)
tests_unit_base_batcher_LDADD = $(unit_base_libs)
tests_unit_base_fiber_LDADD = $(unit_base_libs)
tests_unit_base_config_LDADD = $(unit_base_libs)
tests_unit_base_email_LDADD = $(unit_base_libs)
tests_unit_base_env_file_LDADD = $(unit_base_libs)
tests_unit_base_file_LDADD = $(unit_base_libs)
tests_unit_base_fault_LDADD = $(unit_base_libs)
tests_unit_crypto_hmac_LDADD = $(unit_base_libs)
tests_unit_crypto_signature_LDADD = $(unit_base_libs)
tests_unit_net_address_block_LDADD = $(unit_base_libs)
tests_unit_net_http_SOURCES = tests/unit/net/http.c tests/support/fake_server.c
tests_unit_net_http_LDADD = $(unit_base_libs)
tests_unit_net_http_many_SOURCES = tests/unit/net/http_many.c tests/support/fake_server.c
tests_unit_net_http_many_LDADD = $(unit_base_libs)
tests_unit_net_http_tls_LDADD = $(unit_base_libs) $(SSL_LIBS)
tests_unit_base_id_LDADD = $(unit_base_libs)
tests_unit_tlog_leaf_LDADD = src/tlog/libtlog.a $(unit_base_libs)
tests_unit_tlog_merkle_LDADD = src/tlog/libtlog.a $(unit_base_libs)
tests_unit_tlog_note_LDADD = src/tlog/libtlog.a $(unit_base_libs)
tests_unit_tlog_tile_LDADD = src/tlog/libtlog.a $(unit_base_libs)
tests_unit_crypto_idtoken_SOURCES = tests/unit/crypto/idtoken.c tests/support/rsa.c tests/support/rsa.h
tests_unit_crypto_idtoken_LDADD = $(unit_base_libs)
tests_unit_crypto_keyring_LDADD = $(unit_base_libs)
tests_unit_base_log_LDADD = $(unit_base_libs)
tests_unit_net_mail_LDADD = $(unit_base_libs)
tests_unit_base_mask_LDADD = $(unit_base_libs)
tests_unit_base_metrics_LDADD = $(unit_base_libs)
tests_unit_base_money_LDADD = $(unit_base_libs)
tests_unit_base_origin_LDADD = $(unit_base_libs)
tests_unit_base_settings_LDADD = $(unit_base_libs)
tests_unit_crypto_password_LDADD = $(unit_base_libs)
tests_unit_json_reader_LDADD = $(unit_base_libs)
tests_unit_crypto_rotation_LDADD = $(unit_base_libs)
tests_unit_json_strict_LDADD = $(unit_base_libs)
tests_unit_base_text_LDADD = $(unit_base_libs)
tests_unit_base_trace_LDADD = $(unit_base_libs)
tests_unit_base_word_LDADD = $(unit_base_libs)
tests_unit_crypto_token_LDADD = $(unit_base_libs)
tests_unit_crypto_totp_LDADD = $(unit_base_libs)
tests_unit_base_unicode_LDADD = $(unit_base_libs)
tests_unit_net_url_LDADD = $(unit_base_libs)
tests_unit_json_writer_LDADD = $(unit_base_libs)

unit_cowry_tests = \
	tests/unit/bin/arrival \
	tests/unit/bin/memory \
	tests/unit/bin/scheduling \
	tests/unit/app/code \
	tests/unit/app/identity \
	tests/unit/app/fee_rate \
	tests/unit/app/iban \
	tests/unit/ledger/commit_queue \
	tests/unit/app/lane \
	tests/unit/ledger/kernel \
	tests/unit/ledger/chain \
	tests/unit/ledger/content \
	tests/unit/ledger/exported \
	tests/unit/ledger/kernel_fees \
	tests/unit/ledger/kernel_holds \
	tests/unit/ledger/kernel_property \
	tests/unit/ledger/limit \
	tests/unit/app/payment_state \
	tests/unit/provider/provider \
	tests/unit/provider/bank \
	tests/unit/provider/fingra \
	tests/unit/provider/flutterwave \
	tests/unit/provider/paga \
	tests/unit/provider/paystack \
	tests/unit/app/instance \
	tests/unit/app/receipt_check \
	tests/unit/app/risk \
	tests/unit/schema/schema \
	tests/unit/schema/query \
	tests/unit/schema/reply \
	tests/unit/schema/texts \
	tests/unit/schema/values \
	tests/unit/bin/fcgi_request \
	tests/unit/bin/server \
	tests/unit/api/texts \
	tests/unit/provider/vendors \
	tests/unit/app/voucher_code
check_PROGRAMS += $(unit_cowry_tests)
TESTS += $(unit_cowry_tests)
unit_cowry_libs = $(COWRY_LIBS) $(unit_base_libs)
tests_unit_bin_memory_SOURCES = tests/unit/bin/memory.c src/bin/memory.c src/bin/memory.h
tests_unit_bin_memory_LDADD = $(CMOCKA_LIBS)
tests_unit_bin_scheduling_SOURCES = tests/unit/bin/scheduling.c src/bin/scheduling.c
tests_unit_bin_scheduling_LDADD = $(CMOCKA_LIBS)
tests_unit_bin_arrival_SOURCES = tests/unit/bin/arrival.c src/bin/arrival.c
tests_unit_bin_arrival_LDADD = $(unit_base_libs)
server_sources = src/bin/arrival.c src/bin/body.c src/bin/fcgi_request.c src/bin/memory.c src/bin/server.c \
	src/bin/task.c
tests_unit_bin_fcgi_request_SOURCES = tests/unit/bin/fcgi_request.c $(server_sources)
tests_unit_bin_fcgi_request_LDADD = $(unit_base_libs) $(FCGI_LIBS)
tests_unit_bin_server_SOURCES = tests/unit/bin/server.c $(server_sources)
tests_unit_bin_server_LDADD = $(unit_base_libs) $(FCGI_LIBS)
tests_unit_bin_server_LDFLAGS = -Wl,--wrap=FCGX_InitRequest,--wrap=FCGX_Free,--wrap=pthread_create
tests_unit_api_admission_LDADD = $(COWRY_LIBS) $(unit_base_libs)
tests_unit_app_code_LDADD = $(COWRY_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_app_identity_LDADD = $(unit_cowry_libs)
tests_unit_app_receipt_check_LDADD = $(unit_cowry_libs)
tests_unit_app_risk_LDADD = $(unit_cowry_libs)
tests_unit_app_instance_LDADD = $(unit_cowry_libs)
tests_unit_app_fee_rate_LDADD = $(unit_cowry_libs)
tests_unit_app_iban_LDADD = $(unit_cowry_libs)
tests_unit_ledger_commit_queue_LDADD = $(unit_cowry_libs)
tests_unit_app_lane_LDADD = $(unit_cowry_libs)
tests_unit_ledger_kernel_SOURCES = tests/unit/ledger/kernel.c tests/support/ledger_scene.c
tests_unit_ledger_kernel_LDADD = $(unit_cowry_libs)
tests_unit_ledger_chain_LDADD = $(unit_cowry_libs)
tests_unit_ledger_content_LDADD = $(unit_cowry_libs)
tests_unit_ledger_exported_LDADD = $(unit_cowry_libs)
tests_unit_ledger_kernel_fees_SOURCES = tests/unit/ledger/kernel_fees.c tests/support/ledger_scene.c
tests_unit_ledger_kernel_fees_LDADD = $(unit_cowry_libs)
tests_unit_ledger_kernel_holds_SOURCES = tests/unit/ledger/kernel_holds.c tests/support/ledger_scene.c
tests_unit_ledger_kernel_holds_LDADD = $(unit_cowry_libs)
tests_unit_ledger_kernel_property_SOURCES = tests/unit/ledger/kernel_property.c tests/support/ledger_case.c \
	tests/support/ledger_model.c tests/support/limit_model.c tests/support/limit_model.h
tests_unit_ledger_kernel_property_LDADD = $(unit_cowry_libs)
tests_unit_ledger_limit_SOURCES = tests/unit/ledger/limit.c tests/support/ledger_scene.c
tests_unit_ledger_limit_LDADD = $(unit_cowry_libs)
provider_scene = tests/support/provider_scene.c tests/support/fake_server.c
tests_unit_provider_provider_SOURCES = tests/unit/provider/provider.c $(provider_scene)
tests_unit_provider_provider_LDADD = $(unit_cowry_libs)
tests_unit_provider_bank_SOURCES = tests/unit/provider/bank.c $(provider_scene)
tests_unit_provider_bank_LDADD = $(unit_cowry_libs)
tests_unit_provider_fingra_SOURCES = tests/unit/provider/fingra.c $(provider_scene)
tests_unit_provider_fingra_LDADD = $(unit_cowry_libs)
tests_unit_provider_flutterwave_SOURCES = tests/unit/provider/flutterwave.c $(provider_scene)
tests_unit_provider_flutterwave_LDADD = $(unit_cowry_libs)
tests_unit_provider_paga_SOURCES = tests/unit/provider/paga.c $(provider_scene)
tests_unit_provider_paga_LDADD = $(unit_cowry_libs)
tests_unit_provider_paystack_SOURCES = tests/unit/provider/paystack.c $(provider_scene)
tests_unit_provider_paystack_LDADD = $(unit_cowry_libs)
tests_unit_app_payment_state_LDADD = $(unit_cowry_libs)
tests_unit_schema_schema_LDADD = $(unit_cowry_libs)
tests_unit_schema_query_LDADD = $(unit_cowry_libs)
tests_unit_schema_reply_LDADD = $(unit_cowry_libs)
tests_unit_schema_texts_LDADD = $(unit_cowry_libs)
tests_unit_schema_values_LDADD = $(unit_cowry_libs)
tests_unit_api_texts_LDADD = $(COWRY_LIBS) $(CMOCKA_LIBS)
tests_unit_provider_vendors_SOURCES = tests/unit/provider/vendors.c $(provider_scene)
tests_unit_provider_vendors_LDADD = $(unit_cowry_libs)
tests_unit_app_voucher_code_LDADD = $(unit_cowry_libs)

unit_sandbox_tests = tests/unit/sandbox/bank tests/unit/sandbox/control tests/unit/sandbox/google \
	tests/unit/sandbox/providers tests/unit/sandbox/vendors
check_PROGRAMS += $(unit_sandbox_tests)
TESTS += $(unit_sandbox_tests)
unit_sandbox_libs = $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_unit_sandbox_bank_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_control_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_google_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_providers_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_vendors_LDADD = $(unit_sandbox_libs)
if FAULT_POINTS
check_PROGRAMS += tests/unit/base/fault_point
TESTS += tests/unit/base/fault_point
tests_unit_base_fault_point_LDADD = $(unit_base_libs)
endif
endif
