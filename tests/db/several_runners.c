/* Several runners at once, and runners that are killed. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"
#include "jobs/runner.h"
#include "queue/claims.h"
#include "queue/queue.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/process.h"
#include "tests/support/sql_value.h"

enum { LEASE_S = 60, DEADLINE_MS = 10000 };

/* Two processes, each with several threads, and one of the processes is killed in the middle of
 * its work. */
enum { JOBS = 500, THREADS = 4 };

/* How often each job was run, in memory that the processes share. */
static atomic_int *runs;

static enum err
note_run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	int64_t subject;

	(void)ctx;
	if (integer_parse(&subject, job->subject) && subject < JOBS)
		atomic_fetch_add(&runs[subject], 1);
	*verdict = QUEUE_DONE;
	return ERR_OK;
}

static const struct queue_kind many = {"many", LEASE_S, 3, 1, 1, note_run, NULL};

static void *
run_until_empty(void *arg)
{
	struct ctx ctx = fixture_ctx(arg);
	bool found = true;
	enum err err = ERR_OK;

	while (found && err == ERR_OK)
		err = queue_run_one(&ctx, &many, &found);
	fixture_ctx_end(&ctx);
	return err == ERR_OK ? NULL : arg;
}

/* A process has connections of its own. */
static bool
run_threads(const struct fixture *f)
{
	struct fixture own = *f;
	pthread_t threads[THREADS];
	bool good = true;

	own.app.database.pool = db_pool_new(&own.options);
	for (size_t i = 0; i < THREADS; i++)
		good = pthread_create(&threads[i], NULL, run_until_empty, &own) == 0 && good;
	for (size_t i = 0; i < THREADS; i++) {
		void *failed = NULL;

		(void)pthread_join(threads[i], &failed);
		good = good && failed == NULL;
	}
	db_pool_free(own.app.database.pool);
	return good;
}

static void
test_two_processes(void **state)
{
	struct fixture *f = *state;
	pid_t child;

	runs = mmap(NULL, JOBS * sizeof(*runs), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		    -1, 0);
	assert_true(runs != MAP_FAILED);
	fixture_sql(f->superuser_url, "INSERT INTO cowry.job (kind, subject, due_at)"
				      " SELECT 'many', i, now() FROM generate_series(0, 499) i");
	child = process_fork();
	if (child == 0)
		_exit(run_threads(f) ? 0 : 1);
	assert_true(run_threads(f));
	assert_int_equal(process_ended(child), 0);
	for (size_t i = 0; i < JOBS; i++)
		assert_int_equal(runs[i], 1);
	expect_sql(f, "SELECT count(*) FROM cowry.job", "0");
}

static enum err
hang(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	(void)ctx;
	(void)job;
	(void)verdict;
	while (pause() != 0)
		;
	return ERR_OK;
}

static const struct queue_kind hanging = {"hanging", 1, 3, 1, 1, hang, NULL};

static int64_t attempt;

static enum err
take_over(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	(void)ctx;
	attempt = job->attempts;
	*verdict = QUEUE_DONE;
	return ERR_OK;
}

static const struct queue_kind taking_over = {"hanging", 60, 3, 1, 1, take_over, NULL};

