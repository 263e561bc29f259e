/* What every dialect answers to what it can't serve, and how bodies and paths are read. */
#include "tests/support/cmocka.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "tests/support/money.h"
#include "tests/support/vectors.h"

static struct person ada;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	ada = person_new(*state, "ada@example.com");
	return 0;
}

/* An unknown path of each dialect, and the content of its envelope. */
static const struct {
	const char *path;
	const char *member;
	const char *value;
	const char *status; /* member that holds the status, or NULL */
} dialect_rows[] = {
	{"/v1/nothing", "error", "Not Found", "statusCode"},
	{"/api/v1/wallet/nothing", "status", "error", "status_code"},
	{"/api/v1/keys/nothing/more", "status", "error", "status_code"},
	{"/api/v1/auth/google/nothing", "status", "error", "status_code"},
	{"/api/wallet/nothing", "code", "NOT_FOUND", NULL},
	{"/api/v1/vouchers/nothing", "code", "NOT_FOUND", NULL},
	{"/billpayment/v1/nothing", "code", "NOT_FOUND", NULL},
	{"/api/nothing", "error", "not_found", NULL},
	{"/", "error", "Not Found", "statusCode"},
	{"/nothing", "error", "Not Found", "statusCode"},
	{"", "error", "Not Found", "statusCode"},
};

static void
test_unknown(void **state)
{
	struct client *c = *state;
	static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};

	for (size_t i = 0; i < COUNT(dialect_rows) * COUNT(methods); i++) {
		size_t row = i / COUNT(methods);
		struct answer a = client_call(c, methods[i % COUNT(methods)],
					      dialect_rows[row].path, NULL, NULL);

		expect_status(&a, 404);
		expect_text(&a, dialect_rows[row].member, dialect_rows[row].value);
		if (dialect_rows[row].status != NULL)
			expect_text(&a, dialect_rows[row].status, "404");
		assert_null(strstr(a.body.data, "SELECT"));
		assert_null(strstr(a.body.data, ".c"));
	}
}

static void
test_too_long(void **state)
{
	struct client *c = *state;
	char *tail = arena_alloc(c->scratch, TARGET_MAX + 1);

	memset(tail, 'a', TARGET_MAX);
	for (size_t i = 0; i < COUNT(dialect_rows) - 1; i++) {
		struct answer a = client_call(
			c, "GET", client_text(c, "%s?%s", dialect_rows[i].path, tail), NULL, NULL);

		expect_status(&a, 414);
	}
}

/* Values of parameters: an id, a word, or a known value for public routes. */
static const char *
value_of(const char *parameter)
{
	return text_starts_with(parameter, "{currency:") ? "RSD" : NOBODY;
}

/* A path of the route with a value in place of each parameter. */
static const char *
path_of(struct client *c, const struct route *route)
{
	const char *path = "";
	const char *p = route->path;

	while (*p != '\0') {
		size_t length = strcspn(p, "{");

		path = client_text(c, "%s%.*s", path, (int)length, p);
		p += length;
		if (*p == '\0')
			break;
		path = client_text(c, "%s%s", path, value_of(p));
		p += strcspn(p, "}") + 1;
	}
	return path;
}

/* Allow lists exactly the available methods. Only who needs no authentication is told that there is no such object. */
static void
check_methods(struct client *c, const struct route *route)
{
	static const char *const methods[] = {"GET",    "POST",    "PUT",   "PATCH",
					      "DELETE", "OPTIONS", "TRACE", "get"};
	const char *path = path_of(c, route);
	struct answer wrong = client_call(c, "TRACE", path, NULL, NULL);
	const char *allow = answer_header(&wrong, "Allow");
	bool names_object = route->access == ACCESS_PUBLIC && strchr(route->path, '{') != NULL;

	expect_status(&wrong, 405);
	assert_non_null(strstr(allow, method_text(route->method)));
	assert_int_equal(strstr(allow, "HEAD") != NULL, strstr(allow, "GET") != NULL);
	for (size_t i = 0; i < COUNT(methods); i++) {
		struct answer a = client_call(c, methods[i], path, NULL, NULL);

		assert_int_equal(a.status == 405, strstr(allow, methods[i]) == NULL);
		a = client_call(c, methods[i], client_text(c, "%s/", path), NULL, NULL);
		assert_int_equal(a.status == 405, strstr(allow, methods[i]) == NULL);
		assert_true(a.status != 404 || names_object);
	}
}

static void
test_methods(void **state)
{
	struct client *c = *state;

	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				check_methods(c, r);
}

