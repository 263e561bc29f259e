/*
 * Group commit: the transactions of all that wait are posted as one database transaction. Workers of a
 * machine share a queue, which a thread of one of them serves (commit_queue.h). What the queue does not
 * take is combined with what the other threads of the process have, and posted by the one that leads.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/batcher.h"
#include "base/clock.h"
#include "base/config.h"
#include "base/fault_point.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/requester.h"
#include "db/db.h"
#include "db/hosts.h"
#include "ledger/commit_queue.h"
#include "ledger/ledger.h"
#include "runtime/app.h"

enum { COMMITTER_ARENA_MAX = 64 * 1024 * 1024 };
/* How often a thread that has nothing to do looks whether it must stop; and the pause of a leader that
 * could not post, in which others may try. */
enum { LOOK_MS = 250, PAUSE_MS = 100 };

/* What posts, one thread at a time. */
struct poster {
	struct db_pool *pool;
	struct app app; /* the process's, with our pool of one connection */
	struct ctx ctx;
};

struct committer {
	struct batcher *batcher; /* of this process */
	struct poster own;       /* its leader's */
	struct ledger_transaction **batch;
	struct commit_queue *queue; /* of the machine; NULL: none */
	struct poster shared;       /* of the thread that leads it */
	struct arena *taken;
	size_t batch_max;
	pthread_t thread;
	atomic_bool stop;
};

/* A waiting transaction, and the result of its batch. */
struct submission {
	struct batch_item item; /* first, so that an item is a submission */
	struct ledger_transaction *transaction;
	struct fault fault; /* of the batch, if it was not the transaction's own */
};

struct batch {
	struct ledger_transaction **transactions;
	size_t n;
};

static enum err
post_batch(struct ctx *ctx, void *arg)
{
	const struct batch *batch = arg;

	return ledger_post(ctx, batch->transactions, batch->n);
}

/* Whether one bad transaction may be the cause: then they are tried one by one. */
static bool
may_be_one_of_them(enum err err)
{
	return err != ERR_OK && err != ERR_UNAVAILABLE && err != ERR_OUTCOME_UNKNOWN;
}

/* Post a single one. A reference that another process took in the meantime is seen the second
 * time. */
static enum err
post_one(struct ctx *ctx, struct ledger_transaction *transaction)
{
	struct batch batch = {&transaction, 1};
	enum err err = ERR_CONFLICT;

	for (int attempt = 0; attempt < 2 && err == ERR_CONFLICT; attempt++) {
		ctx->fault = (struct fault){0};
		err = db_transact(ctx, post_batch, &batch);
	}
	return err;
}

static void
count_one(struct metrics *metrics, const struct ledger_transaction *transaction,
	  const struct fault *fault)
{
	enum submission_result result = RESULT_FAILED;

	if (fault->err == ERR_OK)
		result = transaction->err == ERR_OK ? RESULT_POSTED : RESULT_REFUSED;
	metrics_count(metrics, METRIC_TRANSACTIONS, result, 0, 1);
	if (result == RESULT_POSTED)
		metrics_count(metrics, METRIC_POSTINGS, 0, 0, (int64_t)transaction->count);
}

/* Post them, and note the fault of each that has one. The faults are in the poster's arena, until the
 * next call. */
static const struct fault *
post_all(struct poster *poster, struct ledger_transaction **transactions, size_t n)
{
	struct metrics *metrics = poster->app.metrics;
	int64_t began_ns = clock_monotonic_ns();
	struct ctx *ctx = &poster->ctx;
	struct batch batch = {transactions, n};
	struct fault *faults;
	enum err err;

	arena_reset(ctx->arena);
	ctx->fault = (struct fault){0}; /* of others, even where it is for good */
	faults = arena_array(ctx->arena, n, sizeof(*faults));
	err = db_transact(ctx, post_batch, &batch);
	for (size_t i = 0; i < n && err != ERR_OK; i++)
		if (!may_be_one_of_them(err) || post_one(ctx, transactions[i]) != ERR_OK)
			faults[i] = ctx->fault;
	metrics_observe(metrics, METRIC_BATCH_SECONDS, 0, clock_monotonic_ns() - began_ns);
	metrics_observe(metrics, METRIC_BATCH_SIZE, 0, (int64_t)n);
	for (size_t i = 0; i < n; i++)
		count_one(metrics, transactions[i], &faults[i]);
	return faults;
}

static bool
open_poster(struct poster *poster, const struct app *app)
{
	poster->pool = db_pool_beside(app->database.pool, "cowry-committer");
	poster->app = *app;
	poster->app.database.pool = poster->pool;
	poster->ctx = (struct ctx){.app = &poster->app,
				   .database = &poster->app.database,
				   .arena = arena_new(COMMITTER_ARENA_MAX)};
	return poster->pool != NULL;
}

static void
close_poster(struct poster *poster)
{
	if (poster->ctx.arena != NULL)
		arena_free(poster->ctx.arena);
	db_pool_free(poster->pool);
}

