#include "tests/support/things.h"

#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "db/row.h"

int
things_setup(void **state)
{
	struct fixture *f;

	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	fixture_sql(f->owner_url,
		    "CREATE TABLE cowry.thing (id bigint, value bigint NOT NULL,"
		    " CONSTRAINT thing_key UNIQUE (id) DEFERRABLE INITIALLY IMMEDIATE,"
		    " CONSTRAINT thing_floor CHECK (value >= -100));"
		    "CREATE TABLE cowry.late (id bigint UNIQUE DEFERRABLE INITIALLY DEFERRED);"
		    "GRANT ALL ON cowry.thing, cowry.late TO cowry_worker");
	return 0;
}

int
things_reset(void **state)
{
	struct fixture *f = *state;

	fixture_sql(f->owner_url, "TRUNCATE cowry.thing, cowry.late;"
				  "INSERT INTO cowry.thing VALUES (1, 0), (2, 0)");
	arena_reset(f->ctx.arena);
	fault_clear(&f->ctx.fault);
	return 0;
}

enum err
thing_insert(struct ctx *ctx, int64_t id, int64_t value)
{
	return db_run(ctx, SQL_test_insert, NULL, PARAMS(p_int(id), p_int(value)));
}

enum err
thing_add(struct ctx *ctx, int64_t id, int64_t value)
{
	return db_run(ctx, SQL_test_add, NULL, PARAMS(p_int(id), p_int(value)));
}

int64_t
thing_value(struct ctx *ctx, int64_t id)
{
	struct rows rows;

	if (db_run(ctx, SQL_test_select, &rows, PARAMS(p_int(id))) != ERR_OK || rows.count == 0)
		return -1;
	return row_int(&rows, 0, 0);
}
