# Fuzz targets: always linked with replay.c, which runs the corpus in `make check`; with
# --enable-fuzzing (and CC=clang) also with libFuzzer.
EXTRA_DIST += tests/fuzz/fuzz.h tests/fuzz/corpus
fuzz_request_sources = tests/fuzz/fuzz_request.c src/bin/fcgi_request.c src/bin/arrival.c src/bin/body.c
fuzz_kernel_sources = tests/fuzz/fuzz_kernel.c tests/support/ledger_case.c tests/support/ledger_model.c tests/support/limit_model.c
fuzz_idtoken_sources = tests/fuzz/fuzz_idtoken.c tests/support/rsa.c
fuzz_replays = tests/fuzz/replay_answer tests/fuzz/replay_decode tests/fuzz/replay_email tests/fuzz/replay_files tests/fuzz/replay_iban tests/fuzz/replay_idtoken tests/fuzz/replay_json \
	tests/fuzz/replay_kernel \
	tests/fuzz/replay_money tests/fuzz/replay_request tests/fuzz/replay_text tests/fuzz/replay_token \
	tests/fuzz/replay_webhook
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)

tests_fuzz_replay_answer_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_answer.c
tests_fuzz_replay_answer_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"answer"'
tests_fuzz_replay_answer_LDADD = $(COWRY_LIBS)
tests_fuzz_replay_decode_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_decode.c
tests_fuzz_replay_decode_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"decode"'
tests_fuzz_replay_decode_LDADD = $(COWRY_LIBS)
tests_fuzz_replay_email_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_email.c
tests_fuzz_replay_email_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"email"'
tests_fuzz_replay_email_LDADD = $(BASE_LIBS)
tests_fuzz_replay_files_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_files.c
tests_fuzz_replay_files_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"files"'
tests_fuzz_replay_files_LDADD = $(COWRY_LIBS)
tests_fuzz_replay_iban_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_iban.c
tests_fuzz_replay_iban_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"iban"'
tests_fuzz_replay_iban_LDADD = $(COWRY_LIBS)
tests_fuzz_replay_idtoken_SOURCES = tests/fuzz/replay.c $(fuzz_idtoken_sources)
tests_fuzz_replay_idtoken_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"idtoken"'
tests_fuzz_replay_idtoken_LDADD = $(BASE_LIBS)
tests_fuzz_replay_json_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_json.c
tests_fuzz_replay_json_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"json"'
tests_fuzz_replay_json_LDADD = $(BASE_LIBS)
tests_fuzz_replay_kernel_SOURCES = tests/fuzz/replay.c $(fuzz_kernel_sources)
tests_fuzz_replay_kernel_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"kernel"'
tests_fuzz_replay_kernel_LDADD = $(COWRY_LIBS)
tests_fuzz_replay_money_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_money.c
tests_fuzz_replay_money_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"money"'
tests_fuzz_replay_money_LDADD = $(BASE_LIBS)
tests_fuzz_replay_request_SOURCES = tests/fuzz/replay.c $(fuzz_request_sources)
tests_fuzz_replay_request_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"request"'
tests_fuzz_replay_request_LDADD = $(COWRY_LIBS) $(FCGI_LIBS)
tests_fuzz_replay_text_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_text.c
tests_fuzz_replay_text_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"text"'
tests_fuzz_replay_text_LDADD = $(BASE_LIBS)
tests_fuzz_replay_token_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_token.c
tests_fuzz_replay_token_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"token"'
tests_fuzz_replay_token_LDADD = $(BASE_LIBS)
tests_fuzz_replay_webhook_SOURCES = tests/fuzz/replay.c tests/fuzz/fuzz_webhook.c
tests_fuzz_replay_webhook_CPPFLAGS = $(AM_CPPFLAGS) -DTARGET='"webhook"'
tests_fuzz_replay_webhook_LDADD = $(COWRY_LIBS)

if FUZZING
noinst_PROGRAMS += tests/fuzz/fuzz_answer tests/fuzz/fuzz_decode tests/fuzz/fuzz_email tests/fuzz/fuzz_files tests/fuzz/fuzz_iban tests/fuzz/fuzz_idtoken tests/fuzz/fuzz_json \
	tests/fuzz/fuzz_kernel \
	tests/fuzz/fuzz_money tests/fuzz/fuzz_request tests/fuzz/fuzz_text tests/fuzz/fuzz_token tests/fuzz/fuzz_webhook
tests_fuzz_fuzz_answer_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_answer_LDADD = $(COWRY_LIBS)
tests_fuzz_fuzz_decode_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_decode_LDADD = $(COWRY_LIBS)
tests_fuzz_fuzz_email_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_email_LDADD = $(BASE_LIBS)
tests_fuzz_fuzz_files_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_files_LDADD = $(COWRY_LIBS)
tests_fuzz_fuzz_iban_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_iban_LDADD = $(COWRY_LIBS)
tests_fuzz_fuzz_idtoken_SOURCES = $(fuzz_idtoken_sources)
tests_fuzz_fuzz_idtoken_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_idtoken_LDADD = $(BASE_LIBS)
tests_fuzz_fuzz_json_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_json_LDADD = $(BASE_LIBS)
tests_fuzz_fuzz_kernel_SOURCES = $(fuzz_kernel_sources)
tests_fuzz_fuzz_kernel_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_kernel_LDADD = $(COWRY_LIBS)
tests_fuzz_fuzz_money_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_money_LDADD = $(BASE_LIBS)
tests_fuzz_fuzz_request_SOURCES = $(fuzz_request_sources)
tests_fuzz_fuzz_request_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_request_LDADD = $(COWRY_LIBS) $(FCGI_LIBS)
tests_fuzz_fuzz_text_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_text_LDADD = $(BASE_LIBS)
tests_fuzz_fuzz_token_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_token_LDADD = $(BASE_LIBS)
tests_fuzz_fuzz_webhook_LDFLAGS = $(AM_LDFLAGS) -fsanitize=fuzzer
tests_fuzz_fuzz_webhook_LDADD = $(COWRY_LIBS)
endif
