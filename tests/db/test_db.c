/* Statements and transactions: values, rows, errors, retries. */
#include <inttypes.h>
#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "db/row.h"
#include "tests/cmocka.h"
#include "tests/db/fixture.h"

static int
setup(void **state)
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

/* Each test begins with things 1 and 2, of value 0. */
static int
reset(void **state)
{
	struct fixture *f = *state;

	fixture_sql(f->owner_url, "TRUNCATE cowry.thing, cowry.late;"
				  "INSERT INTO cowry.thing VALUES (1, 0), (2, 0)");
	arena_reset(f->ctx.arena);
	fault_clear(&f->ctx.fault);
	return 0;
}

static enum err
insert(struct ctx *ctx, int64_t id, int64_t value)
{
	return db_run(ctx, SQL_test_insert, NULL, PARAMS(p_int(id), p_int(value)));
}

static enum err
add(struct ctx *ctx, int64_t id, int64_t value)
{
	return db_run(ctx, SQL_test_add, NULL, PARAMS(p_int(id), p_int(value)));
}

static int64_t
value_of(struct ctx *ctx, int64_t id)
{
	struct rows rows;

	if (db_run(ctx, SQL_test_select, &rows, PARAMS(p_int(id))) != ERR_OK || rows.count == 0)
		return -1;
	return row_int(&rows, 0, 0);
}

struct echo {
	int64_t i2;
	int64_t i4;
	int64_t i8;
	bool b;
	const char *t;
	const char *c;
	struct uuid u;
	struct instant at;
	struct bytes d;
	const char *j;
};

static const struct column echo_columns[] = {
	COLUMN(struct echo, i2), COLUMN(struct echo, i4), COLUMN(struct echo, i8),
	COLUMN(struct echo, b),  COLUMN(struct echo, t),  COLUMN(struct echo, c),
	COLUMN(struct echo, u),  COLUMN(struct echo, at), COLUMN(struct echo, d),
	COLUMN(struct echo, j),
};

static void
test_every_kind_round_trips(void **state)
{
	static const char blob[] = "a\0b";
	struct fixture *f = *state;
	struct uuid id = uuid_v7();
	struct echo e;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_echo, &rows,
				PARAMS(p_int(INT16_MIN), p_int(INT32_MAX), p_int(INT64_MIN),
				       p_bool(true), p_text("na\xc3\xafve \xf0\x9f\x90\x84"),
				       p_text("ab"), p_uuid(id), p_time((struct instant){-1}),
				       p_bytes(blob, 3), p_text("{\"a\": [1, \"x\"]}"))),
			 ERR_OK);
	assert_int_equal(rows.count, 1);
	rows_scan(&rows, 0, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i2, INT16_MIN);
	assert_int_equal(e.i4, INT32_MAX);
	assert_true(e.i8 == INT64_MIN);
	assert_true(e.b);
	assert_string_equal(e.t, "na\xc3\xafve \xf0\x9f\x90\x84");
	assert_string_equal(e.c, "ab");
	assert_true(uuid_equal(e.u, id));
	assert_int_equal(e.at.us, -1);
	assert_int_equal(e.d.length, 3);
	assert_memory_equal(e.d.data, blob, 3);
	assert_string_equal(e.j, "{\"a\": [1, \"x\"]}");
}

static void
test_null_round_trips(void **state)
{
	struct fixture *f = *state;
	struct echo e;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_echo, &rows,
				PARAMS(p_null(), p_id(0), p_null(), p_null(), p_text(NULL),
				       p_null(), p_uuid((struct uuid){{0}}),
				       p_time((struct instant){0}), p_bytes(NULL, 0), p_null())),
			 ERR_OK);
	for (int i = 0; i < (int)COLUMN_COUNT(echo_columns); i++)
		assert_true(row_is_null(&rows, 0, i));
	memset(&e, 0xff, sizeof e);
	rows_scan(&rows, 0, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i2, 0);
	assert_int_equal(e.i8, 0);
	assert_false(e.b);
	assert_null(e.t);
	assert_true(uuid_is_nil(e.u));
	assert_int_equal(e.at.us, 0);
	assert_null(e.d.data);
	assert_null(e.j);
}

