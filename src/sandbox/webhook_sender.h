/*
 * webhook_sender.h - sends webhooks to Cowry.
 *
 * A webhook that is not answered with 2xx is sent again a few times, with growing pauses. On demand
 * a webhook is sent several times at once, or delayed until others follow and sent in reverse
 * order.
 */
#ifndef SANDBOX_WEBHOOK_SENDER_H
#define SANDBOX_WEBHOOK_SENDER_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/text.h"

struct config;
struct control;
struct webhook_sender;
struct request_log;
struct timer;

struct webhook {
	int provider;
	const char *name;   /* of the provider */
	const char *event;  /* for the request log */
	const char *header; /* name of the signature header */
	const char *signature;
	struct bytes body;
};

/* For this number of fake providers. */
struct webhook_sender *webhook_sender_new(const struct config *config, struct control *control,
					  struct request_log *request_log, struct timer *timer,
					  int fakes);
/* After the timer_free() of its timer. */
void webhook_sender_free(struct webhook_sender *sender);

/* Send a webhook; unless it is delayed, its first attempt has been made on return. */
void webhook_sender_send(struct webhook_sender *sender, const struct webhook *webhook);
/* Send the delayed webhooks of a provider, last first. */
void webhook_sender_release(struct webhook_sender *sender, int provider);

#endif