/* False when the time is up. */
static bool
wait_until(struct fixture *f, const char *sql)
{
	for (int ms = 0; ms < DEADLINE_MS; ms += 20) {
		if (strcmp(value(f, sql), "t") == 0)
			return true;
		(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	return false;
}

static void
test_killed_job(void **state)
{
	struct fixture *f = *state;
	bool found;
	pid_t child;

	assert_int_equal(queue_add(&f->ctx, "hanging", "a", 0), ERR_OK);
	child = process_fork();
	if (child == 0) {
		struct fixture own = *f;

		own.app.database.pool = db_pool_new(&own.options);
		own.ctx = fixture_ctx(&own);
		_exit((int)queue_run_one(&own.ctx, &hanging, &found));
	}
	assert_true(wait_until(f, "SELECT claimed_until IS NOT NULL FROM cowry.job"));
	assert_int_equal(queue_run_one(&f->ctx, &taking_over, &found), ERR_OK);
	assert_false(found);
	process_kill(child);
	assert_true(wait_until(f, "SELECT claimed_until < clock_timestamp() FROM cowry.job"));
	assert_int_equal(queue_run_one(&f->ctx, &taking_over, &found), ERR_OK);
	assert_true(found);
	assert_int_equal(attempt, 2);
	expect_sql(f, "SELECT count(*) FROM cowry.job", "0");
}

/* A runner whose work takes long. */
static enum err
dawdle(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	(void)ctx;
	(void)job;
	(void)verdict;
	while (pause() != 0)
		;
	return ERR_OK;
}

static const struct queue_kind long_work = {"long", 3600, 3, 1, 1, dawdle, NULL};
static const struct queue_kind long_work_here = {"long", 3600, 3, 1, 1, take_over, NULL};
static const struct job dawdlers[] = {{.kind = &long_work, .threads = 2}, {0}};

static void
run_runner(const struct fixture *f)
{
	struct fixture own = *f;

	own.app.database.pool = db_pool_new(&own.options);
	if (runner_start(&own.app, dawdlers) == NULL)
		_exit(1);
	while (pause() != 0)
		;
}

static bool
take_over_once(struct fixture *f)
{
	bool found;

	assert_int_equal(queue_run_one(&f->ctx, &long_work_here, &found), ERR_OK);
	return found;
}

static int64_t
ms_since(int64_t begun_ns)
{
	return (clock_monotonic_ns() - begun_ns) / 1000000;
}

/* A live runner keeps its claims, however long the work takes; after it was killed, another one
 * takes them within seconds, however long the work might have taken. */
static void
kill_runner_after(struct fixture *f, int64_t kept_ms)
{
	enum { BUDGET_MS = 5000 };
	int64_t begun_ns;
	pid_t child;

	assert_int_equal(queue_add(&f->ctx, "long", "a", 0), ERR_OK);
	child = process_fork();
	if (child == 0)
		run_runner(f);
	assert_true(wait_until(f, "SELECT claimed_until IS NOT NULL FROM cowry.job"));
	for (begun_ns = clock_monotonic_ns(); ms_since(begun_ns) < kept_ms;) {
		assert_false(take_over_once(f));
		(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	process_kill(child);
	begun_ns = clock_monotonic_ns();
	while (!take_over_once(f)) {
		assert_true(ms_since(begun_ns) < BUDGET_MS);
		(void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
	assert_int_equal(attempt, 2);
	expect_sql(f, "SELECT count(*) FROM cowry.job", "0");
}

/* After it has renewed its claim, and before. */
static void
test_killed_runner(void **state)
{
	kill_runner_after(*state, 5000);
	kill_runner_after(*state, 0);
}

/* Within a process nothing is claimed twice, even if its lease ran out while the database was away. */
static void
test_not_twice_in_a_process(void **state)
{
	struct fixture *f = *state;
	struct fixture own = *f;
	struct ctx ctx = f->ctx;
	bool found;

	assert_int_equal(queue_add(&f->ctx, "long", "b", 0), ERR_OK);
	own.app.claims = claims_new(2);
	assert_non_null(own.app.claims);
	ctx.app = &own.app;
	ctx.database = &own.app.database;
	claims_add(own.app.claims,
		   strtoll(value(f, "UPDATE cowry.job SET claims = 1,"
				    " claimed_until = now() - interval '1 second'"
				    " RETURNING job_id"),
			   NULL, 10),
		   1, 60);
	assert_int_equal(queue_run_one(&ctx, &long_work_here, &found), ERR_OK);
	assert_false(found);
	/* Another process may. */
	assert_true(take_over_once(f));
	claims_free(own.app.claims);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_processes),
		cmocka_unit_test(test_killed_job),
		cmocka_unit_test(test_killed_runner),
		cmocka_unit_test(test_not_twice_in_a_process),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
