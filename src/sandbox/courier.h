/*
 * courier.h - webhooks on their way to Cowry.
 *
 * What is not answered 2xx is sent again a few times, with growing pauses. On demand a
 * webhook goes out several times at once, or waits for others and they go in reverse.
 */
#ifndef SANDBOX_COURIER_H
#define SANDBOX_COURIER_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/text.h"

struct config;
struct control;
struct courier;
struct journal;
struct later;

struct webhook {
	int provider;
	const char *name;   /* of the provider */
	const char *event;  /* for the journal */
	const char *header; /* that carries the signature */
	const char *signature;
	struct bytes body;
};

/* For that many players. */
struct courier *courier_new(const struct config *config, struct control *control,
			    struct journal *journal, struct later *later, int players);
/* After the later_free() of what it works with. */
void courier_free(struct courier *courier);

/* Send a webhook; unless it is held back, its first attempt has been made on return. */
void courier_send(struct courier *courier, const struct webhook *webhook);
/* Send what is held back for a provider, last first. */
void courier_release(struct courier *courier, int provider);

#endif
