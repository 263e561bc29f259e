/*
 * claims.h - what the threads of a runner have claimed and not ended.
 *
 * A claim is a lease of a few seconds, which a runner that lives renews. So what a runner that died
 * has claimed is free again after those seconds, however long its work may take; and a runner that
 * was cut off from the database keeps what it has if nobody else took it meanwhile.
 */
#ifndef QUEUE_CLAIMS_H
#define QUEUE_CLAIMS_H

#include <stddef.h>

#include "base/ctx.h"

/* A claim is renewed after the second, many times before the first is over. */
enum { CLAIM_LEASE_S = 3, CLAIM_RENEW_MS = 1000 };

struct claims;

/* For at most so many at once. NULL without memory. */
struct claims *claims_new(size_t most);
void claims_free(struct claims *claims);

/* From now on, for limit_s seconds at most; number tells the claim of a job from a later one. */
void claims_add(struct claims *claims, int64_t job_id, int64_t number, int64_t limit_s);
void claims_remove(struct claims *claims, int64_t job_id, int64_t number);
/* The jobs that nobody in this process may claim: they are under way in it. */
size_t claims_held(struct claims *claims, struct arena *arena, int64_t **job_ids);
/* Renew those that were not renewed lately. To be called twice as often as CLAIM_RENEW_MS. */
enum err claims_renew(struct ctx *ctx, struct claims *claims) MUST_CHECK;

#endif
