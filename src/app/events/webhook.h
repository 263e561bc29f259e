/*
 * webhook.h - a project's servers hear of its events: subscriptions, and deliveries to them.
 *
 * An event is told at least once. Events of one object reach a subscription in their order:
 * a later one waits until the earlier one was delivered or has failed for good. A delivery
 * has the same body at every try.
 */
#ifndef APP_EVENTS_WEBHOOK_H
#define APP_EVENTS_WEBHOOK_H

#include "base/ctx.h"
#include "schema/schema.h"

enum { WEBHOOKS_MAX = 20, WEBHOOK_URL_MAX = 2048 };

#define WEBHOOK_QUEUE "webhook_delivery"

struct webhook {
	int64_t subscription_id;
	struct uuid public_id;
	struct uuid project;
	const char *url;
	const char *mode; /* test, live: whose events it hears */
	const char *description;
	struct text_list event_types;
	const char *status;            /* active, inactive */
	const char *problem;           /* why we made it inactive, or NULL */
	const char *secret;            /* only where it was just made */
	struct instant previous_until; /* the secret before this one is good as long */
	struct instant created_at;
	struct instant updated_at;
};

/* The project must be the caller's, in all of these. Orders of a live one name a public https URL. */
enum err webhook_create(struct ctx *ctx, struct uuid project, const struct webhook *in,
			struct webhook *out) MUST_CHECK;
enum err webhook_get(struct ctx *ctx, struct uuid project, struct uuid id,
		     struct webhook *out) MUST_CHECK;
enum err webhook_list(struct ctx *ctx, struct uuid project, int64_t after, int64_t most,
		      struct webhook **out, size_t *n) MUST_CHECK;
/* What is NULL in the order stays. What waits for one that becomes inactive fails. */
enum err webhook_update(struct ctx *ctx, struct uuid project, struct uuid id,
			const struct webhook *in, struct webhook *out) MUST_CHECK;
enum err webhook_delete(struct ctx *ctx, struct uuid project, struct uuid id,
			struct webhook *out) MUST_CHECK;
/* A new secret; the old one signs beside it for a day. */
enum err webhook_rotate(struct ctx *ctx, struct uuid project, struct uuid id,
			struct webhook *out) MUST_CHECK;

/* The context that the secrets of a subscription are sealed for. */
const char *webhook_secret_context(struct ctx *ctx, struct uuid subscription);

struct delivery {
	int64_t delivery_id;
	struct uuid public_id;
	struct uuid subscription;
	struct uuid project;
	const char *url;
	const char *event; /* evt_… */
	const char *type;
	struct uuid object;
	int64_t sequence;
	const char *status; /* pending, delivered, failed */
	int64_t attempts;
	int64_t response_status; /* of the last one; 0: there was no answer */
	const char *problem;
	struct instant next_at;
	struct instant attempted_at;
	struct instant delivered_at;
	struct instant created_at;
};

struct delivery_filter {
	const char *status; /* NULL: any */
	int64_t after;      /* the last one seen; 0: from the newest */
	int64_t most;
};

/* Of one subscription of a project of the caller. */
enum err delivery_list(struct ctx *ctx, struct uuid project, struct uuid webhook,
		       const struct delivery_filter *filter, struct delivery **out,
		       size_t *n) MUST_CHECK;
/* Deliver once more what was delivered or has failed, at once and outside the order. ERR_CONFLICT if
 * it is pending, or the subscription inactive. */
enum err delivery_replay(struct ctx *ctx, struct uuid project, struct uuid webhook, struct uuid id,
			 struct delivery *out) MUST_CHECK;
/* For administrators: of all subscriptions. Replays are recorded in the audit log. */
enum err delivery_list_all(struct ctx *ctx, const struct delivery_filter *filter,
			   struct delivery **out, size_t *n) MUST_CHECK;
enum err delivery_replay_any(struct ctx *ctx, struct uuid id, struct delivery *out) MUST_CHECK;

/* Try a delivery that is due, and take down what came of it; for the job runner. One that is not due
 * is left alone. In transactions of its own. */
enum err delivery_attempt(struct ctx *ctx, struct uuid id) MUST_CHECK;

/* Read on in the journal, publish what has happened, and plan the deliveries. *found tells whether
 * there is more to do at once. One runner at a time does something. */
enum err event_stream_read(struct ctx *ctx, bool *found) MUST_CHECK;

#endif