static void
test_every_array_round_trips(void **state)
{
	struct fixture *f = *state;
	const int64_t numbers[] = {-1, 32767};
	const bool flags[] = {true, false};
	const char *texts[] = {"", NULL};
	const char *objects[] = {"{}", NULL};
	const struct uuid ids[] = {uuid_v7(), {{0}}};
	const struct instant times[] = {{1}, {0}};
	const struct bytes blobs[] = {{"\0\1", 2}, {NULL, 0}};
	struct echo e;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_unnest, &rows,
				PARAMS(p_ints(numbers, 2), p_ints(numbers, 2), p_ints(numbers, 2),
				       p_bools(flags, 2), p_texts(texts, 2), p_texts(texts, 2),
				       p_uuids(ids, 2), p_times(times, 2), p_bytes_list(blobs, 2),
				       p_texts(objects, 2))),
			 ERR_OK);
	assert_int_equal(rows.count, 2);
	rows_scan(&rows, 0, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i2, -1);
	assert_int_equal(e.i8, -1);
	assert_true(e.b);
	assert_string_equal(e.t, "");
	assert_true(uuid_equal(e.u, ids[0]));
	assert_int_equal(e.at.us, 1);
	assert_memory_equal(e.d.data, "\0\1", 2);
	assert_string_equal(e.j, "{}");
	rows_scan(&rows, 1, echo_columns, COLUMN_COUNT(echo_columns), &e);
	assert_int_equal(e.i4, 32767);
	assert_false(e.b);
	for (int i = 4; i < (int)COLUMN_COUNT(echo_columns); i++)
		assert_true(row_is_null(&rows, 1, i));
}

static void
test_empty_arrays(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	assert_int_equal(
		db_run(&f->ctx, SQL_test_unnest, &rows,
		       PARAMS(p_ints(NULL, 0), p_ints(NULL, 0), p_ints(NULL, 0), p_bools(NULL, 0),
			      p_texts(NULL, 0), p_texts(NULL, 0), p_uuids(NULL, 0),
			      p_times(NULL, 0), p_bytes_list(NULL, 0), p_texts(NULL, 0))),
		ERR_OK);
	assert_int_equal(rows.count, 0);
}

static void
test_infinite_times(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_infinity, &rows, NO_PARAMS), ERR_OK);
	assert_true(row_time(&rows, 0, 0).us == INT64_MAX);
	assert_true(row_time(&rows, 0, 1).us == INT64_MIN);
}

static void
test_wrong_parameters_never_travel(void **state)
{
	struct fixture *f = *state;
	const int64_t one = 1;

	assert_int_equal(db_run(&f->ctx, SQL_test_insert, NULL, PARAMS(p_int(3))), ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_insert, NULL, PARAMS(p_int(3), p_text("1"))),
			 ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_insert, NULL, PARAMS(p_int(3), p_ints(&one, 1))),
			 ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_echo, NULL,
				PARAMS(p_int(32768), p_null(), p_null(), p_null(), p_null(),
				       p_null(), p_null(), p_null(), p_null(), p_null())),
			 ERR_INTERNAL);
	assert_int_equal(value_of(&f->ctx, 3), -1);
}

static void
test_row_count_is_checked(void **state)
{
	struct fixture *f = *state;
	struct rows rows;

	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, &rows, PARAMS(p_int(1))), ERR_OK);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, &rows, PARAMS(p_int(0))),
			 ERR_NOT_FOUND);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, NULL, PARAMS(p_int(0))), ERR_NOT_FOUND);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_one, &rows, PARAMS(p_int(2))), ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_maybe, &rows, PARAMS(p_int(0))), ERR_OK);
	assert_int_equal(rows.count, 0);
	assert_int_equal(db_run(&f->ctx, SQL_test_rows_maybe, &rows, PARAMS(p_int(2))),
			 ERR_INTERNAL);
	assert_int_equal(db_run(&f->ctx, SQL_test_add, &rows, PARAMS(p_int(1), p_int(5))), ERR_OK);
	assert_int_equal(rows.affected, 1);
	assert_int_equal(db_run(&f->ctx, SQL_test_add, &rows, PARAMS(p_int(9), p_int(5))), ERR_OK);
	assert_int_equal(rows.affected, 0);
}

