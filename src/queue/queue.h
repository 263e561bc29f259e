/*
 * queue.h - the job queue: rows of the table "job".
 *
 * A job is added in the transaction of its cause, so it exists if and only if that was committed.
 * It is claimed with FOR UPDATE SKIP LOCKED and a lease, which a live runner renews
 * (queue/claims.h), so that any number of runners is safe; retried with exponential backoff and
 * jitter; parked after its last attempt, until an operator decides. The result of an attempt is
 * recorded even if the database was unavailable, and is effective only while its claim is the
 * latest. A job may run more than once, so it must be idempotent. But never concurrently: there is
 * one job per kind and subject.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

/* The result of an attempt. */
enum queue_verdict {
	QUEUE_DONE,  /* done: the job is deleted */
	QUEUE_AGAIN, /* not yet: the next attempt is due after the backoff */
	QUEUE_PARK,  /* it can't succeed; an operator must decide */
};

struct queue_job {
	int64_t job_id;
	const char *kind;
	const char *subject; /* an id, unique among the jobs of a kind */
	int64_t attempts;    /* this one included */
	struct instant created_at;
	struct instant due_at;
	/* The handler may set the reason for the failure: for the operator, never a secret. */
	const char *problem;
};

/* A kind of job, defined in jobs/. */
struct queue_kind {
	const char *name;
	int64_t limit_s;   /* limit of an attempt; a runner that exceeds it loses the job */
	int64_t tries_max; /* parked after this number of attempts */
	int64_t backoff_s; /* before the second attempt; doubled each time */
	int64_t backoff_max_s;
	/* Do it, in its own transactions. An error is QUEUE_AGAIN; soon, if it was the database. */
	enum err (*run)(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict);
	/* Called in the transaction in which a job is parked, if somebody must decide; or NULL. */
	enum err (*parked)(struct ctx *ctx, const char *kind, const char *subject);
};

/*
 * Add a job, or make the waiting one of the same kind and subject due earlier. A running one runs
 * once more afterwards; a parked one restarts. In the caller's transaction, if there is one, it is
 * sent with the next statement or COMMIT. Listening runners are notified of a due one at once.
 */
enum err queue_add(struct ctx *ctx, const char *kind, const char *subject,
		   int64_t delay_s) MUST_CHECK;
/* Claim and run one due job of the kind; *found tells whether there was one. */
enum err queue_run_one(struct ctx *ctx, const struct queue_kind *kind, bool *found) MUST_CHECK;

/* For the operator: waiting, running and parked jobs. */
struct queue_entry {
	int64_t job_id;
	const char *kind;
	const char *subject;
	const char *status; /* waiting, running, parked */
	int64_t attempts;
	const char *problem;
	struct instant created_at;
	struct instant due_at;
};

struct queue_filter {
	const char *kind;   /* NULL: any */
	const char *status; /* NULL: any */
	int64_t after;      /* last one of the previous page; 0: from the newest */
	int64_t most;
};

enum err queue_list(struct ctx *ctx, const struct queue_filter *filter, struct queue_entry **out,
		    size_t *n) MUST_CHECK;
/* Make a job due now, and reset its attempts. ERR_NOT_FOUND. */
enum err queue_retry(struct ctx *ctx, int64_t job_id, struct queue_entry *out) MUST_CHECK;
/* Park a job. ERR_NOT_FOUND. */
enum err queue_park(struct ctx *ctx, int64_t job_id, struct queue_entry *out) MUST_CHECK;

#endif
