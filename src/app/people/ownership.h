/*
 * ownership.h - proof that a user owns the address of an account.
 *
 * Anybody can register with any address, and set the account up before the owner of the address
 * does. So the first time that somebody proves ownership of the address, everything that was set up
 * before is invalidated: sessions, keys, codes, a second factor, destinations (webhooks, accounts at providers and
 * banks, recipients, cards, bank accounts of merchants), and the identity data of the account.
 * Money, projects and histories are handed over.
 */
#ifndef APP_PEOPLE_OWNERSHIP_H
#define APP_PEOPLE_OWNERSHIP_H

#include "base/ctx.h"

/* How ownership of the address was proven. */
enum ownership_proof {
	/* They read its mail; it is unknown whether the account's password is theirs. Later
	 * settings are therefore not certainly the owner's either. */
	PROOF_ADDRESS,
	/* They read its mail or are identified by Google, and the password is replaced or
	 * removed. */
	PROOF_TAKEOVER,
	/* They read its mail and have a session of the account: all settings are theirs. */
	PROOF_HOLDER,
};

/*
 * In the transaction of the proof: lock the account, invalidate its settings unless they are known
 * to be the owner's, and record the proof. Requests with an invalidated session or key wait for the
 * lock, and are refused (ownership_hold).
 */
enum err ownership_prove(struct ctx *ctx, int64_t user_id, enum ownership_proof proof) MUST_CHECK;

/* A code mailed to an address was confirmed, in a session of the user. */
enum err ownership_prove_by_code(struct ctx *ctx, int64_t user_id, const char *email) MUST_CHECK;

/*
 * In a transaction that changes data of the caller, before anything else: lock the account until
 * the end of it. ERR_UNAUTHORIZED if the session or key of the caller, or the account, has ended in
 * the meantime.
 */
enum err ownership_hold(struct ctx *ctx) MUST_CHECK;
/* The same, and no other request of the account runs at the same time. */
enum err ownership_hold_alone(struct ctx *ctx) MUST_CHECK;

#endif