static void
test_errors_have_a_meaning(void **state)
{
	struct fixture *f = *state;
	struct ctx *ctx = &f->ctx;

	assert_int_equal(insert(ctx, 1, 0), ERR_CONFLICT);
	assert_string_equal(ctx->fault.constraint, "thing_key");
	assert_non_null(strstr(ctx->fault.detail, "test_insert: 23505"));
	assert_string_equal(ctx->fault.message, err_message(ERR_CONFLICT));
	assert_int_equal(insert(ctx, 3, -101), ERR_CONFLICT);
	assert_string_equal(ctx->fault.constraint, "thing_floor");
	assert_int_equal(add(ctx, 1, INT64_MAX), ERR_OK);
	assert_int_equal(add(ctx, 1, 1), ERR_AMOUNT_TOO_LARGE);
	assert_string_equal(ctx->fault.constraint, "");
	assert_int_equal(db_run(ctx, SQL_test_setting, NULL, PARAMS(p_text("\xff"))),
			 ERR_VALIDATION);
	assert_int_equal(db_run(ctx, SQL_test_setting, NULL, PARAMS(p_text("no.such"))),
			 ERR_INTERNAL);
	assert_int_equal(value_of(ctx, 2), 0);
}

static void
test_session_settings(void **state)
{
	static const struct {
		const char *name;
		const char *value;
	} settings[] = {
		{"TimeZone", "UTC"},
		{"search_path", "cowry"},
		{"statement_timeout", "5s"},
		{"lock_timeout", "2500ms"},
		{"idle_in_transaction_session_timeout", "10s"},
		{"transaction_isolation", "read committed"},
		{"plan_cache_mode", "force_generic_plan"},
		{"client_encoding", "UTF8"},
		{"application_name", "test"},
	};
	struct fixture *f = *state;
	struct rows rows;

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
		assert_int_equal(
			db_run(&f->ctx, SQL_test_setting, &rows, PARAMS(p_text(settings[i].name))),
			ERR_OK);
		assert_string_equal(row_text(&rows, 0, 0), settings[i].value);
	}
}

static void
test_pipeline_is_one_transaction(void **state)
{
	struct fixture *f = *state;
	const struct param new_thing[] = {p_int(3), p_int(30)};
	const struct param known[] = {p_int(1), p_int(0)};
	const struct param three[] = {p_int(3)};
	struct rows inserted;
	struct rows selected;
	const struct db_call good[] = {
		{SQL_test_insert, &inserted, new_thing, 2},
		{SQL_test_select, &selected, three, 1},
		{SQL_test_select, NULL, three, 1},
	};
	const struct param four[] = {p_int(4), p_int(40)};
	const struct db_call bad[] = {
		{SQL_test_insert, NULL, four, 2},
		{SQL_test_insert, NULL, known, 2},
		{SQL_test_count, NULL, NULL, 0},
	};

	assert_int_equal(db_pipeline(&f->ctx, good, 3), ERR_OK);
	assert_int_equal(inserted.affected, 1);
	assert_int_equal(row_int(&selected, 0, 0), 30);
	assert_int_equal(db_pipeline(&f->ctx, bad, 3), ERR_CONFLICT);
	assert_int_equal(value_of(&f->ctx, 4), -1);
	assert_int_equal(db_pipeline(&f->ctx, NULL, 0), ERR_OK);
}

