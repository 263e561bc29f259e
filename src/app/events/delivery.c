#include <config.h>

#include <stdio.h>
#include <string.h>

#include "app/audit/audit.h"
#include "app/events/delivery.h"
#include "app/events/webhook.h"
#include "app/platform/platform.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/log.h"
#include "crypto/box.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "db/row.h"
#include "net/http.h"
#include "queue/queue.h"
#include "runtime/app.h"
#include "json/writer.h"

/* Concurrent attempts to one subscription, so that a slow receiver leaves threads to the others. */
enum { AT_ONCE_MAX = 6, SHORT_WHILE_S = 1, LONG_WHILE_S = 10 };

enum { RETRIES_MAX = 5, BACKOFF_S = 60, BACKOFF_GROWTH = 4, LIFETIME_S = 86400, STATUS_GONE = 410 };

const char *const delivery_status_words[] = {"pending", "delivered", "failed", NULL};

static const struct column delivery_columns[] = {
	COLUMN(struct delivery, delivery_id),
	COLUMN(struct delivery, public_id),
	COLUMN(struct delivery, subscription),
	COLUMN(struct delivery, project),
	COLUMN(struct delivery, url),
	COLUMN(struct delivery, event),
	COLUMN(struct delivery, type),
	COLUMN(struct delivery, object),
	COLUMN(struct delivery, sequence),
	COLUMN_WORD(struct delivery, status, delivery_status_words),
	COLUMN(struct delivery, attempts),
	COLUMN(struct delivery, response_status),
	COLUMN(struct delivery, problem),
	COLUMN(struct delivery, next_at),
	COLUMN(struct delivery, attempted_at),
	COLUMN(struct delivery, delivered_at),
	COLUMN(struct delivery, created_at),
};

static enum err
list(struct ctx *ctx, int64_t subscription_id, const struct delivery_filter *filter,
     struct delivery **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_list, &rows,
		   PARAMS(p_id(subscription_id), p_word(delivery_status_words, filter->status),
			  p_id(filter->after), p_int(filter->most))));
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	*n = rows.count;
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, delivery_columns, COLUMN_COUNT(delivery_columns), &(*out)[i]);
	return ERR_OK;
}

static enum err
find(struct ctx *ctx, int64_t subscription_id, struct uuid id, struct delivery *out)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_find, &rows, PARAMS(p_id(subscription_id), p_uuid(id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_NOT_FOUND, NULL, "Delivery not found");
	rows_scan(&rows, 0, delivery_columns, COLUMN_COUNT(delivery_columns), out);
	return ERR_OK;
}

/* It is due: its own job attempts it. */
static enum err
plan(struct ctx *ctx, struct uuid id, int64_t delay_s)
{
	char text[UUID_TEXT_MAX];

	return queue_add(ctx, WEBHOOK_QUEUE, uuid_text(text, id), delay_s);
}

static enum err
replay(struct ctx *ctx, int64_t subscription_id, struct uuid id, struct delivery *out)
{
	struct rows rows;

	TRY(find(ctx, subscription_id, id, out));
	TRY(db_run(ctx, SQL_delivery_replay, &rows, PARAMS(p_int(out->delivery_id))));
	if (rows.count == 0)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     out->status == DELIVERY_PENDING ? "The delivery is still in progress"
							     : "The webhook is not active");
	TRY(plan(ctx, id, 0));
	return find(ctx, subscription_id, id, out);
}

enum err
delivery_list(struct ctx *ctx, struct uuid project, struct uuid webhook,
	      const struct delivery_filter *filter, struct delivery **out, size_t *n)
{
	struct webhook owner = {0};

	TRY(webhook_get(ctx, project, webhook, &owner));
	return list(ctx, owner.subscription_id, filter, out, n);
}

enum err
delivery_replay(struct ctx *ctx, struct uuid project, struct uuid webhook, struct uuid id,
		struct delivery *out)
{
	struct webhook owner = {0};

	TRY(webhook_get(ctx, project, webhook, &owner));
	return replay(ctx, owner.subscription_id, id, out);
}

enum err
delivery_list_all(struct ctx *ctx, const struct delivery_filter *filter, struct delivery **out,
		  size_t *n)
{
	return list(ctx, 0, filter, out, n);
}

enum err
delivery_replay_any(struct ctx *ctx, struct uuid id, struct delivery *out)
{
	char text[UUID_TEXT_MAX];

	TRY(replay(ctx, 0, id, out));
	return audit_add(ctx, "delivery_replay", uuid_text(text, id), (struct json_value){NULL});
}

