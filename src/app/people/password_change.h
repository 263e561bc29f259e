/* password_change.h - a signed-in user sets another password. */
#ifndef APP_PEOPLE_PASSWORD_CHANGE_H
#define APP_PEOPLE_PASSWORD_CHANGE_H

#include "app/people/user.h"

struct password_change {
	const char *current;
	const char *new_password;
	/* Set by password_change_prepare. */
	bool is_right; /* the current password */
	struct user user;
	const char *new_hash;
};

/* Before the transaction. A wrong password counts as a guess (guard.h): ERR_RATE_LIMITED after too many. It is
 * refused later, when it is known that the request is no repetition. ERR_VALIDATION on newPassword if that is a
 * common one. */
enum err password_change_prepare(struct ctx *ctx, struct password_change *in) MUST_CHECK;
/* Set it, end all sessions but the caller's, and tell the user by mail. ERR_VALIDATION on currentPassword if that
 * is wrong, or has changed since. */
enum err password_change(struct ctx *ctx, const struct password_change *in) MUST_CHECK;

#endif
