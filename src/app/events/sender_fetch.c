/* Fetching what is due, and what is needed to send it. */
#include <stdlib.h>
#include <string.h>

#include "app/events/event_type.h"
#include "app/events/sender_state.h"
#include "app/events/webhook.h"
#include "app/events/webhook_request.h"
#include "app/platform/platform.h"
#include "base/arena.h"
#include "base/log.h"
#include "crypto/box.h"
#include "db/row.h"
#include "net/http_many.h"
#include "runtime/app.h"

#define S_NS INT64_C(1000000000)

enum {
	RESCAN_S =
		5, /* what became due before the last one that was fetched, and was committed later */
	OVERLAP_S = 2,  /* the same, at once */
	LENGTH_MIN = 8, /* of a chain, if there is room */
	LENGTH_MAX = 100,
	RECOVER_S = 60, /* after a failure of our own */
};

/* What is asked of the database, a column each; for these lanes. */
struct order {
	struct lane **lanes;
	size_t n;
	int64_t *subscriptions;
	int64_t *rooms;
	struct instant *froms;
	int64_t *lengths;
	int64_t *held;
	size_t held_count;
};

static void
add_lane(struct order *order, struct lane *lane, size_t room, int64_t now_ns)
{
	size_t length = room / (lane->heads + 1);

	if (now_ns >= lane->rescan_ns) {
		lane->from = (struct instant){0};
		lane->rescan_ns = now_ns + RESCAN_S * S_NS;
	}
	if (length < LENGTH_MIN)
		length = LENGTH_MIN;
	order->lanes[order->n] = lane;
	order->subscriptions[order->n] = lane->subscription_id;
	order->rooms[order->n] = (int64_t)room;
	order->froms[order->n] = lane->from;
	order->lengths[order->n++] = (int64_t)(length < LENGTH_MAX ? length : LENGTH_MAX);
}

/* Lanes with something due and room for it; not for a few each time. */
static struct order
make_order(struct sender *sender, struct arena *arena)
{
	struct lanes *lanes = &sender->lanes;
	int64_t now_ns = clock_monotonic_ns();
	struct order order = {0};

	(void)pthread_mutex_lock(&sender->mutex);
	order.lanes = arena_array(arena, lanes->count, sizeof(struct lane *));
	order.subscriptions = arena_array(arena, lanes->count, sizeof(int64_t));
	order.rooms = arena_array(arena, lanes->count, sizeof(int64_t));
	order.froms = arena_array(arena, lanes->count, sizeof(struct instant));
	order.lengths = arena_array(arena, lanes->count, sizeof(int64_t));
	order.held = arena_array(arena, lanes->held_count, sizeof(int64_t));
	for (const struct message *p = lanes->held; p != NULL; p = p->held_next)
		order.held[order.held_count++] = p->delivery_id;
	for (size_t i = 0; i < lanes->count && !sender->stopping; i++) {
		struct lane *lane = lanes->items[i];
		size_t room = lane_room(lanes, lane, now_ns);

		if (lane->more && room > lane->held / 2 && lane->lease_end_ns > now_ns &&
		    lane->not_before_ns <= now_ns)
			add_lane(&order, lane, room, now_ns);
	}
	(void)pthread_mutex_unlock(&sender->mutex);
	return order;
}

struct receiver_row {
	int64_t number;
	struct uuid subscription;
	enum mode mode;
	const char *url;
	bool is_wanted;
	int64_t batch_size;
	struct bytes secret_sealed;
	struct bytes previous_sealed;
};

static const struct column receiver_columns[] = {
	COLUMN(struct receiver_row, number),
	COLUMN(struct receiver_row, subscription),
	COLUMN_WORD(struct receiver_row, mode, mode_words),
	COLUMN(struct receiver_row, url),
	COLUMN(struct receiver_row, is_wanted),
	COLUMN(struct receiver_row, batch_size),
	COLUMN(struct receiver_row, secret_sealed),
	COLUMN(struct receiver_row, previous_sealed),
};

/* Test mode may call the local machine if there is a client for that: in development. */
static struct http_client *
client_for(const struct app *app, enum mode mode)
{
	return mode == MODE_TEST && app->http_local != NULL ? app->http_local : app->http_public;
}

/* NULL if there is no secret, or it can't be read. */
static struct webhook_signer *
open_signer(struct ctx *ctx, const struct receiver_row *row, struct bytes sealed)
{
	struct bytes plain;

	if (sealed.length == 0 ||
	    !box_open(ctx->app->keys, ctx->arena, webhook_secret_context(ctx, row->subscription),
		      sealed, &plain))
		return NULL;
	return webhook_signer_new(ctx->arena, plain.data);
}

