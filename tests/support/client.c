#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "tests/support/client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/router.h"
#include "api/service.h"
#include "base/log.h"
#include "crypto/password.h"
#include "net/http.h"
#include "runtime/app.h"
#include "tests/support/keys.h"
#include "tests/support/record.h"
#include "json/reader.h"

enum { ROUTES_MAX = 256, KEPT_MAX = 64 << 20, SCRATCH_MAX = 1 << 30 };
enum { RECORDED_MAX = 4 << 20, READ_VALUES_MAX = 1 << 20 };

/* Which routes were asked, and how they answered. */
struct coverage {
	struct {
		const struct route *route;
		bool succeeded;
		bool refused;
	} rows[ROUTES_MAX];
	size_t count;
};

int
client_setup(void **state)
{
	/* Providers are servers of the test itself. */
	static const struct http_options outside = {
		.connect_timeout_ms = 1000,
		.total_timeout_ms = 3000,
		.answer_max = 262144,
		.at_once = 8,
		.plain = true,
	};
	struct client *c = calloc(1, sizeof(*c));
	struct app *app;
	void *fixture = NULL;

	if (c == NULL || fixture_setup(&fixture) != 0)
		return -1;
	log_open("api", LOG_LEVEL_ERROR);
	c->fixture = fixture;
	c->fixture->config.database_url = c->fixture->url;
	c->fixture->config.sign_in_per_minute = 0; /* tests/api/rate.c sets it */
	c->fixture->config.otp_funding = "open";
	c->fixture->config.user_limits = false; /* tests/api/otp/limits.c sets it */
	/* Features that are off by default; tests/api/drop/cards.c switches it off. */
	c->fixture->config.drop_cards = c->fixture->config.drop_physical_cards = true;
	c->fixture->config.drop_card_pin = c->fixture->config.drop_spending_limits = true;
	app = &c->fixture->app;
	app->started_ns = clock_monotonic_ns();
	app->keys = test_keyring();
	app->passwords = password_gate_new(64); /* no test waits for another one's hash */
	app->http = http_client_new(&outside);
	c->app = app;
	c->keep = arena_new(KEPT_MAX);
	c->scratch = arena_new(SCRATCH_MAX);
	c->coverage = calloc(1, sizeof(*c->coverage));
	c->answers = record_open();
	*state = c;
	return app->keys != NULL && app->passwords != NULL && app->http != NULL &&
			       service_open(app) && c->coverage != NULL
		       ? 0
		       : -1;
}

int
client_teardown(void **state)
{
	struct client *c = *state;
	struct app *app = &c->fixture->app;
	void *fixture = c->fixture;

	service_close(app);
	http_client_free(app->http);
	password_gate_free(app->passwords);
	keyring_free(app->keys);
	arena_free(c->scratch);
	arena_free(c->keep);
	free(c->coverage);
	record_close(c->answers);
	free(c);
	return fixture_teardown(&fixture);
}

int
client_begin(void **state)
{
	struct client *c = *state;

	arena_reset(c->scratch);
	return 0;
}

static struct request
request_of(struct client *c, const struct ask *ask)
{
	struct request request = {
		.method = ask->method,
		.target = ask->target,
		.content_type = ask->type,
		.api_key = ask->api_key,
		.idempotency_key = ask->idempotency_key,
		.address = ask->address != NULL ? ask->address : "192.0.2.1",
		.content_encoding = ask->encoding,
		.body_too_large = ask->body_too_large,
		.body_incomplete = ask->body_incomplete,
		.requester = ask->requester,
		.repeated_credentials = ask->repeated_credentials,
		.contradicting_keys = ask->contradicting_keys,
	};

	memcpy(request.headers, ask->headers, sizeof(request.headers));
	if (ask->credential != NULL)
		request.authorization = arena_printf(c->scratch, "Bearer %s", ask->credential);
	if (ask->body != NULL) {
		request.body.data = ask->body;
		request.body.length = ask->length > 0 ? ask->length : strlen(ask->body);
		if (request.content_type == NULL)
			request.content_type = "application/json";
	}
	return request;
}

/* Append the other parts of an answer to its body; how many parts it has. The reply still has a next one if it is
 * broken off. */
