#include "api/execute.h"

#include "api/auth.h"
#include "api/idempotency.h"
#include "api/reply.h"
#include "app/people/ownership.h"
#include "base/arena.h"
#include "base/ensure.h"
#include "base/fault_point.h"
#include "db/db.h"
#include "runtime/app.h"

/* State of the transactions of a call. */
struct work {
	struct call *call;
	void *in;
	bool keyed; /* there is an Idempotency-Key */
};

/* A transaction that lost a race is restarted: discard everything of the previous attempt. */
static void
start_attempt(struct call *call)
{
	call->status = call->route->status;
	call->replayed = false;
	call->unfinished = false;
	call->refused = false;
	call->unsettled = false;
	call->on_refusal = NULL;
	call->refused_session = 0;
	call->reply.status = 0;
	call->reply.body = (struct bytes){NULL, 0};
	call->reply.content_type = NULL;
	call->reply.next = NULL;
	call->reply.length = 0;
	call->reply.header_count = call->headers_before;
}

/* Run the handler or finish, and write the reply unless another step follows. */
static enum err
handle(struct call *call, handler *function, const void *in)
{
	const struct route *route = call->route;
	size_t size = route->reply.list    ? sizeof(struct page)
		      : route->out != NULL ? route->out->size
					   : 1;
	void *out = arena_alloc(call->ctx.arena, size);
	enum err err;

	start_attempt(call);
	err = function(call, in, out);
	if (err != ERR_OK)
		call->reply.header_count = call->headers_before;
	TRY(err);
	if (call->posted != 0) {
		call->status = call->posted;
		call->replayed = true;
	}
	if (call->refused || (call->state != NULL && function != route->outside.finish))
		return ERR_OK;
	return reply_success(call, out);
}

/* Continue with what an earlier request with the key opened. */
static enum err
resume(struct call *call, const void *in)
{
	TRY(call->route->outside.resume(call, in));
	TRY(ensure(&call->ctx, call->state != NULL));
	return idempotency_reserve(call);
}

/* The handler, with the idempotency key before and after it. May run again. */
static enum err
handle_in_transaction(struct ctx *ctx, void *arg)
{
	struct work *work = arg;
	struct call *call = work->call;
	enum idempotency_state found = IDEMPOTENCY_NEW;

	call->state = NULL;
	call->opened = NULL;
	call->posted = 0;
	start_attempt(call);
	TRY(call->route->alone ? ownership_hold_alone(ctx) : ownership_hold(ctx));
	if (work->keyed)
		TRY(idempotency_begin(call, &found));
	if (found == IDEMPOTENCY_ANSWERED)
		return ERR_OK;
	if (found == IDEMPOTENCY_OPENED)
		return resume(call, work->in);
	TRY(handle(call, call->route->handle, work->in));
	if (!work->keyed || call->refused)
		return ERR_OK;
	return call->state != NULL ? idempotency_reserve(call) : idempotency_end(call);
}

/*
 * A refusal is a normal answer, and is stored. But a temporary failure did nothing, so its key may
 * be used for a retry, and an unknown outcome may be queried again.
 */
static enum err
end_key(struct call *call)
{
	if (!call->refused)
		return idempotency_end(call);
	if (call->unsettled)
		return idempotency_pause(call);
	reply_failure(call);
	return call->reply.status >= 500 ? idempotency_release(call) : idempotency_end(call);
}

static enum err
finish_in_transaction(struct ctx *ctx, void *arg)
{
	struct work *work = arg;
	struct call *call = work->call;

	(void)ctx;
	TRY(handle(call, call->route->outside.finish, work->in));
	return work->keyed ? end_key(call) : ERR_OK;
}

static enum err
pause_in_transaction(struct ctx *ctx, void *arg)
{
	(void)ctx;
	return idempotency_pause(arg);
}

/* The request ends although what it opened is not closed: the next one with its key continues
 * with it. If even this fails, that is possible after the maximum duration of the request. */
static enum err
abandon(struct call *call, enum err err)
{
	struct fault fault = call->ctx.fault;

	fault_clear(&call->ctx.fault);
	if (db_transact(&call->ctx, pause_in_transaction, call) != ERR_OK)
		fault_clear(&call->ctx.fault);
	call->ctx.fault = fault;
	return err;
}

/* Record the order, make the call outside of any transaction, and record the result. */
static enum err
run_outside(struct call *call, struct work *work)
{
	enum err err;

	TRY(db_transact(&call->ctx, handle_in_transaction, work));
	if (call->state == NULL || call->refused)
		return ERR_OK;
	call->ctx.requester = NULL; /* the result of the call is always recorded */
	FAULT_POINT("before-call");
	call->route->outside.call(call);
	FAULT_POINT("after-call");
	err = ensure_held(&call->ctx.fault);
	if (err == ERR_OK)
		err = db_transact(&call->ctx, finish_in_transaction, work);
	return err != ERR_OK && work->keyed ? abandon(call, err) : err;
}

static bool
calls_outside(const struct route *route, const void *in)
{
	return route->effect == EFFECT_CALL ||
	       (route->outside.wanted != NULL && route->outside.wanted(in));
}

/*
 * By group commit, with the key. *done is false if that is for handle_in_transaction: the key or the reference
 * has been used before, or the handler has refused the request, so that nobody has looked at the key.
 */
static enum err
run_by_group(struct call *call, struct work *work, bool *done)
{
	enum err err;
	bool asked; /* the ledger has looked at the key, or can't */

	call->ctx.key = idempotency_key(call);
	err = handle(call, call->route->handle, work->in);
	asked = call->ctx.key == NULL || call->ctx.fault.outage;
	call->ctx.key = NULL;
	*done = asked && (err == ERR_OK ? !call->replayed : err != ERR_IDEMPOTENCY_RUNNING);
	if (!*done) {
		fault_clear(&call->ctx.fault);
		return ERR_OK;
	}
	TRY(err);
	return revalidate(call);
}

static enum err
run_keyed(struct call *call, struct work *work)
{
	bool done = false;

	if (call->route->answers_from_ledger)
		TRY(run_by_group(call, work, &done));
	if (done)
		return ERR_OK;
	TRY(revalidate(call));
	return db_transact(&call->ctx, handle_in_transaction, work);
}

static enum err
run(struct call *call, void *in)
{
	struct work work = {call, in, false};
	bool outside = calls_outside(call->route, in);

	call->headers_before = call->reply.header_count;
	TRY(idempotency_wanted(call, &work.keyed));
	if (call->dry_run || outside)
		TRY(revalidate(call));
	if (call->dry_run)
		return db_dry_run(&call->ctx, handle_in_transaction, &work);
	if (outside)
		return run_outside(call, &work);
	if (work.keyed)
		return run_keyed(call, &work);
	if (call->route->effect == EFFECT_WRITE)
		return db_transact(&call->ctx, handle_in_transaction, &work);
	if (call->route->stale && call->ctx.app->reads.replica != NULL) {
		TRY(revalidate(call));
		call->ctx.database = &call->ctx.app->reads;
	}
	TRY(handle(call, call->route->handle, in));
	return revalidate(call);
}

/* Queries refuse a cached key also if it was limited after it was cached. Then nothing was done, and once the limits
 * are known to permit the call, it is. */
enum err
execute(struct call *call, void *in)
{
	enum err err = run(call, in);

	if (err == ERR_UNAUTHORIZED && call->ctx.who.unverified) {
		fault_clear(&call->ctx.fault);
		TRY(revalidate(call));
		err = run(call, in);
	}
	TRY(err);
	return ensure_held(&call->ctx.fault);
}
