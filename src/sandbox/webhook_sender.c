#include "sandbox/webhook_sender.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "net/http.h"
#include "sandbox/code.h"
#include "sandbox/control.h"
#include "sandbox/request_log.h"
#include "sandbox/timer.h"

enum {
	ATTEMPTS_MAX = 6,
	BACKOFF_MS = 500, /* doubled each time */
	HELD_MS_MAX = 10000,
	SEND_ARENA_MAX = 4 * 1024 * 1024,
	ANSWER_MAX = 64 * 1024,
	CONNECT_MS = 2000,
	TOTAL_MS = 10000,
	AT_ONCE = 64,
};

/* Webhooks of a fake provider that are held back. */
struct reorder_queue {
	struct delivery *last; /* sent last first */
	int64_t turn;          /* incremented with each release */
};

struct webhook_sender {
	const struct config *config;
	struct control *control;
	struct request_log *request_log;
	struct timer *timer;
	struct http_client *http;
	pthread_mutex_t mutex;
	int fakes;
	struct reorder_queue queues[];
};

/* A webhook in its own memory. */
struct delivery {
	struct webhook_sender *sender;
	struct delivery *next;
	int provider;
	int attempt;
	char name[24];
	char event[48];
	char header[40];
	char signature[160];
	size_t length;
	char body[];
};

struct webhook_sender *
webhook_sender_new(const struct config *config, struct control *control,
		   struct request_log *request_log, struct timer *timer, int fakes)
{
	const struct http_options options = {
		.connect_timeout_ms = CONNECT_MS,
		.total_timeout_ms = TOTAL_MS,
		.answer_max = ANSWER_MAX,
		.at_once = AT_ONCE,
		.ca_file = config->outside_ca_file,
		.plain = true,
	};
	struct webhook_sender *sender =
		calloc(1, sizeof(*sender) + (size_t)fakes * sizeof(struct reorder_queue));

	if (sender == NULL)
		return NULL;
	sender->config = config;
	sender->control = control;
	sender->request_log = request_log;
	sender->timer = timer;
	sender->fakes = fakes;
	sender->http = http_client_new(&options);
	(void)pthread_mutex_init(&sender->mutex, NULL);
	if (sender->http == NULL) {
		webhook_sender_free(sender);
		return NULL;
	}
	return sender;
}

void
webhook_sender_free(struct webhook_sender *sender)
{
	if (sender == NULL)
		return;
	for (int i = 0; i < sender->fakes; i++) {
		struct delivery *delivery;

		while ((delivery = sender->queues[i].last) != NULL) {
			sender->queues[i].last = delivery->next;
			free(delivery);
		}
	}
	http_client_free(sender->http);
	(void)pthread_mutex_destroy(&sender->mutex);
	free(sender);
}

/* One attempt; whether it was answered 2xx. */
static bool
attempt(const struct delivery *delivery)
{
	struct webhook_sender *sender = delivery->sender;
	struct arena *arena = arena_new(SEND_ARENA_MAX);
	const char *path = arena_printf(arena, "/v1/webhooks/%s", delivery->name);
	struct bytes body = {delivery->body, delivery->length};
	struct request_log_entry entry = {true, delivery->name,  "POST",
					  path, delivery->event, body};
	struct http_request request = {
		.method = "POST",
		.url = arena_printf(arena, "%s%s", sender->config->public_url, path),
		.headers = {{"Content-Type", "application/json"},
			    {"User-Agent", "cowry-sandbox"},
			    {delivery->header, delivery->signature}},
		.body = body,
	};
	int64_t id = request_log_begin(sender->request_log, &entry);
	struct http_answer answer = http_call(sender->http, arena, &request);
	int status = answer.outcome == HTTP_ANSWERED ? answer.status : 0;

	request_log_end(sender->request_log, id, status);
	arena_free(arena);
	return status >= 200 && status < 300;
}

/* Send a delivery; retry later if necessary. */
static void
deliver(void *arg)
{
	struct delivery *delivery = arg;
	int64_t pause_ms = (int64_t)BACKOFF_MS << delivery->attempt;

	if (attempt(delivery) || ++delivery->attempt == ATTEMPTS_MAX)
		free(delivery);
	else
		timer_add(delivery->sender->timer, pause_ms, deliver, delivery);
}

static struct delivery *
pack(struct webhook_sender *sender, const struct webhook *webhook)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery) + webhook->body.length);

	if (delivery == NULL)
		abort();
	delivery->sender = sender;
	delivery->provider = webhook->provider;
	delivery->length = webhook->body.length;
	copy_text(delivery->name, sizeof(delivery->name), webhook->name);
	copy_text(delivery->event, sizeof(delivery->event), webhook->event);
	copy_text(delivery->header, sizeof(delivery->header), webhook->header);
	copy_text(delivery->signature, sizeof(delivery->signature), webhook->signature);
	memcpy(delivery->body, webhook->body.data, webhook->body.length);
	return delivery;
}

/* Nothing is held back for ever: incomplete sets are sent after a while. */
struct reorder_timeout {
	struct webhook_sender *sender;
	int provider;
	int64_t turn;
};

static void
end_reordering(void *arg)
{
	struct reorder_timeout *timeout = arg;
	struct webhook_sender *sender = timeout->sender;
	bool same;

	(void)pthread_mutex_lock(&sender->mutex);
	same = sender->queues[timeout->provider].turn == timeout->turn;
	(void)pthread_mutex_unlock(&sender->mutex);
	if (same)
		webhook_sender_release(sender, timeout->provider);
	free(timeout);
}

static void
hold(struct webhook_sender *sender, struct delivery *delivery)
{
	struct reorder_timeout *timeout = malloc(sizeof(*timeout));
	int provider = delivery->provider;
	bool first;

	if (timeout == NULL)
		abort();
	(void)pthread_mutex_lock(&sender->mutex);
	first = sender->queues[provider].last == NULL;
	*timeout = (struct reorder_timeout){sender, provider, sender->queues[provider].turn};
	delivery->next = sender->queues[provider].last;
	sender->queues[provider].last = delivery;
	(void)pthread_mutex_unlock(&sender->mutex);
	if (first)
		timer_add(sender->timer, HELD_MS_MAX, end_reordering, timeout);
	else
		free(timeout);
}

void
webhook_sender_release(struct webhook_sender *sender, int provider)
{
	struct delivery *delivery;

	(void)pthread_mutex_lock(&sender->mutex);
	delivery = sender->queues[provider].last;
	sender->queues[provider].last = NULL;
	sender->queues[provider].turn++;
	(void)pthread_mutex_unlock(&sender->mutex);
	while (delivery != NULL) {
		struct delivery *next = delivery->next;

		deliver(delivery);
		delivery = next;
	}
}

void
webhook_sender_send(struct webhook_sender *sender, const struct webhook *webhook)
{
	struct setting setting;

	if (control_take(sender->control, webhook->provider, KNOB_REORDER, NULL, &setting)) {
		hold(sender, pack(sender, webhook));
		if (setting.times == 0)
			webhook_sender_release(sender, webhook->provider);
		return;
	}
	if (control_take(sender->control, webhook->provider, KNOB_REPEAT, NULL, &setting))
		for (int64_t i = 1; i < setting.number; i++)
			timer_add(sender->timer, 0, deliver, pack(sender, webhook));
	deliver(pack(sender, webhook));
}