static size_t
put_together(struct client *c, const struct ask *ask, struct reply *reply)
{
	size_t room = RECORDED_MAX;
	struct bytes part = reply->body;
	char *body = arena_room(c->scratch, room);
	size_t length = 0;
	size_t parts = 0;
	bool goes_on;

	do {
		if (length + part.length > room) {
			room = (length + part.length) * 2;
			body = memcpy(arena_room(c->scratch, room), body, length);
		}
		memcpy(body + length, part.data, part.length);
		if (parts++ == 0 && ask->meanwhile != NULL)
			ask->meanwhile(c);
		length += part.length;
		goes_on = reply->next(reply->rest, &part);
	} while (goes_on && part.length > 0);
	reply->body = (struct bytes){body, length};
	if (goes_on)
		reply->next = NULL;
	return parts;
}

static struct reply
exchange(struct client *c, const struct ask *ask, size_t *parts)
{
	struct request request = request_of(c, ask);
	struct reply reply;

	dispatch(c->app, c->scratch, &request, &reply);
	*parts = reply.next != NULL ? put_together(c, ask, &reply) : 1;
	if (reply.next == NULL && reply.body.length < RECORDED_MAX)
		record_answer(c->answers, c->app, &request, &reply);
	return reply;
}

struct reply
client_exchange(struct client *c, const struct ask *ask)
{
	size_t parts;

	return exchange(c, ask, &parts);
}

/* One of several threads that ask at once. */
struct asker {
	struct client client;
	const struct ask *ask;
	pthread_t thread;
	int status;
};

static void *
ask_in_thread(void *arg)
{
	struct asker *asker = arg;

	asker->status = client_exchange(&asker->client, asker->ask).status;
	return NULL;
}

void
client_at_once(struct client *c, const struct ask *asks, size_t n, int *statuses)
{
	struct asker *askers = arena_array(c->scratch, n, sizeof(*askers));

	for (size_t i = 0; i < n; i++) {
		askers[i].client = *c;
		askers[i].client.scratch = arena_new(KEPT_MAX);
		askers[i].ask = &asks[i];
		assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_in_thread, &askers[i]),
				 0);
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(pthread_join(askers[i].thread, NULL), 0);
		arena_free(askers[i].client.scratch);
		statuses[i] = askers[i].status;
	}
}

size_t
count_status(const int *statuses, size_t n, int status)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += statuses[i] == status;
	return count;
}

/* Note which route it was. */
static void
cover(struct client *c, const struct ask *ask, int status)
{
	struct request request = request_of(c, ask);
	struct call *call = arena_alloc(c->scratch, sizeof(*call));
	struct coverage *coverage = c->coverage;
	size_t i = 0;

	call->request = &request;
	call->ctx.app = c->app;
	call->ctx.database = &c->app->database;
	call->ctx.arena = c->scratch;
	if (router_find(c->app->router, call) != ERR_OK)
		return;
	while (i < coverage->count && coverage->rows[i].route != call->route)
		i++;
	assert_true(i < ROUTES_MAX);
	if (i == coverage->count)
		coverage->rows[coverage->count++].route = call->route;
	if (status < 400)
		coverage->rows[i].succeeded = true;
	else
		coverage->rows[i].refused = true;
}

static _Noreturn void
fail_at(const struct answer *answer, const char *expected, const char *file, int line)
{
	print_error("expected %s, answered %d %.*s\n", expected, answer->status,
		    answer->body.length < 4000 ? (int)answer->body.length : 4000,
		    answer->body.length > 0 ? (const char *)answer->body.data : "");
	while (true) /* it does not return, which not every version of cmocka.h says */
		_fail(file, line);
}

