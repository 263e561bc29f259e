/*
 * privacy.h - data protection rights: export and erasure.
 *
 * A new table with user data adds a row to the parts of an export, and a statement to the erasure,
 * in privacy.c.
 */
#ifndef APP_PRIVACY_PRIVACY_H
#define APP_PRIVACY_PRIVACY_H

#include "base/ctx.h"
#include "base/value.h"

/* All data of the caller's account, as an object with a member for each part; recorded as a
 * fulfilled request. */
enum err privacy_export(struct ctx *ctx, struct json_value *out) MUST_CHECK;

/*
 * Close the caller's account: nobody can sign in with it any more, and its keys are refused. Data
 * required by anti-money-laundering law is kept for five years, in which its address stays taken.
 * ERR_CONFLICT for the last administrator, ERR_ACCOUNT_NOT_EMPTY while money prevents it. In the
 * caller's transaction.
 */
enum err privacy_close(struct ctx *ctx) MUST_CHECK;

/* Erase the data of one user whose retention period is over; *found tells whether there was one. */
enum err privacy_forget_due(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
