/*
 * webhook_sender.h - webhooks on their way to Cowry.
 *
 * What is not answered 2xx is sent again a few times, with growing pauses. On demand a
 * webhook goes out several times at once, or waits for others and they go in reverse.
 */
#ifndef SANDBOX_WEBHOOK_SENDER_H
#define SANDBOX_WEBHOOK_SENDER_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/text.h"

struct config;
struct control;
struct webhook_sender;
struct journal;
struct timer;

struct webhook {
	int provider;
	const char *name;   /* of the provider */
	const char *event;  /* for the journal */
	const char *header; /* that carries the signature */
	const char *signature;
	struct bytes body;
};

/* For that many fake providers. */
struct webhook_sender *webhook_sender_new(const struct config *config, struct control *control,
					  struct journal *journal, struct timer *timer, int fakes);
/* After the timer_free() of what it works with. */
void webhook_sender_free(struct webhook_sender *sender);

/* Send a webhook; unless it is held back, its first attempt has been made on return. */
void webhook_sender_send(struct webhook_sender *sender, const struct webhook *webhook);
/* Send what is held back for a provider, last first. */
void webhook_sender_release(struct webhook_sender *sender, int provider);

#endif
