/*
 * email_change.h - a signed-in user moves the account to another email address.
 *
 * A code that is mailed to the new address confirms it (code.h). Nothing tells the user whether another
 * account has the address: then a mail tells its owner, and no code is sent.
 */
#ifndef APP_PEOPLE_EMAIL_CHANGE_H
#define APP_PEOPLE_EMAIL_CHANGE_H

#include "app/people/second_factor.h"

struct email_change {
	const char *email;
	struct factor_change proof; /* the rest of it by email_change_prepare */
};

/* Before the transaction. */
enum err email_change_prepare(struct ctx *ctx, struct email_change *in) MUST_CHECK;
/* Mail the code, at most a few times in an hour. The errors of second_factor_prove(); ERR_CONFLICT if the
 * account has no password. */
enum err email_change_begin(struct ctx *ctx, const struct email_change *in) MUST_CHECK;
/*
 * In a transaction that holds the account alone (ownership.h): change the address, end all sessions but
 * the caller's and what was mailed to the former address, and tell there. If *right is false, the caller
 * must commit, as with code_check(). ERR_CONFLICT if another account has got the address in the meantime.
 */
enum err email_change_confirm(struct ctx *ctx, const char *code, struct user *out,
			      bool *right) MUST_CHECK;

#endif
