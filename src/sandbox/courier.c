#include "sandbox/courier.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "net/http.h"
#include "sandbox/code.h"
#include "sandbox/control.h"
#include "sandbox/journal.h"
#include "sandbox/later.h"

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

/* What waits for others of the same player. */
struct shelf {
	struct parcel *last; /* they go last first */
	int64_t turn;        /* goes up with each release */
};

struct courier {
	const struct config *config;
	struct control *control;
	struct journal *journal;
	struct later *later;
	struct http_client *http;
	pthread_mutex_t mutex;
	int players;
	struct shelf shelves[];
};

/* A webhook of its own memory. */
struct parcel {
	struct courier *courier;
	struct parcel *next;
	int provider;
	int attempt;
	char name[24];
	char event[48];
	char header[40];
	char signature[160];
	size_t length;
	char body[];
};

struct courier *
courier_new(const struct config *config, struct control *control, struct journal *journal,
	    struct later *later, int players)
{
	const struct http_options options = {
		.connect_timeout_ms = CONNECT_MS,
		.total_timeout_ms = TOTAL_MS,
		.answer_max = ANSWER_MAX,
		.at_once = AT_ONCE,
		.ca_file = config->outside_ca_file,
		.plain = true,
	};
	struct courier *courier =
		calloc(1, sizeof(*courier) + (size_t)players * sizeof(struct shelf));

	if (courier == NULL)
		return NULL;
	courier->config = config;
	courier->control = control;
	courier->journal = journal;
	courier->later = later;
	courier->players = players;
	courier->http = http_client_new(&options);
	(void)pthread_mutex_init(&courier->mutex, NULL);
	if (courier->http == NULL) {
		courier_free(courier);
		return NULL;
	}
	return courier;
}

void
courier_free(struct courier *courier)
{
	if (courier == NULL)
		return;
	for (int i = 0; i < courier->players; i++) {
		struct parcel *parcel;

		while ((parcel = courier->shelves[i].last) != NULL) {
			courier->shelves[i].last = parcel->next;
			free(parcel);
		}
	}
	http_client_free(courier->http);
	(void)pthread_mutex_destroy(&courier->mutex);
	free(courier);
}

/* One attempt; whether it was answered 2xx. */
static bool
attempt(const struct parcel *parcel)
{
	struct courier *courier = parcel->courier;
	struct arena *arena = arena_new(SEND_ARENA_MAX);
	const char *path = arena_printf(arena, "/v1/webhooks/%s", parcel->name);
	struct bytes body = {parcel->body, parcel->length};
	struct journal_entry entry = {true, parcel->name, "POST", path, parcel->event, body};
	struct http_request request = {
		.method = "POST",
		.url = arena_printf(arena, "%s%s", courier->config->public_url, path),
		.headers = {{"Content-Type", "application/json"},
			    {"User-Agent", "cowry-sandbox"},
			    {parcel->header, parcel->signature}},
		.body = body,
	};
	int64_t id = journal_begin(courier->journal, &entry);
	struct http_answer answer = http_call(courier->http, arena, &request);
	int status = answer.outcome == HTTP_ANSWERED ? answer.status : 0;

	journal_end(courier->journal, id, status);
	arena_free(arena);
	return status >= 200 && status < 300;
}

/* Send a parcel; again later, if need be. */
static void
deliver(void *arg)
{
	struct parcel *parcel = arg;
	int64_t pause_ms = (int64_t)BACKOFF_MS << parcel->attempt;

	if (attempt(parcel) || ++parcel->attempt == ATTEMPTS_MAX)
		free(parcel);
	else
		later_add(parcel->courier->later, pause_ms, deliver, parcel);
}

static struct parcel *
pack(struct courier *courier, const struct webhook *webhook)
{
	struct parcel *parcel = calloc(1, sizeof(*parcel) + webhook->body.length);

	if (parcel == NULL)
		abort();
	parcel->courier = courier;
	parcel->provider = webhook->provider;
	parcel->length = webhook->body.length;
	copy_text(parcel->name, sizeof(parcel->name), webhook->name);
	copy_text(parcel->event, sizeof(parcel->event), webhook->event);
	copy_text(parcel->header, sizeof(parcel->header), webhook->header);
	copy_text(parcel->signature, sizeof(parcel->signature), webhook->signature);
	memcpy(parcel->body, webhook->body.data, webhook->body.length);
	return parcel;
}

/* Nothing is held for ever: webhooks that others do not follow go after a while. */
struct patience {
	struct courier *courier;
	int provider;
	int64_t turn;
};

static void
lose_patience(void *arg)
{
	struct patience *patience = arg;
	struct courier *courier = patience->courier;
	bool same;

	(void)pthread_mutex_lock(&courier->mutex);
	same = courier->shelves[patience->provider].turn == patience->turn;
	(void)pthread_mutex_unlock(&courier->mutex);
	if (same)
		courier_release(courier, patience->provider);
	free(patience);
}

static void
hold(struct courier *courier, struct parcel *parcel)
{
	struct patience *patience = malloc(sizeof(*patience));
	int provider = parcel->provider;
	bool first;

	if (patience == NULL)
		abort();
	(void)pthread_mutex_lock(&courier->mutex);
	first = courier->shelves[provider].last == NULL;
	*patience = (struct patience){courier, provider, courier->shelves[provider].turn};
	parcel->next = courier->shelves[provider].last;
	courier->shelves[provider].last = parcel;
	(void)pthread_mutex_unlock(&courier->mutex);
	if (first)
		later_add(courier->later, HELD_MS_MAX, lose_patience, patience);
	else
		free(patience);
}

void
courier_release(struct courier *courier, int provider)
{
	struct parcel *parcel;

	(void)pthread_mutex_lock(&courier->mutex);
	parcel = courier->shelves[provider].last;
	courier->shelves[provider].last = NULL;
	courier->shelves[provider].turn++;
	(void)pthread_mutex_unlock(&courier->mutex);
	while (parcel != NULL) {
		struct parcel *next = parcel->next;

		deliver(parcel);
		parcel = next;
	}
}

void
courier_send(struct courier *courier, const struct webhook *webhook)
{
	struct setting setting;

	if (control_take(courier->control, webhook->provider, KNOB_REORDER, NULL, &setting)) {
		hold(courier, pack(courier, webhook));
		if (setting.times == 0)
			courier_release(courier, webhook->provider);
		return;
	}
	if (control_take(courier->control, webhook->provider, KNOB_REPEAT, NULL, &setting))
		for (int64_t i = 1; i < setting.number; i++)
			later_add(courier->later, 0, deliver, pack(courier, webhook));
	deliver(pack(courier, webhook));
}
