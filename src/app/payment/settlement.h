/*
 * settlement.h - the steps in the books that payments and purchases have in common: an order is
 * posted once, under content of its own; its hold is used or released; a posting is reversed once.
 */
#ifndef APP_PAYMENT_SETTLEMENT_H
#define APP_PAYMENT_SETTLEMENT_H

#include "app/audit/review.h"
#include "app/payment/state.h"
#include "base/ctx.h"
#include "ledger/kernel.h"

/* An order as the books see it. */
struct settlement {
	enum review_kind kind; /* of its reviews; its word is in contents, and in the job's name */
	struct uuid public_id;
	int64_t ledger_id;
	const char *currency;
	struct uuid hold;        /* nil: none */
	struct uuid transaction; /* nil: nothing is posted */
	bool accepted;           /* the provider has acknowledged it */
	int64_t age_s;
};

/* Post a transaction. Its content is the order's own, so that no other transaction is ever taken for
 * it. t->err tells how it ended; ERR_LEDGER_STOPPED is also returned, so that nothing of the event is
 * recorded, and it comes again. */
enum err settlement_post(struct ctx *ctx, const struct settlement *s,
			 struct ledger_transaction *t) MUST_CHECK;
/* Reverse what was posted, under a reference. An administrator may have done so before. */
enum err settlement_reverse(struct ctx *ctx, const struct settlement *s,
			    const char *reference) MUST_CHECK;
/* ERR_CONFLICT with a message if what was posted has been reversed since. */
enum err settlement_check_posted(struct ctx *ctx, const struct settlement *s,
				 const char *message) MUST_CHECK;
/* The hold if its money is still set aside; nil otherwise. amount is that of the hold. */
enum err settlement_active_hold(struct ctx *ctx, const struct settlement *s, struct uuid *hold,
				int64_t *amount) MUST_CHECK;
/* Release the hold, if its money is still set aside. */
enum err settlement_void_hold(struct ctx *ctx, const struct settlement *s) MUST_CHECK;
/* End a review of an unknown outcome, now that the outcome is known. */
void settlement_end_review(struct ctx *ctx, const struct settlement *s, enum payment_status state);
/* What it means that the provider does not know the order. */
enum payment_event settlement_absent_event(const struct settlement *s);

/* Plan the job <kind>_lookup, which asks the provider how an order stands. */
enum err settlement_plan_lookup(struct ctx *ctx, enum review_kind kind, struct uuid id,
				int64_t delay_s) MUST_CHECK;

#endif
