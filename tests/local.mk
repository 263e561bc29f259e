LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
SH_LOG_DRIVER = $(LOG_DRIVER)
TEST_EXTENSIONS = .sh
# A test that hangs fails, after some times what the longest takes under sanitizers on a slow machine.
LOG_COMPILER = timeout --kill-after=10 900
SH_LOG_COMPILER = $(LOG_COMPILER)
AM_TESTS_ENVIRONMENT = CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	srcdir='$(srcdir)'; export srcdir; AWK='$(AWK)'; export AWK; CC='$(CC)'; export CC; top_builddir='$(abs_top_builddir)'; export top_builddir; \
	COWRY_TEST_ANSWERS='$(abs_top_builddir)/tests/api/answers'; export COWRY_TEST_ANSWERS; \
	COWRY_ENV_FILE=; export COWRY_ENV_FILE;

include $(srcdir)/tests/unit/local.mk
include $(srcdir)/tests/db/local.mk
include $(srcdir)/tests/api/local.mk
include $(srcdir)/tests/instructions/local.mk
include $(srcdir)/tests/fuzz/local.mk
include $(srcdir)/tests/docs/local.mk
include $(srcdir)/tests/openapi/local.mk
include $(srcdir)/tests/clients/local.mk
include $(srcdir)/tests/browser/local.mk
include $(srcdir)/tests/postgresql/local.mk
include $(srcdir)/tests/e2e/local.mk
include $(srcdir)/tests/bench/local.mk
include $(srcdir)/tests/nemesis/local.mk
include $(srcdir)/tests/dev/local.mk
include $(srcdir)/tests/package/local.mk
include $(srcdir)/tests/install/local.mk

# What ./dev check coverage, threads and valgrind run.
.PHONY: tests-of-layers tests-with-threads tests-for-valgrind
tests-of-layers:
	@echo $(filter-out tests/unit/%.sh,$(filter tests/unit/% tests/db/% tests/api/%,$(TESTS)))
tests-with-threads:
	@echo $(filter tests/unit/base/batcher tests/unit/base/fiber tests/unit/base/log tests/unit/base/metrics \
		tests/unit/base/settings tests/unit/bin/server tests/unit/ledger/commit_queue tests/unit/net/http_many \
		$(filter-out %.sh,$(filter tests/db/% tests/api/%,$(TESTS))),$(TESTS))
tests-for-valgrind:
	@echo $(filter-out %.sh tests/unit/bin/memory,$(filter tests/unit/% tests/db/%,$(TESTS)))

clean-local: clean-openapi-linter clean-client-libraries clean-browser-driver clean-postgresql-servers clean-bench-peer
