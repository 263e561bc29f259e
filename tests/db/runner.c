/* The job runner's threads, and notifications of new jobs. */
#include <libpq-fe.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/listen.h"
#include "db/row.h"
#include "jobs/runner.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/sql_value.h"

enum { DEADLINE_MS = 10000, PATIENCE_MS = 10000 };

static atomic_int quick_runs;
static atomic_int slow_runs;
static atomic_bool slow_may_end;

static enum err
run_quick(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	(void)ctx;
	(void)job;
	atomic_fetch_add(&quick_runs, 1);
	*verdict = QUEUE_DONE;
	return ERR_OK;
}

static void
pause_ms(int ms)
{
	(void)nanosleep(&(struct timespec){.tv_nsec = ms * 1000000L}, NULL);
}

static enum err
run_slow(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	(void)ctx;
	(void)job;
	atomic_fetch_add(&slow_runs, 1);
	while (!atomic_load(&slow_may_end))
		pause_ms(5);
	*verdict = QUEUE_DONE;
	return ERR_OK;
}

static const struct queue_kind quick = {"quick", 60, 3, 1, 1, run_quick, NULL};
static const struct queue_kind slow = {"slow", 60, 3, 1, 1, run_slow, NULL};

static const struct job list[] = {
	{.kind = &quick, .threads = 1},
	{.kind = &slow, .threads = 2},
	{0},
};

static int
begin(void **state)
{
	struct fixture *f = *state;

	fixture_sql(f->superuser_url, "TRUNCATE cowry.job");
	atomic_store(&quick_runs, 0);
	atomic_store(&slow_runs, 0);
	atomic_store(&slow_may_end, false);
	return 0;
}

static void
add(struct fixture *f, const char *kind, const char *subject, int64_t delay_s)
{
	assert_int_equal(queue_add(&f->ctx, kind, subject, delay_s), ERR_OK);
}

static bool
reaches(atomic_int *runs, int wanted)
{
	for (int ms = 0; ms < DEADLINE_MS && atomic_load(runs) < wanted; ms += 5)
		pause_ms(5);
	return atomic_load(runs) == wanted;
}

static void
test_slow_holds_up_nothing(void **state)
{
	struct fixture *f = *state;
	struct runner *runner;

	for (size_t i = 0; i < 3; i++)
		add(f, "slow", (const char *[]){"a", "b", "c"}[i], 0);
	runner = runner_start(&f->app, list);
	assert_non_null(runner);
	assert_true(reaches(&slow_runs, 2));
	add(f, "quick", "a", 0);
	runner_wake(runner, "quick");
	assert_true(reaches(&quick_runs, 1));
	assert_int_equal(slow_runs, 2);
	atomic_store(&slow_may_end, true);
	assert_true(reaches(&slow_runs, 3));
	assert_true(runner_stop(runner, PATIENCE_MS));
	assert_string_equal(
		fixture_value(f->ctx.arena, f->superuser_url, "SELECT count(*) FROM cowry.job"),
		"0");
}

/* A lost wake-up: jobs are found without one. */
static void
test_polls(void **state)
{
	struct fixture *f = *state;
	struct runner *runner = runner_start(&f->app, list);

	assert_non_null(runner);
	add(f, "quick", "a", 1);
	assert_true(reaches(&quick_runs, 1));
	assert_true(runner_stop(runner, PATIENCE_MS));
}

static void
test_stops_in_time(void **state)
{
	struct fixture *f = *state;
	struct runner *runner = runner_start(&f->app, list);

	assert_non_null(runner);
	add(f, "slow", "a", 0);
	runner_wake(runner, NULL);
	assert_true(reaches(&slow_runs, 1));
	assert_false(runner_stop(runner, 50));
	add(f, "quick", "a", 0);
	runner_wake(runner, NULL);
	atomic_store(&slow_may_end, true);
	assert_true(runner_stop(runner, PATIENCE_MS));
	assert_int_equal(quick_runs, 0);
}

