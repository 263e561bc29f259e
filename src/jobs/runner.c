#include "jobs/runner.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "app/events/sender.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "db/db.h"
#include "queue/claims.h"
#include "runtime/app.h"

enum { ARENA_MAX = 64 * 1024 * 1024, POLL_MS = 1000, PAUSE_AFTER_FAILURE_MS = 1000 };
enum { INSIST_S = 30 };

/* A job and its waiting threads. */
struct slot {
	const struct job *job;
	pthread_cond_t call;
	uint64_t wakes;
};

struct worker {
	struct runner *runner;
	struct slot *slot;
	enum err failure; /* of the last run, so that a persistent one is logged once */
	pthread_t thread;
};

/* The thread that renews the claims, over its own connection. */
struct keeper {
	struct app app;
	pthread_cond_t call;
	pthread_t thread;
	bool runs;
};

struct runner {
	struct app app;
	struct keeper keeper;
	bool idle; /* all workers have exited */
	pthread_mutex_t mutex;
	bool stop;
	struct slot *slots;
	size_t slot_count;
	struct worker *workers;
	size_t worker_count;
	size_t ended_count;
	pthread_cond_t ended; /* one more has */
};

static const char *
job_name(const struct job *job)
{
	return job->kind != NULL ? job->kind->name : job->periodic->name;
}

static void
log_failure(struct worker *worker, const struct ctx *ctx, enum err err)
{
	const char *detail = ctx->fault.detail;

	if (err != worker->failure)
		log_event(LOG_LEVEL_ERROR, "job",
			  LOG_FIELDS({"job", job_name(worker->slot->job), 0},
				     {"code", err_code(err), 0},
				     {"detail", *detail != '\0' ? detail : ctx->fault.message, 0}));
}

/* Run once; returns the milliseconds to wait before the next time. */
static int64_t
run_once(struct worker *worker, struct arena *arena)
{
	struct app app = app_enter(&worker->runner->app);
	const struct job *job = worker->slot->job;
	struct ctx ctx = app_ctx(&app, arena);
	bool found = false;
	enum err err = job->kind != NULL ? queue_run_one(&ctx, job->kind, &found)
					 : job->periodic->run(&ctx, &found);

	if (err != ERR_OK)
		log_failure(worker, &ctx, err);
	worker->failure = err;
	arena_reset(arena);
	app_leave(&app);
	if (err != ERR_OK)
		return PAUSE_AFTER_FAILURE_MS;
	if (found)
		return 0;
	return job->kind != NULL ? POLL_MS : job->periodic->pause_ms;
}

static struct timespec
after_ms(int64_t ms)
{
	int64_t ns = clock_monotonic_ns() + ms * 1000000;

	return (struct timespec){ns / 1000000000, ns % 1000000000};
}

/* Notifications since seen was read are not waited for. */
static void
wait_for_work(struct worker *worker, uint64_t seen, int64_t pause_ms)
{
	struct runner *runner = worker->runner;
	struct slot *slot = worker->slot;
	struct timespec until = after_ms(pause_ms);

	(void)pthread_mutex_lock(&runner->mutex);
	while (!runner->stop && pause_ms > 0 && slot->wakes == seen &&
	       pthread_cond_timedwait(&slot->call, &runner->mutex, &until) != ETIMEDOUT)
		;
	(void)pthread_mutex_unlock(&runner->mutex);
}

/* False when the runner stops: nothing is begun after that. */
static bool
may_run(struct worker *worker, uint64_t *wakes)
{
	bool stop;

	(void)pthread_mutex_lock(&worker->runner->mutex);
	*wakes = worker->slot->wakes;
	stop = worker->runner->stop;
	(void)pthread_mutex_unlock(&worker->runner->mutex);
	return !stop;
}

/* What remains to be done of a job that never ends by itself. */
static void
finish(struct worker *worker, struct arena *arena)
{
	const struct periodic_job *periodic = worker->slot->job->periodic;
	struct app app = app_enter(&worker->runner->app);
	struct ctx ctx = app_ctx(&app, arena);
	enum err err =
		periodic != NULL && periodic->finish != NULL ? periodic->finish(&ctx) : ERR_OK;

	if (err != ERR_OK)
		log_failure(worker, &ctx, err);
	app_leave(&app);
}

static void *
worker_main(void *arg)
{
	struct worker *worker = arg;
	struct arena *arena = arena_new(ARENA_MAX);
	uint64_t seen;

	while (may_run(worker, &seen))
		wait_for_work(worker, seen, run_once(worker, arena));
	finish(worker, arena);
	arena_free(arena);
	(void)pthread_mutex_lock(&worker->runner->mutex);
	worker->runner->ended_count++;
	(void)pthread_cond_signal(&worker->runner->ended);
	(void)pthread_mutex_unlock(&worker->runner->mutex);
	return NULL;
}

static void *
keeper_main(void *arg)
{
	struct runner *runner = arg;
	struct arena *arena = arena_new(ARENA_MAX);

	(void)pthread_mutex_lock(&runner->mutex);
	while (!runner->idle) {
		struct ctx ctx = {.app = &runner->keeper.app,
				  .database = &runner->keeper.app.database,
				  .arena = arena};
		struct timespec until = after_ms(CLAIM_RENEW_MS / 2);

		(void)pthread_mutex_unlock(&runner->mutex);
		(void)!claims_renew(&ctx, runner->app.claims); /* if not now, then the next time */
		arena_reset(arena);
		(void)pthread_mutex_lock(&runner->mutex);
		if (!runner->idle)
			(void)pthread_cond_timedwait(&runner->keeper.call, &runner->mutex, &until);
	}
	(void)pthread_mutex_unlock(&runner->mutex);
	arena_free(arena);
	return NULL;
}

