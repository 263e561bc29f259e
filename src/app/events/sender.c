#include "app/events/sender.h"

#include <stdlib.h>

#include "app/events/sender_state.h"
#include "base/arena.h"
#include "db/row.h"
#include "net/http_many.h"
#include "runtime/app.h"

#define MS_NS INT64_C(1000000)
#define S_NS  INT64_C(1000000000)

enum { LOOK_MS = 500 };

struct sender *
sender_new(const struct app *app)
{
	struct sender *sender = calloc(1, sizeof(*sender));
	pthread_condattr_t monotonic;

	if (sender == NULL)
		return NULL;
	sender->id = uuid_v7();
	sender->now = app->now;
	(void)pthread_mutex_init(&sender->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&sender->call, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	sender->many = http_many_new();
	sender->has_sender =
		sender->many != NULL &&
		pthread_create(&sender->requests, NULL, sender_request_main, sender) == 0;
	if (sender->has_sender)
		return sender;
	sender_free(sender);
	return NULL;
}

void
sender_free(struct sender *sender)
{
	if (sender == NULL)
		return;
	(void)pthread_mutex_lock(&sender->mutex);
	sender->stopping = sender->leaving = true;
	(void)pthread_mutex_unlock(&sender->mutex);
	if (sender->has_sender) {
		http_many_wake(sender->many);
		(void)pthread_join(sender->requests, NULL);
	}
	http_many_free(sender->many);
	lanes_free(&sender->lanes);
	arena_free(sender->spare);
	(void)pthread_cond_destroy(&sender->call);
	(void)pthread_mutex_destroy(&sender->mutex);
	free(sender);
}

void
sender_wake(struct sender *sender)
{
	(void)pthread_mutex_lock(&sender->mutex);
	sender->woken = true;
	(void)pthread_cond_signal(&sender->call);
	(void)pthread_mutex_unlock(&sender->mutex);
}

size_t
sender_attempts(const struct sender *sender)
{
	return sender->attempts;
}

/* When there are outcomes to be recorded together; 0: now, -1: there are none yet. */
static int64_t
record_ns(const struct sender *sender)
{
	if (sender->ended_count == 0)
		return -1;
	if (sender->ended_count >= ENDED_ENOUGH || sender_is_idle(sender))
		return 0;
	return sender->ended_ns + ENDED_WAIT_MS * MS_NS;
}

/* Take the outcomes when it is time; *look tells whether to look for work as well. */
static struct message *
wait_for_work(struct sender *sender, bool *look, size_t *n)
{
	struct message *ended;
	int64_t now_ns;

	(void)pthread_mutex_lock(&sender->mutex);
	for (;;) {
		int64_t due_ns = record_ns(sender);
		int64_t until_ns =
			due_ns >= 0 && due_ns < sender->look_ns ? due_ns : sender->look_ns;
		struct timespec until = {until_ns / S_NS, until_ns % S_NS};

		now_ns = clock_monotonic_ns();
		if (sender->woken || now_ns >= until_ns)
			break;
		(void)pthread_cond_timedwait(&sender->call, &sender->mutex, &until);
	}
	*look = sender->woken || now_ns >= sender->look_ns;
	sender->woken = false;
	if (*look)
		sender->look_ns = now_ns + LOOK_MS * MS_NS;
	ended = sender->ended;
	*n = sender->ended_count;
	sender->ended = NULL;
	sender->ended_count = 0;
	(void)pthread_mutex_unlock(&sender->mutex);
	return ended;
}

static int
compare_messages(const void *a, const void *b)
{
	int64_t first = (*(const struct message *const *)a)->delivery_id;
	int64_t second = (*(const struct message *const *)b)->delivery_id;

	return (first > second) - (first < second);
}

/* They are recorded, or will be the next time. */
static void
settle(struct sender *sender, struct message *const *messages, size_t n, bool recorded,
       bool continued)
{
	(void)pthread_mutex_lock(&sender->mutex);
	for (size_t i = 0; i < n; i++) {
		if (!recorded) {
			sender_end(sender, messages[i]);
			continue;
		}
		messages[i]->lane->more |= continued;
		message_free(&sender->lanes, messages[i]);
		sender->attempts++;
	}
	(void)pthread_mutex_unlock(&sender->mutex);
}

static enum err
record_ended(struct ctx *ctx, struct sender *sender, struct message *ended, size_t n)
{
	struct message **messages = arena_array(ctx->arena, n, sizeof(struct message *));
	bool continued = false;
	enum err err;

	for (size_t i = 0; i < n; i++, ended = ended->next)
		messages[i] = ended;
	qsort(messages, n, sizeof(struct message *), compare_messages);
	err = sender_record(ctx, (const struct message *const *)messages, n, &continued);
	settle(sender, messages, n, err == ERR_OK, continued);
	return err;
}

/* All subscriptions that are or were held, or those of which there are deliveries in memory. */
static size_t
list_lanes(struct sender *sender, struct arena *arena, bool all, int64_t **subscriptions)
{
	struct lanes *lanes = &sender->lanes;
	size_t n = 0;

	(void)pthread_mutex_lock(&sender->mutex);
	*subscriptions = arena_array(arena, lanes->count, sizeof(int64_t));
	for (size_t i = 0; i < lanes->count; i++)
		if (all || lanes->items[i]->held > 0)
			(*subscriptions)[n++] = lanes->items[i]->subscription_id;
	(void)pthread_mutex_unlock(&sender->mutex);
	return n;
}

/* Take and renew subscriptions. */
static enum err
look(struct ctx *ctx, struct sender *sender)
{
	int64_t now_ns = clock_monotonic_ns();
	struct lanes *lanes = &sender->lanes;
	int64_t *held;
	size_t n = list_lanes(sender, ctx->arena, false, &held);
	struct rows rows;

	TRY(db_run(ctx, SQL_webhook_lane_claim, &rows,
		   PARAMS(p_uuid(sender->id), p_ints(held, n), p_int(SENDER_LEASE_S))));
	(void)pthread_mutex_lock(&sender->mutex);
	for (size_t i = 0; i < rows.count; i++) {
		struct lane *lane = lanes_get(lanes, row_int(&rows, i, 0));

		if (lane != NULL)
			lane->lease_end_ns = now_ns + SENDER_LEASE_S * S_NS;
	}
	for (size_t i = 0; i < lanes->count; i++)
		lanes->items[i]->more |= lanes->items[i]->lease_end_ns > now_ns;
	lanes_forget(lanes, now_ns);
	(void)pthread_mutex_unlock(&sender->mutex);
	return ERR_OK;
}

static bool
has_work(struct sender *sender)
{
	bool busy;

	(void)pthread_mutex_lock(&sender->mutex);
	busy = sender->ended_count > 0 || !sender_is_idle(sender);
	(void)pthread_mutex_unlock(&sender->mutex);
	return busy;
}

enum err
sender_round(struct ctx *ctx, struct sender *sender, bool *busy)
{
	bool is_time;
	size_t fetched;
	size_t n;
	struct message *ended = wait_for_work(sender, &is_time, &n);

	*busy = true;
	if (n > 0)
		TRY(record_ended(ctx, sender, ended, n));
	if (is_time)
		TRY(look(ctx, sender));
	TRY(sender_fetch(ctx, sender, &fetched));
	*busy = fetched > 0 || has_work(sender);
	return ERR_OK;
}

enum err
sender_finish(struct ctx *ctx, struct sender *sender)
{
	int64_t *subscriptions;
	bool is_time;
	size_t n;

	(void)pthread_mutex_lock(&sender->mutex);
	sender->stopping = true;
	for (size_t i = 0; i < sender->lanes.count; i++)
		lane_clear(&sender->lanes, sender->lanes.items[i]);
	(void)pthread_mutex_unlock(&sender->mutex);
	while (has_work(sender)) {
		struct message *ended = wait_for_work(sender, &is_time, &n);

		if (n > 0)
			TRY(record_ended(ctx, sender, ended, n));
	}
	n = list_lanes(sender, ctx->arena, true, &subscriptions);
	return db_run(ctx, SQL_webhook_lane_release, NULL,
		      PARAMS(p_uuid(sender->id), p_ints(subscriptions, n)));
}
