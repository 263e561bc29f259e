/*
 * factor_code.h - codes of second factors: of an app (crypto/totp.h), or recovery codes.
 *
 * A code is compared before the transaction, where the guess is counted (guard.h), and used up in it:
 * each recovery code is accepted once, and each step of an app at most once and never after a later
 * one, however many requests carry it. What is typed may have blanks and hyphens anywhere.
 */
#ifndef APP_PEOPLE_FACTOR_CODE_H
#define APP_PEOPLE_FACTOR_CODE_H

#include "app/people/guard.h"
#include "base/ctx.h"

enum { FACTOR_CODE_MAX = 40 }; /* characters that may be typed */

/* A code that was compared. */
struct factor_guess {
	struct guard guard;
	int64_t factor_id;     /* 0: it is wrong */
	int64_t step;          /* whose code it is */
	struct bytes recovery; /* the digest of a recovery code; empty: it is of an app */
};

/*
 * Compare a code with the active factor of a user, or with one that is to be activated, which has no
 * recovery codes. A wrong code is not an error, and takes the same time as that of an unknown user:
 * user_id 0, with the name of what is guessed at. Not in a transaction. ERR_RATE_LIMITED after too
 * many wrong ones.
 */
enum err factor_guess(struct ctx *ctx, int64_t user_id, const char *name, const char *code,
		      struct factor_guess *out) MUST_CHECK;
enum err factor_guess_first(struct ctx *ctx, int64_t user_id, const char *code,
			    struct factor_guess *out) MUST_CHECK;
/* In a transaction: use it up. *right is false if it is wrong, or was used. */
enum err factor_use(struct ctx *ctx, const struct factor_guess *guess, bool *right) MUST_CHECK;

/* The stored form of a recovery code without blanks and hyphens, in upper case. */
struct bytes factor_recovery_digest(struct ctx *ctx, int64_t factor_id, const char *code);
/* The sealing context of a person's secret. */
const char *factor_seal_context(struct arena *arena, struct uuid person);

#endif
