/*
 * challenge.h - sign-ins in two steps: the password, then a code of the second factor.
 *
 * The right password gets a challenge: a random token for this purpose only, valid for five minutes, for
 * one sign-in, and as long as the password is the same. Guesses at codes are counted per account, for
 * all challenges together.
 */
#ifndef APP_PEOPLE_CHALLENGE_H
#define APP_PEOPLE_CHALLENGE_H

#include "app/people/factor_code.h"
#include "app/people/session.h"

enum { CHALLENGE_LIFETIME_S = 300 };

/* In a transaction: the token, for a user whose password was checked. ERR_INVALID_CREDENTIALS if it has
 * changed since. */
enum err challenge_begin(struct ctx *ctx, const struct user *user, const char **token) MUST_CHECK;

struct second_step {
	const char *challenge;
	const char *code;
	struct bytes digest; /* these by challenge_prepare */
	struct factor_guess guess;
};

/* Before the transaction. ERR_RATE_LIMITED after too many wrong codes; an unknown challenge behaves like
 * a wrong code. */
enum err challenge_prepare(struct ctx *ctx, struct second_step *in) MUST_CHECK;
/* Use up challenge and code, and sign in. ERR_INVALID_CREDENTIALS, whatever is wrong. */
enum err challenge_finish(struct ctx *ctx, const struct second_step *in,
			  struct user_tokens *out) MUST_CHECK;

#endif