/* Whether a notification arrives in time. */
static bool
hear(struct listener *l, char payload[LISTEN_PAYLOAD_MAX], int ms)
{
	int64_t deadline_ns = clock_monotonic_ns() + INT64_C(1000000) * ms;

	while (clock_monotonic_ns() < deadline_ns && listener_fd(l) >= 0) {
		struct pollfd fd = {.fd = listener_fd(l), .events = POLLIN};

		if (poll(&fd, 1, 20) > 0 && listener_next(l, payload))
			return true;
	}
	return false;
}

static enum err
add_twice(struct ctx *ctx, void *arg)
{
	TRY(queue_add(ctx, "quick", arg, 0));
	return queue_add(ctx, "quick", "another", 0);
}

static void
test_hears_what_is_due(void **state)
{
	struct fixture *f = *state;
	struct listener *l = listener_new(&f->options, SQL_jobs_listen);
	char problem[CONNECTION_PROBLEM_MAX];
	char payload[LISTEN_PAYLOAD_MAX];
	char subject[] = "a";

	assert_int_equal(listener_fd(l), -1);
	assert_false(listener_next(l, payload));
	assert_true(listener_open(l, problem));
	assert_false(listener_next(l, payload));
	assert_int_equal(db_transact(&f->ctx, add_twice, subject), ERR_OK);
	assert_true(hear(l, payload, DEADLINE_MS));
	assert_string_equal(payload, "quick");
	/* A job that is due later is not worth the lock that NOTIFY takes. */
	add(f, "slow", "later", 60);
	assert_false(hear(l, payload, 100));
	listener_free(l);
}

static void
test_lost_session(void **state)
{
	struct fixture *f = *state;
	struct db_options nowhere = f->options;
	struct listener *l = listener_new(&f->options, SQL_jobs_listen);
	char problem[CONNECTION_PROBLEM_MAX];
	char payload[LISTEN_PAYLOAD_MAX];

	assert_true(listener_open(l, problem));
	fixture_sql(f->superuser_url,
		    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
		    " WHERE datname = current_database() AND query LIKE 'LISTEN%'");
	assert_false(hear(l, payload, DEADLINE_MS));
	assert_int_equal(listener_fd(l), -1);
	assert_true(listener_open(l, problem));
	add(f, "quick", "a", 0);
	assert_true(hear(l, payload, DEADLINE_MS));
	listener_free(l);
	nowhere.conninfo = "host=/nonexistent";
	l = listener_new(&nowhere, SQL_jobs_listen);
	assert_false(listener_open(l, problem));
	assert_string_not_equal(problem, "");
	assert_int_equal(listener_fd(l), -1);
	listener_free(l);
}

/* A runner that ended long ago is forgotten; one that ended just now is not yet. */
static void
test_heartbeat(void **state)
{
	static const struct job beating[] = {{.periodic = &job_heartbeat, .threads = 1}, {0}};
	struct fixture *f = *state;
	struct runner *runner;
	struct rows rows;

	fixture_sql(f->superuser_url, "INSERT INTO cowry.job_runner (instance, seen_at) VALUES"
				      " ('old', now() - interval '2 hours'),"
				      " ('other', now() - interval '2 minutes')");
	assert_int_equal(db_run(&f->ctx, SQL_runner_seen, &rows, PARAMS(p_int(60))), ERR_OK);
	assert_int_equal(row_int(&rows, 0, 0), 0);
	assert_false(row_is_null(&rows, 0, 1));
	(void)snprintf(f->app.name, sizeof(f->app.name), "cowry-jobs test");
	runner = runner_start(&f->app, beating);
	assert_non_null(runner);
	for (int ms = 0; ms < DEADLINE_MS && row_int(&rows, 0, 0) == 0; ms += 5) {
		pause_ms(5);
		assert_int_equal(db_run(&f->ctx, SQL_runner_seen, &rows, PARAMS(p_int(60))),
				 ERR_OK);
	}
	assert_int_equal(row_int(&rows, 0, 0), 1);
	assert_string_equal(value(f, "SELECT string_agg(instance, ',' ORDER BY instance)"
				     " FROM cowry.job_runner"),
			    "cowry-jobs test,other");
	assert_true(runner_stop(runner, PATIENCE_MS));
	/* A second beat of the same instance moves its time and adds no row. */
	fixture_sql(f->superuser_url,
		    "UPDATE cowry.job_runner SET seen_at = seen_at - interval '5 minutes'");
	assert_int_equal(db_run(&f->ctx, SQL_runner_beat, NULL, PARAMS(p_text("cowry-jobs test"))),
			 ERR_OK);
	assert_string_equal(value(f, "SELECT count(*) FILTER (WHERE seen_at > now() - interval '1"
				     " minute') || ' of ' || count(*) FROM cowry.job_runner"),
			    "1 of 2");
}

