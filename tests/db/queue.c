/* The queue: each job is done, normally once, by any runner and after any failure. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/log.h"
#include "queue/queue.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "tests/support/sql_value.h"

enum { LEASE_S = 60, DEADLINE_MS = 10000 };

/* What the next run of the kind "once" does. */
struct plan {
	enum err err;
	enum queue_verdict verdict;
	const char *problem;
	bool outage;
	void (*meanwhile)(struct fixture *f);
	struct fixture *fixture;
	int runs;
	int64_t attempts;
	const char *subject;
};

static struct plan plan;

static enum err
run_planned(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	plan.runs++;
	plan.attempts = job->attempts;
	plan.subject = arena_strdup(ctx->arena, job->subject);
	if (plan.meanwhile != NULL)
		plan.meanwhile(plan.fixture);
	job->problem = plan.problem;
	*verdict = plan.verdict;
	if (plan.err == ERR_OK)
		return ERR_OK;
	(void)fault(&ctx->fault, plan.err, NULL, "planned");
	ctx->fault.outage = plan.outage;
	return plan.err;
}

static const struct queue_kind once = {"once", LEASE_S, 3, 100, 1000, run_planned, NULL};

static int
begin(void **state)
{
	struct fixture *f = *state;

	fixture_sql(f->superuser_url, "TRUNCATE cowry.job");
	plan = (struct plan){.fixture = f};
	fault_clear(&f->ctx.fault);
	return 0;
}

static void
make_due(struct fixture *f)
{
	fixture_sql(f->superuser_url, "UPDATE cowry.job SET due_at = now() - interval '1 s'");
}

static bool
run_one(struct fixture *f)
{
	bool found = false;

	assert_int_equal(queue_run_one(&f->ctx, &once, &found), ERR_OK);
	assert_int_equal(f->ctx.fault.err, ERR_OK);
	return found;
}

static void
add(struct fixture *f, const char *subject, int64_t delay_s)
{
	assert_int_equal(queue_add(&f->ctx, "once", subject, delay_s), ERR_OK);
}

static void
test_done(void **state)
{
	struct fixture *f = *state;

	assert_false(run_one(f));
	add(f, "a", 0);
	assert_true(run_one(f));
	assert_int_equal(plan.attempts, 1);
	assert_string_equal(plan.subject, "a");
	assert_false(run_one(f));
	expect_sql(f, "SELECT count(*) FROM cowry.job", "0");
}

static void
test_kinds_do_not_mix(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(queue_add(&f->ctx, "other", "a", 0), ERR_OK);
	assert_false(run_one(f));
}

static enum err
add_in_transaction(struct ctx *ctx, void *arg)
{
	const bool *fails = arg;
	char subject[] = "gone by the commit";

	TRY(queue_add(ctx, "once", subject, 0));
	memset(subject, 'x', sizeof(subject) - 1);
	return *fails ? fault(&ctx->fault, ERR_CONFLICT, NULL, NULL) : ERR_OK;
}

static void
test_exists_if_committed(void **state)
{
	struct fixture *f = *state;
	bool fails = true;

	assert_int_equal(db_transact(&f->ctx, add_in_transaction, &fails), ERR_CONFLICT);
	fault_clear(&f->ctx.fault);
	assert_false(run_one(f));
	fails = false;
	assert_int_equal(db_transact(&f->ctx, add_in_transaction, &fails), ERR_OK);
	assert_true(run_one(f));
	assert_string_equal(plan.subject, "gone by the commit");
}

static void
test_earlier_due_wins(void **state)
{
	struct fixture *f = *state;

	add(f, "a", 3600);
	assert_false(run_one(f));
	add(f, "a", 7200);
	expect_sql(f, "SELECT due_at < now() + interval '3601 s' FROM cowry.job", "t");
	add(f, "a", 0);
	expect_sql(f, "SELECT count(*) FROM cowry.job", "1");
	assert_true(run_one(f));
	assert_false(run_one(f));
}

