#include "db/db.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/ensure.h"
#include "base/fault_point.h"
#include "base/fiber.h"
#include "base/requester.h"
#include "base/text.h"
#include "db/connection.h"
#include "db/pool.h"
#include "db/replica.h"
#include "db/result.h"

enum { ATTEMPTS_MAX = 5, BACKOFF_FIRST_US = 1000 };
/* The pauses between attempts of work that must not be lost. */
enum { INSIST_FIRST_MS = 25, INSIST_MOST_MS = 400 };
enum { ACCEPT_MEMORY_MAX = 1 << 20 };

struct deferred {
	struct db_call call;
	struct deferred *next;
};

/* An open transaction. It has no connection before its first statement. */
struct db {
	struct connection *connection;
	enum err failed; /* its error; no more statements can be run in it */
	struct deferred *deferred;
	struct deferred **deferred_end;
	size_t deferred_count;
};

static struct db_call
bare_call(enum statement_id id, struct rows *rows)
{
	return (struct db_call){.id = id, .rows = rows};
}

/* The result of work after an error that ended its transaction. A lost race, or a lost
 * connection, is still the reason; continuing after anything else is a bug. */
static enum err
fail_again(struct ctx *ctx)
{
	enum err failed = ctx->db->failed;

	if (failed == ERR_RETRY || failed == ERR_UNAVAILABLE)
		return result_lost(&ctx->fault, failed, "the transaction had failed before");
	return result_bug(&ctx->fault, SQL_transaction_rollback,
			  "the transaction had failed before");
}

/* Everything that is sent with the calls of a transaction: BEGIN if it is the first time, and
 * deferred statements. */
static enum err
send_within(struct ctx *ctx, const struct db_call *calls, size_t n)
{
	struct db *db = ctx->db;
	struct db_call *all = arena_array(ctx->arena, n + db->deferred_count + 1, sizeof *all);
	size_t count = 0;

	if (db->connection == NULL) {
		TRY(pool_take(ctx->database->pool, &ctx->fault, &db->connection));
		all[count++] = bare_call(SQL_transaction_begin, NULL);
	}
	for (const struct deferred *d = db->deferred; d != NULL; d = d->next)
		all[count++] = d->call;
	db->deferred = NULL;
	db->deferred_end = &db->deferred;
	db->deferred_count = 0;
	for (size_t i = 0; i < n; i++)
		all[count++] = calls[i];
	TRY(connection_run(db->connection, ctx->arena, &ctx->fault, all, count));
	FAULT_POINT("after-statement");
	return ERR_OK;
}

static enum err
run_within(struct ctx *ctx, const struct db_call *calls, size_t n)
{
	enum err err;

	if (ctx->db->failed != ERR_OK)
		return fail_again(ctx);
	err = send_within(ctx, calls, n);
	if (err != ERR_NOT_FOUND) /* a missing row does not end the transaction */
		ctx->db->failed = err;
	return err;
}

enum err
db_pipeline(struct ctx *ctx, const struct db_call *calls, size_t n)
{
	if (n == 0)
		return ERR_OK;
	if (ctx->db == NULL && ctx->database->replica != NULL) {
		if (replica_run(ctx, calls, n))
			return ERR_OK;
		ctx->database = ctx->database->primary;
	}
	return ctx->db != NULL ? run_within(ctx, calls, n)
			       : pool_run(ctx->database->pool, ctx, calls, n);
}

enum err
db_run(struct ctx *ctx, enum statement_id id, struct rows *rows, const struct param *params,
       size_t count)
{
	struct rows unused;
	struct db_call call = {id, rows != NULL ? rows : &unused, params, count};

	return db_pipeline(ctx, &call, 1);
}

void
db_defer(struct ctx *ctx, enum statement_id id, const struct param *params, size_t count)
{
	struct db *db = ctx->db;
	struct deferred *d;

	if (db == NULL) {
		(void)ensure(ctx, db != NULL);
		return;
	}
	d = arena_alloc(ctx->arena, sizeof *d);
	d->call.id = id;
	d->call.count = count;
	if (count > 0)
		d->call.params = arena_copy(ctx->arena, params, count * sizeof *params);
	*db->deferred_end = d;
	db->deferred_end = &d->next;
	db->deferred_count++;
}

/* COMMIT of a transaction that failed succeeds, as a ROLLBACK. */
static enum err
commit(struct ctx *ctx)
{
	struct db *db = ctx->db;
	struct rows rows = {0};
	struct db_call call = bare_call(SQL_transaction_commit, &rows);

	if (db->connection == NULL && db->deferred == NULL && db->failed == ERR_OK)
		return ERR_OK;
	if (db->connection != NULL && connection_is_open(db->connection) &&
	    !connection_is_alive(db->connection)) {
		connection_close(db->connection);
		return result_lost(&ctx->fault, ERR_UNAVAILABLE, "connection lost before COMMIT");
	}
	if (!requester_waits(ctx->requester))
		return fault(&ctx->fault, ERR_EXPIRED, NULL, NULL);
	FAULT_POINT("before-commit");
	TRY(run_within(ctx, &call, 1));
	FAULT_POINT("after-commit");
	if (!text_equal(PQcmdStatus(rows.result), "COMMIT"))
		return result_bug(&ctx->fault, SQL_transaction_commit,
				  "the transaction had failed before");
	return ERR_OK;
}