static void
test_long_pipeline(void **state)
{
	enum { CALLS = 2000, SIZE = 4000 };
	struct fixture *f = *state;
	static char text[SIZE + 1];
	static struct db_call calls[CALLS];
	static struct rows rows[CALLS];
	struct param params[] = {p_null(), p_null(), p_null(), p_null(), p_text(text),
				 p_null(), p_null(), p_null(), p_null(), p_null()};

	memset(text, 'x', SIZE);
	for (size_t i = 0; i < CALLS; i++)
		calls[i] = (struct db_call){SQL_test_echo, &rows[i], params, 10};
	assert_int_equal(db_pipeline(&f->ctx, calls, CALLS), ERR_OK);
	assert_string_equal(row_text(&rows[CALLS - 1], 0, 4), text);
}

/* Work that does what its plan says; counts its runs. */
struct plan {
	enum err (*first)(struct ctx *ctx, struct plan *plan);
	int runs;
	int64_t pid;
	struct fixture *fixture;
	enum err result;
};

static enum err
run_plan(struct ctx *ctx, void *arg)
{
	struct plan *plan = arg;

	plan->runs++;
	return plan->first(ctx, plan);
}

static enum err
add_and_defer(struct ctx *ctx, struct plan *plan)
{
	TRY(add(ctx, 1, 5));
	db_defer(ctx, SQL_test_add, PARAMS(p_int(2), p_int(7)));
	return plan->result;
}

static void
test_commit_and_roll_back(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = add_and_defer};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_null(f->ctx.db);
	assert_int_equal(value_of(&f->ctx, 1), 5);
	assert_int_equal(value_of(&f->ctx, 2), 7);
	plan.result = ERR_INSUFFICIENT_FUNDS;
	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(plan.runs, 2);
	assert_int_equal(value_of(&f->ctx, 1), 5);
	assert_int_equal(value_of(&f->ctx, 2), 7);
}

static void
test_rehearsal_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = add_and_defer};

	assert_int_equal(db_rehearse(&f->ctx, run_plan, &plan), ERR_OK);
	plan.result = ERR_FORBIDDEN;
	assert_int_equal(db_rehearse(&f->ctx, run_plan, &plan), ERR_FORBIDDEN);
	assert_int_equal(value_of(&f->ctx, 1), 0);
	assert_int_equal(value_of(&f->ctx, 2), 0);
}

static enum err
defer_only(struct ctx *ctx, struct plan *plan)
{
	int64_t id = 3;

	(void)plan;
	db_defer(ctx, SQL_test_insert, PARAMS(p_int(id), p_int(id)));
	id = 4; /* parameters were copied */
	db_defer(ctx, SQL_test_insert, PARAMS(p_int(id), p_int(id)));
	return ERR_OK;
}

static void
test_deferred_alone(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = defer_only};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(value_of(&f->ctx, 3), 3);
	assert_int_equal(value_of(&f->ctx, 4), 4);
	/* The second time they break a rule, in the same trip as COMMIT. */
	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_CONFLICT);
	assert_string_equal(f->ctx.fault.constraint, "thing_key");
	assert_int_equal(db_rehearse(&f->ctx, run_plan, &plan), ERR_CONFLICT);
}

static enum err
defer_then_read(struct ctx *ctx, struct plan *plan)
{
	db_defer(ctx, SQL_test_add, PARAMS(p_int(1), p_int(1)));
	plan->pid = value_of(ctx, 1);
	return ERR_OK;
}

static void
test_deferred_comes_before_the_next_statement(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = defer_then_read};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(plan.pid, 1);
	assert_int_equal(value_of(&f->ctx, 1), 1);
}

static enum err
do_nothing(struct ctx *ctx, struct plan *plan)
{
	(void)ctx;
	return plan->result;
}

