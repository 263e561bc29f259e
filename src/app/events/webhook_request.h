/*
 * webhook_request.h - what a receiver of webhooks is sent: bodies, and their signatures in two ways.
 *
 * docs/webhooks.md describes it for receivers.
 */
#ifndef APP_EVENTS_WEBHOOK_REQUEST_H
#define APP_EVENTS_WEBHOOK_REQUEST_H

#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "net/http.h"

struct arena;

/* A secret, prepared for signing. */
struct webhook_signer;

/* By the secret as it was shown to the owner. NULL if that is malformed. */
struct webhook_signer *webhook_signer_new(struct arena *scratch, const char *secret);
void webhook_signer_free(struct webhook_signer *signer);

struct webhook_event {
	struct uuid id;
	const char *type;
	const char *data; /* an object */
	struct instant created_at;
};

/* An event as it is delivered, the same bytes each time. False if its data can't be written. */
bool webhook_event_body(struct arena *arena, const struct webhook_event *event,
			struct bytes *body) MUST_CHECK;
/* A request with a body, which id identifies; previous may be NULL. */
struct http_request webhook_request(struct arena *arena, const char *url, const char *id,
				    struct bytes body, struct instant now,
				    const struct webhook_signer *signer,
				    const struct webhook_signer *previous);

#endif
