/*
 * job.h - work that waits: one file per kind, each a const struct.
 *
 * A job is run again and again: at once while it finds something to do, else after
 * its pause. Several runners at once are safe; each piece of work is claimed in the
 * database.
 */
#ifndef JOBS_JOB_H
#define JOBS_JOB_H

#include "base/ctx.h"

struct job {
	const char *name;
	int64_t pause_ms; /* between runs that find nothing */
	/* Do one piece of work; *found tells whether there was one. */
	enum err (*run)(struct ctx *ctx, bool *found);
};

extern const struct job job_mail;
extern const struct job job_token_request;
extern const struct job job_hold_expiry;
extern const struct job job_retention;

#endif