static void
test_paths(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *target;
		int status;
	} rows[] = {
		{"/v1/auth/me", 200},
		{"/v1/auth/me/", 200},
		{"/v1/auth/me?x=1", 200},
		{"/v1/auth/me/?x=1", 200},
		{"/v1/auth/me?", 200},
		{"/v1/auth/%6De", 200}, /* decoded once */
		{"/v1/auth/%256De", 404},
		{"/v1/auth//me", 404},
		{"/v1//auth/me", 404},
		{"/v1/auth/me//", 404},
		{"//v1/auth/me", 404},
		{"/v1/auth%2Fme", 404}, /* a slash in a segment is no separator */
		{"/v1/auth/me%2F", 404},
		{"/v1/auth/me%", 404},
		{"/v1/auth/me%4", 404},
		{"/v1/auth/me%zz", 404},
		{"/v1/auth/me%00", 404},
		{"/v1/auth/me%ff", 404},
		{"/v1/auth/../auth/me", 404},
		{"/v1/AUTH/me", 404},
		{"/auth/me", 404}, /* without /v1 only where that is promised */
		{"/v1/v1/auth/me", 404},
		{"/v1/v1/api-key", 404},
		{"/v1", 404},
		{"/v1x/auth/me", 404},
		{"/a/b/c/d/e/f/g/h/i/j/k/l", 404},
		{"/api-key", 200},
		{"/api-key/", 200},
		{"/v1/api-key", 200},
		{"/v1/api-key/", 200},
		{"/api-keys", 404},
		{"/api-key/a/b/c/d/e/f/g/h/i", 404},
		{"/wallet-providers", 200},
		{"/v1/wallet-providers?", 200},
		{"/v1/wallet-providers?x", 400},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = client_call(c, "GET", rows[i].target, ada.access, NULL);

		if (a.status != rows[i].status)
			print_error("%s\n", rows[i].target);
		expect_status(&a, rows[i].status);
	}
}

static struct answer
post(struct client *c, const char *type, const char *body, size_t length)
{
	return client_send(c, &(struct ask){.method = "POST",
					    .target = "/v1/platform-accounts",
					    .credential = ada.access,
					    .type = type,
					    .body = body,
					    .length = length});
}

static void
test_media_types(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *type;
		int status; /* 400: the type was fine, the body was not */
	} rows[] = {
		{"application/json", 400},
		{"application/json; charset=utf-8", 400},
		{"Application/JSON", 400},
		{"application/json;charset=utf-8", 400},
		{"application/json\t;x", 400},
		{"", 415},
		{"text/plain", 415},
		{"application/jsonx", 415},
		{"application/json-patch+json", 415},
		{"application/x-www-form-urlencoded", 415},
		{"multipart/form-data; boundary=application/json", 415},
		{"application", 415},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = post(c, rows[i].type, "{}", 2);
		expect_status(&a, rows[i].status);
	}
	a = client_call(c, "POST", "/v1/platform-accounts", ada.access, NULL);
	expect_field(&a, "name"); /* no body is an empty object */
}

static void
test_sizes(void **state)
{
	struct client *c = *state;
	char *body = arena_alloc(c->scratch, BULK_BODY_MAX + 2);
	struct tenant t = tenant_new(c, "sizes");
	struct ask ask = {.method = "POST", .target = "/v1/transactions/bulk"};
	struct answer a;

	memset(body, ' ', BULK_BODY_MAX + 1);
	body[0] = '{';
	a = post(c, NULL, body, BODY_MAX + 1);
	expect_refusal(&a, 413, "BODY_TOO_LARGE");
	a = post(c, NULL, body, BODY_MAX);
	expect_refusal(&a, 400, "MALFORMED_JSON");
	ask.credential = t.test_key;
	ask.body = body;
	ask.length = BULK_BODY_MAX + 1;
	a = client_send(c, &ask);
	expect_refusal(&a, 413, "BODY_TOO_LARGE");
	ask.length = BULK_BODY_MAX;
	a = client_send(c, &ask);
	expect_refusal(&a, 400, "MALFORMED_JSON");
	ask.length = 0;
	ask.body = NULL;
	ask.body_too_large = true; /* passed by the web server */
	a = client_send(c, &ask);
	expect_refusal(&a, 413, "BODY_TOO_LARGE");
}

#define BODY(text)                     \
	{                              \
		text, sizeof(text) - 1 \
	}

