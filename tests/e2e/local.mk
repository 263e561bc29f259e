# The end-to-end tests need a complete installation: ./dev test runs them, make check does not.
EXTRA_DIST += tests/odd-machine tests/support/port.sh tests/e2e/run tests/e2e/lib.sh tests/e2e/receiver.py $(wildcard $(srcdir)/tests/e2e/*.t.sh)

.PHONY: e2e
e2e: all
	$(srcdir)/tests/e2e/run

# What ./dev check runs in the stages failover, upgrade, security and coverage.
EXTRA_DIST += $(wildcard $(srcdir)/tests/failover/*) $(wildcard $(srcdir)/tests/upgrade/*) $(wildcard $(srcdir)/tests/security/*) \
	$(wildcard $(srcdir)/tests/coverage/*)

# What counting costs: make tests/bench/metrics && tests/bench/metrics 32.
EXTRA_PROGRAMS = tests/bench/metrics
CLEANFILES += tests/bench/metrics
tests_bench_metrics_LDADD = $(BASE_LIBS)

# What a round of the audit takes: make tests/bench/audit && tests/with-postgres tests/bench/verify.
EXTRA_PROGRAMS += tests/bench/audit
CLEANFILES += tests/bench/audit
tests_bench_audit_LDADD = $(COWRY_LIBS)

# What a statement as PDF takes: make tests/bench/statement && tests/bench/statement.
EXTRA_PROGRAMS += tests/bench/statement
CLEANFILES += tests/bench/statement
tests_bench_statement_LDADD = $(COWRY_LIBS)

# What a transfer costs: make tests/bench/posting && tests/with-postgres tests/bench/posting.
if CMOCKA
EXTRA_PROGRAMS += tests/bench/posting
CLEANFILES += tests/bench/posting
tests_bench_posting_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_bench_posting_LDADD = libbooks.a $(BOOKS_LIBS)
endif
