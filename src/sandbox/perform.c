/* One call of a fake provider: executed as the real one would, or not, as the control says. */
#include <string.h>

#include "base/arena.h"
#include "base/fiber.h"
#include "sandbox/call.h"
#include "json/reader.h"

enum { TIMEOUT_MS = 60000 };

/* Delay, but do not hold up a stop. */
static void
pause_for(const struct sandbox_call *call, int64_t ms)
{
	struct sandbox *box = call->box;
	int64_t resets;
	int64_t due_ns = clock_monotonic_ns() + ms * 1000000;
	const struct timespec until = {due_ns / 1000000000, due_ns % 1000000000};

	fiber_block();
	(void)pthread_mutex_lock(&box->mutex);
	resets = box->resets[call->provider];
	while (!box->stop && box->resets[call->provider] == resets && clock_monotonic_ns() < due_ns)
		(void)pthread_cond_timedwait(&box->woken, &box->mutex, &until);
	(void)pthread_mutex_unlock(&box->mutex);
	fiber_unblock();
}

/* Whether the path matches the route; the part for {} goes into param. */
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

static const struct fake_route *
find_route(struct sandbox_call *call)
{
	for (const struct fake_route *route = call->fake->routes; route->path != NULL; route++)
		if (strcmp(route->method, call->method) == 0 &&
		    matches(call->arena, route->path, call->path, &call->param))
			return route;
	return NULL;
}

bool
call_read_body(struct sandbox_call *call)
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

/* The normal behaviour. */
static void
answer(struct sandbox_call *call, int64_t entry)
{
	const struct fake_route *route = find_route(call);
	struct setting early;

	if (route == NULL) {
		call_trouble(call, TROUBLE_PATH);
		return;
	}
	if (!call_admit(call))
		return;
	if (!call_read_body(call)) {
		call_trouble(call, TROUBLE_BODY);
		return;
	}
	route->handle(call);
	if (call->order != 0 &&
	    control_take(call->box->control, call->provider, KNOB_EARLY, call->path, &early)) {
		request_log_note(call->box->request_log, entry, "early");
		order_settle_itself(call->box, call->provider, call->order);
	}
}

/* It was executed, but the caller does not learn it. */
static void
spoil(struct sandbox_call *call, const char *how)
{
	if (strcmp(how, "timeout") == 0) {
		pause_for(call, TIMEOUT_MS);
		call_trouble(call, TROUBLE_BROKEN);
		call->reply->status = 504;
	} else if (strcmp(how, "reset") == 0) {
		call->reply->ending = ENDING_RESET;
	} else if (strcmp(how, "half") == 0) {
		call->reply->ending = ENDING_HALF;
	}
}

void
call_perform(struct sandbox_call *call, int64_t entry)
{
	struct control *control = call->box->control;
	struct setting delay;
	struct setting fail = {.word = NULL};
	bool fails = control_take(control, call->provider, KNOB_FAIL, call->path, &fail);

	if (control_take(control, call->provider, KNOB_DELAY, call->path, &delay)) {
		request_log_note(call->box->request_log, entry, "delay");
		pause_for(call, delay.number);
	}
	if (fails)
		request_log_note(call->box->request_log, entry, fail.word);
	if (fails && strcmp(fail.word, "refuse") == 0)
		call_trouble(call, TROUBLE_REFUSED);
	else if (fails && (fail.unseen || strcmp(fail.word, "500") == 0))
		call_trouble(call, TROUBLE_BROKEN);
	else
		answer(call, entry);
	if (fails)
		spoil(call, fail.word);
}
