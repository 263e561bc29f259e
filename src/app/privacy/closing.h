/*
 * closing.h - the end of a person's account.
 *
 * Nobody is forgotten while money of theirs is here or on its way. The accounts of the ledger that
 * belonged to somebody who is gone are closed: to senders they are as if they had never been. What is
 * found there all the same stays until an administrator has decided about it, in a review of kind
 * "closed_account".
 */
#ifndef APP_PRIVACY_CLOSING_H
#define APP_PRIVACY_CLOSING_H

#include "base/ctx.h"

/*
 * In a transaction, before a person is forgotten: lock the person and their accounts, and close
 * these. ERR_ACCOUNT_NOT_EMPTY with a violation for each thing that is in the way: money, holds,
 * vouchers, and what is under way. ERR_NOT_FOUND if the person is gone already.
 */
enum err closing_begin(struct ctx *ctx, int64_t user_id) MUST_CHECK;

/* Open a review for one person whose closed accounts hold money; *found tells whether there was
 * one. In a transaction of its own. */
enum err closing_review_due(struct ctx *ctx, bool *found) MUST_CHECK;
/* In a transaction: approved, the money becomes payable by the operator, who pays it out by hand;
 * rejected, it stays where it is. ERR_NOT_FOUND, ERR_CONFLICT if there is none any more. */
enum err closing_decide(struct ctx *ctx, struct uuid person, bool approved) MUST_CHECK;

#endif
