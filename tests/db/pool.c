/* Connections: shared, exhausted, killed, lost at the wrong moment, and a server that restarts. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/row.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/poll.h"
#include "tests/support/proxy.h"

enum { DEADLINE_S = 10 };

static int
setup(void **state)
{
	struct fixture *f;

	if (fixture_setup(state) != 0)
		return -1;
	f = *state;
	fixture_sql(f->owner_url, "CREATE TABLE cowry.thing (id bigint PRIMARY KEY, value bigint);"
				  "GRANT ALL ON cowry.thing TO cowry_worker");
	return 0;
}

/* A separate pool, with its own options. */
struct scene {
	struct db_options options;
	struct app app;
	struct ctx ctx;
	char url[FIXTURE_URL_MAX + 128];
};

static struct scene *
scene_new(const struct fixture *f, const char *more, int64_t connections)
{
	struct scene *s = calloc(1, sizeof *s);

	assert_non_null(s);
	(void)snprintf(s->url, sizeof s->url, "%s %s", f->url, more);
	s->options = (struct db_options){
		.conninfo = s->url,
		.application_name = "test",
		.connections = connections,
		.statement_timeout_ms = 500,
		.connect_timeout_ms = 300,
	};
	s->app.database.pool = db_pool_new(&s->options);
	s->ctx = fixture_ctx(f);
	s->ctx.app = &s->app;
	s->ctx.database = &s->app.database;
	return s;
}

static void
scene_end(struct scene *s)
{
	db_pool_free(s->app.database.pool);
	fixture_ctx_end(&s->ctx);
	free(s);
}

static int64_t
seconds_until(int64_t start_ns)
{
	return (clock_monotonic_ns() - start_ns) / 1000000000;
}

static enum err
backend(struct ctx *ctx, int64_t *pid)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_test_backend, &rows, NO_PARAMS));
	*pid = row_int(&rows, 0, 0);
	return ERR_OK;
}

/* Whether a session may be used; asked in the session. */
struct gate {
	bool open;
	int asked;
};

static bool
ask_gate(void *arg, struct ctx *ctx, char problem[256])
{
	struct gate *gate = arg;
	int64_t pid = 0;

	gate->asked++;
	assert_int_equal(backend(ctx, &pid), ERR_OK);
	assert_true(pid > 0);
	(void)snprintf(problem, 256, "the gate is closed");
	return gate->open;
}

static void
test_refused_session(void **state)
{
	struct scene *s = scene_new(*state, "", 2);
	struct gate gate = {0};
	struct poll poll = poll_for(5);
	int64_t pid;

	db_pool_free(s->app.database.pool);
	s->options.accept = ask_gate;
	s->options.accept_arg = &gate;
	s->app.database.pool = db_pool_new(&s->options);
	assert_int_equal(backend(&s->ctx, &pid), ERR_UNAVAILABLE);
	assert_non_null(strstr(s->ctx.fault.detail, "the gate is closed"));
	assert_int_equal(gate.asked, 1);
	gate.open = true;
	while (backend(&s->ctx, &pid) != ERR_OK && poll_again(&poll))
		fault_clear(&s->ctx.fault);
	assert_int_equal(backend(&s->ctx, &pid), ERR_OK);
	assert_int_equal(gate.asked, 2);
	scene_end(s);
}

/* What works beside a pool is refused with it. */
static void
test_refused_beside(void **state)
{
	struct scene *s = scene_new(*state, "", 2);
	struct gate gate = {0};
	struct db_pool *beside;
	int64_t pid;

	db_pool_free(s->app.database.pool);
	s->options.accept = ask_gate;
	s->options.accept_arg = &gate;
	s->app.database.pool = db_pool_new(&s->options);
	beside = db_pool_beside(s->app.database.pool, "beside");
	s->ctx.database = &(struct database){.pool = beside};
	assert_int_equal(backend(&s->ctx, &pid), ERR_UNAVAILABLE);
	assert_int_equal(gate.asked, 1);
	db_pool_free(beside);
	scene_end(s);
}

static int64_t
prepared(struct ctx *ctx, const char *name)
{
	struct rows rows;

	assert_int_equal(db_run(ctx, SQL_test_prepared, &rows, PARAMS(p_text(name))), ERR_OK);
	return row_int(&rows, 0, 0);
}

static enum err
use_session(struct ctx *ctx, void *arg)
{
	/* Nothing may precede it in its transaction. */
	TRY(db_run(ctx, SQL_verify_snapshot, NULL, NO_PARAMS));
	return backend(ctx, arg);
}

/* A session discards its plans after a second, between transactions. */
static void
test_plans_are_discarded(void **state)
{
	struct scene *s = scene_new(*state, "", 1);
	struct poll poll = poll_for(10);
	int64_t pid;

	assert_int_equal(prepared(&s->ctx, "plans_discard"), 0);
	do
		assert_int_equal(db_transact(&s->ctx, use_session, &pid), ERR_OK);
	while (prepared(&s->ctx, "plans_discard") == 0 && poll_again(&poll));
	assert_int_equal(prepared(&s->ctx, "plans_discard"), 1);
	scene_end(s);
}

