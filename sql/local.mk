# The statement registry is made from the query files; a new statement needs no edit here.
SQL_QUERIES = $(wildcard $(srcdir)/sql/queries/*/*.sql) $(SQL_CHECKS)
SQL_MIGRATIONS = $(wildcard $(srcdir)/sql/migrations/*.sql)
SQL_CHECKS = $(wildcard $(srcdir)/sql/checks/*.sql)

EXTRA_DIST += sql/statements.awk sql/README.md $(SQL_QUERIES) $(SQL_MIGRATIONS)
BUILT_SOURCES += src/db/statements.def
CLEANFILES += src/db/statements.def

src/db/statements.def: $(srcdir)/sql/statements.awk $(SQL_QUERIES)
	$(AM_V_GEN)$(MKDIR_P) src/db && \
	LC_ALL=C $(AWK) -f $(srcdir)/sql/statements.awk $(SQL_QUERIES) </dev/null > $@.tmp && mv $@.tmp $@

sqlmigrationsdir = $(pkgdatadir)/sql/migrations
sqlmigrations_DATA = $(SQL_MIGRATIONS)
sqlchecksdir = $(pkgdatadir)/sql/checks
sqlchecks_DATA = $(SQL_CHECKS)
