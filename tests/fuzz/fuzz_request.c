/*
 * No request breaks a worker: its parameters as FastCGI passes them, cookies and other headers among
 * them, and its body. The input is lines NAME=value, an empty line, and the body. Whatever comes, the
 * answer is well-formed HTTP with JSON. There is no database: what needs one is answered with 503.
 */
#include <config.h>

#include <fcgiapp.h>
#include <stdlib.h>
#include <string.h>

#include "api/dispatch.h"
#include "api/service.h"
#include "base/arena.h"
#include "base/config.h"
#include "base/log.h"
#include "bin/arrival.h"
#include "bin/fcgi_request.h"
#include "crypto/password.h"
#include "net/http.h"
#include "runtime/app.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/keys.h"
#include "json/reader.h"

enum { LIMIT = 256 << 20, PARAMETERS_MAX = 64, ANSWER_MAX = 1 << 20 };

/* A worker, but its database. */
static struct worker {
	struct config config;
	struct app app;
	struct arrivals *arrivals;
} worker;

static void
open_worker(void)
{
	static const struct db_options nowhere = {
		.conninfo = "host=/nonexistent",
		.application_name = "fuzz",
		.connections = 1,
		.connect_timeout_ms = 1000,
		.retry_most_ms = INT32_MAX,
	};
	static const struct http_options outside = {
		.connect_timeout_ms = 1, .total_timeout_ms = 1, .answer_max = 1, .at_once = 1};
	char problem[256];

	log_open("fuzz", LOG_LEVEL_ERROR);
	REQUIRE(config_load(&worker.config, problem));
	worker.app.config = &worker.config;
	worker.app.now = clock_system;
	worker.app.keys = test_keyring();
	worker.app.database.pool = db_pool_new(&nowhere);
	worker.app.passwords = password_gate_new(1);
	worker.app.http = http_client_new(&outside);
	worker.arrivals = arrivals_new();
	REQUIRE(worker.app.keys != NULL && worker.app.database.pool != NULL &&
		service_open(&worker.app));
}

static void
end_of_body(FCGX_Stream *stream)
{
	stream->isClosed = 1;
}

static void
end_of_room(FCGX_Stream *stream, int closing)
{
	(void)closing;
	stream->isClosed = 1;
}

/* The parameters, up to an empty line; what follows is the body. */
static const char *
take_parameters(struct arena *arena, const char *text, const char *end, char **parameters)
{
	size_t n = 0;

	while (text < end && *text != '\n') {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t length = (size_t)((stop != NULL ? stop : end) - text);

		if (n < PARAMETERS_MAX)
			parameters[n++] = arena_strndup(arena, text, length);
		text += length + (stop != NULL);
	}
	parameters[n] = NULL;
	return text < end ? text + 1 : end;
}

/* One header on each line, of printable characters, and nothing that a value could have added. */
static const char *
check_head(const char *text, const char *end, bool *is_json)
{
	REQUIRE(end - text > 12 && strncmp(text, "Status: ", 8) == 0);
	REQUIRE(atoi(text + 8) >= 200 && atoi(text + 8) <= 599 && atoi(text + 8) != 500);
	while (text < end && *text != '\r') {
		const char *stop = memchr(text, '\r', (size_t)(end - text));
		const char *colon = memchr(text, ':', (size_t)(end - text));

		REQUIRE(stop != NULL && stop + 1 < end && stop[1] == '\n');
		REQUIRE(colon != NULL && colon < stop && colon > text && colon[1] == ' ');
		for (const char *p = text; p < stop; p++)
			REQUIRE((unsigned char)*p >= ' ' && *p != 0x7f);
		*is_json |= strncmp(text, "Content-Type: application/json", 30) == 0;
		text = stop + 2;
	}
	REQUIRE(end - text >= 2 && text[1] == '\n');
	return text + 2;
}

static void
check_answer(struct arena *arena, const char *text, size_t length, bool no_body)
{
	bool is_json = false;
	struct json_object *value;
	struct fault f = {0};
	const char *end = text + length;
	const char *body = check_head(text, end, &is_json);

	REQUIRE(!no_body || body == end);
	REQUIRE(body == end || is_json);
	if (body < end)
		REQUIRE(json_read(arena, &f, body, (size_t)(end - body), &value) == ERR_OK);
}

/* The body in a block of its own, and its length before the other parameters: of two the first counts. */
static void
give_body(struct arena *arena, FCGX_Stream *in, const char *body, size_t length, char **parameters)
{
	unsigned char *copy = arena_alloc(arena, length + 1);

	if (length > 0)
		memcpy(copy, body, length);
	in->rdNext = copy;
	in->stop = in->stopUnget = copy + length;
	parameters[0] = arena_printf(arena, "CONTENT_LENGTH=%zu", length);
	if (parameters[1] != NULL && text_starts_with(parameters[1], "CONTENT_LENGTH="))
		parameters[0] = parameters[1];
}

/* Whether the method is certainly HEAD: it is given once. */
static bool
is_head(char **parameters)
{
	size_t methods = 0;
	bool head = false;

	for (; *parameters != NULL; parameters++) {
		methods += text_starts_with(*parameters, "REQUEST_METHOD=");
		head |= strcmp(*parameters, "REQUEST_METHOD=HEAD") == 0;
	}
	return head && methods == 1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char answer[ANSWER_MAX];
	struct arena *arena = arena_new(LIMIT);
	struct arena *work = arena_new(LIMIT);
	const char *end = (const char *)data + size;
	char *parameters[PARAMETERS_MAX + 2] = {NULL};
	const char *body = take_parameters(arena, (const char *)data, end, parameters + 1);
	FCGX_Stream in = {.isReader = 1, .fillBuffProc = end_of_body};
	FCGX_Stream out = {
		.wrNext = answer, .stop = answer + sizeof(answer), .emptyBuffProc = end_of_room};
	FCGX_Request fcgi = {
		.ipcFd = -1, .in = &in, .out = &out, .envp = parameters, .keepConnection = 1};

	if (worker.app.keys == NULL)
		open_worker();
	give_body(arena, &in, body, (size_t)(end - body), parameters);
	fcgi_request_answer(&worker.app, worker.arrivals, work, &fcgi);
	check_answer(arena, (const char *)answer, (size_t)(out.wrNext - answer),
		     is_head(parameters));
	arena_free(work);
	arena_free(arena);
	return 0;
}