struct sleeper {
	struct ctx ctx;
	int64_t ms;
	enum err err;
};

static void *
sleep_in_thread(void *arg)
{
	struct sleeper *s = arg;

	s->err = db_run(&s->ctx, SQL_test_sleep, NULL, PARAMS(p_int(s->ms)));
	return NULL;
}

static void
test_threads_share_connections(void **state)
{
	enum { THREADS = 8 };
	struct fixture *f = *state;
	struct scene *s = scene_new(f, "", 2);
	struct sleeper sleepers[THREADS];
	pthread_t threads[THREADS];
	int64_t pid;

	for (int i = 0; i < THREADS; i++) {
		sleepers[i] = (struct sleeper){fixture_ctx(f), 5, ERR_OK};
		sleepers[i].ctx.app = &s->app;
		sleepers[i].ctx.database = &s->app.database;
		assert_int_equal(pthread_create(&threads[i], NULL, sleep_in_thread, &sleepers[i]),
				 0);
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(sleepers[i].err, ERR_OK);
		fixture_ctx_end(&sleepers[i].ctx);
	}
	assert_int_equal(backend(&s->ctx, &pid), ERR_OK);
	scene_end(s);
}

/* While this transaction holds the only connection, another request gets none. */
static enum err
ask_beside(struct ctx *ctx, void *arg)
{
	struct ctx *other = arg;
	int64_t pid;

	TRY(backend(ctx, &pid));
	return backend(other, &pid);
}

static void
test_exhaustion(void **state)
{
	struct fixture *f = *state;
	struct scene *s = scene_new(f, "", 1);
	struct ctx other = fixture_ctx(f);
	int64_t start_ns = clock_monotonic_ns();
	int64_t pid;

	other.app = &s->app;
	other.database = &s->app.database;
	assert_int_equal(db_transact(&s->ctx, ask_beside, &other), ERR_UNAVAILABLE);
	assert_non_null(strstr(other.fault.detail, "no connection became free"));
	assert_true(clock_monotonic_ns() - start_ns >= s->options.connect_timeout_ms * 1000000);
	assert_int_equal(backend(&other, &pid), ERR_OK);
	fixture_ctx_end(&other);
	scene_end(s);
}

static void
test_statement_timeout(void **state)
{
	struct scene *s = scene_new(*state, "", 1);
	int64_t before;
	int64_t after;

	assert_int_equal(backend(&s->ctx, &before), ERR_OK);
	assert_int_equal(db_run(&s->ctx, SQL_test_sleep, NULL, PARAMS(p_int(5000))),
			 ERR_UNAVAILABLE);
	assert_non_null(strstr(s->ctx.fault.detail, "57014"));
	assert_int_equal(backend(&s->ctx, &after), ERR_OK);
	assert_int_equal(before, after);
	scene_end(s);
}

static void
test_killed_while_idle(void **state)
{
	struct fixture *f = *state;
	struct scene *s = scene_new(f, "", 1);
	int64_t start_ns = clock_monotonic_ns();
	char sql[128];
	int64_t before = 0;
	int64_t after;

	assert_int_equal(backend(&s->ctx, &before), ERR_OK);
	(void)snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", (int)before);
	assert_string_equal(fixture_value(f->ctx.arena, f->superuser_url, sql), "t");
	assert_int_equal(backend(&s->ctx, &after), ERR_OK);
	assert_int_not_equal(before, after);
	assert_true(seconds_until(start_ns) < DEADLINE_S);
	scene_end(s);
}

static enum err
insert_then_kill(struct ctx *ctx, void *arg)
{
	const struct fixture *f = arg;
	char sql[128];
	int64_t pid;

	TRY(db_run(ctx, SQL_test_insert, NULL, PARAMS(p_int(70), p_int(1))));
	TRY(backend(ctx, &pid));
	(void)snprintf(sql, sizeof sql, "SELECT pg_terminate_backend(%d, 5000)", (int)pid);
	assert_string_equal(fixture_value(f->ctx.arena, f->superuser_url, sql), "t");
	return ERR_OK;
}

/* Nothing can have been committed that was not asked for. */
static void
test_killed_before_commit(void **state)
{
	struct fixture *f = *state;
	struct scene *s = scene_new(f, "", 1);
	struct rows rows;

	assert_int_equal(db_transact(&s->ctx, insert_then_kill, f), ERR_UNAVAILABLE);
	assert_int_equal(db_run(&s->ctx, SQL_test_select, &rows, PARAMS(p_int(70))), ERR_OK);
	assert_int_equal(rows.count, 0);
	scene_end(s);
}