static bool
start_keeper(struct runner *runner)
{
	struct keeper *keeper = &runner->keeper;

	keeper->app = runner->app;
	keeper->app.database.pool = db_pool_beside(runner->app.database.pool, NULL);
	if (keeper->app.database.pool == NULL)
		return false;
	keeper->runs = pthread_create(&keeper->thread, NULL, keeper_main, runner) == 0;
	return keeper->runs;
}

static void
stop_keeper(struct runner *runner)
{
	(void)pthread_mutex_lock(&runner->mutex);
	runner->idle = true;
	(void)pthread_cond_signal(&runner->keeper.call);
	(void)pthread_mutex_unlock(&runner->mutex);
	if (runner->keeper.runs)
		(void)pthread_join(runner->keeper.thread, NULL);
	db_pool_free(runner->keeper.app.database.pool);
}

static void
runner_free(struct runner *runner)
{
	for (size_t i = 0; i < runner->slot_count; i++)
		(void)pthread_cond_destroy(&runner->slots[i].call);
	(void)pthread_cond_destroy(&runner->keeper.call);
	(void)pthread_cond_destroy(&runner->ended);
	(void)pthread_mutex_destroy(&runner->mutex);
	sender_free(runner->app.sender);
	claims_free(runner->app.claims);
	free(runner->slots);
	free(runner->workers);
	free(runner);
}

static void
init_call(pthread_cond_t *call)
{
	pthread_condattr_t monotonic;

	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(call, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
}

static struct runner *
runner_new(const struct app *app, const struct job *list)
{
	struct runner *runner = calloc(1, sizeof(*runner));
	size_t slots = 0;
	size_t workers = 0;

	assert(list[0].threads > 0);
	if (runner == NULL)
		return NULL;
	for (; list[slots].threads > 0; slots++)
		workers += list[slots].threads;
	runner->app = *app;
	runner->app.claims = claims_new(workers);
	runner->app.sender = app->http_public != NULL ? sender_new(app) : NULL;
	runner->app.database.insist_s = INSIST_S;
	(void)pthread_mutex_init(&runner->mutex, NULL);
	init_call(&runner->keeper.call);
	init_call(&runner->ended);
	runner->slots = calloc(slots, sizeof(*runner->slots));
	runner->workers = calloc(workers, sizeof(*runner->workers));
	if (runner->app.claims != NULL && runner->slots != NULL && runner->workers != NULL &&
	    (runner->app.sender != NULL || app->http_public == NULL))
		return runner;
	runner_free(runner);
	return NULL;
}

static struct slot *
add_slot(struct runner *runner, const struct job *job)
{
	struct slot *slot = &runner->slots[runner->slot_count++];

	slot->job = job;
	init_call(&slot->call);
	return slot;
}

static bool
start_workers(struct runner *runner, struct slot *slot)
{
	for (size_t i = 0; i < slot->job->threads; i++) {
		struct worker *worker = &runner->workers[runner->worker_count];

		*worker = (struct worker){.runner = runner, .slot = slot};
		if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0)
			return false;
		runner->worker_count++;
	}
	return true;
}

struct runner *
runner_start(const struct app *app, const struct job *list)
{
	struct runner *runner = runner_new(app, list);

	if (runner == NULL || !start_keeper(runner))
		return NULL;
	for (; list->threads > 0; list++)
		if (!start_workers(runner, add_slot(runner, list)))
			return NULL;
	return runner;
}

/* The notifications that a job is woken by; NULL: none. */
static const char *
channel_of(const struct job *job)
{
	return job->kind != NULL ? job->kind->name : job->periodic->channel;
}

/* Wake the threads of a job, whatever they wait for. */
static void
call(struct runner *runner, struct slot *slot)
{
	slot->wakes++;
	(void)pthread_cond_broadcast(&slot->call);
	if (slot->job->periodic != NULL && slot->job->periodic->wake != NULL)
		slot->job->periodic->wake(&runner->app);
}

void
runner_wake(struct runner *runner, const char *kind)
{
	(void)pthread_mutex_lock(&runner->mutex);
	for (size_t i = 0; i < runner->slot_count; i++) {
		const char *channel = channel_of(runner->slots[i].job);

		if (channel != NULL && (kind == NULL || text_equal(kind, channel)))
			call(runner, &runner->slots[i]);
	}
	(void)pthread_mutex_unlock(&runner->mutex);
}

/* Join all workers; false if they have not ended by then. */
static bool
join_workers(struct runner *runner, const struct timespec *until)
{
	bool in_time = true;

	(void)pthread_mutex_lock(&runner->mutex);
	while (runner->ended_count < runner->worker_count && in_time)
		in_time =
			pthread_cond_timedwait(&runner->ended, &runner->mutex, until) != ETIMEDOUT;
	in_time = runner->ended_count == runner->worker_count;
	(void)pthread_mutex_unlock(&runner->mutex);
	for (size_t i = 0; in_time && i < runner->worker_count; i++)
		(void)pthread_join(runner->workers[i].thread, NULL);
	return in_time;
}

bool
runner_stop(struct runner *runner, int64_t timeout_ms)
{
	struct timespec until = after_ms(timeout_ms);

	(void)pthread_mutex_lock(&runner->mutex);
	runner->stop = true;
	for (size_t i = 0; i < runner->slot_count; i++)
		call(runner, &runner->slots[i]);
	(void)pthread_mutex_unlock(&runner->mutex);
	if (!join_workers(runner, &until))
		return false;
	stop_keeper(runner);
	runner_free(runner);
	return true;
}
