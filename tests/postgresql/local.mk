# Servers of other major versions than Debian's, for tests/with-postgres: servers/N/bin. Only
# `make postgresql-servers` runs npm, which leaves out the symbolic links of libraries.
SERVER_FILES = tests/postgresql/package.json tests/postgresql/package-lock.json tests/postgresql/.npmrc
EXTRA_DIST += $(SERVER_FILES) tests/postgresql/link

.PHONY: postgresql-servers clean-postgresql-servers
postgresql-servers: tests/postgresql/servers/.stamp
tests/postgresql/servers/.stamp: $(srcdir)/tests/postgresql/package-lock.json $(srcdir)/tests/postgresql/link
	$(AM_V_GEN)$(MKDIR_P) tests/postgresql && for file in $(SERVER_FILES); do \
		cmp -s $(srcdir)/$$file $$file || cp $(srcdir)/$$file $$file || exit 1; done && \
	(cd tests/postgresql && npm ci --ignore-scripts) && \
	$(SHELL) $(srcdir)/tests/postgresql/link tests/postgresql && touch $@
# What is run with each of them.
.PHONY: database-tests
database-tests:
	@echo $(filter tests/db/% tests/api/%,$(TESTS))
.PHONY: tests-without-routes
tests-without-routes:
	@echo $(filter-out tests/api/% tests/openapi/answers.sh,$(TESTS))
# What runs our programs: the others read the source.
.PHONY: tests-of-programs
tests-of-programs:
	@echo $(filter-out tests/unit/%.sh tests/docs/%.sh,$(TESTS))

clean-postgresql-servers:
	rm -rf tests/postgresql/node_modules tests/postgresql/servers
	test '$(srcdir)' = . || rm -f $(SERVER_FILES)