/* Data of an attempt. */
struct attempt {
	int64_t delivery_id;
	struct uuid public_id;
	int64_t subscription_id;
	struct uuid object;
	int64_t sequence;
	int64_t attempts; /* total; distinguishes this attempt from concurrent ones */
	int64_t tries;    /* before this one */
	int64_t age_s;    /* since it was made or replayed */
	struct uuid event;
	const char *type;
	const char *data;
	struct instant created_at;
	struct uuid subscription;
	enum mode mode;
	const char *url;
	bool is_wanted;
	struct bytes secret_sealed;
	struct bytes previous_sealed;
	int64_t busy; /* attempts in progress of its subscription */
	bool is_slow; /* one of them for more than a second */
};

static const struct column attempt_columns[] = {
	COLUMN(struct attempt, delivery_id),
	COLUMN(struct attempt, public_id),
	COLUMN(struct attempt, subscription_id),
	COLUMN(struct attempt, object),
	COLUMN(struct attempt, sequence),
	COLUMN(struct attempt, attempts),
	COLUMN(struct attempt, tries),
	COLUMN(struct attempt, age_s),
	COLUMN(struct attempt, event),
	COLUMN(struct attempt, type),
	COLUMN(struct attempt, data),
	COLUMN(struct attempt, created_at),
	COLUMN(struct attempt, subscription),
	COLUMN_WORD(struct attempt, mode, mode_words),
	COLUMN(struct attempt, url),
	COLUMN(struct attempt, is_wanted),
	COLUMN(struct attempt, secret_sealed),
	COLUMN(struct attempt, previous_sealed),
	COLUMN(struct attempt, busy),
	COLUMN(struct attempt, is_slow),
};

/* The delivery to be attempted, and data that was found for it. */
struct due_delivery {
	struct uuid id;
	struct attempt attempt;
};

/* The result of an attempt. problem is for the receiver's owner: it reveals nothing of our
 * network. */
struct outcome {
	int status; /* 0: no answer */
	const char *problem;
};

static const char *
event_name(struct arena *arena, struct uuid event)
{
	char text[UUID_TEXT_MAX];

	return arena_printf(arena, "evt_%s", uuid_text(text, event));
}

/* The same bytes in every attempt. */
static bool
envelope(struct arena *arena, const struct attempt *attempt, struct bytes *body)
{
	char at[INSTANT_TEXT_MAX];
	struct jw w;

	jw_init(&w, arena, strlen(attempt->data) + 256);
	jw_object(&w, NULL);
	jw_text(&w, "id", event_name(arena, attempt->event));
	jw_text(&w, "type", attempt->type);
	jw_json(&w, "data", attempt->data);
	jw_text(&w, "timestamp", instant_text(at, attempt->created_at));
	jw_text(&w, "version", "1");
	jw_close(&w);
	return jw_finish(&w, body);
}

/* A secret as shown to the owner; NULL if there is none. */
static const char *
open_secret(struct ctx *ctx, const struct attempt *attempt, struct bytes sealed)
{
	struct bytes plain;

	if (sealed.length == 0 ||
	    !box_open(ctx->app->keys, ctx->arena,
		      webhook_secret_context(ctx, attempt->subscription), sealed, &plain))
		return NULL;
	return plain.data;
}

/* Hex HMAC-SHA-256 of the body under the text of the secret. */
static const char *
sign_body(struct arena *arena, const char *secret, struct bytes body)
{
	unsigned char digest[SHA256_SIZE];

	hmac_sha256((struct bytes){secret, strlen(secret)}, body.data, body.length, digest);
	return hex_encode(arena, digest, sizeof(digest));
}

/* By Standard Webhooks: id, time of the attempt and body, under the bytes of the secret. */
static const char *
sign_message(struct arena *arena, const char *secret, const char *id, const char *timestamp,
	     struct bytes body)
{
	static const char prefix[] = "whsec_";
	const char *message = arena_printf(arena, "%s.%s.%.*s", id, timestamp, (int)body.length,
					   (const char *)body.data);
	unsigned char digest[SHA256_SIZE];
	struct bytes key;

	if (!base64_decode(arena, secret + sizeof(prefix) - 1, &key))
		return NULL;
	hmac_sha256(key, message, strlen(message), digest);
	return arena_printf(arena, "v1,%s", base64_encode(arena, digest, sizeof(digest)));
}

