#include "tests/support/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/router.h"
#include "base/arena.h"
#include "base/config.h"
#include "runtime/app.h"
#include "json/reader.h"

enum { LINE_MAX_BYTES = 32 << 20 };

/* "tests/api/pocket/auth" becomes "pocket-auth". */
static void
file_name(char *out, size_t size)
{
	const char *name = strstr(program_invocation_name, "tests/api/");

	(void)snprintf(out, size, "%s",
		       name != NULL ? name + strlen("tests/api/") : program_invocation_short_name);
	for (char *p = out; *p != '\0'; p++)
		if (*p == '/')
			*p = '-';
}

int
record_open(void)
{
	const char *folder = getenv("COWRY_TEST_ANSWERS");
	char name[64];
	char path[512];

	if (folder == NULL)
		return -1;
	(void)mkdir(folder, 0777);
	file_name(name, sizeof(name));
	(void)snprintf(path, sizeof(path), "%s/%s.jsonl", folder, name);
	return open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
}

void
record_close(int file)
{
	if (file >= 0)
		(void)close(file);
}

/* The row that the request belongs to, also while it is switched off; NULL if there is none. */
static const struct route *
route_of(struct arena *arena, const struct app *app, const struct request *request)
{
	struct call *call = arena_alloc(arena, sizeof(*call));
	struct config config = *app->config;
	struct app open = *app;

	config.drop_cards = config.drop_physical_cards = true;
	config.drop_card_pin = config.drop_spending_limits = true;
	config.otp_funding = "open";
	open.config = &config;
	call->request = request;
	call->ctx.app = &open;
	call->ctx.database = &open.database;
	call->ctx.arena = arena;
	return router_find(app->router, call) == ERR_OK ? call->route : NULL;
}

/* The body of a request that was accepted, if it is plain JSON. */
static void
write_request(struct jw *w, struct arena *arena, const struct request *request)
{
	struct fault f = {0};
	struct json_object *value;

	if (request->body.length == 0 ||
	    json_read(arena, &f, request->body.data, request->body.length, &value) != ERR_OK)
		return;
	jw_json(w, "request", arena_strndup(arena, request->body.data, request->body.length));
}

static void
write_line(struct jw *w, struct arena *arena, const struct app *app, const struct request *request,
	   const struct reply *reply)
{
	const struct route *route = route_of(arena, app, request);

	jw_object(w, NULL);
	jw_text(w, "dialect", router_dialect(request->target)->name);
	jw_text(w, "method", request->method);
	jw_text(w, "route", route != NULL ? route->path : NULL);
	jw_integer(w, "status", reply->status);
	jw_text(w, "type", reply->content_type);
	if (reply->status < 400)
		write_request(w, arena, request);
	if (reply->body.length > 0 && reply->content_type == NULL)
		jw_json(w, "body", arena_strndup(arena, reply->body.data, reply->body.length));
	jw_close(w);
}

void
record_answer(int file, const struct app *app, const struct request *request,
	      const struct reply *reply)
{
	struct arena *arena;
	struct bytes line;
	struct jw w;

	if (file < 0)
		return;
	arena = arena_new(LINE_MAX_BYTES);
	jw_init(&w, arena, 1024);
	write_line(&w, arena, app, request, reply);
	if (!jw_finish(&w, &line))
		abort(); /* what is not JSON is no answer of ours */
	line.data = arena_printf(arena, "%s\n", (const char *)line.data);
	if (write(file, line.data, line.length + 1) != (ssize_t)line.length + 1)
		abort();
	arena_free(arena);
}
