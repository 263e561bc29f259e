# The parts of ./dev, and the test that they keep their rules.
EXTRA_DIST += $(wildcard $(srcdir)/tests/dev/*.sh) tests/dev/threads
dist_check_SCRIPTS += tests/unit/dev.sh
TESTS += tests/unit/dev.sh
