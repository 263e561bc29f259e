/*
 * guard.h - guesses at passwords, counted for each account over all dialects together.
 *
 * After some that were wrong, the next one has to wait, twice as long each time, at most a quarter
 * of an hour. Who comes from an address that the account has signed in from before is counted apart,
 * so that nobody else's guesses keep them waiting; sessions are not touched at all. An account that
 * does not exist behaves like one that does.
 */
#ifndef APP_PEOPLE_GUARD_H
#define APP_PEOPLE_GUARD_H

#include "base/ctx.h"
#include "base/text.h"

/* A guess under way. */
struct guard {
	int64_t user_id;
	struct bytes address;
	struct bytes account; /* where guesses are counted: of anybody, */
	struct bytes known;   /* and of those who come from a known address */
};

/* Count a guess before it is judged, so that many at once are counted, too. user_id is 0 where
 * nobody has the name (address or phone number). Not in a transaction. ERR_RATE_LIMITED. */
enum err guard_begin(struct ctx *ctx, int64_t user_id, const char *name,
		     struct guard *out) MUST_CHECK;
/* It was right: nothing is counted any more. */
enum err guard_right(struct ctx *ctx, const struct guard *guard) MUST_CHECK;
/* It could not be judged: it is not counted. */
enum err guard_unjudged(struct ctx *ctx, const struct guard *guard) MUST_CHECK;

/* What a client's address is kept as for an account. */
struct bytes guard_address(struct ctx *ctx, int64_t user_id, const char *address);
/* Whether the account has signed in from a client's address before. */
enum err guard_knows_address(struct ctx *ctx, int64_t user_id, const char *address,
			     bool *known) MUST_CHECK;
/* The address is the account's from now on: its owner was there. */
enum err guard_know_address(struct ctx *ctx, int64_t user_id) MUST_CHECK;

/* In a transaction: whether one more mail with a token or code may go to an address; some an hour
 * may. Who asks from an address that the account knows is counted apart. */
enum err guard_mail(struct ctx *ctx, const char *email, bool known, bool *allowed) MUST_CHECK;

/* Forget what is over, some at a time; *found tells whether there may be more. */
enum err guard_sweep(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
