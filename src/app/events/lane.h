/*
 * lane.h - the deliveries that a job runner has in memory, by subscription, and which may go next.
 *
 * A lane is a subscription that this runner holds. Its deliveries are queued in chains: events of one
 * object in their order, of which only the first may go. A lane begins with few concurrent requests;
 * each quick success allows one more. A receiver that fails or is slow gets the least number, and
 * all those together only a part of the places, so that the others always find some.
 *
 * No I/O and no locks: the sender has them.
 */
#ifndef APP_EVENTS_LANE_H
#define APP_EVENTS_LANE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"

struct http_client;
struct webhook_signer;
struct lane;

enum {
	LANE_REQUESTS_LEAST = 6, /* concurrent ones to a receiver that is slow, or not known yet */
	LANE_REQUESTS_MOST = 64,
	PLACES = 512,     /* requests at once */
	PLACES_NEW = 384, /* of receivers that are not known to be quick */
	PLACES_BAD = 256, /* of those that are known not to be */
};

/* A delivery, from when it was fetched until its outcome is recorded. */
struct message {
	struct message *next;       /* in its chain, its request, or the list of those that ended */
	struct message *next_chain; /* of the first one of a chain */
	struct message *held_next;
	struct message **held_link;
	struct lane *lane;
	int64_t fetched_ns;
	int64_t delivery_id;
	struct uuid public_id;
	struct uuid object;
	int64_t attempts; /* total; distinguishes this attempt from concurrent ones */
	int64_t tries;    /* before this one */
	int64_t age_s;    /* since it was made or replayed */
	bool is_behind;   /* another one of its object goes in the same request */
	int status;       /* the outcome; 0: no answer */
	/* NULL: delivered. For the receiver's owner: it reveals nothing of our network. */
	const char *problem;
	const char *event; /* evt_… */
	struct bytes body;
	char text[]; /* of both */
};

/* What is known of a receiver. */
enum standing { STANDING_NEW, STANDING_GOOD, STANDING_BAD };

struct lane {
	int64_t subscription_id;
	int64_t lease_end_ns; /* nothing is sent later, unless it is renewed */
	int64_t idle_ns;      /* since when it has been empty */
	/* The receiver. */
	struct http_client *client;
	char *url;
	char *sealed; /* the secrets as they were read, to notice new ones */
	size_t sealed_length;
	struct webhook_signer *signer;
	struct webhook_signer *previous;
	size_t batch_size;
	/* The queue, of chains. */
	struct message *first;
	struct message **end;
	size_t held;
	/* Requests. */
	size_t limit;
	size_t under_way;
	int64_t moved_ns; /* when one ended last, or the first of several began */
	enum standing standing;
	/* What to fetch. */
	bool more;             /* there may be something due */
	size_t heads;          /* of the last time */
	struct instant from;   /* when what was fetched last became due, or a little before */
	int64_t rescan_ns;     /* when to look for what is older */
	int64_t not_before_ns; /* after a failure of our own, or when the receiver is gone */
};

struct lanes {
	struct lane **items; /* by subscription_id */
	size_t count;
	size_t capacity;
	size_t turn; /* which one is asked first */
	struct message *held;
	size_t held_count;
	size_t queued; /* chains */
	size_t under_way;
};

void lanes_free(struct lanes *lanes);
/* The lane of a subscription, which is made if necessary; NULL if out of memory. */
struct lane *lanes_get(struct lanes *lanes, int64_t subscription_id);
/* Forget those that have been empty for long. */
void lanes_forget(struct lanes *lanes, int64_t now_ns);

/* A message with copies of the texts, which belongs to the lane; NULL if out of memory. */
struct message *message_new(struct lanes *lanes, struct lane *lane, const char *event,
			    struct bytes body);
void message_free(struct lanes *lanes, struct message *message);

/* Queue a chain; in front of all others if it continues one. */
void lane_add(struct lanes *lanes, struct lane *lane, struct message *chain);
void lane_continue(struct lanes *lanes, struct lane *lane, struct message *chain);
/* Forget a chain, or all that is queued: it will be fetched again. */
void lane_drop(struct lanes *lanes, struct message *chain);
void lane_clear(struct lanes *lanes, struct lane *lane);
/* A lane that may send now, the lanes in turn; NULL if there is none. What has waited for too long is
 * dropped: it may not be wanted any more. */
struct lane *lanes_next(struct lanes *lanes, int64_t now_ns);
/* What goes into its next request; *rest is what remains of the last chain. */
struct message *lane_take(struct lanes *lanes, struct lane *lane, struct message **rest);
void lane_began(struct lanes *lanes, struct lane *lane, int64_t now_ns);
void lane_ended(struct lanes *lanes, struct lane *lane, bool succeeded, int64_t began_ns,
		int64_t now_ns);
/* How many deliveries there is room for. */
size_t lane_room(const struct lanes *lanes, const struct lane *lane, int64_t now_ns);

#endif
