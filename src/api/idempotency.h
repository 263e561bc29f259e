/*
 * idempotency.h - the Idempotency-Key of POST, PATCH and DELETE, for every dialect.
 *
 * A key belongs to its owner (a user, or a project in one mode), not to the credential that was
 * used: a repetition with another session or a rotated API key is the same request. The answer is
 * stored in the database transaction of the effect, sealed, for COWRY_IDEMPOTENCY_SECONDS: the same
 * key and request get it again, the same key with another request is ERR_IDEMPOTENCY_MISMATCH. A
 * failure without any effect is not stored, so the request may be retried.
 *
 * Where the answer is what the ledger says of one posting (route.answers_from_ledger), the key is stored with
 * the posting, by group commit, and the answer is rebuilt, and stored, when the key is repeated.
 *
 * A request that calls an outside server binds the key to what it opened, in the transaction that
 * opens it and for the same time. While it runs, a repetition is ERR_IDEMPOTENCY_RUNNING. It is no
 * longer running if it ended without an answer, if its process is gone (no session of the database
 * has its name), or after the maximum duration of a request.
 */
#ifndef API_IDEMPOTENCY_H
#define API_IDEMPOTENCY_H

#include "api/dispatch.h"

enum idempotency_state {
	IDEMPOTENCY_NEW,      /* the request must be executed */
	IDEMPOTENCY_ANSWERED, /* call->reply has the first answer */
	IDEMPOTENCY_POSTED,   /* the handler gives the first answer again, of status call->posted */
	IDEMPOTENCY_OPENED, /* call->opened is what an earlier request opened and did not finish */
};

/* Whether the request carries an effective key; ERR_BAD_REQUEST for a malformed one. */
enum err idempotency_wanted(struct call *call, bool *wanted) MUST_CHECK;
/* The key, to be stored with a posting. In the arena. */
const struct ledger_key *idempotency_key(struct call *call) __attribute__((returns_nonnull));
/* In the transaction, before the handler. ERR_IDEMPOTENCY_RUNNING, ERR_IDEMPOTENCY_MISMATCH. */
enum err idempotency_begin(struct call *call, enum idempotency_state *state) MUST_CHECK;
/* In the first of two transactions: bind the key to call->opened. The request keeps running
 * after the commit. */
enum err idempotency_reserve(struct call *call) MUST_CHECK;
/* In a transaction: the request ends with an unknown outcome. The key stays bound. */
enum err idempotency_pause(struct call *call) MUST_CHECK;
/* In the second transaction, if nothing was done: release the key. */
enum err idempotency_release(struct call *call) MUST_CHECK;
/* In the transaction, after the reply was written: store it. */
enum err idempotency_end(struct call *call) MUST_CHECK;

#endif
