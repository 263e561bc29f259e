/*
 * auth.h - authentication: access tokens with their session, API keys with their quota.
 *
 * Every request is checked against the database, so that revocation and expiry take effect at once.
 * Concurrent key look-ups of all threads are combined into one query.
 */
#ifndef API_AUTH_H
#define API_AUTH_H

#include "api/dispatch.h"

struct batcher;

/* The batcher for app->key_checks. */
struct batcher *auth_key_checks(size_t batch_max);

/* Fill call->ctx.who as the route's access asks, or ERR_UNAUTHORIZED, ERR_FORBIDDEN,
 * ERR_QUOTA_EXCEEDED. */
enum err authenticate(struct call *call) MUST_CHECK;

/* The user of the session that a request of a public route was sent with, by its bearer token; 0
 * if there is no valid one. */
enum err session_user(struct call *call, int64_t *user_id) MUST_CHECK;

/* Users may do everything with their wallets; a wallet key only what it permits: otherwise
 * ERR_FORBIDDEN. */
enum err admit_to_wallet(struct call *call) MUST_CHECK;

/* Check whether a key found in the cache is still valid, and the call within limits that it may have since, if
 * no query has done so yet. */
enum err revalidate(struct call *call) MUST_CHECK;

/* Count the call against its route's rate limit; ERR_RATE_LIMITED with retry_after_s. */
enum err throttle(struct call *call) MUST_CHECK;
/* The same for the limit of the route per user and minute, once the user is known. */
enum err throttle_user(struct call *call) MUST_CHECK;

#endif
