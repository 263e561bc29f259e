#include "app/operation/job_control.h"

#include "app/audit/audit.h"
#include "app/operation/unresolved.h"
#include "base/arena.h"
#include "base/text.h"
#include "db/db.h"

struct order {
	enum err (*change)(struct ctx *ctx, int64_t job_id, struct queue_entry *out);
	const char *action;
	int64_t job_id;
	struct queue_entry *out;
	bool parks;
};

static enum err
carry_out(struct ctx *ctx, void *arg)
{
	const struct order *order = arg;
	const char *subject;

	TRY(order->change(ctx, order->job_id, order->out));
	if (order->parks)
		TRY(unresolved_ask(ctx, order->out->kind, order->out->subject));
	subject = arena_printf(ctx->arena, "%s %s", order->out->kind, order->out->subject);
	return audit_add(ctx, order->action, subject, (struct json_value){NULL});
}

static enum err
command(struct ctx *ctx, struct order order, const char *id)
{
	if (!integer_parse(&order.job_id, id))
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, NULL);
	return db_transact(ctx, carry_out, &order);
}

enum err
job_retry(struct ctx *ctx, const char *id, struct queue_entry *out)
{
	return command(ctx, (struct order){queue_retry, "job_retry", 0, out, false}, id);
}

enum err
job_park(struct ctx *ctx, const char *id, struct queue_entry *out)
{
	return command(ctx, (struct order){queue_park, "job_park", 0, out, true}, id);
}
