/*
 * Group commit: the transactions of all waiting threads are posted as one database transaction by
 * the thread that currently leads.
 */
#include <stdlib.h>

#include "base/arena.h"
#include "base/batcher.h"
#include "base/config.h"
#include "db/db.h"
#include "ledger/ledger.h"
#include "runtime/app.h"

enum { COMMITTER_ARENA_MAX = 64 * 1024 * 1024 };

/* The leader's own resources; only one thread leads at a time. */
struct committer {
	struct batcher *batcher;
	struct db_pool *pool;
	struct app app; /* the process's, with our pool of one connection */
	struct ctx ctx;
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
run_batch(void *arg, struct batch_item **items, size_t n)
{
	struct committer *committer = arg;
	struct ctx *ctx = &committer->ctx;
	struct batch batch = {NULL, n};
	enum err err;

	arena_reset(ctx->arena);
	ctx->fault = (struct fault){0}; /* of others, even where it is for good */
	batch.transactions = arena_array(ctx->arena, n, sizeof(struct ledger_transaction *));
	for (size_t i = 0; i < n; i++)
		batch.transactions[i] = ((struct submission *)items[i])->transaction;
	err = db_transact(ctx, post_batch, &batch);
	for (size_t i = 0; i < n; i++) {
		struct submission *submission = (struct submission *)items[i];

		if (may_be_one_of_them(err) && post_one(ctx, submission->transaction) == ERR_OK)
			continue;
		submission->fault = ctx->fault;
	}
}

struct committer *
committer_new(const struct app *app)
{
	struct committer *committer = calloc(1, sizeof(*committer));
	const struct config *config = app->config;
	struct db_options options = {
		.conninfo = config->database_url,
		.application_name = "cowry-committer",
		.connections = 1,
		.statement_timeout_ms = config->statement_timeout_ms,
		.connect_timeout_ms = config->connect_timeout_ms,
	};

	if (committer == NULL)
		return NULL;
	committer->pool = db_pool_new(&options);
	committer->batcher = batcher_new(run_batch, committer, (size_t)config->batch_max);
	if (committer->pool == NULL || committer->batcher == NULL) {
		committer_free(committer);
		return NULL;
	}
	committer->app = *app;
	committer->app.database.pool = committer->pool;
	committer->ctx = (struct ctx){.app = &committer->app,
				      .database = &committer->app.database,
				      .arena = arena_new(COMMITTER_ARENA_MAX)};
	return committer;
}

void
committer_free(struct committer *committer)
{
	if (committer == NULL)
		return;
	batcher_free(committer->batcher);
	arena_free(committer->ctx.arena);
	db_pool_free(committer->pool);
	free(committer);
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
	transaction->requester = ctx->requester;
	batcher_submit(ctx->app->committer->batcher, &submission.item);
	if (submission.fault.err != ERR_OK) {
		ctx->fault = submission.fault;
		return ctx->fault.err;
	}
	if (transaction->err != ERR_UNAUTHORIZED)
		ctx->who.unverified = false;
	return ledger_report(ctx, transaction);
}
