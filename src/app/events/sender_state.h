/* sender_state.h - what the two threads of a sender share. */
#ifndef APP_EVENTS_SENDER_STATE_H
#define APP_EVENTS_SENDER_STATE_H

#include <pthread.h>
#include <stdbool.h>

#include "app/events/lane.h"
#include "app/events/sender.h"

enum {
	SENDER_LEASE_S = 3,
	ENDED_ENOUGH = 128, /* outcomes are recorded together: so many, or those of some time */
	ENDED_WAIT_MS = 10,
	STATUS_GONE = 410, /* the receiver wants no more webhooks */
};

struct http_many;

struct sender {
	pthread_mutex_t
		mutex;       /* of everything below, but not of the memory of messages under way */
	pthread_cond_t call; /* of the thread that talks to the database */
	struct uuid id;
	clock_now *now;
	pthread_t requests;
	bool has_sender;
	struct http_many *many;
	struct arena *spare; /* of a request that ended, for the next one */
	struct lanes lanes;
	/* Outcomes that are to be recorded. */
	struct message *ended;
	size_t ended_count;
	int64_t ended_ns; /* the first of them */
	int64_t look_ns;  /* when to look for work without being called */
	bool woken;
	bool stopping; /* nothing is sent any more */
	bool leaving;  /* the sender ends */
	size_t attempts;
};

/* The thread that makes requests; arg is the sender. */
void *sender_request_main(void *arg);
/* An outcome, with the mutex held. */
void sender_end(struct sender *sender, struct message *message);
/* Nothing is under way, and nothing is queued. */
bool sender_is_idle(const struct sender *sender);

/* Fetch what is due, in one round trip for all subscriptions, and queue it; *count deliveries. */
enum err sender_fetch(struct ctx *ctx, struct sender *sender, size_t *count) MUST_CHECK;
/* Record outcomes; *continued tells whether others of their objects are due now. */
enum err sender_record(struct ctx *ctx, const struct message *const *messages, size_t n,
		       bool *continued) MUST_CHECK;

#endif
