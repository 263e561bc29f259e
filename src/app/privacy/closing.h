/*
 * closing.h - closing of a user's account.
 *
 * A user's data is not erased while they have money or pending payments. The ledger accounts of a
 * deleted user are closed: to senders they do not exist. Money that is found on them nevertheless
 * stays until an administrator has decided about it, in a review of kind "closed_account".
 */
#ifndef APP_PRIVACY_CLOSING_H
#define APP_PRIVACY_CLOSING_H

#include "base/ctx.h"

/*
 * In a transaction, before a user's data is erased: lock the user and their accounts, and close
 * them. ERR_ACCOUNT_NOT_EMPTY with a violation for each obstacle: money, holds, vouchers, and
 * pending operations. ERR_NOT_FOUND if the user is already deleted.
 */
enum err closing_begin(struct ctx *ctx, int64_t user_id) MUST_CHECK;

/* Open a review for one user whose closed accounts hold money; *found tells whether there was
 * one. In its own transaction. */
enum err closing_review_due(struct ctx *ctx, bool *found) MUST_CHECK;
/* In a transaction: if approved, the money becomes payable by the operator, who pays it out
 * manually; if rejected, it stays. ERR_NOT_FOUND, ERR_CONFLICT if there is none left. */
enum err closing_decide(struct ctx *ctx, struct uuid person, bool approved) MUST_CHECK;

#endif