/* The request with its signatures; with two of them for a while after a rotation. */
static bool
write_request(struct ctx *ctx, const struct attempt *attempt, struct http_request *request)
{
	struct arena *arena = ctx->arena;
	const char *secret = open_secret(ctx, attempt, attempt->secret_sealed);
	const char *previous = open_secret(ctx, attempt, attempt->previous_sealed);
	const char *id = event_name(arena, attempt->event);
	const char *now = arena_printf(arena, "%lld", (long long)(ctx->app->now().us / SECOND_US));
	const char *signature;
	struct bytes body;

	if (secret == NULL || !envelope(arena, attempt, &body))
		return false;
	signature = sign_message(arena, secret, id, now, body);
	if (previous != NULL)
		signature = arena_printf(arena, "%s %s", signature,
					 sign_message(arena, previous, id, now, body));
	*request = (struct http_request){
		.method = "POST",
		.url = attempt->url,
		.headers = {{"Content-Type", "application/json"},
			    {"User-Agent", PACKAGE_NAME "/" PACKAGE_VERSION},
			    {"webhook-id", id},
			    {"webhook-timestamp", now},
			    {"webhook-signature", signature},
			    {"x-webhook-signature", sign_body(arena, secret, body)}},
		.body = body,
	};
	if (previous != NULL)
		request->headers[6] = (struct http_header){"x-webhook-signature-previous",
							   sign_body(arena, previous, body)};
	return true;
}

/* Test mode may call the local machine if there is a client for that: in development. */
static struct http_client *
client_for(const struct app *app, const struct attempt *attempt)
{
	if (attempt->mode == MODE_TEST && app->http_local != NULL)
		return app->http_local;
	return app->http_public;
}

/* Why the connection failed: what the receiver's owner can fix. */
static const char *
obstacle_text(enum http_obstacle obstacle)
{
	switch (obstacle) {
	case HTTP_NAME_UNKNOWN:
		return "The host name could not be resolved";
	case HTTP_REFUSED:
		return "The connection was refused";
	case HTTP_TOO_SLOW:
		return "The connection could not be made in time";
	case HTTP_INSECURE:
		return "The certificate is not valid, or there is no TLS";
	case HTTP_OBSTACLE_OTHER:
	default:
		return "The connection failed";
	}
}

static struct outcome
call(struct ctx *ctx, const struct attempt *attempt, const struct http_request *request)
{
	struct http_answer answer = http_call(client_for(ctx->app, attempt), ctx->arena, request);

	switch (answer.outcome) {
	case HTTP_ANSWERED:
		if (answer.status >= 200 && answer.status <= 299)
			return (struct outcome){answer.status, NULL};
		return (struct outcome){answer.status, "The answer did not report success"};
	case HTTP_NOT_SENT:
		return (struct outcome){0, obstacle_text(answer.obstacle)};
	case HTTP_BLOCKED:
		return (struct outcome){0, "The address is not public"};
	case HTTP_LOST:
		break;
	}
	return (struct outcome){0, "No complete answer was received in time"};
}

/* Record an attempt, in one transaction. */
struct report {
	const struct attempt *attempt;
	struct outcome outcome;
};

/* Record the outcome in the row of the delivery; *first is false if another attempt was faster,
 * or this was already recorded. */
static enum err
record_delivered(struct ctx *ctx, const struct report *report, bool *first)
{
	const struct attempt *attempt = report->attempt;
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_delivered, &rows,
		   PARAMS(p_int(attempt->delivery_id), p_int(attempt->attempts),
			  p_int(report->outcome.status))));
	*first = rows.count > 0;
	return ERR_OK;
}

static enum err
record_failed(struct ctx *ctx, const struct report *report, bool *first)
{
	const struct attempt *attempt = report->attempt;
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_failed, &rows,
		   PARAMS(p_int(attempt->delivery_id), p_int(attempt->attempts),
			  p_int(report->outcome.status), p_text(report->outcome.problem))));
	*first = rows.count > 0;
	return ERR_OK;
}

static enum err
record_later(struct ctx *ctx, const struct report *report, int64_t delay_s)
{
	const struct attempt *attempt = report->attempt;
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_later, &rows,
		   PARAMS(p_int(attempt->delivery_id), p_int(attempt->attempts),
			  p_int(report->outcome.status), p_text(report->outcome.problem),
			  p_int(delay_s))));
	return rows.count > 0 ? plan(ctx, attempt->public_id, delay_s) : ERR_OK;
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

/* Retry later, or never again; *ended tells which. */
static enum err
record_failure(struct ctx *ctx, const struct report *report, bool *ended)
{
	const struct attempt *attempt = report->attempt;
	int64_t delay = backoff_s(attempt->tries < RETRIES_MAX ? attempt->tries : RETRIES_MAX);

	*ended = attempt->tries >= RETRIES_MAX || attempt->age_s + delay > LIFETIME_S;
	if (*ended)
		return record_failed(ctx, report, ended);
	return record_later(ctx, report, delay);
}

