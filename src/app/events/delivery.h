/*
 * delivery.h - deliveries of events to the subscriptions of webhooks.
 *
 * An event is delivered at least once. Events of one object are delivered to a subscription in
 * order: a later one waits until the earlier one was delivered or has failed permanently, or follows
 * it in the same request. An event has the same bytes in every attempt. The job runner's part is in
 * sender.h.
 */
#ifndef APP_EVENTS_DELIVERY_H
#define APP_EVENTS_DELIVERY_H

#include <stddef.h>

#include "base/ctx.h"

/* What runners are told when something is due. */
#define DELIVERY_CHANNEL "webhook_delivery"

enum delivery_status { DELIVERY_PENDING = 1, DELIVERY_DELIVERED, DELIVERY_FAILED };

extern const char *const delivery_status_words[];

struct delivery {
	int64_t delivery_id;
	struct uuid public_id;
	struct uuid subscription;
	struct uuid project;
	const char *url;
	const char *event; /* evt_… */
	const char *type;
	struct uuid object;
	int64_t sequence;
	enum delivery_status status;
	int64_t attempts;
	int64_t response_status; /* of the last attempt; 0: no answer */
	const char *problem;
	struct instant next_at;
	struct instant attempted_at;
	struct instant delivered_at;
	struct instant created_at;
};

struct delivery_filter {
	enum delivery_status status; /* 0: any */
	int64_t after;               /* last one of the previous page; 0: from the newest */
	int64_t most;
};

/* Of one subscription of a project of the caller. */
enum err delivery_list(struct ctx *ctx, struct uuid project, struct uuid webhook,
		       const struct delivery_filter *filter, struct delivery **out,
		       size_t *n) MUST_CHECK;
/* Replay a delivery that was delivered or has failed, at once and outside the order.
 * ERR_CONFLICT if it is pending, or the subscription inactive. */
enum err delivery_replay(struct ctx *ctx, struct uuid project, struct uuid webhook, struct uuid id,
			 struct delivery *out) MUST_CHECK;
/* For administrators: of all subscriptions. Replays are recorded in the audit log. */
enum err delivery_list_all(struct ctx *ctx, const struct delivery_filter *filter,
			   struct delivery **out, size_t *n) MUST_CHECK;
enum err delivery_replay_any(struct ctx *ctx, struct uuid id, struct delivery *out) MUST_CHECK;

#endif
