/*
 * sender.h - delivers events to the subscriptions of webhooks; of a job runner.
 *
 * Two threads: one makes the requests, many at once; the job's own one talks to the database, in
 * batches: it records outcomes and fetches what is due. A runner holds the subscriptions that it delivers
 * to, by a lease of a few seconds that it renews; so what belongs to one is sent by one runner, and
 * another one continues after its death. What is promised stands in delivery.h.
 *
 * An outcome counts while its attempt is the latest, so it is recorded once, even if another
 * runner attempts the same. While the database is unavailable outcomes are kept, and nothing is sent after the lease.
 */
#ifndef APP_EVENTS_SENDER_H
#define APP_EVENTS_SENDER_H

#include <stddef.h>

#include "base/ctx.h"

struct sender;

/* NULL if the system has no memory or threads. */
struct sender *sender_new(const struct app *app);
/* Requests that are under way are given up. */
void sender_free(struct sender *sender);

/* Wait until there is something to do for at most half a second, and do it. *busy tells whether there is
 * more. In its own transactions. */
enum err sender_round(struct ctx *ctx, struct sender *sender, bool *busy) MUST_CHECK;
/* Look for work at once. From any thread. */
void sender_wake(struct sender *sender);
/* Begin nothing more, wait for what is under way, record it, and release all subscriptions. */
enum err sender_finish(struct ctx *ctx, struct sender *sender) MUST_CHECK;
/* How many attempts have been recorded. */
size_t sender_attempts(const struct sender *sender);

#endif
