/*
 * sandbox.h - the other people's servers that Cowry calls, played in one process.
 *
 * Paystack, Flutterwave, Paga, Fingra, Flash, MobileMart, EasyPay, Google's sign-in and a bank answer
 * here as their documents say, sign and send their webhooks, and misbehave when they are told to. It is for tests
 * and for experiments: everything is in memory, bounded, and gone at the end.
 */
#ifndef SANDBOX_SANDBOX_H
#define SANDBOX_SANDBOX_H

#include "base/attributes.h"
#include "base/text.h"

struct arena;
struct config;
struct sandbox;

/* NULL with one clear line in problem. The configuration must outlive the sandbox. */
struct sandbox *sandbox_open(const struct config *config, char problem[256]);
/* Wake all who wait, so that a stop need not; calls that begin later do not wait at all. */
void sandbox_interrupt(struct sandbox *box);
void sandbox_close(struct sandbox *box);

/* A request as CGI has it: variables "NAME=value" up to NULL, and the body. */
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