/* 410 Gone: the receiver wants no more webhooks. */
static enum err
record_gone(struct ctx *ctx, const struct report *report)
{
	static const char why[] = "The receiver answered 410 Gone";
	const struct attempt *attempt = report->attempt;
	bool first;

	TRY(record_failed(ctx, report, &first));
	if (!first)
		return ERR_OK;
	TRY(db_run(ctx, SQL_webhook_gone, NULL,
		   PARAMS(p_int(attempt->subscription_id), p_text(why))));
	return db_run(ctx, SQL_delivery_abandon, NULL,
		      PARAMS(p_int(attempt->subscription_id), p_text(why)));
}

/* A delivery that waited for a free slot takes it. */
static enum err
give_place(struct ctx *ctx, const struct attempt *attempt)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_delivery_uncrowd, &rows, PARAMS(p_int(attempt->subscription_id))));
	return rows.count > 0 ? plan(ctx, row_uuid(&rows, 0, 0), 0) : ERR_OK;
}

static enum err
record(struct ctx *ctx, void *arg)
{
	const struct report *report = arg;
	const struct attempt *attempt = report->attempt;
	bool ended;
	struct rows rows;

	if (report->outcome.problem == NULL)
		TRY(record_delivered(ctx, report, &ended));
	else if (report->outcome.status == STATUS_GONE)
		return record_gone(ctx, report);
	else
		TRY(record_failure(ctx, report, &ended));
	TRY(give_place(ctx, attempt));
	if (!ended)
		return ERR_OK;
	TRY(db_run(ctx, SQL_delivery_next, &rows,
		   PARAMS(p_int(attempt->subscription_id), p_uuid(attempt->object),
			  p_int(attempt->sequence))));
	return rows.count > 0 ? plan(ctx, row_uuid(&rows, 0, 0), 0) : ERR_OK;
}

/* All slots of its subscription are in use: retry when an attempt ends, or after a while. */
static enum err
crowd(struct ctx *ctx, const struct attempt *attempt)
{
	TRY(db_run(ctx, SQL_delivery_crowd, NULL, PARAMS(p_int(attempt->delivery_id))));
	return plan(ctx, attempt->public_id, attempt->is_slow ? LONG_WHILE_S : SHORT_WHILE_S);
}

static void
log_failure(const struct attempt *attempt, const struct outcome *outcome)
{
	char id[UUID_TEXT_MAX];

	if (outcome->problem != NULL)
		log_event(LOG_LEVEL_INFO, "delivery_failed",
			  LOG_FIELDS({"delivery", uuid_text(id, attempt->public_id), 0},
				     {"tries", NULL, attempt->tries + 1},
				     {"status", NULL, outcome->status},
				     {"why", outcome->problem, 0}));
}

/* Take a slot of its subscription. Two concurrent counts would both find one free, so they are
 * serialised. attempt->delivery_id stays 0 if there is nothing to do. */
static enum err
take_place(struct ctx *ctx, void *arg)
{
	struct due_delivery *due = arg;
	struct attempt *attempt = &due->attempt;
	struct rows rows;

	*attempt = (struct attempt){0};
	TRY(db_run(ctx, SQL_delivery_hold_subscription, NULL, PARAMS(p_uuid(due->id))));
	TRY(db_run(ctx, SQL_delivery_begin, &rows, PARAMS(p_uuid(due->id))));
	if (rows.count == 0)
		return ERR_OK;
	rows_scan(&rows, 0, attempt_columns, COLUMN_COUNT(attempt_columns), attempt);
	if (attempt->busy >= AT_ONCE_MAX)
		return crowd(ctx, attempt);
	return db_run(ctx, SQL_delivery_busy, NULL, PARAMS(p_int(attempt->delivery_id)));
}

enum err
delivery_attempt(struct ctx *ctx, struct uuid id)
{
	struct due_delivery due = {.id = id};
	struct attempt *attempt = &due.attempt;
	struct http_request request;
	struct report report = {attempt, {0, NULL}};

	TRY(db_transact(ctx, take_place, &due));
	if (attempt->delivery_id == 0 || attempt->busy >= AT_ONCE_MAX)
		return ERR_OK;
	if (!attempt->is_wanted) {
		attempt->tries = RETRIES_MAX;
		report.outcome.problem = "The webhook is not active";
	} else if (!write_request(ctx, attempt, &request)) {
		return fault(&ctx->fault, ERR_INTERNAL, NULL, "the secret can't be decrypted");
	} else {
		report.outcome = call(ctx, attempt, &request);
	}
	log_failure(attempt, &report.outcome);
	return db_persist(ctx, record, &report);
}
