# The tests of the database layer have additional statements: the layer is built
# once more, with a registry that contains both.
TEST_QUERIES = $(wildcard $(srcdir)/tests/db/queries/*.sql)
EXTRA_DIST += tests/with-postgres tests/support/smtp.py tests/support/operator.sh tests/db/server $(TEST_QUERIES)
dist_check_SCRIPTS += tests/db/statements.sh tests/db/cli.sh tests/db/pooler.sh \
	tests/db/monitoring.sh tests/db/sealing.sh tests/backup/restore.sh
TESTS += tests/db/statements.sh tests/db/cli.sh tests/db/pooler.sh tests/db/monitoring.sh \
	tests/db/sealing.sh tests/backup/restore.sh
BUILT_SOURCES += tests/registry/db/statements.def
CLEANFILES += tests/registry/db/statements.def

tests/registry/db/statements.def: $(srcdir)/sql/statements.awk $(SQL_QUERIES) $(TEST_QUERIES)
	$(AM_V_GEN)$(MKDIR_P) tests/registry/db && \
	LC_ALL=C $(AWK) -f $(srcdir)/sql/statements.awk $(SQL_QUERIES) $(TEST_QUERIES) \
		</dev/null > $@.tmp && mv $@.tmp $@

REGISTRY_CPPFLAGS = -I$(builddir)/tests/registry $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)

if CMOCKA
check_LIBRARIES += libdbtest.a libfixture.a
libdbtest_a_SOURCES = $(src_db_libdb_a_SOURCES)
nodist_libdbtest_a_SOURCES = tests/registry/db/statements.def
libdbtest_a_CPPFLAGS = $(REGISTRY_CPPFLAGS)

libfixture_a_SOURCES = tests/support/fixture.c tests/support/fixture.h
libfixture_a_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)

DB_TESTS = tests/db/database tests/db/transact tests/db/pool tests/db/hosts tests/db/replica \
	tests/db/statements tests/db/plans tests/db/migrate tests/db/ledger tests/db/concurrency tests/db/concurrency_shared tests/db/fees tests/db/limits tests/db/limits_shared tests/db/parts tests/db/payments \
	tests/db/constraints tests/db/verify tests/db/book_audit tests/db/archive tests/db/seals tests/db/seal_pieces \
	tests/db/user_wallet tests/db/reseal tests/db/ensure tests/db/erasure
check_PROGRAMS += $(DB_TESTS)
TESTS += $(DB_TESTS)

DBTEST_LIBS = libfixture.a src/runtime/libruntime.a libdbtest.a $(DB_LIBS) $(CMOCKA_LIBS)
PRODUCT_LIBS = libfixture.a src/runtime/libruntime.a $(DB_LIBS) $(CMOCKA_LIBS)

tests_db_database_SOURCES = tests/db/database.c tests/support/things.c tests/support/things.h
tests_db_database_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_database_LDADD = $(DBTEST_LIBS)
tests_db_transact_SOURCES = tests/db/transact.c tests/support/things.c tests/support/things.h
tests_db_transact_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_transact_LDADD = $(DBTEST_LIBS)
tests_db_pool_SOURCES = tests/db/pool.c tests/support/proxy.c tests/support/proxy.h
tests_db_pool_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_pool_LDADD = $(DBTEST_LIBS)
tests_db_hosts_SOURCES = tests/db/hosts.c tests/support/proxy.c tests/support/proxy.h
tests_db_hosts_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_hosts_LDADD = $(DBTEST_LIBS)
tests_db_replica_SOURCES = tests/db/replica.c tests/support/things.c tests/support/things.h
tests_db_replica_CPPFLAGS = $(REGISTRY_CPPFLAGS)
tests_db_replica_LDADD = $(DBTEST_LIBS)
tests_db_statements_SOURCES = tests/db/statements.c
tests_db_statements_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
tests_db_statements_LDADD = $(PRODUCT_LIBS)
tests_db_plans_SOURCES = tests/db/plans.c
tests_db_plans_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
tests_db_plans_LDADD = $(PRODUCT_LIBS)
tests_db_migrate_SOURCES = tests/db/migrate.c
tests_db_migrate_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
tests_db_migrate_LDADD = $(PRODUCT_LIBS)

BOOKS_LIBS = libfixture.a $(COWRY_LIBS) $(CMOCKA_LIBS)
BOOKS_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir) $(CMOCKA_CFLAGS)
check_LIBRARIES += libbooks.a
libbooks_a_SOURCES = tests/support/books.c tests/support/books.h tests/support/ledger_stage.h
libbooks_a_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_ledger_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_ledger_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_fees_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_fees_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_parts_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_parts_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_limits_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_limits_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_limits_shared_SOURCES = tests/db/limits.c
tests_db_limits_shared_CPPFLAGS = $(BOOKS_CPPFLAGS) -DBOOKS_SETUP=books_setup_shared
tests_db_limits_shared_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_concurrency_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_concurrency_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_concurrency_shared_SOURCES = tests/db/concurrency.c
tests_db_concurrency_shared_CPPFLAGS = $(BOOKS_CPPFLAGS) -DBOOKS_SETUP=books_setup_shared
tests_db_concurrency_shared_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_ensure_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_ensure_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_ensure_LDFLAGS = -Wl,--wrap=ledger_apply
tests_db_erasure_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_erasure_LDADD = $(PRODUCT_LIBS)
tests_db_reseal_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_reseal_LDADD = $(BOOKS_LIBS)
tests_db_user_wallet_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_user_wallet_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_constraints_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_constraints_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_payments_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_payments_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_archive_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_archive_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_seals_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_seals_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_seal_pieces_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_seal_pieces_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_book_audit_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_book_audit_LDADD = libbooks.a $(BOOKS_LIBS)
tests_db_verify_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_verify_LDADD = libbooks.a $(BOOKS_LIBS)
QUEUE_TESTS = tests/db/queue tests/db/retention tests/db/several_runners tests/db/runner tests/db/smtp
check_PROGRAMS += $(QUEUE_TESTS)
TESTS += $(QUEUE_TESTS)
tests_db_runner_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_runner_LDADD = $(BOOKS_LIBS)
tests_db_smtp_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_smtp_LDADD = $(BOOKS_LIBS)
tests_db_several_runners_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_several_runners_LDADD = $(BOOKS_LIBS)
tests_db_queue_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_queue_LDADD = $(BOOKS_LIBS)
tests_db_retention_CPPFLAGS = $(BOOKS_CPPFLAGS)
tests_db_retention_LDADD = $(BOOKS_LIBS)
endif

# All tests run beside one throw-away PostgreSQL. Through a variable, because automake would take
# the rule for a check-TESTS of our own.
WITHIN_POSTGRES = check-TESTS recheck: MAKE := $(SHELL) $(srcdir)/tests/with-postgres $(MAKE)
$(eval $(WITHIN_POSTGRES))