/* The error that COMMIT would return. */
static enum err
dry_run_commit(struct ctx *ctx)
{
	struct db_call call = bare_call(SQL_constraints_check, NULL);

	if (ctx->db->connection == NULL && ctx->db->deferred == NULL && ctx->db->failed == ERR_OK)
		return ERR_OK;
	return run_within(ctx, &call, 1);
}

/* Back to the pool, after a ROLLBACK if the transaction is still open. A session on which even
 * that fails is closed. */
static void
leave(struct ctx *ctx)
{
	struct connection *connection = ctx->db->connection;
	struct db_call rollback = bare_call(SQL_transaction_rollback, NULL);
	struct fault unused = {0};

	ctx->db = NULL;
	if (connection == NULL)
		return;
	if (connection_is_open(connection) && !connection_is_idle(connection) &&
	    connection_run(connection, ctx->arena, &unused, &rollback, 1) != ERR_OK)
		connection_close(connection);
	pool_give(ctx->database->pool, connection);
}

typedef enum err ending(struct ctx *ctx);

/* *refused: the server has become read-only. */
static enum err
attempt(struct ctx *ctx, db_work *work, void *arg, ending *end, bool *refused)
{
	enum err err;

	ctx->db = arena_alloc(ctx->arena, sizeof *ctx->db);
	ctx->db->deferred_end = &ctx->db->deferred;
	FAULT_POINT("before-begin");
	err = work(ctx, arg);
	if (err == ERR_OK)
		err = ensure_held(&ctx->fault);
	if (err == ERR_OK)
		err = end(ctx);
	*refused = err == ERR_UNAVAILABLE && ctx->db->connection != NULL &&
		   connection_refused(ctx->db->connection);
	leave(ctx);
	return err;
}

/* Twice as long each time, with a random part, so that rivals do not collide again. */
static void
back_off(int attempts)
{
	uint32_t most_us = (uint32_t)BACKOFF_FIRST_US << attempts;
	struct timespec pause = {.tv_nsec =
					 (long)(most_us / 2 + arc4random_uniform(most_us)) * 1000};

	fiber_block();
	(void)nanosleep(&pause, NULL);
	fiber_unblock();
}

static enum err
attempt_all(struct ctx *ctx, db_work *work, void *arg, ending *end)
{
	for (int attempts = 1;; attempts++) {
		bool refused;
		enum err err = attempt(ctx, work, arg, end, &refused);
		bool again = err == ERR_RETRY || (refused && attempts == 1);

		if (!again || attempts == ATTEMPTS_MAX)
			return err;
		fault_clear(&ctx->fault);
		back_off(attempts);
	}
}

enum err
db_transact(struct ctx *ctx, db_work *work, void *arg)
{
	if (ctx->db != NULL)
		return work(ctx, arg);
	return attempt_all(ctx, work, arg, commit);
}

/* Whether a retry may succeed, and the work had an effect or may have had one. */
static bool
may_pass(enum err err)
{
	return err == ERR_UNAVAILABLE || err == ERR_OUTCOME_UNKNOWN || err == ERR_RETRY;
}

enum err
db_insist(struct ctx *ctx, db_work *work, void *arg)
{
	int64_t deadline_ns = clock_monotonic_ns() + ctx->database->insist_s * INT64_C(1000000000);
	long pause_ms = INSIST_FIRST_MS;
	enum err err;

	TRY(ensure(ctx, ctx->db == NULL));
	while (may_pass(err = work(ctx, arg)) && clock_monotonic_ns() < deadline_ns) {
		fault_clear(&ctx->fault);
		fiber_block();
		(void)nanosleep(&(struct timespec){.tv_nsec = pause_ms * 1000000}, NULL);
		fiber_unblock();
		pause_ms = pause_ms * 2 < INSIST_MOST_MS ? pause_ms * 2 : INSIST_MOST_MS;
	}
	return err;
}

struct persistence {
	db_work *work;
	void *arg;
};

static enum err
transact_once(struct ctx *ctx, void *arg)
{
	const struct persistence *persistence = arg;

	return db_transact(ctx, persistence->work, persistence->arg);
}

enum err
db_persist(struct ctx *ctx, db_work *work, void *arg)
{
	struct persistence persistence = {work, arg};

	return db_insist(ctx, transact_once, &persistence);
}

enum err
db_dry_run(struct ctx *ctx, db_work *work, void *arg)
{
	TRY(ensure(ctx, ctx->db == NULL));
	return attempt_all(ctx, work, arg, dry_run_commit);
}

bool
session_accepted(const struct db_options *options, struct connection *c,
		 char problem[CONNECTION_PROBLEM_MAX])
{
	struct db db = {.connection = c};
	struct ctx ctx = {.db = &db, .now = clock_system()};
	bool accepted;

	if (options->accept == NULL)
		return true;
	db.deferred_end = &db.deferred;
	ctx.arena = arena_new(ACCEPT_MEMORY_MAX);
	accepted = options->accept(options->accept_arg, &ctx, problem);
	arena_free(ctx.arena);
	return accepted;
}

enum err
db_ping(struct ctx *ctx, int64_t *latency_ns)
{
	int64_t start_ns = clock_monotonic_ns();

	TRY(db_run(ctx, SQL_ping, NULL, NO_PARAMS));
	*latency_ns = clock_monotonic_ns() - start_ns;
	return ERR_OK;
}
