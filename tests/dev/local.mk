# The parts of ./dev.
EXTRA_DIST += $(wildcard $(srcdir)/tests/dev/*.sh)
