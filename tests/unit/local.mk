# One program per module; none of them needs a service.
EXTRA_DIST += $(wildcard $(srcdir)/tests/*.h)
dist_check_SCRIPTS += tests/unit/layers.sh tests/unit/source_rules.sh tests/unit/manual.sh
TESTS += tests/unit/layers.sh tests/unit/source_rules.sh tests/unit/manual.sh
if CMOCKA
unit_base_tests = \
	tests/unit/admission \
	tests/unit/arena \
	tests/unit/box \
	tests/unit/clock \
	tests/unit/combine \
	tests/unit/config \
	tests/unit/email \
	tests/unit/fault \
	tests/unit/hmac \
	tests/unit/http \
	tests/unit/http_tls \
	tests/unit/id \
	tests/unit/idtoken \
	tests/unit/keyring \
	tests/unit/log \
	tests/unit/mail \
	tests/unit/money \
	tests/unit/origin \
	tests/unit/password \
	tests/unit/reader \
	tests/unit/rotation \
	tests/unit/strict \
	tests/unit/text \
	tests/unit/token \
	tests/unit/unicode \
	tests/unit/url \
	tests/unit/writer
check_PROGRAMS += $(unit_base_tests)
TESTS += $(unit_base_tests)
unit_base_libs = $(BASE_LIBS) $(JSON_LIBS) $(CMOCKA_LIBS)
tests_unit_arena_LDADD = $(unit_base_libs)
tests_unit_box_LDADD = $(unit_base_libs)
tests_unit_clock_LDADD = $(unit_base_libs)
tests_unit_combine_LDADD = $(unit_base_libs)
tests_unit_config_LDADD = $(unit_base_libs)
tests_unit_email_LDADD = $(unit_base_libs)
tests_unit_fault_LDADD = $(unit_base_libs)
tests_unit_hmac_LDADD = $(unit_base_libs)
tests_unit_http_SOURCES = tests/unit/http.c tests/peer.c
tests_unit_http_LDADD = $(unit_base_libs)
tests_unit_http_tls_LDADD = $(unit_base_libs) $(SSL_LIBS)
tests_unit_id_LDADD = $(unit_base_libs)
tests_unit_idtoken_SOURCES = tests/unit/idtoken.c tests/rsa.c tests/rsa.h
tests_unit_idtoken_LDADD = $(unit_base_libs)
tests_unit_keyring_LDADD = $(unit_base_libs)
tests_unit_log_LDADD = $(unit_base_libs)
tests_unit_mail_LDADD = $(unit_base_libs)
tests_unit_money_LDADD = $(unit_base_libs)
tests_unit_origin_LDADD = $(unit_base_libs)
tests_unit_password_LDADD = $(unit_base_libs)
tests_unit_reader_LDADD = $(unit_base_libs)
tests_unit_rotation_LDADD = $(unit_base_libs)
tests_unit_strict_LDADD = $(unit_base_libs)
tests_unit_text_LDADD = $(unit_base_libs)
tests_unit_token_LDADD = $(unit_base_libs)
tests_unit_unicode_LDADD = $(unit_base_libs)
tests_unit_url_LDADD = $(unit_base_libs)
tests_unit_writer_LDADD = $(unit_base_libs)

unit_cowry_tests = \
	tests/unit/arrival \
	tests/unit/code \
	tests/unit/identity \
	tests/unit/iban \
	tests/unit/kernel \
	tests/unit/kernel_holds \
	tests/unit/kernel_property \
	tests/unit/payment_state \
	tests/unit/provider \
	tests/unit/provider_bank \
	tests/unit/provider_fingra \
	tests/unit/provider_flutterwave \
	tests/unit/provider_paga \
	tests/unit/provider_paystack \
	tests/unit/risk \
	tests/unit/schema \
	tests/unit/schema_query \
	tests/unit/schema_reply \
	tests/unit/server \
	tests/unit/texts \
	tests/unit/vendors \
	tests/unit/voucher_code
check_PROGRAMS += $(unit_cowry_tests)
TESTS += $(unit_cowry_tests)
unit_cowry_libs = $(COWRY_LIBS) $(unit_base_libs)
tests_unit_arrival_SOURCES = tests/unit/arrival.c src/bin/arrival.c
tests_unit_arrival_LDADD = $(unit_base_libs)
tests_unit_server_SOURCES = tests/unit/server.c src/bin/arrival.c src/bin/body.c src/bin/exchange.c \
	src/bin/server.c
tests_unit_server_LDADD = $(unit_base_libs) $(FCGI_LIBS)
tests_unit_server_LDFLAGS = -Wl,--wrap=FCGX_InitRequest,--wrap=FCGX_Free,--wrap=pthread_create
tests_unit_admission_LDADD = $(COWRY_LIBS) $(unit_base_libs)
tests_unit_code_LDADD = $(COWRY_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_identity_LDADD = $(unit_cowry_libs)
tests_unit_risk_LDADD = $(unit_cowry_libs)
tests_unit_iban_LDADD = $(unit_cowry_libs)
tests_unit_kernel_SOURCES = tests/unit/kernel.c tests/ledger_scene.c
tests_unit_kernel_LDADD = $(unit_cowry_libs)
tests_unit_kernel_holds_SOURCES = tests/unit/kernel_holds.c tests/ledger_scene.c
tests_unit_kernel_holds_LDADD = $(unit_cowry_libs)
tests_unit_kernel_property_SOURCES = tests/unit/kernel_property.c tests/ledger_case.c \
	tests/ledger_model.c
tests_unit_kernel_property_LDADD = $(unit_cowry_libs)
provider_scene = tests/provider_scene.c tests/peer.c
tests_unit_provider_SOURCES = tests/unit/provider.c $(provider_scene)
tests_unit_provider_LDADD = $(unit_cowry_libs)
tests_unit_provider_bank_SOURCES = tests/unit/provider_bank.c $(provider_scene)
tests_unit_provider_bank_LDADD = $(unit_cowry_libs)
tests_unit_provider_fingra_SOURCES = tests/unit/provider_fingra.c $(provider_scene)
tests_unit_provider_fingra_LDADD = $(unit_cowry_libs)
tests_unit_provider_flutterwave_SOURCES = tests/unit/provider_flutterwave.c $(provider_scene)
tests_unit_provider_flutterwave_LDADD = $(unit_cowry_libs)
tests_unit_provider_paga_SOURCES = tests/unit/provider_paga.c $(provider_scene)
tests_unit_provider_paga_LDADD = $(unit_cowry_libs)
tests_unit_provider_paystack_SOURCES = tests/unit/provider_paystack.c $(provider_scene)
tests_unit_provider_paystack_LDADD = $(unit_cowry_libs)
tests_unit_payment_state_LDADD = $(unit_cowry_libs)
tests_unit_schema_LDADD = $(unit_cowry_libs)
tests_unit_schema_query_LDADD = $(unit_cowry_libs)
tests_unit_schema_reply_LDADD = $(unit_cowry_libs)
tests_unit_texts_LDADD = $(COWRY_LIBS) $(CMOCKA_LIBS)
tests_unit_vendors_SOURCES = tests/unit/vendors.c $(provider_scene)
tests_unit_vendors_LDADD = $(unit_cowry_libs)
tests_unit_voucher_code_LDADD = $(unit_cowry_libs)

unit_sandbox_tests = tests/unit/sandbox_bank tests/unit/sandbox_control tests/unit/sandbox_google \
	tests/unit/sandbox_providers tests/unit/sandbox_vendors
check_PROGRAMS += $(unit_sandbox_tests)
TESTS += $(unit_sandbox_tests)
unit_sandbox_libs = $(SANDBOX_LIBS) $(CMOCKA_LIBS)
tests_unit_sandbox_bank_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_control_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_google_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_providers_LDADD = $(unit_sandbox_libs)
tests_unit_sandbox_vendors_LDADD = $(unit_sandbox_libs)
endif