static void
run_batch(void *arg, struct batch_item **items, size_t n)
{
	struct committer *committer = arg;
	const struct fault *faults;

	for (size_t i = 0; i < n; i++)
		committer->batch[i] = ((struct submission *)items[i])->transaction;
	faults = post_all(&committer->own, committer->batch, n);
	for (size_t i = 0; i < n; i++)
		((struct submission *)items[i])->fault = faults[i];
}

/* As the leader, until the process stops or can't post. */
static void
serve_queue(struct committer *c)
{
	bool available = true;

	while (available && !atomic_load(&c->stop)) {
		struct commit_batch batch;
		const struct fault *faults;

		arena_reset(c->taken);
		batch = commit_queue_take(c->queue, c->taken, c->batch_max, LOOK_MS);
		if (batch.count == 0)
			continue;
		FAULT_POINT("leader-taken");
		faults = post_all(&c->shared, batch.transactions, batch.count);
		FAULT_POINT("leader-posted");
		available = faults[0].err != ERR_UNAVAILABLE;
		commit_queue_answer(c->queue, &batch, faults);
		FAULT_POINT("leader-answered");
	}
}

static void *
lead(void *arg)
{
	static const struct timespec pause = {0, PAUSE_MS * 1000000L};
	struct committer *c = arg;

	while (!atomic_load(&c->stop)) {
		if (!commit_queue_lead(c->queue, LOOK_MS))
			continue;
		serve_queue(c);
		commit_queue_resign(c->queue);
		(void)nanosleep(&pause, NULL);
	}
	return NULL;
}

/* Without a queue, the processes of the machine post by themselves. */
static bool
join_queue(struct committer *c, const struct app *app)
{
	const struct config *config = app->config;
	char problem[SHARED_FILE_PROBLEM_MAX];

	c->queue = commit_queue_open(config->metrics_dir, hosts_identity(config->database_url),
				     problem);
	if (problem[0] != '\0')
		log_event(LOG_LEVEL_WARN, "commits_not_shared", LOG_FIELDS({"why", problem, 0}));
	if (c->queue == NULL)
		return true;
	c->taken = arena_new(COMMITTER_ARENA_MAX);
	if (open_poster(&c->shared, app) && pthread_create(&c->thread, NULL, lead, c) == 0)
		return true;
	commit_queue_close(c->queue);
	c->queue = NULL;
	return false;
}

struct committer *
committer_new(const struct app *app)
{
	struct committer *committer = calloc(1, sizeof(*committer));

	if (committer == NULL)
		return NULL;
	committer->batch_max = (size_t)app->config->batch_max;
	committer->batcher = batcher_new(run_batch, committer, committer->batch_max);
	committer->batch = calloc(committer->batch_max, sizeof(struct ledger_transaction *));
	if (committer->batcher == NULL || committer->batch == NULL ||
	    !open_poster(&committer->own, app) || !join_queue(committer, app)) {
		committer_free(committer);
		return NULL;
	}
	return committer;
}

void
committer_free(struct committer *committer)
{
	if (committer == NULL)
		return;
	if (committer->queue != NULL) {
		atomic_store(&committer->stop, true);
		(void)pthread_join(committer->thread, NULL);
		commit_queue_close(committer->queue);
	}
	if (committer->taken != NULL)
		arena_free(committer->taken);
	batcher_free(committer->batcher);
	free(committer->batch);
	close_poster(&committer->shared);
	close_poster(&committer->own);
	free(committer);
}

/* By the queue of the machine, or else by that of the process. */
static void
submit(struct committer *committer, struct submission *submission)
{
	struct ledger_transaction *t = submission->transaction;

	if (committer->queue != NULL) {
		if (!requester_waits(t->requester)) {
			t->err = ERR_EXPIRED;
			return;
		}
		if (commit_queue_submit(committer->queue, t, &submission->fault))
			return;
		submission->fault = (struct fault){0};
	}
	batcher_submit(committer->batcher, &submission->item);
}

enum err
ledger_submit(struct ctx *ctx, struct ledger_transaction *transaction)
{
	struct submission submission = {.transaction = transaction};

	if (transaction->results == NULL)
		transaction->results =
			arena_array(ctx->arena, transaction->count, sizeof(*transaction->results));
	if (ctx->db != NULL) {
		TRY(ledger_post(ctx, &transaction, 1));
		return ledger_report(ctx, transaction);
	}
	if (ctx->who.unverified)
		transaction->authority = ctx->who.key_id;
	transaction->key = ctx->key;
	ctx->key = NULL;
	transaction->requester = ctx->requester;
	submit(ctx->app->committer, &submission);
	if (submission.fault.err != ERR_OK) {
		ctx->fault = submission.fault;
		return ctx->fault.err;
	}
	if (transaction->err != ERR_UNAUTHORIZED)
		ctx->who.unverified = false;
	return ledger_report(ctx, transaction);
}
