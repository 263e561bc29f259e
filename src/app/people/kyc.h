/* kyc.h - identity verification: an administrator's decision, and its consequences. */
#ifndef APP_PEOPLE_KYC_H
#define APP_PEOPLE_KYC_H

#include "app/people/user.h"

/* Notify a user of the decision; does nothing if there is none. In the decision's transaction. */
enum err kyc_notify(struct ctx *ctx, int64_t user_id, const char *before,
		    const char *after) MUST_CHECK;
/* Decide about a user by their address, for the operator's CLI. Recorded in the audit log. */
enum err kyc_decide(struct ctx *ctx, const char *email, bool approved, struct user *out) MUST_CHECK;

#endif