/* Both secrets as they are stored. */
static struct bytes
seals_of(struct arena *arena, const struct receiver_row *row)
{
	size_t first = row->secret_sealed.length;
	char *bytes = arena_alloc(arena, first + row->previous_sealed.length + 1);

	if (first > 0)
		memcpy(bytes, row->secret_sealed.data, first);
	if (row->previous_sealed.length > 0)
		memcpy(bytes + first, row->previous_sealed.data, row->previous_sealed.length);
	return (struct bytes){bytes, first + row->previous_sealed.length};
}

static void
keep_seals(struct lane *lane, struct bytes seals)
{
	free(lane->sealed);
	lane->sealed = malloc(seals.length + 1);
	lane->sealed_length = lane->sealed != NULL ? seals.length : 0;
	if (lane->sealed != NULL)
		memcpy(lane->sealed, seals.data, seals.length);
}

/* New secrets, if they are other than before. */
static void
set_signers(struct ctx *ctx, struct lane *lane, const struct receiver_row *row)
{
	struct bytes seals = seals_of(ctx->arena, row);

	if (lane->signer != NULL && seals.length == lane->sealed_length &&
	    memcmp(seals.data, lane->sealed, seals.length) == 0)
		return;
	webhook_signer_free(lane->signer);
	webhook_signer_free(lane->previous);
	lane->signer = open_signer(ctx, row, row->secret_sealed);
	lane->previous = open_signer(ctx, row, row->previous_sealed);
	keep_seals(lane, seals);
}

static void
set_url(struct lane *lane, const char *url)
{
	if (lane->url != NULL && strcmp(lane->url, url) == 0)
		return;
	free(lane->url);
	lane->url = strdup(url);
}

/* False if nothing can be sent for a reason of our own; it is tried again later. */
static bool
set_receiver(struct ctx *ctx, struct lane *lane, const struct receiver_row *row)
{
	lane->client = client_for(ctx->app, row->mode);
	lane->batch_size = (size_t)row->batch_size;
	set_url(lane, row->url);
	set_signers(ctx, lane, row);
	if (lane->signer != NULL && lane->url != NULL)
		return true;
	lane->not_before_ns = clock_monotonic_ns() + RECOVER_S * S_NS;
	log_event(LOG_LEVEL_ERROR, "webhook",
		  LOG_FIELDS({"subscription", NULL, lane->subscription_id},
			     {"detail", "the secret can't be decrypted", 0}));
	return false;
}

struct fetched {
	int64_t number;
	struct instant next_at; /* of the first of its chain */
	int64_t head;
	int64_t delivery_id;
	struct uuid public_id;
	struct uuid object;
	int64_t sequence;
	bool is_scheduled;
	int64_t attempts;
	int64_t tries;
	int64_t age_s;
	struct uuid event;
	const char *type;
	const char *data;
	struct instant created_at;
};

static const struct column fetched_columns[] = {
	COLUMN(struct fetched, number),     COLUMN(struct fetched, next_at),
	COLUMN(struct fetched, head),       COLUMN(struct fetched, delivery_id),
	COLUMN(struct fetched, public_id),  COLUMN(struct fetched, object),
	COLUMN(struct fetched, sequence),   COLUMN(struct fetched, is_scheduled),
	COLUMN(struct fetched, attempts),   COLUMN(struct fetched, tries),
	COLUMN(struct fetched, age_s),      COLUMN(struct fetched, event),
	COLUMN(struct fetched, type),       COLUMN(struct fetched, data),
	COLUMN(struct fetched, created_at),
};

/* What a fetch is put into: the lanes, and the chain that is being built. */
struct intake {
	struct ctx *ctx;
	struct sender *sender;
	const struct order *order;
	bool *usable; /* lanes that can be sent to */
	bool *wanted;
	struct lane *lane;
	struct message *chain;
	struct message **end;
	int64_t head;
	bool broken; /* the chain ends here: what follows is scheduled by itself */
	int64_t now_ns;
	size_t count;
};

static struct message *
make_message(struct intake *in, const struct fetched *row)
{
	struct arena *arena = in->ctx->arena;
	const struct webhook_event event = {row->event, row->type, row->data, row->created_at};
	struct message *message;
	struct bytes body;

	if (!webhook_event_body(arena, &event, &body))
		return NULL;
	message = message_new(&in->sender->lanes, in->lane, event_name(arena, row->event), body);
	if (message == NULL)
		return NULL;
	message->fetched_ns = in->now_ns;
	message->delivery_id = row->delivery_id;
	message->public_id = row->public_id;
	message->object = row->object;
	message->attempts = row->attempts;
	message->tries = row->tries;
	message->age_s = row->age_s;
	in->count++;
	return message;
}

