# The benchmark: ./dev bench builds what it needs of this, no other target does.

# Folders are named file by file: what is built in them is not distributed.
EXTRA_DIST += $(filter-out %/load %/peer %/report,$(wildcard $(srcdir)/tests/bench/*)) \
	$(wildcard $(srcdir)/tests/bench/report/*.py) $(PEER_FILES)

# The load generator.
EXTRA_PROGRAMS += tests/bench/load/load
CLEANFILES += tests/bench/load/load
tests_bench_load_load_SOURCES = tests/bench/load/buffer.c tests/bench/load/buffer.h \
	tests/bench/load/clock.c tests/bench/load/clock.h \
	tests/bench/load/connection.c tests/bench/load/connection.h \
	tests/bench/load/histogram.c tests/bench/load/histogram.h \
	tests/bench/load/loop.c tests/bench/load/loop.h tests/bench/load/main.c \
	tests/bench/load/result.c tests/bench/load/result.h \
	tests/bench/load/ring.c tests/bench/load/ring.h \
	tests/bench/load/template.c tests/bench/load/template.h
tests_bench_load_load_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)
tests_bench_load_load_LDADD = -lssl -lcrypto

# The Node peer: packages from npm, pinned by the lock file.
PEER_FILES = tests/bench/peer/package.json tests/bench/peer/package-lock.json tests/bench/peer/.npmrc \
	tests/bench/peer/server.js
.PHONY: bench-peer clean-bench-peer
bench-peer: tests/bench/peer/node_modules/.stamp
tests/bench/peer/node_modules/.stamp: $(addprefix $(srcdir)/,$(PEER_FILES))
	$(AM_V_GEN)$(MKDIR_P) tests/bench/peer && for file in $(PEER_FILES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done && \
	(cd tests/bench/peer && npm ci --ignore-scripts) && touch $@
clean-bench-peer:
	rm -rf tests/bench/peer/node_modules
	test '$(srcdir)' = . || rm -f $(PEER_FILES)
