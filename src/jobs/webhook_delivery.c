/*
 * Delivers events to webhooks, all of a runner by one sender. A notification of its kind wakes it.
 *
 * Deliveries of the release before have a job each. What is due stands in their rows as well, so such a job is
 * only removed.
 */
#include "app/events/delivery.h"
#include "app/events/sender.h"
#include "jobs/job.h"
#include "runtime/app.h"

static enum err
run(struct ctx *ctx, bool *found)
{
	*found = false;
	return ctx->app->sender != NULL ? sender_round(ctx, ctx->app->sender, found) : ERR_OK;
}

static void
wake(const struct app *app)
{
	if (app->sender != NULL)
		sender_wake(app->sender);
}

static enum err
finish(struct ctx *ctx)
{
	return ctx->app->sender != NULL ? sender_finish(ctx, ctx->app->sender) : ERR_OK;
}

const struct periodic_job job_webhook_delivery = {
	.name = "deliveries",
	.pause_ms = 0, /* a round waits itself */
	.run = run,
	.channel = DELIVERY_CHANNEL,
	.wake = wake,
	.finish = finish,
};

static enum err
remove_job(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	(void)ctx;
	(void)job;
	*verdict = QUEUE_DONE;
	return ERR_OK;
}

const struct queue_kind queue_webhook_delivery = {
	.name = DELIVERY_CHANNEL,
	.limit_s = 60,
	.tries_max = 20,
	.backoff_s = 5,
	.backoff_max_s = 900,
	.run = remove_job,
};
