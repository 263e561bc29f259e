/* Looks up purchases whose answer was lost or pending. */
#include "app/operation/unresolved.h"
#include "app/prepaid/purchase.h"
#include "jobs/job.h"
#include "queue/queue.h"

static enum err
run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	struct uuid id;
	bool settled;

	if (!uuid_parse(&id, job->subject)) {
		job->problem = "the subject is not the id of a purchase";
		*verdict = QUEUE_PARK;
		return ERR_OK;
	}
	TRY(purchase_look_up(ctx, id, &settled));
	*verdict = settled ? QUEUE_DONE : QUEUE_AGAIN;
	if (!settled)
		job->problem = "the provider has not completed it yet";
	return ERR_OK;
}

/* Soon after the first time, since the user waits for it, then at increasing intervals, up to
 * six hours: for nine days. Then it waits for an administrator, its money held. */
const struct queue_kind queue_purchase_lookup = {
	.name = "purchase_lookup",
	.limit_s = 120,
	.tries_max = 46,
	.backoff_s = 15,
	.backoff_max_s = 21600,
	.run = run,
	.parked = unresolved_ask,
};