static void
test_malformed(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *text;
		size_t length;
	} bodies[] = {
		BODY("{"),
		BODY("}"),
		BODY("{\"name\":\"x\""),
		BODY("{\"name\":\"x\"}}"),
		BODY("{\"name\":\"x\"} {}"),
		BODY("{\"name\":\"x\",}"),
		BODY("{name:\"x\"}"),
		BODY("{'name':'x'}"),
		BODY("{\"name\":\"x\",\"name\":\"y\"}"),
		BODY("{\"name\":\"x\",\"\\u006eame\":\"y\"}"),
		BODY("{\"metadata\":{\"a\":1,\"a\":1}}"),
		BODY("{\"name\":NaN}"),
		BODY("{\"name\":Infinity}"),
		BODY("{\"name\":-Infinity}"),
		BODY("{\"metadata\":{\"a\":01}}"),
		BODY("{\"metadata\":{\"a\":+1}}"),
		BODY("{\"metadata\":{\"a\":.5}}"),
		BODY("{\"metadata\":{\"a\":5.}}"),
		BODY("{\"metadata\":{\"a\":0x10}}"),
		BODY("{\"name\":\"a\0b\"}"),
		BODY("{\"name\":\"x\"}\0"),
		BODY("\0"),
		BODY("{\"name\":\"\xff\"}"),
		BODY("{\"name\":\"\xc0\xaf\"}"),
		BODY("{\"name\":\"\xed\xa0\x80\"}"),
		BODY("{\"name\":\"\xf4\x90\x80\x80\"}"),
		BODY("{\"name\":\"\xe2\x82\"}"),
		BODY("{\"name\":\"a\nb\"}"),
		BODY("{\"name\":\"\\x41\"}"),
		BODY("{\"name\":/*x*/\"x\"}"),
		BODY("\xef\xbb\xbf{\"name\":\"x\"}"),
		BODY(" "),
		BODY("{\"metadata\":{\"a\":1e}}"),
		BODY("{\"metadata\":{\"a\":1e+}}"),
		BODY("{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
		     "]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}"),
	};

	for (size_t i = 0; i < COUNT(bodies); i++) {
		struct answer a = post(c, NULL, bodies[i].text, bodies[i].length);

		expect_refusal(&a, 400, "MALFORMED_JSON");
	}
}

/* The public suite of JSON texts: invalid ones are refused, and none is an internal error. */
static void
test_suite(void **state)
{
	struct client *c = *state;
	char folder[VECTOR_PATH_MAX];
	const struct dirent *entry;
	DIR *dir;

	if (!vector_path(folder, "json") || (dir = opendir(folder)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		size_t length = 0;
		char *text = strstr(entry->d_name, ".json") != NULL
				     ? read_whole(client_text(c, "%s/%s", folder, entry->d_name),
						  &length)
				     : NULL;

		if (text != NULL && length > 0 && length <= BODY_MAX) {
			struct answer a =
				post(c, NULL, arena_copy(c->scratch, text, length), length);

			if (entry->d_name[0] == 'n')
				expect_refusal(&a, 400, "MALFORMED_JSON");
			else
				expect_status(&a, 400); /* no name in any of them */
		}
		free(text);
	}
	(void)closedir(dir);
}

/* A well-formed id of the client is kept, any other replaced. */
static void
test_request_ids(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *id;
		bool kept;
	} rows[] = {
		{"abc-123_X.9", true},
		{"", false},
		{"a b", false},
		{"a\r\nSet-Cookie: x", false},
		{"\"", false},
		{"0123456789012345678901234567890123456789012345678901234567890123", true},
		{"01234567890123456789012345678901234567890123456789012345678901234", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request request = {
			.method = "GET", .target = "/v1/nothing", .request_id = rows[i].id};
		struct answer a = {.status = 0};

		dispatch(c->app, c->scratch, &request, &a.reply);
		assert_int_equal(strcmp(answer_header(&a, "X-Request-Id"), rows[i].id) == 0,
				 rows[i].kept);
		assert_null(strpbrk(answer_header(&a, "X-Request-Id"), "\r\n \""));
	}
}

static void
test_repeated_credentials(void **state)
{
	struct client *c = *state;
	struct request request = {.method = "GET",
				  .target = "/v1/auth/me",
				  .authorization = client_text(c, "Bearer %s", ada.access),
				  .repeated_credentials = true};
	struct reply reply;

	dispatch(c->app, c->scratch, &request, &reply);
	assert_int_equal(reply.status, 400);
	request.repeated_credentials = false;
	dispatch(c->app, c->scratch, &request, &reply);
	assert_int_equal(reply.status, 200);
	request.authorization = client_text(c, "bearer   %s", ada.access);
	dispatch(c->app, c->scratch, &request, &reply);
	assert_int_equal(reply.status, 200);
	request.authorization = client_text(c, "Basic %s", ada.access);
	dispatch(c->app, c->scratch, &request, &reply);
	assert_int_equal(reply.status, 401);
	request.authorization = "Bearer";
	dispatch(c->app, c->scratch, &request, &reply);
	assert_int_equal(reply.status, 401);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_unknown),      client_test(test_too_long),
		client_test(test_methods),      client_test(test_paths),
		client_test(test_media_types),  client_test(test_sizes),
		client_test(test_malformed),    client_test(test_suite),
		client_test(test_request_ids),  client_test(test_repeated_credentials),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