static enum err
insert_one(struct ctx *ctx, void *arg)
{
	const int64_t *id = arg;

	return db_run(ctx, SQL_test_insert, NULL, PARAMS(p_int(*id), p_int(1)));
}

static enum err
defer_one(struct ctx *ctx, void *arg)
{
	const int64_t *id = arg;

	db_defer(ctx, SQL_test_insert, PARAMS(p_int(*id), p_int(1)));
	return ERR_OK;
}

static void
lose(const struct fixture *f, enum proxy_fault fault, const char *bytes, db_work *work, int64_t id,
     enum err expected, size_t rows_expected)
{
	struct proxy *proxy = proxy_new();
	char host[96];
	struct scene *s;
	struct rows rows;

	(void)snprintf(host, sizeof host, "host=%s", proxy_host(proxy));
	s = scene_new(f, host, 1);
	proxy_set(proxy, fault, bytes);
	assert_int_equal(db_transact(&s->ctx, work, &id), expected);
	assert_int_equal(s->ctx.fault.err, expected);
	assert_int_equal(db_run(&s->ctx, SQL_test_select, &rows, PARAMS(p_int(id))), ERR_OK);
	assert_int_equal(rows.count, rows_expected);
	scene_end(s);
	proxy_free(proxy);
}

/* A server that is short of processors answers late, but answers: the session is opened. */
static void
test_slow_server(void **state)
{
	struct proxy *proxy = proxy_new();
	int64_t start_ns = clock_monotonic_ns();
	char host[96];
	struct scene *s;
	int64_t pid;

	(void)snprintf(host, sizeof host, "host=%s", proxy_host(proxy));
	s = scene_new(*state, host, 1);
	proxy_set(proxy, PROXY_SLOW, "cowry_worker");
	assert_int_equal(backend(&s->ctx, &pid), ERR_OK);
	assert_true(clock_monotonic_ns() - start_ns > s->options.connect_timeout_ms * 1000000);
	scene_end(s);
	proxy_free(proxy);
}

static void
test_reply_to_commit_is_lost(void **state)
{
	struct fixture *f = *state;

	lose(f, PROXY_DROP_REPLY, "transaction_commit", insert_one, 100, ERR_OUTCOME_UNKNOWN, 1);
	lose(f, PROXY_DROP_REPLY, "transaction_commit", defer_one, 101, ERR_OUTCOME_UNKNOWN, 1);
	lose(f, PROXY_STALL, "transaction_commit", insert_one, 102, ERR_OUTCOME_UNKNOWN, 1);
}

/* From here it looks the same. */
static void
test_commit_is_lost(void **state)
{
	lose(*state, PROXY_DROP_REQUEST, "transaction_commit", insert_one, 103, ERR_OUTCOME_UNKNOWN,
	     0);
}

static void
test_lost_before_commit(void **state)
{
	struct fixture *f = *state;

	lose(f, PROXY_DROP_REPLY, "test_insert", insert_one, 104, ERR_UNAVAILABLE, 0);
	lose(f, PROXY_STALL, "test_insert", insert_one, 105, ERR_UNAVAILABLE, 0);
}

/* A second server, which may be stopped. */
static void
control(const char *command)
{
	char line[512];

	(void)snprintf(line, sizeof line, "%s/tests/db/server %s >&2", getenv("srcdir"), command);
	assert_int_equal(system(line), 0);
}

static void
test_server_restarts(void **state)
{
	struct fixture *f = *state;
	struct scene *s;
	int64_t pid;
	int64_t start_ns;

	control("start");
	s = scene_new(f, "user=postgres dbname=postgres port=5433", 4);
	assert_int_equal(backend(&s->ctx, &pid), ERR_OK);
	control("restart");
	assert_int_equal(backend(&s->ctx, &pid), ERR_OK);
	control("stop");
	for (int i = 0; i < 50; i++) {
		start_ns = clock_monotonic_ns();
		assert_int_equal(backend(&s->ctx, &pid), ERR_UNAVAILABLE);
		assert_true(clock_monotonic_ns() - start_ns < 100000000);
	}
	control("start");
	start_ns = clock_monotonic_ns();
	while (backend(&s->ctx, &pid) != ERR_OK)
		assert_true(seconds_until(start_ns) < 2);
	control("stop");
	scene_end(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused_session),
		cmocka_unit_test(test_refused_beside),
		cmocka_unit_test(test_plans_are_discarded),
		cmocka_unit_test(test_threads_share_connections),
		cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_statement_timeout),
		cmocka_unit_test(test_killed_while_idle),
		cmocka_unit_test(test_killed_before_commit),
		cmocka_unit_test(test_slow_server),
		cmocka_unit_test(test_reply_to_commit_is_lost),
		cmocka_unit_test(test_commit_is_lost),
		cmocka_unit_test(test_lost_before_commit),
		cmocka_unit_test(test_server_restarts),
	};

	return cmocka_run_group_tests(tests, setup, fixture_teardown);
}