static void
test_nothing_needs_no_connection(void **state)
{
	struct fixture *f = *state;
	struct db_options options = {"host=/nonexistent", "test", 1, 100, 100};
	struct app app = {.pool = db_pool_new(&options)};
	struct ctx ctx = f->ctx;
	struct plan plan = {.first = do_nothing};

	ctx.app = &app;
	assert_int_equal(db_transact(&ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(db_rehearse(&ctx, run_plan, &plan), ERR_OK);
	plan.result = ERR_CONFLICT;
	assert_int_equal(db_transact(&ctx, run_plan, &plan), ERR_CONFLICT);
	db_pool_free(app.pool);
}

static enum err
nest(struct ctx *ctx, struct plan *plan)
{
	struct plan inner = {.first = add_and_defer};
	struct rows before;
	struct rows after;

	TRY(db_run(ctx, SQL_test_backend, &before, NO_PARAMS));
	TRY(db_transact(ctx, run_plan, &inner));
	TRY(db_run(ctx, SQL_test_backend, &after, NO_PARAMS));
	assert_int_equal(row_int(&before, 0, 0), row_int(&after, 0, 0));
	return plan->result;
}

static void
test_nested_joins(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = nest, .result = ERR_FORBIDDEN};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_FORBIDDEN);
	assert_int_equal(value_of(&f->ctx, 1), 0);
	plan.result = ERR_OK;
	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(value_of(&f->ctx, 1), 5);
	assert_int_equal(value_of(&f->ctx, 2), 7);
}

static enum err
swallow_error(struct ctx *ctx, struct plan *plan)
{
	(void)plan;
	TRY(add(ctx, 1, 5));
	assert_int_equal(insert(ctx, 1, 0), ERR_CONFLICT);
	return ERR_OK;
}

static void
test_commit_of_failed_transaction(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = swallow_error};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_INTERNAL);
	assert_int_equal(value_of(&f->ctx, 1), 0);
}

/* A rival changes the row after our snapshot, the first time only. */
static enum err
lose_race(struct ctx *ctx, struct plan *plan)
{
	TRY(db_run(ctx, SQL_test_serializable, NULL, NO_PARAMS));
	(void)value_of(ctx, 1);
	if (plan->runs <= (int)plan->pid)
		fixture_sql(plan->fixture->owner_url,
			    "UPDATE cowry.thing SET value = value + 1 WHERE id = 1");
	return add(ctx, 1, 10);
}

static enum err
lose_race_at_commit(struct ctx *ctx, struct plan *plan)
{
	TRY(db_run(ctx, SQL_test_serializable, NULL, NO_PARAMS));
	(void)value_of(ctx, 1);
	if (plan->runs == 1)
		fixture_sql(plan->fixture->owner_url,
			    "UPDATE cowry.thing SET value = value + 1 WHERE id = 1");
	db_defer(ctx, SQL_test_add, PARAMS(p_int(1), p_int(10)));
	return ERR_OK;
}

static void
test_lost_race_is_run_again(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = lose_race, .fixture = f, .pid = 1};
	struct plan late = {.first = lose_race_at_commit, .fixture = f};
	struct plan hopeless = {.first = lose_race, .fixture = f, .pid = 99};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(plan.runs, 2);
	assert_int_equal(f->ctx.fault.err, ERR_OK);
	assert_int_equal(value_of(&f->ctx, 1), 11);
	assert_int_equal(db_transact(&f->ctx, run_plan, &late), ERR_OK);
	assert_int_equal(late.runs, 2);
	assert_int_equal(value_of(&f->ctx, 1), 22);
	assert_int_equal(db_transact(&f->ctx, run_plan, &hopeless), ERR_RETRY);
	assert_int_equal(hopeless.runs, 5);
}

/* Two threads lock two rows in opposite orders. */
struct rival {
	struct ctx ctx;
	pthread_barrier_t *both;
	int64_t first;
	int runs;
	enum err err;
};

static enum err
lock_in_order(struct ctx *ctx, void *arg)
{
	struct rival *r = arg;

	TRY(add(ctx, r->first, 1));
	if (r->runs++ == 0)
		(void)pthread_barrier_wait(r->both);
	return add(ctx, 3 - r->first, 1);
}

static void *
run_rival(void *arg)
{
	struct rival *r = arg;

	r->err = db_transact(&r->ctx, lock_in_order, r);
	return NULL;
}

