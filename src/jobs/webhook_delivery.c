/*
 * Delivers events to webhooks. Retries of a delivery have their own schedule; the queue's attempts
 * are for our own failures.
 */
#include "app/events/delivery.h"
#include "jobs/job.h"

static enum err
run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	struct uuid id;

	*verdict = QUEUE_PARK;
	if (!uuid_parse(&id, job->subject)) {
		job->problem = "not the id of a delivery";
		return ERR_OK;
	}
	TRY(delivery_attempt(ctx, id));
	*verdict = QUEUE_DONE;
	return ERR_OK;
}

const struct queue_kind queue_webhook_delivery = {
	.name = WEBHOOK_QUEUE,
	.limit_s = 60,
	.tries_max = 20,
	.backoff_s = 5,
	.backoff_max_s = 900,
	.run = run,
};
