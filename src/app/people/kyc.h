/* kyc.h - identity verification: an administrator's decision, and its consequences. */
#ifndef APP_PEOPLE_KYC_H
#define APP_PEOPLE_KYC_H

#include "app/people/user.h"

/* Tell somebody that it was decided; nothing if it was not. In the decision's transaction. */
enum err kyc_notify(struct ctx *ctx, int64_t user_id, enum kyc_status before,
		    enum kyc_status after) MUST_CHECK;
/* Decide it of somebody by their address, for the operator's CLI. Recorded in the audit log. */
enum err kyc_decide(struct ctx *ctx, const char *email, bool approved, struct user *out) MUST_CHECK;

#endif
