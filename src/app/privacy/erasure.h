/* erasure.h - the deletion of a user's account. */
#ifndef APP_PRIVACY_ERASURE_H
#define APP_PRIVACY_ERASURE_H

#include "base/ctx.h"

/* End an account: what it knew of the person is forgotten, the books stay as they are.
 * ERR_CONFLICT for the last administrator, ERR_ACCOUNT_NOT_EMPTY while money is in the way. */
enum err user_delete(struct ctx *ctx, struct uuid id) MUST_CHECK;

/* The address of an account that was erased. No other can look like it: the domain is reserved
 * (RFC 2606), and the id unique. */
const char *user_erased_address(struct ctx *ctx, struct uuid id);

#endif
