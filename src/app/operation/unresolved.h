/*
 * unresolved.h - payments and purchases whose outcome could not be determined.
 *
 * The job that looks one up is parked after its last attempt. In the same transaction a review is
 * opened: the money stays held until an administrator has found out whether it was paid, and
 * decides. Later reports of the bank, provider or vendor are still applied, and close the review.
 */
#ifndef APP_OPERATION_UNRESOLVED_H
#define APP_OPERATION_UNRESOLVED_H

#include <stddef.h>

#include "base/ctx.h"

/* In the transaction in which a job is parked: open the review of its subject. Nothing for kinds
 * that are not about money, and for settled subjects. A deposit lapses: its money is not held. */
enum err unresolved_ask(struct ctx *ctx, const char *kind, const char *subject) MUST_CHECK;

/* Reviews of payments from bank accounts; their subject is the request id of
 * the bank payment. To be locked, then decided, in one transaction.
 * ERR_NOT_FOUND; ERR_CONFLICT if it has ended. */
enum err unresolved_bank_lock(struct ctx *ctx, struct uuid request_id) MUST_CHECK;
enum err unresolved_bank_decide(struct ctx *ctx, struct uuid request_id, bool approved) MUST_CHECK;

/* For the operator: pending decisions of this kind, oldest first. */
struct unresolved {
	const char *kind; /* of the review */
	const char *reference;
	int64_t amount;
	const char *currency;
	struct uuid review;
	struct instant since;
};
enum err unresolved_list(struct ctx *ctx, int64_t most, struct unresolved **out,
			 size_t *n) MUST_CHECK;

#endif
