/*
 * webhook_receiver.h - a receiver of webhooks, in a thread of the test's own process. And the job
 * runner's part in it, step by step.
 */
#ifndef TESTS_SUPPORT_WEBHOOK_RECEIVER_H
#define TESTS_SUPPORT_WEBHOOK_RECEIVER_H

#include "tests/support/users.h"

struct receiver;

/* How the next requests are answered. */
struct receiver_answer {
	int status;           /* 0: not at all, the connection stays open */
	const char *location; /* of a redirect, or NULL */
	size_t size;          /* of the body */
};

/* A request as it came. Texts live as long as the receiver. */
struct received {
	const char *head; /* request line and headers */
	const char *body;
	size_t length;
};

struct receiver *receiver_new(void);
void receiver_free(struct receiver *receiver);
int receiver_port(const struct receiver *receiver);
/* The answer from now on; scripted answers come first. */
void receiver_set(struct receiver *receiver, struct receiver_answer answer);
void receiver_script(struct receiver *receiver, struct receiver_answer answer);
size_t receiver_count(struct receiver *receiver);
struct received receiver_at(struct receiver *receiver, size_t i);
/* Delete recorded requests and scripted answers; answer 200. */
void receiver_reset(struct receiver *receiver);
/* A header of a request, in the scratch; NULL if it is absent. */
const char *received_header(struct client *c, const struct received *received, const char *name);

/* Read the journal until all that was committed is published. */
void stream_all(struct client *c);
/* Make deliveries until none is due; the number of attempts. */
size_t deliver_due(struct client *c);
/* Make all waiting deliveries due now. */
void make_due(struct client *c);

#endif
