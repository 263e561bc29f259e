/* Looks up payments of Drop that the bank has not settled yet. */
#include "app/operation/unresolved.h"
#include "app/remittance/drop_payment.h"
#include "jobs/job.h"
#include "queue/queue.h"

static enum err
run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	bool settled;

	TRY(drop_payment_look_up(ctx, job->subject, &settled));
	*verdict = settled ? QUEUE_DONE : QUEUE_AGAIN;
	if (!settled)
		job->problem = "the bank has not settled it yet";
	return ERR_OK;
}

/* A few seconds after the first time, then at increasing intervals, up to two hours: for ten
 * days. After that an administrator must decide; the amount stays reserved. */
const struct queue_kind queue_remittance = {
	.name = "remittance",
	.limit_s = 120,
	.tries_max = 130,
	.backoff_s = 5,
	.backoff_max_s = 7200,
	.run = run,
	.parked = unresolved_ask,
};
