/* Payouts to merchants: opened once a day, sent to the bank, and looked up until it has settled
 * them. */
#include "app/merchant/payout.h"
#include "app/operation/unresolved.h"
#include "jobs/job.h"
#include "queue/queue.h"

const struct periodic_job job_merchant_payout = {
	.name = "merchant_payout", .pause_ms = 60000, .run = payout_open_due};

static enum err
run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	bool settled;

	TRY(payout_look_up(ctx, job->subject, &settled));
	*verdict = settled ? QUEUE_DONE : QUEUE_AGAIN;
	if (!settled)
		job->problem = "the bank has not settled it yet";
	return ERR_OK;
}

/* A few seconds after the first time, then at increasing intervals, up to two hours: for ten
 * days. After that an administrator must decide; the amount stays reserved. */
const struct queue_kind queue_merchant_payout = {
	.name = "merchant_payout",
	.limit_s = 120,
	.tries_max = 130,
	.backoff_s = 5,
	.backoff_max_s = 7200,
	.run = run,
	.parked = unresolved_ask,
};
