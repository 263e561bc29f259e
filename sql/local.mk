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

# The number of the last migration, which programs compare with the database's.
BUILT_SOURCES += src/db/schema.def
CLEANFILES += src/db/schema.def

src/db/schema.def: $(SQL_MIGRATIONS)
	$(AM_V_GEN)$(MKDIR_P) src/db && \
	printf '%s\n' $(SQL_MIGRATIONS) | sed -n 's,.*/0*\([1-9][0-9]*\)_[^/]*$$,\1,p' | \
		sort -n | tail -n 1 | sed 's/.*/enum { SCHEMA_WANTED = & };/' > $@.tmp && mv $@.tmp $@

sqlmigrationsdir = $(pkgdatadir)/sql/migrations
sqlmigrations_DATA = $(SQL_MIGRATIONS)
sqlchecksdir = $(pkgdatadir)/sql/checks
sqlchecks_DATA = $(SQL_CHECKS)
