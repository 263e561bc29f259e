#include "app/events/lane.h"

#include <stdlib.h>
#include <string.h>

#include "app/events/webhook_request.h"
#include "base/attributes.h"

#define MS_NS INT64_C(1000000)

enum {
	HELD_MAX = 4000, /* deliveries in memory; as with places: */
	HELD_NEW_MAX = 3000,
	HELD_BAD_MAX = 2000,
	HELD_LANE_MAX = 512, /* of a lane */
	REQUESTS_AHEAD = 4,
	BATCH_BYTES_MAX = 1024 * 1024,
	WAIT_MAX_MS = 2000, /* in the queue */
	SLOW_MS = 1000,     /* an answer that takes longer */
	FORGET_MS = 600000,
};

void
message_free(struct lanes *lanes, struct message *message)
{
	*message->held_link = message->held_next;
	if (message->held_next != NULL)
		message->held_next->held_link = message->held_link;
	message->lane->held--;
	lanes->held_count--;
	free(message);
}

struct message *
message_new(struct lanes *lanes, struct lane *lane, const char *event, struct bytes body)
{
	size_t name = strlen(event) + 1;
	struct message *message = calloc(1, sizeof(*message) + name + body.length + 1);

	if (message == NULL)
		return NULL;
	memcpy(message->text, event, name);
	memcpy(message->text + name, body.data, body.length);
	message->event = message->text;
	message->body = (struct bytes){message->text + name, body.length};
	message->lane = lane;
	message->held_next = lanes->held;
	message->held_link = &lanes->held;
	if (lanes->held != NULL)
		lanes->held->held_link = &message->held_next;
	lanes->held = message;
	lanes->held_count++;
	lane->held++;
	return message;
}

static void
lane_free(struct lane *lane)
{
	webhook_signer_free(lane->signer);
	webhook_signer_free(lane->previous);
	free(lane->sealed);
	free(lane->url);
	free(lane);
}

void
lanes_free(struct lanes *lanes)
{
	struct message *next;

	for (struct message *message = lanes->held; message != NULL; message = next) {
		next = message->held_next;
		free(message);
	}
	for (size_t i = 0; i < lanes->count; i++)
		lane_free(lanes->items[i]);
	free(lanes->items);
	*lanes = (struct lanes){0};
}

