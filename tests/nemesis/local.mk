# ./dev nemesis runs these; no other target does.
EXTRA_DIST += tests/nemesis/run tests/nemesis/series tests/nemesis/README.md tests/nemesis/skew.c $(wildcard $(srcdir)/tests/nemesis/*.py) \
	$(wildcard $(srcdir)/tests/nemesis/*/*.py)
