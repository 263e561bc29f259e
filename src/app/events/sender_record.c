/* Recording the outcomes of attempts. */
#include <stdlib.h>

#include "app/events/delivery.h"
#include "app/events/sender_state.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/word.h"
#include "crypto/random.h"
#include "db/row.h"

enum { RETRIES_MAX = 5, BACKOFF_S = 60, BACKOFF_GROWTH = 4, LIFETIME_S = 86400 };

enum { DELAY_NONE = -1 };

/* Outcomes to be recorded, a column each, and the lines of those that ended. */
struct report {
	const struct message *const *messages; /* in the order of delivery_ids */
	size_t n;
	int64_t *ids;
	int64_t *attempts;
	const char **statuses;
	int64_t *responses;
	const char **problems;
	int64_t *delays_s;
	size_t ended;
	int64_t *subscriptions;
	struct uuid *objects;
	bool continued;
};

static struct report
report_of(struct arena *arena, const struct message *const *messages, size_t n)
{
	return (struct report){
		.messages = messages,
		.n = n,
		.ids = arena_array(arena, n, sizeof(int64_t)),
		.attempts = arena_array(arena, n, sizeof(int64_t)),
		.statuses = arena_array(arena, n, sizeof(const char *)),
		.responses = arena_array(arena, n, sizeof(int64_t)),
		.problems = arena_array(arena, n, sizeof(const char *)),
		.delays_s = arena_array(arena, n, sizeof(int64_t)),
		.subscriptions = arena_array(arena, n, sizeof(int64_t)),
		.objects = arena_array(arena, n, sizeof(struct uuid)),
	};
}

/* 1, 4, 16, 64 and 256 minutes, with jitter. */
static int64_t
backoff_s(int64_t tries)
{
	int64_t delay = BACKOFF_S;
	uint32_t noise;

	for (int64_t i = 0; i < tries; i++)
		delay *= BACKOFF_GROWTH;
	random_bytes(&noise, sizeof(noise));
	return delay * 3 / 4 + (int64_t)(noise % (uint64_t)(delay / 2));
}

/* Delivered, to be retried after *delay_s, or failed for good. */
static enum delivery_status
judge(const struct message *message, int64_t *delay_s)
{
	int64_t delay = backoff_s(message->tries < RETRIES_MAX ? message->tries : RETRIES_MAX);

	*delay_s = DELAY_NONE;
	if (message->problem == NULL)
		return DELIVERY_DELIVERED;
	if (message->status == STATUS_GONE || message->tries >= RETRIES_MAX ||
	    message->age_s + delay > LIFETIME_S)
		return DELIVERY_FAILED;
	if (!message->is_behind)
		*delay_s = delay;
	return DELIVERY_PENDING;
}

static void
add(struct report *report, size_t i)
{
	const struct message *message = report->messages[i];
	enum delivery_status status = judge(message, &report->delays_s[i]);

	report->ids[i] = message->delivery_id;
	report->attempts[i] = message->attempts;
	report->statuses[i] = word_text(delivery_status_words, status);
	report->responses[i] = message->status;
	report->problems[i] = message->problem;
	if (status == DELIVERY_PENDING)
		return;
	report->subscriptions[report->ended] = message->lane->subscription_id;
	report->objects[report->ended++] = message->object;
}

static enum err
give_up(struct ctx *ctx, int64_t subscription_id)
{
	static const char why[] = "The receiver answered 410 Gone";

	TRY(db_run(ctx, SQL_webhook_gone, NULL, PARAMS(p_int(subscription_id), p_text(why))));
	return db_run(ctx, SQL_delivery_abandon, NULL, PARAMS(p_int(subscription_id), p_text(why)));
}

static int
compare_ids(const void *a, const void *b)
{
	int64_t first = *(const int64_t *)a;
	int64_t second = *(const int64_t *)b;

	return (first > second) - (first < second);
}

/* Of the outcomes that were effective. Another one was faster with the others. */
static enum err
give_up_gone(struct ctx *ctx, const struct report *report, const struct rows *effective)
{
	int64_t *ids = arena_array(ctx->arena, effective->count, sizeof(int64_t));
	int64_t last = 0;

	for (size_t i = 0; i < effective->count; i++)
		ids[i] = row_int(effective, i, 0);
	qsort(ids, effective->count, sizeof(int64_t), compare_ids);
	for (size_t i = 0; i < report->n; i++) {
		const struct message *message = report->messages[i];

		if (message->status != STATUS_GONE || message->lane->subscription_id == last ||
		    bsearch(&message->delivery_id, ids, effective->count, sizeof(int64_t),
			    compare_ids) == NULL)
			continue;
		last = message->lane->subscription_id;
		TRY(give_up(ctx, last));
	}
	return ERR_OK;
}

/* In one transaction; repeating it changes nothing. The second statement sees what was added to the
 * lines before the first one took effect. */
static enum err
record(struct ctx *ctx, void *arg)
{
	struct report *report = arg;
	struct rows effective = {0};
	struct rows next = {0};
	const struct param outcomes[] = {
		p_ints(report->ids, report->n),       p_ints(report->attempts, report->n),
		p_texts(report->statuses, report->n), p_ints(report->responses, report->n),
		p_texts(report->problems, report->n), p_ints(report->delays_s, report->n),
	};
	const struct param lines[] = {p_ints(report->subscriptions, report->ended),
				      p_uuids(report->objects, report->ended)};
	const struct db_call calls[] = {
		{SQL_delivery_record, &effective, outcomes, COUNT(outcomes)},
		{SQL_delivery_next, &next, lines, COUNT(lines)},
	};

	TRY(db_pipeline(ctx, calls, report->ended > 0 ? 2 : 1));
	report->continued |= next.affected > 0;
	return give_up_gone(ctx, report, &effective);
}

static void
log_failure(const struct message *message)
{
	char id[UUID_TEXT_MAX];

	if (message->problem != NULL)
		log_event(LOG_LEVEL_INFO, "delivery_failed",
			  LOG_FIELDS({"delivery", uuid_text(id, message->public_id), 0},
				     {"tries", NULL, message->tries + 1},
				     {"status", NULL, message->status},
				     {"why", message->problem, 0}));
}

enum err
sender_record(struct ctx *ctx, const struct message *const *messages, size_t n, bool *continued)
{
	struct report report = report_of(ctx->arena, messages, n);

	for (size_t i = 0; i < n; i++) {
		add(&report, i);
		log_failure(messages[i]);
	}
	TRY(db_persist(ctx, record, &report));
	*continued |= report.continued;
	return ERR_OK;
}
