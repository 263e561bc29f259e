/*
 * job.h - background jobs: one file per kind, each a const struct.
 *
 * A struct periodic_job is polled: it runs again at once while it finds work, else after its pause.
 * A struct queue_kind handles jobs added to the queue. Several runners can run concurrently; each
 * job is claimed in the database.
 */
#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include "base/ctx.h"
#include "queue/queue.h"

struct periodic_job {
	const char *name;
	int64_t pause_ms; /* between runs that find no work */
	/* Do one piece of work; *found tells whether there was one. */
	enum err (*run)(struct ctx *ctx, bool *found);
	/* Notifications that wake it, or NULL; what ends a run that waits for work; and what remains to be
	 * done when the runner stops. */
	const char *channel;
	void (*wake)(const struct app *app);
	enum err (*finish)(struct ctx *ctx);
};

extern const struct periodic_job job_book_audit;
extern const struct periodic_job job_event_stream;
extern const struct periodic_job job_token_request;
extern const struct periodic_job job_hold_expiry;
extern const struct periodic_job job_retention;
extern const struct periodic_job job_funding_expiry;
extern const struct periodic_job job_heartbeat;
extern const struct periodic_job job_merchant_payout;
extern const struct periodic_job job_seal;
extern const struct periodic_job job_voucher_expiry;
extern const struct periodic_job job_webhook_delivery;

extern const struct queue_kind queue_mail;
extern const struct queue_kind queue_merchant_payout;
extern const struct queue_kind queue_payment_lookup;
extern const struct queue_kind queue_purchase_lookup;
extern const struct queue_kind queue_remittance;
extern const struct queue_kind queue_statement;
extern const struct queue_kind queue_webhook_delivery;

/* One row of the runner's jobs: either a job or a kind, and the number of its own threads, so
 * that a slow one does not delay others. */
struct job {
	const struct periodic_job *periodic;
	const struct queue_kind *kind;
	size_t threads;
};

/* All rows; ends with a row of neither. */
extern const struct job jobs[];

#endif
