/*
 * auth.h - who asks: access tokens with their session, API keys with their quota.
 *
 * Every request is checked against the database, so that revocation and expiry act
 * at once. Look-ups of keys by all threads that wait are one query.
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

/* Whose session a request of a public route is sent with, by its bearer token; 0 where there is none
 * that is good. */
enum err session_user(struct call *call, int64_t *user_id) MUST_CHECK;

/* People may do all with their wallets; a key of theirs what it was made for: ERR_FORBIDDEN else. */
enum err admit_to_wallet(struct call *call) MUST_CHECK;

/* Settle whether a key that was known from before is still good, where no query has done so yet. */
enum err revalidate(struct call *call) MUST_CHECK;

/* Count the call against its route's rate limit; ERR_RATE_LIMITED with retry_after_s. */
enum err throttle(struct call *call) MUST_CHECK;
/* Likewise against what one person may ask of the route in a minute, once it is known who asks. */
enum err throttle_user(struct call *call) MUST_CHECK;

#endif
