/*
 * review.h - the queue of reviews: payments whose amount differs from the request or whose outcome
 * is unknown, fundings with a high fraud risk, money of closed accounts. An administrator decides
 * them (decision.h), through /v1 or the CLI.
 */
#ifndef APP_AUDIT_REVIEW_H
#define APP_AUDIT_REVIEW_H

#include "base/ctx.h"
#include "base/value.h"

struct review {
	int64_t review_id;
	struct uuid public_id;
	const char *kind; /* "bank_payment", "closed_account", "funding", "payment", "purchase" */
	struct uuid subject; /* public id of the object under review */
	const char *reason;
	struct json_value detail; /* details for the decision; no secrets */
	const char *status;       /* open, approved, rejected */
	const char *note;         /* of the administrator */
	struct uuid decided_by;   /* the administrator; nil: the operator */
	struct instant created_at;
	struct instant decided_at;
};

/* In the caller's transaction. One open review per subject, with the latest details. */
enum err review_open(struct ctx *ctx, const char *kind, struct uuid subject, const char *reason,
		     struct json_value detail) MUST_CHECK;

struct review_filter {
	const char *status; /* NULL: any */
	const char *kind;
	int64_t after; /* last one of the previous page; 0: from the newest */
	int64_t most;
};
enum err review_list(struct ctx *ctx, const struct review_filter *filter, struct review **out,
		     size_t *n) MUST_CHECK;
enum err review_get(struct ctx *ctx, struct uuid id, struct review *out) MUST_CHECK;
/* In the transaction in which the subject is settled after all: close its open review, and
 * remove the parked job about it. paid tells whether the review ends as approved. */
void review_settle(struct ctx *ctx, const char *kind, struct uuid subject, const char *job_kind,
		   const char *job_subject, bool paid);

#endif