static void
command(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);

	assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
	PQclear(result);
}

/* The clock was an hour ahead, and has stepped back: what was scheduled meanwhile does not wait for an hour. */
static void
test_clock_steps_back(void **state)
{
	static const struct job both[] = {
		{.periodic = &job_heartbeat, .threads = 1}, {.kind = &quick, .threads = 1}, {0}};
	struct fixture *f = *state;
	PGconn *pg = PQconnectdb(f->superuser_url);
	struct runner *runner;
	struct rows rows;

	fixture_sql(
		f->superuser_url,
		"DELETE FROM cowry.job_runner;"
		"INSERT INTO cowry.job_runner (instance, seen_at) VALUES"
		" ('ahead', now() + interval '1 hour'), ('other', now() + interval '50 minutes');"
		"INSERT INTO cowry.job (kind, subject, due_at, claimed_until) VALUES"
		" ('quick', 'due', now() + interval '1 hour', NULL),"
		" ('quick', 'later', now() + interval '90 minutes', NULL),"
		" ('quick', 'claimed', now(), now() + interval '1 hour')");
	/* A step that was seen and is over by itself is forgotten: the next one is waited for. */
	fixture_sql(f->superuser_url, "INSERT INTO cowry.job_runner (instance, stepped_xid)"
				      " VALUES ('level', pg_current_xact_id())");
	assert_int_equal(db_run(&f->ctx, SQL_runner_beat, NULL, PARAMS(p_text("level"))), ERR_OK);
	assert_string_equal(value(f, "SELECT count(stepped_xid) FROM cowry.job_runner"), "0");
	/* A beat that was under way when the clock stepped back tells nothing else. */
	assert_int_equal(db_run(&f->ctx, SQL_runner_beat, NULL, PARAMS(p_text("ahead"))), ERR_OK);
	/* Nor is one forgotten that took its time before and commits later. */
	command(pg, "BEGIN; INSERT INTO cowry.job (kind, subject, due_at)"
		    " VALUES ('quick', 'under way', now() + interval '1 hour')");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(db_run(&f->ctx, SQL_clock_step, &rows, NO_PARAMS), ERR_OK);
		assert_int_equal(row_int(&rows, 0, 0), 0);
	}
	command(pg, "COMMIT");
	PQfinish(pg);
	runner = runner_start(&f->app, both);
	assert_non_null(runner);
	assert_true(reaches(&quick_runs, 2));
	assert_true(runner_stop(runner, PATIENCE_MS));
	assert_string_equal(
		value(f, "SELECT string_agg(subject || ' ' || round(extract(epoch FROM"
			 " coalesce(claimed_until, due_at) - now()) / 60), ', ' ORDER BY subject)"
			 " FROM cowry.job"),
		"claimed 2, later 30");
	/* Once, whatever the number of runners. */
	assert_int_equal(db_run(&f->ctx, SQL_clock_step, &rows, NO_PARAMS), ERR_OK);
	assert_int_equal(row_int(&rows, 0, 0), 0);
	assert_string_equal(value(f, "SELECT count(*) FROM cowry.job_runner WHERE seen_at > now()"),
			    "0");
}

#define runner_test(function) cmocka_unit_test_setup(function, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		runner_test(test_slow_holds_up_nothing), runner_test(test_polls),
		runner_test(test_stops_in_time),         runner_test(test_hears_what_is_due),
		runner_test(test_lost_session),          runner_test(test_heartbeat),
		runner_test(test_clock_steps_back),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
