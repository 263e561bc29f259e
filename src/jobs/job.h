/*
 * job.h - work that waits: one file per kind, each a const struct.
 *
 * What is looked for is a struct periodic_job, which is run again and again: at once while it
 * finds something to do, else after its pause. What somebody added to the queue is a
 * struct queue_kind. Several runners at once are safe; each piece of work is claimed
 * in the database.
 */
#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include "base/ctx.h"
#include "queue/queue.h"

struct periodic_job {
	const char *name;
	int64_t pause_ms; /* between runs that find nothing */
	/* Do one piece of work; *found tells whether there was one. */
	enum err (*run)(struct ctx *ctx, bool *found);
};

extern const struct periodic_job job_event_stream;
extern const struct periodic_job job_token_request;
extern const struct periodic_job job_hold_expiry;
extern const struct periodic_job job_retention;
extern const struct periodic_job job_funding_expiry;
extern const struct periodic_job job_merchant_payout;
extern const struct periodic_job job_voucher_expiry;

extern const struct queue_kind queue_mail;
extern const struct queue_kind queue_merchant_payout;
extern const struct queue_kind queue_payment_lookup;
extern const struct queue_kind queue_purchase_lookup;
extern const struct queue_kind queue_remittance;
extern const struct queue_kind queue_webhook_delivery;

/* One row of all that a runner does: either a job or a kind, and the threads that are its own, so
 * that a slow one holds up nothing else. */
struct job {
	const struct periodic_job *periodic;
	const struct queue_kind *kind;
	size_t threads;
};

/* All there is; ends with a row of neither. */
extern const struct job jobs[];

#endif
