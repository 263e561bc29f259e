# The database layer's own tests have statements that the product has not: the layer is built
# once more, with a registry that holds both.
TEST_QUERIES = $(wildcard $(srcdir)/tests/db/queries/*.sql)
EXTRA_DIST += tests/with-postgres tests/smtp.py tests/db/server $(TEST_QUERIES)
dist_check_SCRIPTS += tests/db/statements.sh tests/db/cli.sh
TESTS += tests/db/statements.sh tests/db/cli.sh
BUILT_SOURCES += tests/registry/db/statements.def
CLEANFILES += tests/registry/db/statements.def

tests/registry/db/statements.def: $(srcdir)/sql/statements.awk $(SQL_QUERIES) $(TEST_QUERIES)
	$(AM_V_GEN)$(MKDIR_P) tests/registry/db && \
	LC_ALL=C $(AWK) -f $(srcdir)/sql/statements.awk $(SQL_QUERIES) $(TEST_QUERIES) \
		</dev/null > $@.tmp && mv $@.tmp $@

REGISTRY_CPPFLAGS = -I$(builddir)/tests/registry $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)

if CMOCKA
check_LIBRARIES += libdbtest.a libfixture.a
libdbtest_a_SOURCES = $(libdb_a_SOURCES)
nodist_libdbtest_a_SOURCES = tests/registry/db/statements.def
libdbtest_a_CPPFLAGS = $(REGISTRY_CPPFLAGS)

libfixture_a_SOURCES = tests/db/fixture.c tests/db/fixture.h
libfixture_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)

DB_TESTS = tests/db/test_db tests/db/test_transact tests/db/test_pool tests/db/test_statements tests/db/test_migrate \
	tests/db/test_ledger tests/db/test_concurrency tests/db/test_payments tests/db/test_second_wall tests/db/test_verify \
	tests/db/test_personal tests/db/test_reseal
check_PROGRAMS += $(DB_TESTS)
TESTS += $(DB_TESTS)

DBTEST_LIBS = libfixture.a libdbtest.a $(DB_LIBS) $(CMOCKA_LIBS)
PRODUCT_LIBS = libfixture.a $(DB_LIBS) $(CMOCKA_LIBS)

tests_db_test_db_SOURCES = tests/db/test_db.c tests/db/things.c tests/db/things.h
tests_db_test_db_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_test_db_LDADD = $(DBTEST_LIBS)
tests_db_test_transact_SOURCES = tests/db/test_transact.c tests/db/things.c tests/db/things.h
tests_db_test_transact_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_test_transact_LDADD = $(DBTEST_LIBS)
tests_db_test_pool_SOURCES = tests/db/test_pool.c tests/db/proxy.c tests/db/proxy.h
tests_db_test_pool_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_test_pool_LDADD = $(DBTEST_LIBS)
tests_db_test_statements_SOURCES = tests/db/test_statements.c
tests_db_test_statements_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
tests_db_test_statements_LDADD = $(PRODUCT_LIBS)
tests_db_test_migrate_SOURCES = tests/db/test_migrate.c
tests_db_test_migrate_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
tests_db_test_migrate_LDADD = $(PRODUCT_LIBS)

BOOKS_LIBS = libfixture.a $(COWRY_LIBS) $(CMOCKA_LIBS)
BOOKS_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
check_LIBRARIES += libbooks.a
libbooks_a_SOURCES = tests/db/books.c tests/db/books.h
libbooks_a_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_ledger_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_ledger_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_test_concurrency_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_concurrency_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_test_reseal_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_reseal_LDADD = $(BOOKS_LIBS)
tests_db_test_personal_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_personal_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_test_second_wall_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_second_wall_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_test_payments_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_payments_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_test_verify_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_verify_LDADD = libbooks.a $(BOOKS_LIBS)
QUEUE_TESTS = tests/db/test_queue tests/db/test_runners tests/db/test_crew tests/db/test_smtp
check_PROGRAMS += $(QUEUE_TESTS)
TESTS += $(QUEUE_TESTS)
tests_db_test_crew_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_crew_LDADD = $(BOOKS_LIBS)
tests_db_test_smtp_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_smtp_LDADD = $(BOOKS_LIBS)
tests_db_test_runners_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_runners_LDADD = $(BOOKS_LIBS)
tests_db_test_queue_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_test_queue_LDADD = $(BOOKS_LIBS)
endif

# All tests run beside one throw-away PostgreSQL. Through a variable, because automake would take
# the rule for a check-TESTS of our own.
WITHIN_POSTGRES = check-TESTS recheck: MAKE := $(SHELL) $(srcdir)/tests/with-postgres $(MAKE)
$(eval $(WITHIN_POSTGRES))
