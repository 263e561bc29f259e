/*
 * guard.h - limits on guesses at passwords and second factors, per account across all dialects.
 *
 * After some wrong guesses, the next one has to wait, twice as long each time, at most a quarter of
 * an hour. Guesses from addresses that the account has signed in from before are counted
 * separately, so that other clients' guesses do not delay them; sessions are not affected. An
 * unknown account behaves like an existing one.
 */
#ifndef APP_PEOPLE_GUARD_H
#define APP_PEOPLE_GUARD_H

#include "base/ctx.h"
#include "base/text.h"

/* A guess in progress. */
struct guard {
	int64_t user_id;
	struct bytes address;
	struct bytes account; /* counters of the guess: of all clients, */
	struct bytes known;   /* and of known addresses */
};

/* Count a guess before it is checked, so that concurrent guesses are counted, too. user_id is 0
 * if no user has the name (address or phone number). Not in a transaction. ERR_RATE_LIMITED. */
enum err guard_begin(struct ctx *ctx, int64_t user_id, const char *name,
		     struct guard *out) MUST_CHECK;
/* The same for a guess at a code of the second factor; these are counted apart, so that a right
 * password doesn't reset them. name is what is guessed at instead if there is no user. */
enum err guard_begin_code(struct ctx *ctx, int64_t user_id, const char *name,
			  struct guard *out) MUST_CHECK;
/* It was right: reset the counters. */
enum err guard_right(struct ctx *ctx, const struct guard *guard) MUST_CHECK;
/* It could not be checked: do not count it. */
enum err guard_unjudged(struct ctx *ctx, const struct guard *guard) MUST_CHECK;

/* The stored form of a client's address for an account. */
struct bytes guard_address(struct ctx *ctx, int64_t user_id, const char *address);
/* Whether the account has signed in from a client's address before. */
enum err guard_knows_address(struct ctx *ctx, int64_t user_id, const char *address,
			     bool *known) MUST_CHECK;
/* Add the address to the known addresses of the account: its owner signed in from it. */
enum err guard_know_address(struct ctx *ctx, int64_t user_id) MUST_CHECK;

/* In a transaction: whether another mail with a token or code may be sent to an address; limited
 * per hour. Requests from an address that the account knows are counted separately. */
enum err guard_mail(struct ctx *ctx, const char *email, bool known, bool *allowed) MUST_CHECK;

/* Delete expired counters, in batches; *found tells whether there may be more. */
enum err guard_sweep(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
