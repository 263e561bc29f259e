# What the packages do when they are installed; ./dev check runs it, since it needs root.
EXTRA_DIST += tests/support/machine.sh $(wildcard $(srcdir)/tests/package/*)