static void
test_again_after_backoff(void **state)
{
	struct fixture *f = *state;

	plan.verdict = QUEUE_AGAIN;
	plan.problem = "not yet";
	add(f, "a", 0);
	assert_true(run_one(f));
	assert_false(run_one(f));
	expect_sql(f, "SELECT problem FROM cowry.job", "not yet");
	expect_sql(f,
		   "SELECT due_at BETWEEN now() + interval '45 s' AND now() + interval '100 s'"
		   "  FROM cowry.job",
		   "t");
	make_due(f);
	assert_true(run_one(f));
	assert_int_equal(plan.attempts, 2);
	expect_sql(f,
		   "SELECT due_at BETWEEN now() + interval '95 s' AND now() + interval '200 s'"
		   "  FROM cowry.job",
		   "t");
}

/* What failed because the database was away is tried again soon after, whatever the backoff, and without
 * an end: it is no attempt. */
static void
test_again_after_outage(void **state)
{
	struct fixture *f = *state;

	plan.err = ERR_UNAVAILABLE;
	plan.outage = true;
	add(f, "a", 0);
	for (int64_t i = 0; i <= once.tries_max; i++) {
		assert_true(run_one(f));
		assert_int_equal(plan.attempts, 1);
		expect_sql(
			f,
			"SELECT due_at <= now() + interval '1 s' AND parked_at IS NULL FROM cowry.job",
			"t");
		make_due(f);
	}
}

static void
test_backoff_is_bounded(void **state)
{
	static const struct queue_kind patient = {"once", LEASE_S,     100000, 100,
						  1000,   run_planned, NULL};
	struct fixture *f = *state;
	bool found;

	plan.verdict = QUEUE_AGAIN;
	add(f, "a", 0);
	fixture_sql(f->superuser_url, "UPDATE cowry.job SET attempts = 5000");
	assert_int_equal(queue_run_one(&f->ctx, &patient, &found), ERR_OK);
	expect_sql(f,
		   "SELECT due_at BETWEEN now() + interval '495 s' AND now() + interval '1000 s'"
		   "  FROM cowry.job",
		   "t");
}

static void
test_parked_after_last_try(void **state)
{
	struct fixture *f = *state;

	plan.err = ERR_UNAVAILABLE;
	add(f, "a", 0);
	for (int i = 0; i < 3; i++) {
		assert_true(run_one(f));
		make_due(f);
	}
	assert_false(run_one(f));
	assert_int_equal(plan.runs, 3);
	expect_sql(f, "SELECT problem FROM cowry.job WHERE parked_at IS NOT NULL", "planned");
}

static void
test_parked_at_once(void **state)
{
	struct fixture *f = *state;

	plan.verdict = QUEUE_PARK;
	plan.problem = "never";
	add(f, "a", 0);
	assert_true(run_one(f));
	expect_sql(f, "SELECT problem FROM cowry.job WHERE parked_at IS NOT NULL", "never");
	assert_false(run_one(f));
	/* A job that is added again starts again. */
	plan.verdict = QUEUE_DONE;
	add(f, "a", 0);
	assert_true(run_one(f));
	assert_int_equal(plan.attempts, 1);
	expect_sql(f, "SELECT count(*) FROM cowry.job", "0");
}

/* A job whose runner dies each time must not run for ever. */
static void
test_parked_if_never_ended(void **state)
{
	struct fixture *f = *state;

	add(f, "a", 0);
	fixture_sql(f->superuser_url, "UPDATE cowry.job SET attempts = 3, claimed_until = now()");
	assert_true(run_one(f));
	assert_int_equal(plan.runs, 0);
	expect_sql(f, "SELECT count(*) FROM cowry.job WHERE parked_at IS NOT NULL", "1");
}

static void
add_a(struct fixture *f)
{
	struct ctx ctx = fixture_ctx(f);

	plan.meanwhile = NULL;
	assert_int_equal(queue_add(&ctx, "once", "a", 0), ERR_OK);
	fixture_ctx_end(&ctx);
	expect_sql(f, "SELECT count(*) FROM cowry.job", "1");
}

