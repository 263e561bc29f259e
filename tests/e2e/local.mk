# The end-to-end tests need a complete installation: ./dev test runs them, make check does not.
EXTRA_DIST += tests/e2e/run tests/e2e/lib.sh tests/e2e/receiver.py $(wildcard $(srcdir)/tests/e2e/*.t.sh)

.PHONY: e2e
e2e: all
	$(srcdir)/tests/e2e/run

# What ./dev bench runs.
EXTRA_DIST += $(wildcard $(srcdir)/tests/bench/*)
