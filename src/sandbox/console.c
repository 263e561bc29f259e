/* POST /sandbox/control and GET /sandbox/control/log. */
#include "sandbox/console.h"

#include <string.h>

#include "base/arena.h"
#include "sandbox/google/google.h"
#include "json/reader.h"

static void
say(struct sandbox_call *call, int status, const char *message)
{
	struct jw w;

	jw_init(&w, call->arena, 128);
	jw_object(&w, NULL);
	jw_bool(&w, "ok", status < 400);
	if (message != NULL)
		jw_text(&w, "message", message);
	jw_close(&w);
	reply_json(call, status, &w);
}

/* Delayed calls continue, and webhooks are no longer held back. */
static void
release(struct sandbox *box, int provider)
{
	sandbox_wake(box, provider);
	for (int i = 0; i < FAKE_PROVIDERS; i++)
		if (provider == CONTROL_ALL || provider == i)
			webhook_sender_release(box->sender, i);
}

static void
take_command(struct sandbox_call *call)
{
	struct bytes body = call->request->body;
	struct fault f = {0};
	struct json_object *object;
	struct command command;

	if (json_read(call->arena, &f, body.data, body.length, &object) != ERR_OK ||
	    json_kind(object) != JSON_OBJECT) {
		say(call, 400, f.message[0] != '\0' ? f.message : "an object is expected");
		return;
	}
	if (command_read(call->arena, &f, fake_provider_names, object, &command) != ERR_OK) {
		say(call, 400, f.message);
		return;
	}
	if (command.rotate_keys && !google_rotate_keys(call->box->google)) {
		say(call, 500, "no new key");
		return;
	}
	control_apply(call->box->control, &command);
	if (command.reset)
		release(call->box, command.provider);
	say(call, 200, NULL);
}

static void
show_log(struct sandbox_call *call)
{
	struct jw w;

	jw_init(&w, call->arena, 16384);
	jw_object(&w, NULL);
	request_log_write(call->box->request_log, form_value(&call->query, "provider"), &w, "log");
	jw_close(&w);
	reply_json(call, 200, &w);
}

void
console(struct sandbox_call *call)
{
	bool get = strcmp(call->method, "GET") == 0;

	if (strcmp(call->path, "") == 0 && strcmp(call->method, "POST") == 0)
		take_command(call);
	else if (strcmp(call->path, "/log") == 0 && get)
		show_log(call);
	else
		say(call, 404,
		    "only POST /sandbox/control and GET /sandbox/control/log are available");
}
