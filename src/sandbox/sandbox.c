#include "sandbox/sandbox.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "sandbox/call.h"
#include "sandbox/console.h"
#include "sandbox/google.h"
#include "json/reader.h"

#define PREFIX "/sandbox/"

enum { LATER_THREADS = 16, MEMORY_MAX = 1024 * 1024, TIMEOUT_MS = 60000 };

static bool
open_parts(struct sandbox *box)
{
	pthread_condattr_t monotonic;

	(void)pthread_mutex_init(&box->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&box->interrupted, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	box->control = control_new(PLAYERS);
	box->journal = journal_new();
	box->orders = orders_new();
	box->things = things_new();
	box->google = google_new();
	box->later = later_new(LATER_THREADS);
	if (box->control == NULL || box->journal == NULL || box->orders == NULL ||
	    box->things == NULL || box->google == NULL || box->later == NULL)
		return false;
	box->courier = courier_new(box->config, box->control, box->journal, box->later);
	return box->courier != NULL;
}

struct sandbox *
sandbox_open(const struct config *config, char problem[256])
{
	struct sandbox *box;

	if (strcmp(config->environment, "development") != 0) {
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
	(void)pthread_cond_broadcast(&box->interrupted);
	(void)pthread_mutex_unlock(&box->mutex);
}

void
sandbox_close(struct sandbox *box)
{
	if (box == NULL)
		return;
	later_free(box->later);
	courier_free(box->courier);
	google_free(box->google);
	things_free(box->things);
	orders_free(box->orders);
	journal_free(box->journal);
	control_free(box->control);
	(void)pthread_cond_destroy(&box->interrupted);
	(void)pthread_mutex_destroy(&box->mutex);
	arena_free(box->memory);
	free(box);
}

/* Be slow, but not in the way of a stop. */
static void
pause_for(struct sandbox *box, int64_t ms)
{
	int64_t due_ns = clock_monotonic_ns() + ms * 1000000;
	const struct timespec until = {due_ns / 1000000000, due_ns % 1000000000};

	(void)pthread_mutex_lock(&box->mutex);
	while (!box->stop && clock_monotonic_ns() < due_ns)
		(void)pthread_cond_timedwait(&box->interrupted, &box->mutex, &until);
	(void)pthread_mutex_unlock(&box->mutex);
}

/* Whether the path is that of the route; what stands for {} goes into param. */
static bool
matches(struct arena *arena, const char *pattern, const char *path, const char **param)
{
	while (*pattern != '\0') {
		char *decoded;
		size_t length;

		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		length = strcspn(path, "/");
		if (length == 0 || !percent_decode(arena, path, length, false, &decoded))
			return false;
		*param = decoded;
		path += length;
		pattern += 2;
	}
	return *path == '\0';
}

static const struct player_route *
find_route(struct call *call)
{
	for (const struct player_route *route = call->player->routes; route->path != NULL; route++)
		if (strcmp(route->method, call->method) == 0 &&
		    matches(call->arena, route->path, call->path, &call->param))
			return route;
	return NULL;
}

/* The body as what its type says; no body is fine. */
static bool
read_body(struct call *call)
{
	const char *type = call_variable(call, "CONTENT_TYPE");
	struct bytes body = call->request->body;
	struct fault f = {0};

	if (body.length == 0)
		return true;
	if (type != NULL && text_starts_with(type, "application/x-www-form-urlencoded"))
		return form_read(call->arena, body.data, body.length, &call->form);
	return json_read(call->arena, &f, body.data, body.length, &call->body) == ERR_OK &&
	       json_kind(call->body) == JSON_OBJECT;
}

/* What the real one would do. */
static void
answer(struct call *call, int64_t entry)
{
	const struct player_route *route = find_route(call);
	struct setting early;

	if (route == NULL) {
		call->player->trouble(call, TROUBLE_PATH);
		return;
	}
	if (!call->player->admit(call))
		return;
	if (!read_body(call)) {
		call->player->trouble(call, TROUBLE_BODY);
		return;
	}
	route->handle(call);
	if (call->order != 0 &&
	    control_take(call->box->control, call->provider, KNOB_EARLY, call->path, &early)) {
		journal_note(call->box->journal, entry, "early");
		order_settle_itself(call->box, call->provider, call->order);
	}
}

/* What was done is done, but the caller does not learn it. */
static void
spoil(struct call *call, const char *how)
{
	if (strcmp(how, "timeout") == 0) {
		pause_for(call->box, TIMEOUT_MS);
		call->player->trouble(call, TROUBLE_BROKEN);
		call->reply->status = 504;
	} else if (strcmp(how, "reset") == 0) {
		call->reply->ending = ENDING_RESET;
	} else if (strcmp(how, "half") == 0) {
		call->reply->ending = ENDING_HALF;
	}
}

static void
perform(struct call *call, int64_t entry)
{
	struct control *control = call->box->control;
	struct setting delay;
	struct setting fail = {.word = NULL};
	bool fails = control_take(control, call->provider, KNOB_FAIL, call->path, &fail);

	if (control_take(control, call->provider, KNOB_DELAY, call->path, &delay)) {
		journal_note(call->box->journal, entry, "delay");
		pause_for(call->box, delay.number);
	}
	if (fails)
		journal_note(call->box->journal, entry, fail.word);
	if (fails && strcmp(fail.word, "refuse") == 0)
		call->player->trouble(call, TROUBLE_REFUSED);
	else if (fails && (fail.unseen || strcmp(fail.word, "500") == 0))
		call->player->trouble(call, TROUBLE_BROKEN);
	else
		answer(call, entry);
	if (fails)
		spoil(call, fail.word);
}

/* The body as it may be read by others: without what proves a client to be one. */
static struct bytes
shown_body(const struct call *call)
{
	struct bytes body = call->request->body;

	if (call->player == &player_google && body.length > 0)
		return (struct bytes){"(not shown)", strlen("(not shown)")};
	return body;
}

static void
serve_player(struct call *call)
{
	const char *path = call->path;
	struct journal_entry entry = {.provider = call->player->name, .method = call->method};
	int64_t id;

	if (call->query_text[0] != '\0')
		path = arena_printf(call->arena, "%s?%s", path, call->query_text);
	entry.path = path;
	entry.body = shown_body(call);
	id = journal_begin(call->box->journal, &entry);
	if (!text_starts_with(call->path, "/checkout/") || call->player->report == NULL)
		perform(call, id);
	else if (read_body(call))
		checkout(call);
	else
		call->player->trouble(call, TROUBLE_BODY);
	journal_end(call->box->journal, id,
		    call->reply->ending == ENDING_RESET ? 0 : call->reply->status);
}

/* Whom the path means: a player, or (-1) the console, or (-2) nobody. */
static int
find_player(struct call *call, const char *target)
{
	size_t length = strcspn(target, "/?");
	const char *name = arena_strndup(call->arena, target, length);
	size_t path = strcspn(target + length, "?");

	call->path = arena_strndup(call->arena, target + length, path);
	call->query_text = target[length + path] == '?' ? target + length + path + 1 : "";
	if (!form_read(call->arena, call->query_text, strlen(call->query_text), &call->query))
		return -2;
	call->provider = text_index(player_names, name);
	if (call->provider >= 0)
		return call->provider;
	return strcmp(name, "control") == 0 ? -1 : -2;
}

void
sandbox_serve(struct sandbox *box, struct arena *arena, const struct sandbox_request *request,
	      struct sandbox_reply *reply)
{
	struct call call = {.box = box, .arena = arena, .request = request, .reply = reply};
	const char *target = call_variable(&call, "REQUEST_URI");
	int player;

	*reply = (struct sandbox_reply){.status = 404};
	call.method = call_variable(&call, "REQUEST_METHOD");
	if (call.method == NULL || strcmp(call.method, "HEAD") == 0)
		call.method = "GET";
	if (target == NULL || !text_starts_with(target, PREFIX))
		return;
	player = find_player(&call, target + strlen(PREFIX));
	if (player >= 0) {
		call.player = players[player];
		serve_player(&call);
	} else if (player == -1) {
		console(&call);
	}
}
