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

clean-local: clean-openapi-linter clean-client-libraries clean-browser-driver clean-postgresql-servers clean-bench-peer
