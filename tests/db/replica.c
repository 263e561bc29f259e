/* Reading from a standby: what it has, what it does not have yet, and when it is away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/replica.h"
#include "db/row.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"
#include "tests/support/poll.h"
#include "tests/support/things.h"

/* What the time-outs of a hundred attempts would exceed. */
enum { FROZEN_MS = 3000 };
enum { LAG_MS = 1000, DEADLINE_S = 20, PORT = 5435 };

struct scene {
	struct fixture *fixture;
	struct app app;
	struct ctx ctx;
	char url[FIXTURE_URL_MAX + 64];
	struct db_options options;
};

static void
control(const char *command)
{
	char line[512];

	(void)snprintf(line, sizeof line, "%s/tests/db/server %s %d >&2", getenv("srcdir"), command,
		       PORT);
	assert_int_equal(system(line), 0);
}

/* On the standby, as the superuser. */
static void
run_on_standby(const struct scene *s, const char *sql)
{
	char url[FIXTURE_URL_MAX + 64];

	(void)snprintf(url, sizeof url, "%s port=%d", s->fixture->superuser_url, PORT);
	fixture_sql(url, sql);
}

static int
setup(void **state)
{
	struct scene *s = calloc(1, sizeof *s);

	if (s == NULL || things_setup((void **)&s->fixture) != 0)
		return -1;
	(void)things_reset((void **)&s->fixture);
	control("standby");
	(void)snprintf(s->url, sizeof s->url, "%s port=%d", s->fixture->url, PORT);
	s->options = s->fixture->options;
	s->options.conninfo = s->url;
	s->options.statement_timeout_ms = 500;
	s->options.connect_timeout_ms = 500;
	s->options.retry_most_ms = 5000;
	s->options.reads_only = true;
	s->app = s->fixture->app;
	s->app.reads = s->app.database;
	s->app.reads.primary = &s->app.database;
	s->app.reads.replica = replica_new(&s->options, LAG_MS);
	s->ctx = fixture_ctx(s->fixture);
	s->ctx.app = &s->app;
	*state = s;
	return s->app.reads.replica != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct scene *s = *state;
	struct fixture *f = s->fixture;

	replica_free(s->app.reads.replica);
	fixture_ctx_end(&s->ctx);
	control("stop");
	free(s);
	return fixture_teardown((void **)&f);
}

/* The port of the server that answers. */
static const char *
read_port(struct scene *s)
{
	struct rows rows;

	s->ctx.database = &s->app.reads;
	assert_int_equal(db_run(&s->ctx, SQL_test_setting, &rows, PARAMS(p_text("port"))), ERR_OK);
	return row_text(&rows, 0, 0);
}

static void
wait_for_port(struct scene *s, const char *port)
{
	struct poll poll = poll_for(DEADLINE_S);

	while (strcmp(read_port(s), port) != 0)
		assert_true(poll_again(&poll));
}

static void
test_reads_are_from_the_standby(void **state)
{
	wait_for_port(*state, "5435");
}

static enum err
read_in_transaction(struct ctx *ctx, void *arg)
{
	const char **port = arg;
	struct rows rows;

	TRY(db_run(ctx, SQL_test_setting, &rows, PARAMS(p_text("port"))));
	*port = row_text(&rows, 0, 0);
	return ERR_OK;
}

static void
test_transactions_are_not(void **state)
{
	struct scene *s = *state;
	const char *port;

	s->ctx.database = &s->app.reads;
	assert_int_equal(db_transact(&s->ctx, read_in_transaction, &port), ERR_OK);
	assert_string_equal(port, "5432");
}

/* A statement that fails there is run on the primary, and so is the rest of the request. */
static void
test_errors_are_the_primarys(void **state)
{
	struct scene *s = *state;
	struct rows rows;

	wait_for_port(s, "5435");
	s->ctx.database = &s->app.reads;
	assert_int_equal(thing_insert(&s->ctx, 20, 1), ERR_OK);
	assert_int_equal(thing_value(&s->ctx, 20), 1);
	assert_int_equal(db_run(&s->ctx, SQL_test_setting, &rows, PARAMS(p_text("port"))), ERR_OK);
	assert_string_equal(row_text(&rows, 0, 0), "5432");
	assert_ptr_equal(s->ctx.database, &s->app.database);
}

/* What is older than the allowed lag is never shown. */
static void
test_lag(void **state)
{
	struct scene *s = *state;
	int64_t asked_ns;
	int64_t written_ns;
	int64_t seen;

	wait_for_port(s, "5435");
	run_on_standby(s, "SELECT pg_wal_replay_pause()");
	s->ctx.database = &s->app.database;
	assert_int_equal(thing_insert(&s->ctx, 30, 1), ERR_OK);
	written_ns = clock_monotonic_ns();
	do {
		asked_ns = clock_monotonic_ns();
		s->ctx.database = &s->app.reads;
		seen = thing_value(&s->ctx, 30);
		assert_true(seen == 1 || asked_ns - written_ns < LAG_MS * INT64_C(1000000));
	} while (seen != 1);
	assert_string_equal(read_port(s), "5432");
	run_on_standby(s, "SELECT pg_wal_replay_resume()");
	wait_for_port(s, "5435");
}

static void
test_away(void **state)
{
	struct scene *s = *state;

	wait_for_port(s, "5435");
	control("stop");
	assert_string_equal(read_port(s), "5432");
	control("start");
	wait_for_port(s, "5435");
}

/* A frozen one costs its time-outs, and is left alone for a while after each. */
static void
test_frozen(void **state)
{
	struct scene *s = *state;
	int64_t began_ns;

	wait_for_port(s, "5435");
	control("freeze");
	assert_string_equal(read_port(s), "5432");
	began_ns = clock_monotonic_ns();
	for (int i = 0; i < 100; i++)
		assert_string_equal(read_port(s), "5432");
	assert_true(clock_monotonic_ns() - began_ns < FROZEN_MS * INT64_C(1000000));
	control("thaw");
	wait_for_port(s, "5435");
}

/* Some distributions of the server's programs lack it. */
static bool
has_basebackup(void)
{
	char path[512];

	(void)snprintf(path, sizeof path, "%s/pg_basebackup", getenv("PGBIN"));
	return access(path, X_OK) == 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_are_from_the_standby),
		cmocka_unit_test(test_transactions_are_not),
		cmocka_unit_test(test_errors_are_the_primarys),
		cmocka_unit_test(test_lag),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_frozen),
	};

	if (!has_basebackup()) {
		(void)puts("1..0 # SKIP pg_basebackup is missing");
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
