/* decision.h - an administrator's decision of a review, and its consequences. */
#ifndef APP_OPERATION_DECISION_H
#define APP_OPERATION_DECISION_H

#include "app/audit/review.h"

/* In a transaction, with the consequences: payment_decide(), funding_decide(). Recorded in the
 * audit log. ERR_CONFLICT if it was already decided. */
enum err review_decide(struct ctx *ctx, struct uuid id, bool approved, const char *note,
		       struct review *out) MUST_CHECK;

#endif
