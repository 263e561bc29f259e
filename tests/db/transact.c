/* Transactions: commit, rollback, deferred statements, retries, and the state after a failure. */
#include <pthread.h>

#include "db/row.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"
#include "tests/support/things.h"

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
	TRY(thing_add(ctx, 1, 5));
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
	assert_int_equal(thing_value(&f->ctx, 1), 5);
	assert_int_equal(thing_value(&f->ctx, 2), 7);
	plan.result = ERR_INSUFFICIENT_FUNDS;
	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(plan.runs, 2);
	assert_int_equal(thing_value(&f->ctx, 1), 5);
	assert_int_equal(thing_value(&f->ctx, 2), 7);
}

static void
test_dry_run_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = add_and_defer};

	assert_int_equal(db_dry_run(&f->ctx, run_plan, &plan), ERR_OK);
	plan.result = ERR_FORBIDDEN;
	assert_int_equal(db_dry_run(&f->ctx, run_plan, &plan), ERR_FORBIDDEN);
	assert_int_equal(thing_value(&f->ctx, 1), 0);
	assert_int_equal(thing_value(&f->ctx, 2), 0);
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
	assert_int_equal(thing_value(&f->ctx, 3), 3);
	assert_int_equal(thing_value(&f->ctx, 4), 4);
	/* The second time they violate a constraint, in the same round trip as COMMIT. */
	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_CONFLICT);
	assert_string_equal(f->ctx.fault.constraint, "thing_key");
	assert_int_equal(db_dry_run(&f->ctx, run_plan, &plan), ERR_CONFLICT);
}

static enum err
defer_then_read(struct ctx *ctx, struct plan *plan)
{
	db_defer(ctx, SQL_test_add, PARAMS(p_int(1), p_int(1)));
	plan->pid = thing_value(ctx, 1);
	return ERR_OK;
}

static void
test_deferred_comes_before_the_next_statement(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = defer_then_read};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(plan.pid, 1);
	assert_int_equal(thing_value(&f->ctx, 1), 1);
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
	struct db_options options = {
		.conninfo = "host=/nonexistent",
		.application_name = "test",
		.connections = 1,
		.statement_timeout_ms = 100,
		.connect_timeout_ms = 100,
	};
	struct app app = {.database.pool = db_pool_new(&options)};
	struct ctx ctx = f->ctx;
	struct plan plan = {.first = do_nothing};

	ctx.app = &app;

	ctx.database = &app.database;
	assert_int_equal(db_transact(&ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(db_dry_run(&ctx, run_plan, &plan), ERR_OK);
	plan.result = ERR_CONFLICT;
	assert_int_equal(db_transact(&ctx, run_plan, &plan), ERR_CONFLICT);
	db_pool_free(app.database.pool);
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
	assert_int_equal(thing_value(&f->ctx, 1), 0);
	plan.result = ERR_OK;
	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(thing_value(&f->ctx, 1), 5);
	assert_int_equal(thing_value(&f->ctx, 2), 7);
}

static enum err
swallow_error(struct ctx *ctx, struct plan *plan)
{
	(void)plan;
	TRY(thing_add(ctx, 1, 5));
	assert_int_equal(thing_insert(ctx, 1, 0), ERR_CONFLICT);
	return ERR_OK;
}

static void
test_commit_of_failed_transaction(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = swallow_error};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_INTERNAL);
	assert_int_equal(thing_value(&f->ctx, 1), 0);
}

/* A rival changes the row after our snapshot, the first time only. */
static enum err
lose_race(struct ctx *ctx, struct plan *plan)
{
	TRY(db_run(ctx, SQL_test_serializable, NULL, NO_PARAMS));
	(void)thing_value(ctx, 1);
	if (plan->runs <= (int)plan->pid)
		fixture_sql(plan->fixture->owner_url,
			    "UPDATE cowry.thing SET value = value + 1 WHERE id = 1");
	return thing_add(ctx, 1, 10);
}

static enum err
lose_race_at_commit(struct ctx *ctx, struct plan *plan)
{
	TRY(db_run(ctx, SQL_test_serializable, NULL, NO_PARAMS));
	(void)thing_value(ctx, 1);
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
	assert_int_equal(thing_value(&f->ctx, 1), 11);
	assert_int_equal(db_transact(&f->ctx, run_plan, &late), ERR_OK);
	assert_int_equal(late.runs, 2);
	assert_int_equal(thing_value(&f->ctx, 1), 22);
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

	TRY(thing_add(ctx, r->first, 1));
	if (r->runs++ == 0)
		(void)pthread_barrier_wait(r->both);
	return thing_add(ctx, 3 - r->first, 1);
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
	assert_int_equal(thing_value(&f->ctx, 1), 2);
	assert_int_equal(thing_value(&f->ctx, 2), 2);
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
	assert_int_equal(thing_value(&f->ctx, 1), 0);
}

/* The first statement never travelled, so BEGIN did not either. */
static enum err
swallow_wrong_parameters(struct ctx *ctx, struct plan *plan)
{
	(void)plan;
	assert_int_equal(db_run(ctx, SQL_test_select, NULL, PARAMS(p_text("x"))), ERR_INTERNAL);
	assert_int_equal(thing_add(ctx, 1, 5), ERR_INTERNAL);
	return ERR_OK;
}

static void
test_nothing_runs_outside_a_broken_transaction(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = swallow_wrong_parameters};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_INTERNAL);
	assert_int_equal(thing_value(&f->ctx, 1), 0);
}

static enum err
swallow_missing_row(struct ctx *ctx, struct plan *plan)
{
	(void)plan;
	assert_int_equal(db_run(ctx, SQL_test_rows_one, NULL, PARAMS(p_int(0))), ERR_NOT_FOUND);
	return thing_add(ctx, 1, 5);
}

static void
test_missing_row_ends_nothing(void **state)
{
	struct fixture *f = *state;
	struct plan plan = {.first = swallow_missing_row};

	assert_int_equal(db_transact(&f->ctx, run_plan, &plan), ERR_OK);
	assert_int_equal(thing_value(&f->ctx, 1), 5);
}

static void
test_ping(void **state)
{
	struct fixture *f = *state;
	int64_t latency_ns = 0;

	assert_int_equal(db_ping(&f->ctx, &latency_ns), ERR_OK);
	assert_true(latency_ns > 0);
}

#define TEST(name) cmocka_unit_test_setup(name, things_reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_commit_and_roll_back),
		TEST(test_dry_run_leaves_nothing),
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

	return cmocka_run_group_tests(tests, things_setup, fixture_teardown);
}
