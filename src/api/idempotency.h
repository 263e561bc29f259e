/*
 * idempotency.h - the Idempotency-Key of POST, PATCH and DELETE, for every dialect.
 *
 * The answer is stored in the database transaction of the effect, sealed, for a day: the
 * same key and request gets it again, the same key with another request is
 * ERR_IDEMPOTENCY_MISMATCH, one that still runs ERR_IDEMPOTENCY_RUNNING. What failed is
 * not stored, so it may be tried again.
 */
#ifndef API_IDEMPOTENCY_H
#define API_IDEMPOTENCY_H

#include "api/call.h"

/* Whether the request carries a key that counts; ERR_VALIDATION for a malformed one. */
enum err idempotency_wanted(struct call *call, bool *wanted) MUST_CHECK;
/* In the transaction, before the handler: *replayed if call->reply has the first answer. */
enum err idempotency_begin(struct call *call, bool *replayed) MUST_CHECK;
/* In the first of two transactions: the request runs on after its commit. A process that ends in
 * between leaves the key to the next request with it, after some minutes. */
enum err idempotency_reserve(struct call *call) MUST_CHECK;
/* In the second one, where nothing is to be stored. */
enum err idempotency_release(struct call *call) MUST_CHECK;
/* In the transaction, after the reply was made: store it. */
enum err idempotency_end(struct call *call) MUST_CHECK;

#endif
