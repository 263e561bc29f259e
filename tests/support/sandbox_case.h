/* sandbox_case.h - a sandbox in this process, and its answers. */
#ifndef TESTS_SUPPORT_SANDBOX_CASE_H
#define TESTS_SUPPORT_SANDBOX_CASE_H

#include <string.h>

#include "base/arena.h"
#include "base/config.h"
#include "sandbox/call.h"
#include "tests/support/cmocka.h"
#include "tests/support/folder.h"
#include "json/reader.h"

struct sandbox_case {
	struct config config;
	struct sandbox *box;
	struct arena *arena;
	char folder[FOLDER_MAX];
	char secrets[FOLDER_PATH_MAX];
	struct sandbox_reply reply;
	struct json_object *body; /* of the last answer, if it was JSON */
};

/* Webhooks are sent to a port where nothing listens. */
static inline int
sandbox_case_open(void **state)
{
	struct sandbox_case *x = calloc(1, sizeof(*x));
	char problem[256];

	if (x == NULL || !folder_make(x->folder) ||
	    !folder_write(x->folder, "secrets.json",
			  "{\"flutterwave_secret_hash\":\"hash\",\"paga_secret\":\"paga\","
			  "\"fingra_secret\":\"fingra\",\"other\":1}",
			  0600))
		return -1;
	x->config.environment = "development";
	x->config.public_url = "http://127.0.0.1:9";
	x->config.sandbox_url = "";
	x->config.outside_ca_file = "";
	x->config.sandbox_secrets = folder_path(x->secrets, x->folder, "secrets.json");
	x->config.google_issuer = "http://127.0.0.1:9/sandbox/google";
	x->config.google_client_id = "client";
	x->config.google_client_secret = "secret";
	x->arena = arena_new(1 << 26);
	x->box = sandbox_open(&x->config, problem);
	*state = x;
	return x->box != NULL ? 0 : -1;
}

static inline int
sandbox_case_close(void **state)
{
	struct sandbox_case *x = *state;

	sandbox_interrupt(x->box);
	sandbox_close(x->box);
	arena_free(x->arena);
	folder_remove(x->folder);
	free(x);
	return 0;
}

/* Request "METHOD /path" below /sandbox, with a body or NULL, with a key or NULL. */
static inline int
sandbox_ask(struct sandbox_case *x, const char *line, const char *type, const char *body,
	    const char *header)
{
	const char *space = strchr(line, ' ');
	char *variables[5];
	struct sandbox_request request = {variables, {NULL, 0}};
	struct fault f = {0};

	variables[0] = arena_printf(x->arena, "REQUEST_METHOD=%.*s", (int)(space - line), line);
	variables[1] = arena_printf(x->arena, "REQUEST_URI=/sandbox%s", space + 1);
	variables[2] = arena_printf(x->arena, "CONTENT_TYPE=%s", type);
	variables[3] = arena_strdup(x->arena, header != NULL ? header : "X=");
	variables[4] = NULL;
	if (body != NULL)
		request.body = (struct bytes){body, strlen(body)};
	sandbox_serve(x->box, x->arena, &request, &x->reply);
	x->body = NULL;
	if (x->reply.content_type != NULL && strstr(x->reply.content_type, "json") != NULL)
		assert_int_equal(
			json_read(x->arena, &f, x->reply.body.data, x->reply.body.length, &x->body),
			ERR_OK);
	return x->reply.status;
}

/* JSON, by a merchant. */
static inline int
sandbox_call(struct sandbox_case *x, const char *line, const char *body)
{
	return sandbox_ask(x, line, "application/json", body, "HTTP_AUTHORIZATION=Bearer key");
}

static inline const char *
sandbox_said(struct sandbox_case *x, const char *name)
{
	const char *text = object_text(x->body, name);

	return text != NULL ? text : "";
}

static inline const char *
sandbox_data(struct sandbox_case *x, const char *name)
{
	const char *text = object_text(object_member(x->body, "data"), name);

	return text != NULL ? text : "";
}

#endif
