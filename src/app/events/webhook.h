/* webhook.h - subscriptions of a project's servers to its events. */
#ifndef APP_EVENTS_WEBHOOK_H
#define APP_EVENTS_WEBHOOK_H

#include "base/ctx.h"
#include "base/value.h"

enum { WEBHOOKS_MAX = 20, WEBHOOK_URL_MAX = 2048, WEBHOOK_BATCH_MAX = 100 };

enum webhook_status { WEBHOOK_ACTIVE = 1, WEBHOOK_INACTIVE };

extern const char *const webhook_status_words[];

struct webhook {
	int64_t subscription_id;
	struct uuid public_id;
	struct uuid project;
	const char *url; /* NULL: its events are only stored, to be polled */
	bool polled;     /* the same */
	enum mode mode;  /* mode of its events */
	const char *description;
	struct text_list event_types;
	int64_t batch_size; /* events of a request; 1: not in a list. 0 in an order: 1, or not changed */
	enum webhook_status status;
	const char *problem;           /* why it was disabled by the server, or NULL */
	const char *secret;            /* only if it was just created */
	struct instant previous_until; /* the previous secret is valid until then */
	struct instant created_at;
	struct instant updated_at;
};

/* The project must be the caller's, in all of these. Orders of a live one name a public https
 * URL, unless they are polled. */
enum err webhook_create(struct ctx *ctx, struct uuid project, const struct webhook *in,
			struct webhook *out) MUST_CHECK;
enum err webhook_get(struct ctx *ctx, struct uuid project, struct uuid id,
		     struct webhook *out) MUST_CHECK;
enum err webhook_list(struct ctx *ctx, struct uuid project, int64_t after, int64_t most,
		      struct webhook **out, size_t *n) MUST_CHECK;
/* Members of the order that are NULL or 0 are not changed; one that is polled may get a URL. Pending deliveries of a webhook that
 * becomes inactive fail. */
enum err webhook_update(struct ctx *ctx, struct uuid project, struct uuid id,
			const struct webhook *in, struct webhook *out) MUST_CHECK;
enum err webhook_delete(struct ctx *ctx, struct uuid project, struct uuid id,
			struct webhook *out) MUST_CHECK;
/* A new secret; the old one also signs for a day. */
enum err webhook_rotate(struct ctx *ctx, struct uuid project, struct uuid id,
			struct webhook *out) MUST_CHECK;

/* The context that the secrets of a subscription are sealed with. */
const char *webhook_secret_context(struct ctx *ctx, struct uuid subscription);

#endif
