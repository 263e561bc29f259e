/*
 * review.h - the queue of reviews: payments whose amount differs from the request or whose outcome
 * is unknown, fundings with a high fraud risk, money of closed accounts, differences in the books of a
 * ledger. An administrator decides them (decision.h), through /v1 or the CLI.
 */
#ifndef APP_AUDIT_REVIEW_H
#define APP_AUDIT_REVIEW_H

#include "base/ctx.h"
#include "base/value.h"

/* What is to be decided. */
enum review_kind {
	REVIEW_PAYMENT = 1,
	REVIEW_FUNDING,
	REVIEW_PURCHASE,
	REVIEW_CLOSED_ACCOUNT,
	REVIEW_BANK_PAYMENT,
	REVIEW_LEDGER
};
enum review_status { REVIEW_OPEN = 1, REVIEW_APPROVED, REVIEW_REJECTED };

extern const char *const review_kind_words[];
extern const char *const review_status_words[];

struct review {
	int64_t review_id;
	struct uuid public_id;
	enum review_kind kind;
	struct uuid subject; /* public id of what is to be decided */
	const char *reason;
	struct json_value detail; /* what helps to decide; no secrets */
	enum review_status status;
	const char *note;       /* of who decided */
	struct uuid decided_by; /* the administrator; nil: the operator */
	struct instant created_at;
	struct instant decided_at;
};

/* In the caller's transaction. One open review a subject, which tells of the latest. */
enum err review_open(struct ctx *ctx, enum review_kind kind, struct uuid subject,
		     const char *reason, struct json_value detail) MUST_CHECK;

struct review_filter {
	enum review_status status; /* 0: any */
	enum review_kind kind;     /* 0: any */
	int64_t after;             /* the last one seen; 0: from the newest */
	int64_t most;
};
enum err review_list(struct ctx *ctx, const struct review_filter *filter, struct review **out,
		     size_t *n) MUST_CHECK;
enum err review_get(struct ctx *ctx, struct uuid id, struct review *out) MUST_CHECK;
/* In the transaction in which the subject is settled after all: end its open review, and remove the
 * parked job that asked about it. paid tells whether the review ends as approved. */
void review_settle(struct ctx *ctx, enum review_kind kind, struct uuid subject,
		   const char *job_kind, const char *job_subject, bool paid);

#endif
