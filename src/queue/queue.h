/*
 * queue.h - work that is to be done later: rows of the table "job".
 *
 * A job is added in the transaction of what it follows from, so it exists exactly if that
 * was committed. It is claimed with FOR UPDATE SKIP LOCKED and a lease, which a runner that
 * lives renews (queue/claims.h), so that any number of runners is safe; tried again with
 * exponential backoff and jitter; parked after its last try, until an operator looks. How a try
 * ended is recorded even if the database was away just then, and counts only while its claim is
 * the latest. A job may run more than once: what it does must bear that. But never twice at once:
 * there is one job for what is to be done about a subject.
 */
#ifndef QUEUE_QUEUE_H
#define QUEUE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/ctx.h"

/* What became of a try. */
enum queue_verdict {
	QUEUE_DONE,  /* the job is gone */
	QUEUE_AGAIN, /* not yet: the next try is due after the backoff */
	QUEUE_PARK,  /* it can't succeed; an operator must look */
};

struct queue_job {
	int64_t job_id;
	const char *kind;
	const char *subject; /* what it is about: an id, unique among the jobs of a kind */
	int64_t attempts;    /* this one included */
	struct instant created_at;
	struct instant due_at;
	/* The handler may say here why it is not done: for the operator, never a secret. */
	const char *problem;
};

/* A kind of job: what jobs/ fills in. */
struct queue_kind {
	const char *name;
	int64_t limit_s;   /* no try takes longer; a runner that has it longer is replaced */
	int64_t tries_max; /* parked after so many */
	int64_t backoff_s; /* before the second try; doubled each time */
	int64_t backoff_max_s;
	/* Do it, in transactions of its own. An error is QUEUE_AGAIN; soon, if it was the database. */
	enum err (*run)(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict);
	/* Called in the transaction in which a job is parked, if somebody must
   * decide; or NULL. */
	enum err (*parked)(struct ctx *ctx, const char *kind, const char *subject);
};

/*
 * Add a job, or make the waiting one of the same kind and subject due earlier. One that is run at
 * the time is run once more afterwards; one that was parked begins anew. In the caller's
 * transaction, if there is one, it travels with the next statement or COMMIT. Runners that listen
 * hear of one that is due at once.
 */
enum err queue_add(struct ctx *ctx, const char *kind, const char *subject,
		   int64_t delay_s) MUST_CHECK;
/* Claim and run one job of the kind that is due; *found tells whether there was one. */
enum err queue_run_one(struct ctx *ctx, const struct queue_kind *kind, bool *found) MUST_CHECK;

/* For the operator: jobs that wait or are parked. */
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
	int64_t after;      /* the last one seen; 0: from the newest */
	int64_t most;
};

enum err queue_list(struct ctx *ctx, const struct queue_filter *filter, struct queue_entry **out,
		    size_t *n) MUST_CHECK;
/* Make a job due now, with all its tries before it. ERR_NOT_FOUND. */
enum err queue_retry(struct ctx *ctx, int64_t job_id, struct queue_entry *out) MUST_CHECK;
/* Put a job aside. ERR_NOT_FOUND. */
enum err queue_park(struct ctx *ctx, int64_t job_id, struct queue_entry *out) MUST_CHECK;

#endif