/* Where a subscription is, or belongs. */
static size_t
place_of(const struct lanes *lanes, int64_t subscription_id)
{
	size_t low = 0;
	size_t high = lanes->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (lanes->items[middle]->subscription_id < subscription_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
grow(struct lanes *lanes)
{
	size_t capacity = lanes->capacity > 0 ? 2 * lanes->capacity : 16;
	struct lane **items;

	if (lanes->count < lanes->capacity)
		return true;
	items = reallocarray(lanes->items, capacity, sizeof(struct lane *));
	if (items == NULL)
		return false;
	lanes->items = items;
	lanes->capacity = capacity;
	return true;
}

struct lane *
lanes_get(struct lanes *lanes, int64_t subscription_id)
{
	size_t i = place_of(lanes, subscription_id);
	struct lane *lane;

	if (i < lanes->count && lanes->items[i]->subscription_id == subscription_id)
		return lanes->items[i];
	lane = grow(lanes) ? calloc(1, sizeof(*lane)) : NULL;
	if (lane == NULL)
		return NULL;
	lane->subscription_id = subscription_id;
	lane->end = &lane->first;
	lane->limit = LANE_REQUESTS_LEAST;
	lane->batch_size = 1;
	memmove(&lanes->items[i + 1], &lanes->items[i], (lanes->count - i) * sizeof(struct lane *));
	lanes->items[i] = lane;
	lanes->count++;
	return lane;
}

void
lanes_forget(struct lanes *lanes, int64_t now_ns)
{
	size_t kept = 0;

	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = lanes->items[i];

		if (lane->held > 0 || lane->under_way > 0)
			lane->idle_ns = now_ns;
		if (lane->idle_ns == 0)
			lane->idle_ns = now_ns;
		if (now_ns - lane->idle_ns < FORGET_MS * MS_NS)
			lanes->items[kept++] = lane;
		else
			lane_free(lane);
	}
	lanes->count = kept;
}

void
lane_add(struct lanes *lanes, struct lane *lane, struct message *chain)
{
	chain->next_chain = NULL;
	*lane->end = chain;
	lane->end = &chain->next_chain;
	lanes->queued++;
}

void
lane_continue(struct lanes *lanes, struct lane *lane, struct message *chain)
{
	chain->next_chain = lane->first;
	if (lane->first == NULL)
		lane->end = &chain->next_chain;
	lane->first = chain;
	lanes->queued++;
}

static struct message *
pop(struct lanes *lanes, struct lane *lane)
{
	struct message *chain = lane->first;

	lane->first = chain->next_chain;
	if (lane->first == NULL)
		lane->end = &lane->first;
	lanes->queued--;
	return chain;
}

void
lane_drop(struct lanes *lanes, struct message *chain)
{
	while (chain != NULL) {
		struct message *next = chain->next;

		chain->lane->more = true;
		chain->lane->from = (struct instant){0};
		message_free(lanes, chain);
		chain = next;
	}
}

void
lane_clear(struct lanes *lanes, struct lane *lane)
{
	while (lane->first != NULL)
		lane_drop(lanes, pop(lanes, lane));
}

/* Requests are under way, and none of them has ended for a while. */
static bool
is_stuck(const struct lane *lane, int64_t now_ns)
{
	return lane->under_way > 0 && now_ns - lane->moved_ns > SLOW_MS * MS_NS;
}

static enum standing
standing_of(const struct lane *lane, int64_t now_ns)
{
	return is_stuck(lane, now_ns) ? STANDING_BAD : lane->standing;
}

/* Requests under way of each standing. */
static void
count_places(const struct lanes *lanes, int64_t now_ns, size_t places[3])
{
	for (size_t i = 0; i < lanes->count; i++)
		places[standing_of(lanes->items[i], now_ns)] += lanes->items[i]->under_way;
}

static bool
may_send(const struct lanes *lanes, const struct lane *lane, const size_t places[3], int64_t now_ns)
{
	enum standing standing = standing_of(lane, now_ns);
	size_t limit = standing == STANDING_BAD ? LANE_REQUESTS_LEAST : lane->limit;

	if (lane->first == NULL || lane->under_way >= limit || lanes->under_way >= PLACES ||
	    now_ns >= lane->lease_end_ns || now_ns < lane->not_before_ns)
		return false;
	if (standing == STANDING_GOOD)
		return true;
	if (places[STANDING_NEW] + places[STANDING_BAD] >= PLACES_NEW)
		return false;
	return standing == STANDING_NEW || places[STANDING_BAD] < PLACES_BAD;
}

static void
drop_old(struct lanes *lanes, struct lane *lane, int64_t now_ns)
{
	while (lane->first != NULL && now_ns - lane->first->fetched_ns > WAIT_MAX_MS * MS_NS)
		lane_drop(lanes, pop(lanes, lane));
}

struct lane *
lanes_next(struct lanes *lanes, int64_t now_ns)
{
	size_t places[3] = {0};

	if (lanes->queued == 0)
		return NULL;
	count_places(lanes, now_ns, places);
	for (size_t i = 0; i < lanes->count; i++) {
		struct lane *lane = lanes->items[(lanes->turn + i) % lanes->count];

		drop_old(lanes, lane, now_ns);
		if (!may_send(lanes, lane, places, now_ns))
			continue;
		lanes->turn = (lanes->turn + i + 1) % lanes->count;
		return lane;
	}
	return NULL;
}

struct message *
lane_take(struct lanes *lanes, struct lane *lane, struct message **rest)
{
	struct message *list = NULL;
	struct message **end = &list;
	struct message *left = NULL; /* of the last chain */
	size_t n = 0;
	size_t bytes = 0;

	while (lane->first != NULL && left == NULL && n < lane->batch_size) {
		bool behind = false;

		for (left = pop(lanes, lane); left != NULL; left = left->next) {
			bytes += left->body.length;
			if (n == lane->batch_size || (n > 0 && bytes > BATCH_BYTES_MAX))
				break;
			left->is_behind = behind;
			behind = true;
			*end = left;
			end = &left->next;
			n++;
		}
	}
	*rest = left;
	*end = NULL;
	return list;
}

void
lane_began(struct lanes *lanes, struct lane *lane, int64_t now_ns)
{
	if (lane->under_way == 0)
		lane->moved_ns = now_ns;
	lane->under_way++;
	lanes->under_way++;
}

void
lane_ended(struct lanes *lanes, struct lane *lane, bool succeeded, int64_t began_ns, int64_t now_ns)
{
	lane->under_way--;
	lanes->under_way--;
	lane->moved_ns = now_ns;
	if (!succeeded || now_ns - began_ns > SLOW_MS * MS_NS) {
		lane->standing = STANDING_BAD;
		lane->limit = LANE_REQUESTS_LEAST;
		return;
	}
	lane->standing = STANDING_GOOD;
	if (lane->limit < LANE_REQUESTS_MOST)
		lane->limit++;
}

/* How many a lane may hold: some requests' worth ahead of those that are under way. */
static size_t
most_held(const struct lane *lane, enum standing standing)
{
	size_t limit = standing == STANDING_BAD ? LANE_REQUESTS_LEAST : lane->limit;

	return limit * lane->batch_size < HELD_LANE_MAX / REQUESTS_AHEAD
		       ? limit * lane->batch_size * REQUESTS_AHEAD
		       : HELD_LANE_MAX;
}

size_t
lane_room(const struct lanes *lanes, const struct lane *lane, int64_t now_ns)
{
	static const size_t most_of[] = {[STANDING_NEW] = HELD_NEW_MAX,
					 [STANDING_GOOD] = HELD_MAX,
					 [STANDING_BAD] = HELD_BAD_MAX};
	enum standing standing = standing_of(lane, now_ns);
	size_t most = most_held(lane, standing);
	size_t room = lane->held < most ? most - lane->held : 0;
	size_t total = 0;
	size_t left;

	for (size_t i = 0; i < lanes->count; i++)
		if (standing == STANDING_GOOD ||
		    standing_of(lanes->items[i], now_ns) != STANDING_GOOD)
			total += lanes->items[i]->held;
	left = total < most_of[standing] ? most_of[standing] - total : 0;
	return room < left ? room : left;
}
