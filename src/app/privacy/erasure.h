/* erasure.h - the deletion of a user's account. */
#ifndef APP_PRIVACY_ERASURE_H
#define APP_PRIVACY_ERASURE_H

#include "base/ctx.h"

/* Close an account: the user's data is erased, the ledger is not changed. ERR_CONFLICT for the
 * last administrator, ERR_ACCOUNT_NOT_EMPTY while money prevents it. */
enum err user_delete(struct ctx *ctx, struct uuid id) MUST_CHECK;

/* The address of an erased account. It can't equal any other: the domain is reserved (RFC 2606),
 * and the id unique. */
const char *user_erased_address(struct ctx *ctx, struct uuid id);

#endif
