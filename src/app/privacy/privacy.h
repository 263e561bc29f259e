/*
 * privacy.h - the rights of data protection: to have all that is known, and that it ends.
 *
 * A new table about people adds a row to the parts of an export, and a statement to what is
 * forgotten, in privacy.c.
 */
#ifndef APP_PRIVACY_PRIVACY_H
#define APP_PRIVACY_PRIVACY_H

#include "base/ctx.h"
#include "base/value.h"

/* All that the caller's account has, as an object with a member for each part; noted as a request
 * that was met. */
enum err privacy_export(struct ctx *ctx, struct json_value *out) MUST_CHECK;

/*
 * End the caller's account: nobody signs in with it any more, and its keys are refused. What the
 * law against money laundering demands is kept for five years, in which its address stays taken.
 * ERR_CONFLICT for the last administrator, ERR_ACCOUNT_NOT_EMPTY while money is in the way. In the caller's transaction.
 */
enum err privacy_close(struct ctx *ctx) MUST_CHECK;

/* Forget one person for whom those years are over; *found tells whether there was one. */
enum err privacy_forget_due(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