#define check(answer, condition)                                         \
	do {                                                             \
		if (!(condition))                                        \
			fail_at(answer, #condition, __FILE__, __LINE__); \
	} while (0)

const char *
answer_header(const struct answer *answer, const char *name)
{
	for (size_t i = 0; i < answer->reply.header_count; i++)
		if (strcmp(answer->reply.headers[i].name, name) == 0)
			return answer->reply.headers[i].value;
	return NULL;
}

/* The OurPocket envelope, as pocket.md has it. */
static void
check_pocket(const struct answer *a)
{
	const char *status = answer_at(a, "status");

	check(a, answer_at(a, "message") != NULL && answer_at(a, "message")[0] != '\0');
	check(a, status != NULL && json_member(a->json, "data", NULL) == NULL
			 ? answer_at(a, "data") != NULL
			 : status != NULL);
	if (a->status < 400) {
		check(a, strcmp(status, "success") == 0);
		return;
	}
	check(a, strcmp(status, "error") == 0);
	check(a, text_equal(answer_at(a, "data"), "null"));
	check(a, atoi(answer_at(a, "statusCode")) == a->status);
	check(a, answer_at(a, "error") != NULL);
	check(a, answer_at(a, "code") != NULL);
	check(a, text_equal(answer_at(a, "requestId"), answer_header(a, "X-Request-Id")));
}

static void
check_refusal(const struct answer *a, const struct dialect *dialect)
{
	const char *name = dialect->name;

	if (strcmp(name, "bitpal") == 0)
		check(a, atoi(answer_at(a, "status_code")) == a->status);
	else if (strcmp(name, "otp") == 0 || strcmp(name, "moolah") == 0)
		check(a, strcmp(answer_at(a, "success"), "false") == 0);
	else if (strcmp(name, "drop") == 0)
		check(a,
		      answer_at(a, "db") != NULL || /* of the health check */
			      (answer_at(a, "error") != NULL && answer_at(a, "message") != NULL));
}

/* Checks of every answer. */
static void
check_answer(const struct answer *a, const struct ask *ask)
{
	const struct dialect *dialect = router_dialect(ask->target);

	check(a, a->status >= 200 && a->status != 500);
	check(a, answer_header(a, "X-Request-Id") != NULL);
	check(a, a->status != 401 || answer_header(a, "WWW-Authenticate") != NULL);
	check(a, a->status != 405 || answer_header(a, "Allow") != NULL);
	check(a, a->status != 429 || answer_header(a, "Retry-After") != NULL);
	if (a->status == 204) {
		check(a, a->body.length == 0);
		return;
	}
	if (a->status == 302) {
		check(a, answer_header(a, "Location") != NULL && a->body.length == 0);
		return;
	}
	if (a->reply.content_type != NULL || a->broken_off) {
		check(a, a->status == 200 && a->body.length > 0);
		return;
	}
	check(a, a->json != NULL);
	if (strcmp(dialect->name, "pocket") == 0)
		check_pocket(a);
	else if (a->status >= 400)
		check_refusal(a, dialect);
}

struct answer
client_send(struct client *c, const struct ask *ask)
{
	struct answer a = {0};
	struct fault fault = {0};

	a.reply = exchange(c, ask, &a.parts);
	a.status = a.reply.status;
	a.body = a.reply.body;
	a.broken_off = a.reply.next != NULL;
	if (a.body.length > 0 && !a.broken_off && a.reply.content_type == NULL &&
	    json_read_bounded(c->scratch, &fault, a.body.data, a.body.length, READ_VALUES_MAX,
			      &a.json) != ERR_OK)
		fail_at(&a, "JSON", __FILE__, __LINE__);
	cover(c, ask, a.status);
	check_answer(&a, ask);
	return a;
}

struct answer
client_call(struct client *c, const char *method, const char *target, const char *credential,
	    const char *body)
{
	return client_send(c, &(struct ask){.method = method,
					    .target = target,
					    .credential = credential,
					    .body = body});
}

/* The value at a path; *present tells null from nothing. */
static struct json_object *
find(const struct answer *answer, const char *path, bool *present)
{
	struct json_object *value = answer->json;
	char name[64];

	*present = value != NULL;
	while (*present && *path != '\0') {
		size_t length = strcspn(path, ".");

		(void)snprintf(name, sizeof(name), "%.*s", (int)length, path);
		if (json_kind(value) == JSON_LIST) {
			size_t i = (size_t)atoi(name);

			*present = i < json_list_length(value);
			value = *present ? json_list_item(value, i) : NULL;
		} else if (json_kind(value) == JSON_OBJECT) {
			value = json_member(value, name, present);
		} else {
			*present = false;
		}
		path += length + (path[length] == '.');
	}
	return *present ? value : NULL;
}

const char *
answer_at(const struct answer *answer, const char *path)
{
	bool present;
	struct json_object *value = find(answer, path, &present);

	if (!present)
		return NULL;
	return value != NULL ? json_text_value(value) : "null";
}

size_t
answer_count(const struct answer *answer, const char *path)
{
	bool present;
	struct json_object *value = find(answer, path, &present);

	check(answer, present && json_kind(value) == JSON_LIST);
	return json_list_length(value);
}

bool
answer_names(const struct answer *answer, const char *field)
{
	bool present;
	struct json_object *errors = find(answer, "errors", &present);
	/* Where a dialect has no list, it has a text. */
	const char *details;
	const char *text;

	if (!present)
		errors = find(answer, "details", &present);
	present = present && json_kind(errors) == JSON_LIST;
	details = present ? NULL : answer_at(answer, "details");
	text = details != NULL ? details : answer_at(answer, "error");
	if (!present)
		return text != NULL && strcasestr(text, field) != NULL;
	for (size_t i = 0; i < json_list_length(errors); i++) {
		struct json_object *name = json_member(json_list_item(errors, i), "field", NULL);

		if (strcmp(json_text_value(name), field) == 0)
			return true;
	}
	return false;
}

static const char *format(struct client *c, const char *fmt, va_list args) PRINTF_LIKE(2, 0);

static const char *
format(struct client *c, const char *fmt, va_list args)
{
	char *text = NULL;
	int length = vasprintf(&text, fmt, args);
	const char *copy;

	assert_true(length >= 0);
	copy = arena_strdup(c->scratch, text);
	free(text);
	return copy;
}

const char *
client_text(struct client *c, const char *fmt, ...)
{
	va_list args;
	const char *text;

	va_start(args, fmt);
	text = format(c, fmt, args);
	va_end(args);
	return text;
}

const char *
client_json(struct client *c, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_strdup(c->scratch, format(c, fmt, args));
	va_end(args);
	for (char *p = text; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	return text;
}

void
client_sql(struct client *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fixture_sql(c->fixture->superuser_url, format(c, fmt, args));
	va_end(args);
}

const char *
client_value(struct client *c, const char *fmt, ...)
{
	va_list args;
	const char *value;

	va_start(args, fmt);
	value = fixture_value(c->scratch, c->fixture->superuser_url, format(c, fmt, args));
	va_end(args);
	return value;
}

void
expect_status_at(const struct answer *answer, int status, const char *file, int line)
{
	char expected[32];

	(void)snprintf(expected, sizeof(expected), "status %d", status);
	if (answer->status != status)
		fail_at(answer, expected, file, line);
}

void
expect_text_at(const struct answer *answer, const char *path, const char *text, const char *file,
	       int line)
{
	const char *found = answer_at(answer, path);
	char expected[512];

	if (found == text || (found != NULL && text != NULL && strcmp(found, text) == 0))
		return;
	(void)snprintf(expected, sizeof(expected), "%s = %s", path,
		       text != NULL ? text : "(absent)");
	fail_at(answer, expected, file, line);
}

void
expect_refusal_at(const struct answer *answer, int status, const char *code, const char *file,
		  int line)
{
	const char *word = answer_at(answer, "error");

	expect_status_at(answer, status, file, line);
	if (answer_at(answer, "status_code") != NULL)
		return; /* Bitpal's has no codes */
	if (answer_at(answer, "code") == NULL && word != NULL && strcasecmp(word, code) == 0)
		return; /* Drop's are words */
	expect_text_at(answer, "code", code, file, line);
}

void
expect_field_at(const struct answer *answer, const char *field, const char *file, int line)
{
	const char *code = answer_at(answer, "code"); /* not every dialect has one */
	char expected[128];

	/* Drop has 422 for it. */
	if (answer_at(answer, "details.0.field") == NULL || answer->status != 422)
		expect_status_at(answer, 400, file, line);
	(void)snprintf(expected, sizeof(expected), "errors that name %s", field);
	if ((code != NULL && !text_starts_with(code, "VALIDATION_") &&
	     strcmp(code, "INVALID_AMOUNT") != 0) ||
	    !answer_names(answer, field))
		fail_at(answer, expected, file, line);
}

void
client_covered(struct client *c, const struct route *routes, const char *tag)
{
	const struct coverage *coverage = c->coverage;
	bool missing = false;

	for (const struct route *r = routes; r->path != NULL; r++) {
		bool succeeded = false;
		bool refused = false;

		if (tag != NULL && strcmp(r->docs.tag, tag) != 0)
			continue;
		for (size_t i = 0; i < coverage->count; i++)
			if (coverage->rows[i].route == r) {
				succeeded = coverage->rows[i].succeeded;
				refused = coverage->rows[i].refused;
			}
		if (refused && succeeded)
			continue;
		print_error("%s %s: succeeded %d, refused %d\n", method_text(r->method), r->path,
			    succeeded, refused);
		missing = true;
	}
	assert_false(missing);
}