static void
test_added_while_run(void **state)
{
	static const enum queue_verdict verdicts[] = {QUEUE_DONE, QUEUE_AGAIN, QUEUE_PARK};
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(verdicts); i++) {
		plan.verdict = verdicts[i];
		plan.meanwhile = add_a;
		plan.runs = 0;
		add(f, "a", 0);
		assert_true(run_one(f));
		plan.verdict = QUEUE_DONE;
		assert_true(run_one(f));
		assert_false(run_one(f));
		assert_int_equal(plan.runs, 2);
	}
}

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

static pthread_t adder;
static atomic_bool added;

/* Commit only when the runner waits for that, at the end of its job. */
static enum err
add_slowly(struct ctx *ctx, void *arg)
{
	struct fixture own = *(struct fixture *)arg;

	own.ctx = *ctx;
	TRY(queue_add(ctx, "once", "a", 0));
	TRY(db_run(ctx, SQL_ping, NULL, NO_PARAMS)); /* with which the addition travels */
	atomic_store(&added, true);
	return wait_until(&own, "SELECT count(*) > 0 FROM pg_stat_activity"
				" WHERE datname = current_database() AND wait_event_type = 'Lock'")
		       ? ERR_OK
		       : ERR_INTERNAL;
}

static void *
adder_main(void *arg)
{
	struct ctx ctx = fixture_ctx(arg);
	enum err err = db_transact(&ctx, add_slowly, arg);

	fixture_ctx_end(&ctx);
	return err == ERR_OK ? NULL : arg;
}

static void
begin_to_add(struct fixture *f)
{
	plan.meanwhile = NULL;
	assert_int_equal(pthread_create(&adder, NULL, adder_main, f), 0);
	for (int ms = 0; ms < DEADLINE_MS && !atomic_load(&added); ms++)
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	assert_true(atomic_load(&added));
}

/* The end of the job coincides with the commit that adds it again. */
static void
test_added_at_the_end(void **state)
{
	struct fixture *f = *state;
	void *failed = NULL;

	plan.meanwhile = begin_to_add;
	add(f, "a", 0);
	assert_true(run_one(f));
	assert_int_equal(pthread_join(adder, &failed), 0);
	assert_null(failed);
	assert_true(run_one(f));
	assert_int_equal(plan.attempts, 1);
	assert_false(run_one(f));
	assert_int_equal(plan.runs, 2);
}

/* Another runner takes it over after the lease; the slow one's result is then ignored. */
static void
take_over(struct fixture *f)
{
	struct ctx ctx = fixture_ctx(f);
	bool found;

	plan.meanwhile = NULL;
	plan.verdict = QUEUE_PARK;
	assert_int_equal(queue_run_one(&ctx, &once, &found), ERR_OK);
	assert_false(found);
	fixture_sql(f->superuser_url, "UPDATE cowry.job SET claimed_until = now()");
	assert_int_equal(queue_run_one(&ctx, &once, &found), ERR_OK);
	assert_true(found);
	fixture_ctx_end(&ctx);
	plan.verdict = QUEUE_DONE;
}

static void
test_only_the_latest_claim_counts(void **state)
{
	struct fixture *f = *state;

	plan.meanwhile = take_over;
	add(f, "a", 0);
	assert_true(run_one(f));
	assert_int_equal(plan.runs, 2);
	expect_sql(f, "SELECT count(*) FROM cowry.job WHERE parked_at IS NOT NULL", "1");
}

