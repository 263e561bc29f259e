/*
 * sandbox.h - the outside services that Cowry calls, simulated in one process.
 *
 * Paystack, Flutterwave, Paga, Fingra, Flash, MobileMart, EasyPay, Google's sign-in and a bank
 * answer here as documented, sign and send their webhooks, and fail on request. For tests and
 * experiments: everything is in memory, of limited size, and lost at the end.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/attributes.h"
#include "base/text.h"

struct arena;
struct config;
struct sandbox;

/* NULL with a one-line message in problem. The configuration must outlive the sandbox. */
struct sandbox *sandbox_open(const struct config *config, char problem[256]);
/* Wake all delayed calls, so that they do not hold up a stop; later calls are not delayed. */
void sandbox_interrupt(struct sandbox *box);
void sandbox_close(struct sandbox *box);

/* A request in the form of CGI: variables "NAME=value" up to NULL, and the body. */
struct sandbox_request {
	char *const *variables;
	struct bytes body;
};

enum sandbox_ending {
	ENDING_WHOLE,
	ENDING_HALF,  /* promise the whole body, send half of it, close */
	ENDING_RESET, /* close without an answer */
};

struct sandbox_reply {
	int status;
	const char *content_type;
	const char *location; /* of a redirect, or NULL */
	struct bytes body;
	enum sandbox_ending ending;
};

/* Answer a request; what it makes lives in the arena. */
void sandbox_serve(struct sandbox *box, struct arena *arena, const struct sandbox_request *request,
		   struct sandbox_reply *reply);

#endif
