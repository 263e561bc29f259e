/*
 * claims.h - the active claims of a runner's threads.
 *
 * A claim is a lease of a few seconds, which a live runner renews. So the claims of a dead runner
 * expire after those seconds, however long the work may take; and a runner that was disconnected
 * from the database keeps its claims if no other runner took them in the meantime.
 */
#ifndef QUEUE_CLAIMS_H
#define QUEUE_CLAIMS_H

#include <stddef.h>

#include "base/ctx.h"

/* A claim is renewed after the second interval, many times before the first is over. */
enum { CLAIM_LEASE_S = 3, CLAIM_RENEW_MS = 1000 };

struct claims;

/* For at most this many concurrent claims. NULL if out of memory. */
struct claims *claims_new(size_t most);
void claims_free(struct claims *claims);

/* Add a claim, for at most limit_s seconds; number distinguishes the claim of a job from a later
 * one. */
void claims_add(struct claims *claims, int64_t job_id, int64_t number, int64_t limit_s);
void claims_remove(struct claims *claims, int64_t job_id, int64_t number);
/* Jobs that this process must not claim: they are running in it. */
size_t claims_held(struct claims *claims, struct arena *arena, int64_t **job_ids);
/* Renew claims that were not renewed recently. To be called twice as often as CLAIM_RENEW_MS. */
enum err claims_renew(struct ctx *ctx, struct claims *claims) MUST_CHECK;

#endif
