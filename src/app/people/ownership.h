/*
 * ownership.h - whose an account is.
 *
 * Anybody can register under anybody's address, and set the account up before its owner comes. So
 * the first time that somebody shows that the address is theirs, what was set up before is void:
 * sessions, keys, codes, what leads elsewhere (webhooks, accounts at providers and banks, recipients,
 * cards, where a merchant is paid), and what the account says of a person's identity. Money, projects
 * and histories are handed over.
 */
#ifndef APP_PEOPLE_OWNERSHIP_H
#define APP_PEOPLE_OWNERSHIP_H

#include "base/ctx.h"

/* How somebody has shown that the address is theirs. */
enum ownership_proof {
	/* They read its mail; whether the account's password is theirs, is not known. What is set up
	 * after this is therefore not the owner's for certain either. */
	PROOF_ADDRESS,
	/* They read its mail or are named by Google, and the password is replaced or gone. */
	PROOF_TAKEOVER,
	/* They read its mail and hold the account by a session: all that was set up is theirs. */
	PROOF_HOLDER,
};

/*
 * In the transaction of the proof: lock the account, void what was set up unless it is known to be
 * the owner's, and note the proof. What is under way by a session or key that is void then waits for
 * the lock, and is refused (ownership_hold).
 */
enum err ownership_prove(struct ctx *ctx, int64_t user_id, enum ownership_proof proof) MUST_CHECK;

/* A code that was mailed to an address was right, in a session of the person. */
enum err ownership_prove_by_code(struct ctx *ctx, int64_t user_id, const char *email) MUST_CHECK;

/*
 * In a transaction that changes something for who asks, before anything else: hold the account as it
 * is until the end of it. ERR_UNAUTHORIZED if the session or key of who asks was ended meanwhile, or
 * the account was.
 */
enum err ownership_hold(struct ctx *ctx) MUST_CHECK;

#endif
