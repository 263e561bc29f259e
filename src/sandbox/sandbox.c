#include "sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "sandbox/bank/book.h"
#include "sandbox/call.h"
#include "sandbox/console.h"
#include "sandbox/google/google.h"
#include "sandbox/providers/checkout.h"
#include "json/reader.h"

#define PREFIX "/sandbox/"

enum { LATER_THREADS = 16, MEMORY_MAX = 1024 * 1024 };

static bool
open_parts(struct sandbox *box)
{
	pthread_condattr_t monotonic;

	(void)pthread_mutex_init(&box->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&box->woken, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	box->control = control_new(FAKE_PROVIDERS);
	box->request_log = request_log_new();
	box->orders = orders_new();
	box->records = records_new();
	box->google = google_new();
	box->bank = bank_book_new();
	box->timer = timer_new(LATER_THREADS);
	if (box->control == NULL || box->request_log == NULL || box->orders == NULL ||
	    box->records == NULL || box->google == NULL || box->bank == NULL || box->timer == NULL)
		return false;
	box->sender = webhook_sender_new(box->config, box->control, box->request_log, box->timer,
					 FAKE_PROVIDERS);
	return box->sender != NULL;
}

struct sandbox *
sandbox_open(const struct config *config, char problem[256])
{
	struct sandbox *box;

	if (!config_is_development(config)) {
		(void)snprintf(problem, 256,
			       "COWRY_ENVIRONMENT is %.40s: the sandbox runs in development only",
			       config->environment);
		return NULL;
	}
	box = calloc(1, sizeof(*box));
	(void)snprintf(problem, 256, "out of memory");
	if (box == NULL)
		return NULL;
	box->config = config;
	box->memory = arena_new(MEMORY_MAX);
	box->base = config->sandbox_url[0] != '\0'
			    ? config->sandbox_url
			    : arena_printf(box->memory, "%s/sandbox", config->public_url);
	if (!open_parts(box) ||
	    !secrets_read(box->memory, config->sandbox_secrets, &box->secrets, problem)) {
		sandbox_close(box);
		return NULL;
	}
	return box;
}

void
sandbox_interrupt(struct sandbox *box)
{
	(void)pthread_mutex_lock(&box->mutex);
	box->stop = true;
	(void)pthread_cond_broadcast(&box->woken);
	(void)pthread_mutex_unlock(&box->mutex);
}

void
sandbox_close(struct sandbox *box)
{
	if (box == NULL)
		return;
	timer_free(box->timer);
	webhook_sender_free(box->sender);
	google_free(box->google);
	bank_book_free(box->bank);
	records_free(box->records);
	orders_free(box->orders);
	request_log_free(box->request_log);
	control_free(box->control);
	(void)pthread_cond_destroy(&box->woken);
	(void)pthread_mutex_destroy(&box->mutex);
	arena_free(box->memory);
	free(box);
}

void
sandbox_wake(struct sandbox *box, int provider)
{
	(void)pthread_mutex_lock(&box->mutex);
	for (int i = 0; i < FAKE_PROVIDERS; i++)
		box->resets[i] += provider == CONTROL_ALL || provider == i;
	(void)pthread_cond_broadcast(&box->woken);
	(void)pthread_mutex_unlock(&box->mutex);
}

/* The body with credentials removed, for the request log. */
static struct bytes
shown_body(const struct sandbox_call *call)
{
	struct bytes body = call->request->body;

	if (call->fake == &fake_google && body.length > 0)
		return (struct bytes){"(not shown)", strlen("(not shown)")};
	return body;
}

static void
serve_fake(struct sandbox_call *call)
{
	const char *path = call->path;
	struct request_log_entry entry = {.provider = call->fake->name, .method = call->method};
	int64_t id;

	if (call->query_text[0] != '\0')
		path = arena_printf(call->arena, "%s?%s", path, call->query_text);
	entry.path = path;
	entry.body = shown_body(call);
	id = request_log_begin(call->box->request_log, &entry);
	if (!text_starts_with(call->path, "/checkout/") || call->fake->report == NULL)
		call_perform(call, id);
	else if (call_read_body(call))
		checkout(call);
	else
		call_trouble(call, TROUBLE_BODY);
	request_log_end(call->box->request_log, id,
			call->reply->ending == ENDING_RESET ? 0 : call->reply->status);
}

/* A path without doubled slashes, as produced by clients that join a base and a path. */
static const char *
single_slashes(struct arena *arena, const char *path, size_t length)
{
	char *out = arena_alloc(arena, length + 1);
	size_t n = 0;

	for (size_t i = 0; i < length; i++)
		if (path[i] != '/' || n == 0 || out[n - 1] != '/')
			out[n++] = path[i];
	out[n] = '\0';
	return out;
}

/* The target of the path: a fake provider, or (-1) the console, or (-2) none. */
static int
find_fake(struct sandbox_call *call, const char *target)
{
	size_t length = strcspn(target, "/?");
	const char *name = arena_strndup(call->arena, target, length);
	size_t path = strcspn(target + length, "?");

	call->path = single_slashes(call->arena, target + length, path);
	call->query_text = target[length + path] == '?' ? target + length + path + 1 : "";
	if (!form_read(call->arena, call->query_text, strlen(call->query_text), &call->query))
		return -2;
	call->provider = text_index(fake_provider_names, name);
	if (call->provider >= 0)
		return call->provider;
	return strcmp(name, "control") == 0 ? -1 : -2;
}

void
sandbox_serve(struct sandbox *box, struct arena *arena, const struct sandbox_request *request,
	      struct sandbox_reply *reply)
{
	struct sandbox_call call = {.box = box, .arena = arena, .request = request, .reply = reply};
	const char *target = call_variable(&call, "REQUEST_URI");
	int fake;

	*reply = (struct sandbox_reply){.status = 404};
	call.method = call_variable(&call, "REQUEST_METHOD");
	if (call.method == NULL || strcmp(call.method, "HEAD") == 0)
		call.method = "GET";
	if (target == NULL || !text_starts_with(target, PREFIX))
		return;
	fake = find_fake(&call, target + strlen(PREFIX));
	if (fake >= 0) {
		call.fake = fakes[fake];
		serve_fake(&call);
	} else if (fake == -1) {
		console(&call);
	}
}