static void
end_chain(struct intake *in)
{
	if (in->chain != NULL)
		lane_add(&in->sender->lanes, in->lane, in->chain);
	in->chain = NULL;
	in->end = &in->chain;
}

static void
begin_chain(struct intake *in, const struct fetched *row)
{
	end_chain(in);
	in->lane = in->order->lanes[row->number - 1];
	in->head = row->head;
	in->broken = false;
	in->lane->heads++;
	in->lane->from = (struct instant){row->next_at.us - OVERLAP_S * SECOND_US};
}

/* The subscription was disabled while the delivery was made: it fails for good, without a try. */
static void
refuse(struct intake *in, const struct fetched *row)
{
	struct message *message = make_message(in, row);

	if (message == NULL)
		return;
	message->tries = INT64_MAX;
	message->problem = "The webhook is not active";
	sender_end(in->sender, message);
}

static void
take(struct intake *in, const struct fetched *row)
{
	size_t lane = (size_t)row->number - 1;
	struct message *message;

	if (row->head != in->head)
		begin_chain(in, row);
	in->broken |= row->is_scheduled && row->delivery_id != row->head;
	if (in->broken || !in->usable[lane])
		return;
	if (!in->wanted[lane]) {
		refuse(in, row);
		return;
	}
	message = make_message(in, row);
	if (message == NULL) {
		in->broken = true;
		return;
	}
	*in->end = message;
	in->end = &message->next;
}

static void
take_receivers(struct intake *in, const struct rows *receivers)
{
	for (size_t i = 0; i < receivers->count; i++) {
		struct receiver_row row = {0};
		size_t lane;

		rows_scan(receivers, i, receiver_columns, COLUMN_COUNT(receiver_columns), &row);
		lane = (size_t)row.number - 1;
		in->wanted[lane] = row.is_wanted;
		in->usable[lane] =
			!row.is_wanted || set_receiver(in->ctx, in->order->lanes[lane], &row);
	}
}

static void
take_rows(struct intake *in, const struct rows *rows)
{
	const struct order *order = in->order;

	for (size_t i = 0; i < order->n; i++)
		order->lanes[i]->heads = 0;
	for (size_t i = 0; i < rows->count; i++) {
		struct fetched row = {0};

		rows_scan(rows, i, fetched_columns, COLUMN_COUNT(fetched_columns), &row);
		take(in, &row);
	}
	end_chain(in);
	/* Fewer than there was room for: these were all. */
	for (size_t i = 0; i < order->n; i++)
		order->lanes[i]->more = (int64_t)order->lanes[i]->heads >= order->rooms[i];
}

static void
take_in(struct ctx *ctx, struct sender *sender, const struct order *order,
	const struct rows *receivers, const struct rows *rows, size_t *count)
{
	struct intake in = {
		.ctx = ctx,
		.sender = sender,
		.order = order,
		.usable = arena_array(ctx->arena, order->n, sizeof(bool)),
		.wanted = arena_array(ctx->arena, order->n, sizeof(bool)),
		.now_ns = clock_monotonic_ns(),
	};

	in.end = &in.chain;
	(void)pthread_mutex_lock(&sender->mutex);
	take_receivers(&in, receivers);
	take_rows(&in, rows);
	(void)pthread_mutex_unlock(&sender->mutex);
	*count = in.count;
	if (in.count > 0)
		http_many_wake(sender->many);
}

enum err
sender_fetch(struct ctx *ctx, struct sender *sender, size_t *count)
{
	struct order order = make_order(sender, ctx->arena);
	const struct param ids[] = {p_ints(order.subscriptions, order.n)};
	const struct param wishes[] = {
		ids[0], p_ints(order.rooms, order.n), p_times(order.froms, order.n),
		p_ints(order.lengths, order.n), p_ints(order.held, order.held_count)};
	struct rows receivers = {0};
	struct rows rows = {0};
	const struct db_call calls[] = {
		{SQL_webhook_lane_receivers, &receivers, ids, COUNT(ids)},
		{SQL_delivery_fetch, &rows, wishes, COUNT(wishes)},
	};

	*count = 0;
	if (order.n == 0)
		return ERR_OK;
	TRY(db_pipeline(ctx, calls, COUNT(calls)));
	take_in(ctx, sender, &order, &receivers, &rows, count);
	return ERR_OK;
}
