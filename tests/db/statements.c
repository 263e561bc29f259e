/* Every statement of the registry prepares on the migrated database, with the declared types. */
#include <libpq-fe.h>
#include <stdio.h>

#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"

static void
check_statement(PGconn *pg, const struct statement *s)
{
	PGresult *prepared = PQprepare(pg, s->name, s->text, s->count, s->types);
	PGresult *described;

	if (PQresultStatus(prepared) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", s->name, PQresultErrorMessage(prepared));
	described = PQdescribePrepared(pg, s->name);
	assert_int_equal(PQresultStatus(described), PGRES_COMMAND_OK);
	if (PQnparams(described) != s->count)
		fail_msg("%s: %d parameters, declared %d", s->name, PQnparams(described), s->count);
	if (s->returns != RETURNS_NONE && PQnfields(described) == 0)
		fail_msg("%s: declared to return rows", s->name);
	PQclear(described);
	PQclear(prepared);
}

static void
test_every_statement_prepares(void **state)
{
	struct fixture *f = *state;
	PGconn *pg = PQconnectdb(f->owner_url);

	PQclear(PQexec(pg, "SET search_path TO cowry"));
	for (int id = 0; id < STATEMENT_COUNT; id++)
		check_statement(pg, statement_get((enum statement_id)id));
	PQfinish(pg);
}

/* What db/row.h can't read out of binary results: interval, float8 and the like. */
static void
test_every_column_has_a_type_that_is_read(void **state)
{
	static const Oid readable[] = {16,   17,   19,   20,   21,   23,   25,  114,
				       1042, 1043, 1184, 1700, 2278, 2950, 3802};
	struct fixture *f = *state;
	PGconn *pg = PQconnectdb(f->owner_url);

	PQclear(PQexec(pg, "SET search_path TO cowry"));
	for (int id = 0; id < STATEMENT_COUNT; id++) {
		const struct statement *s = statement_get((enum statement_id)id);
		PGresult *result;

		PQclear(PQprepare(pg, "", s->text, s->count, s->types));
		result = PQdescribePrepared(pg, "");
		for (int i = 0; i < PQnfields(result); i++) {
			bool found = false;

			for (size_t t = 0; t < COUNT(readable); t++)
				found = found || readable[t] == PQftype(result, i);
			if (!found)
				fail_msg("%s: column %s has type %u", s->name, PQfname(result, i),
					 PQftype(result, i));
		}
		PQclear(result);
	}
	PQfinish(pg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_statement_prepares),
		cmocka_unit_test(test_every_column_has_a_type_that_is_read),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
