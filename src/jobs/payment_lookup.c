/* Looks up payments that no webhook has settled. */
#include "app/operation/unresolved.h"
#include "app/payment/payment.h"
#include "jobs/job.h"
#include "queue/queue.h"

static enum err
run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	struct uuid id;
	bool settled;

	if (!uuid_parse(&id, job->subject)) {
		job->problem = "the subject is not the id of a payment";
		*verdict = QUEUE_PARK;
		return ERR_OK;
	}
	TRY(payment_look_up(ctx, id, &settled));
	*verdict = settled ? QUEUE_DONE : QUEUE_AGAIN;
	if (!settled)
		job->problem = "it is not settled, or may still be paid";
	return ERR_OK;
}

/* A minute after the first time, then at increasing intervals, up to six hours: for nine days.
 * By then a deposit has lapsed; a withdrawal waits for an administrator, its money held. */
const struct queue_kind queue_payment_lookup = {
	.name = "payment_lookup",
	.limit_s = 120,
	.tries_max = 44,
	.backoff_s = 60,
	.backoff_max_s = 21600,
	.run = run,
	.parked = unresolved_ask,
};