static struct queue_entry
only_entry(struct fixture *f, const char *status)
{
	struct queue_filter filter = {.kind = "once", .status = status, .most = 10};
	struct queue_entry *entries;
	size_t n;

	assert_int_equal(queue_list(&f->ctx, &filter, &entries, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_string_equal(entries[0].status, status);
	return entries[0];
}

static void
park_running(struct fixture *f)
{
	struct ctx ctx = fixture_ctx(f);
	struct queue_entry entry = only_entry(f, "running");

	assert_int_equal(queue_park(&ctx, entry.job_id, &entry), ERR_OK);
	assert_string_equal(entry.status, "parked");
	fixture_ctx_end(&ctx);
}

static void
retry_running(struct fixture *f)
{
	struct ctx ctx = fixture_ctx(f);
	struct queue_entry entry = only_entry(f, "running");

	plan.meanwhile = NULL;
	assert_int_equal(queue_retry(&ctx, entry.job_id, &entry), ERR_OK);
	assert_string_equal(entry.status, "running");
	fixture_ctx_end(&ctx);
}

static void
test_operator(void **state)
{
	struct fixture *f = *state;
	struct queue_entry entry;

	add(f, "a", 3600);
	entry = only_entry(f, "waiting");
	assert_int_equal(queue_retry(&f->ctx, entry.job_id, &entry), ERR_OK);
	plan.meanwhile = park_running;
	assert_true(run_one(f));
	entry = only_entry(f, "parked");
	assert_int_equal(queue_retry(&f->ctx, entry.job_id, &entry), ERR_OK);
	assert_string_equal(entry.status, "waiting");
	assert_int_equal(entry.attempts, 0);
	plan.meanwhile = retry_running;
	assert_true(run_one(f));
	assert_true(run_one(f));
	assert_false(run_one(f));
	assert_int_equal(queue_retry(&f->ctx, entry.job_id, &entry), ERR_NOT_FOUND);
	fault_clear(&f->ctx.fault);
	assert_int_equal(queue_park(&f->ctx, entry.job_id, &entry), ERR_NOT_FOUND);
}

static void
test_list_by_pages(void **state)
{
	struct fixture *f = *state;
	struct queue_filter filter = {.most = 2};
	struct queue_entry *entries;
	size_t n;

	add(f, "a", 0);
	add(f, "b", 0);
	assert_int_equal(queue_add(&f->ctx, "other", "c", 0), ERR_OK);
	assert_int_equal(queue_list(&f->ctx, &filter, &entries, &n), ERR_OK);
	assert_int_equal(n, 2);
	assert_string_equal(entries[0].kind, "other");
	assert_string_equal(entries[1].subject, "b");
	filter.after = entries[1].job_id;
	assert_int_equal(queue_list(&f->ctx, &filter, &entries, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_string_equal(entries[0].subject, "a");
}

/* A claim uses the index however many jobs wait for later. */
static void
test_claim_uses_index(void **state)
{
	struct fixture *f = *state;
	const char *plan_text, *condition, *due;

	fixture_sql(f->superuser_url, "INSERT INTO cowry.job (kind, subject, due_at)"
				      " SELECT 'once', 's' || i, now() + interval '1 day'"
				      "   FROM generate_series(1, 5000) i; ANALYZE cowry.job");
	plan_text = value(f, "SET plan_cache_mode = force_generic_plan;"
			     "PREPARE q(text) AS SELECT job_id FROM cowry.job WHERE kind = $1"
			     " AND parked_at IS NULL"
			     " AND coalesce(claimed_until, due_at) <= (SELECT clock_timestamp())"
			     " ORDER BY coalesce(claimed_until, due_at) LIMIT 1"
			     " FOR UPDATE SKIP LOCKED;"
			     "EXPLAIN (FORMAT JSON) EXECUTE q('once')");
	assert_non_null(strstr(plan_text, "job_due"));
	condition = strstr(plan_text, "\"Index Cond\"");
	assert_non_null(condition);
	due = strstr(condition, "(COALESCE(claimed_until, due_at) <= ");
	assert_true(due != NULL && due < condition + strcspn(condition, "\n"));
	assert_false(run_one(f));
}

#define queue_test(function) cmocka_unit_test_setup(function, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		queue_test(test_done),
		queue_test(test_kinds_do_not_mix),
		queue_test(test_exists_if_committed),
		queue_test(test_earlier_due_wins),
		queue_test(test_again_after_backoff),
		queue_test(test_again_after_outage),
		queue_test(test_backoff_is_bounded),
		queue_test(test_parked_after_last_try),
		queue_test(test_parked_at_once),
		queue_test(test_parked_if_never_ended),
		queue_test(test_added_while_run),
		queue_test(test_added_at_the_end),
		queue_test(test_only_the_latest_claim_counts),
		queue_test(test_operator),
		queue_test(test_list_by_pages),
		queue_test(test_claim_uses_index),
	};

	log_open("test", LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