static void
test_deadlock_is_run_again(void **state)
{
	struct fixture *f = *state;
	pthread_barrier_t both;
	struct rival rivals[2];
	pthread_t threads[2];

	assert_int_equal(pthread_barrier_init(&both, NULL, 2), 0);
	for (int i = 0; i < 2; i++) {
		rivals[i] = (struct rival){fixture_ctx(f), &both, 1 + i, 0, ERR_OK};
		assert_int_equal(pthread_create(&threads[i], NULL, run_rival, &rivals[i]), 0);
	}
	for (int i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(rivals[i].err, ERR_OK);
		fixture_ctx_end(&rivals[i].ctx);
	}
	/* At least one of them lost; on a slow machine the server may end both. */
	assert_true(rivals[0].runs + rivals[1].runs >= 3);
	assert_int_equal(value_of(&f->ctx, 1), 2);
	assert_int_equal(value_of(&f->ctx, 2), 2);
	(void)pthread_barrier_destroy(&both);
}

static enum err
insert_bytes(struct ctx *ctx, struct plan *plan)
{
	(void)plan;
	db_defer(ctx, SQL_test_insert, PARAMS(p_text("x"), p_int(1)));
	return ERR_OK;
}

static void
test_wrong_deferred_parameters_roll_back(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = insert_bytes};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_INTERNAL);
	assert_int_equal(value_of(&f->ctx, 1), 0);
}

/* The first statement never travelled, so BEGIN did not either. */
static enum err
swallow_wrong_parameters(struct ctx *ctx, struct plan *plan)
{
	(void)plan;
	assert_int_equal(db_run(ctx, SQL_test_select, NULL, PARAMS(p_text("x"))), ERR_INTERNAL);
	assert_int_equal(add(ctx, 1, 5), ERR_INTERNAL);
	return ERR_OK;
}

static void
test_nothing_runs_outside_a_broken_transaction(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = swallow_wrong_parameters};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_INTERNAL);
	assert_int_equal(value_of(&f->ctx, 1), 0);
}

static enum err
swallow_missing_row(struct ctx *ctx, struct plan *plan)
{
	(void)plan;
	assert_int_equal(db_run(ctx, SQL_test_rows_one, NULL, PARAMS(p_int(0))), ERR_NOT_FOUND);
	return add(ctx, 1, 5);
}

static void
test_missing_row_ends_nothing(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = swallow_missing_row};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(value_of(&f->ctx, 1), 5);
}

static void
test_ping(void **state)
{
	struct fixture *f = *state;
	int64_t latency_ns = 0;

	assert_int_equal(db_ping(&f->ctx, &latency_ns), ERR_OK);
	assert_true(latency_ns > 0);
}

#define TEST(name) cmocka_unit_test_setup(name, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_kind_round_trips),
		TEST(test_null_round_trips),
		TEST(test_every_array_round_trips),
		TEST(test_empty_arrays),
		TEST(test_infinite_times),
		TEST(test_wrong_parameters_never_travel),
		TEST(test_row_count_is_checked),
		TEST(test_errors_have_a_meaning),
		TEST(test_session_settings),
		TEST(test_pipeline_is_one_transaction),
		TEST(test_long_pipeline),
		TEST(test_commit_and_roll_back),
		TEST(test_rehearsal_leaves_nothing),
		TEST(test_deferred_alone),
		TEST(test_deferred_comes_before_the_next_statement),
		TEST(test_nothing_needs_no_connection),
		TEST(test_nested_joins),
		TEST(test_commit_of_failed_transaction),
		TEST(test_lost_race_is_run_again),
		TEST(test_deadlock_is_run_again),
		TEST(test_wrong_deferred_parameters_roll_back),
		TEST(test_nothing_runs_outside_a_broken_transaction),
		TEST(test_missing_row_ends_nothing),
		TEST(test_ping),
	};

	return cmocka_run_group_tests(tests, setup, fixture_teardown);
}
