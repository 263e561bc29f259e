/* Requests over FastCGI: what of them comes to dispatch. */
#include <config.h>

#include "bin/fcgi_request.h"

#include "tests/support/fcgi_scene.h"

static void
test_bodies(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *length;
		const char *body;
		const char *seen;
		bool incomplete;
		bool too_large;
	} rows[] = {
		{"", "", "", false, false},        {"0", "", "", false, false},
		{"2", "{}", "{}", false, false},   {"2", "{} ", "{}", false, false},
		{"3", "{}", "", true, false},      {"2", "", "", true, false},
		{"524288", "{}", "", true, false}, {"99999999", "{}", "", false, true},
		{"-1", "{}", "", true, false},     {"x", "{}", "", true, false},
		{"2x", "{}", "", true, false},     {"99999999999999999999", "{}", "", true, false},
	};

	start(scene);
	for (size_t i = 0; i < COUNT(rows); i++) {
		ASK(scene, rows[i].body, "CONTENT_LENGTH", rows[i].length);
		assert_string_equal(seen.body, rows[i].seen);
		assert_int_equal(seen.incomplete, rows[i].incomplete);
		assert_int_equal(seen.too_large, rows[i].too_large);
	}
}

static void
test_encodings(void **state)
{
	struct scene *scene = *state;

	start(scene);
	ASK(scene, "", "HTTP_CONTENT_ENCODING", "gzip");
	assert_string_equal(seen.encoding, "gzip");
	ASK(scene, "", "HTTP_CONTENT_ENCODING", "gzip", "HTTP_CONTENT_ENCODING", "identity");
	assert_string_equal(seen.encoding, "gzip, identity");
}

/* X-Idempotency-Key is another name of Idempotency-Key, and an empty key is one that can be refused. */
static void
test_keys(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *parameters[6];
		const char *key; /* NULL: there is none */
		bool contradicting;
	} rows[] = {
		{{NULL}, NULL, false},
		{{"HTTP_IDEMPOTENCY_KEY", "a"}, "a", false},
		{{"HTTP_X_IDEMPOTENCY_KEY", "a"}, "a", false},
		{{"HTTP_IDEMPOTENCY_KEY", ""}, "", false},
		{{"HTTP_IDEMPOTENCY_KEY", "a", "HTTP_X_IDEMPOTENCY_KEY", "a"}, "a", false},
		{{"HTTP_IDEMPOTENCY_KEY", "a", "HTTP_X_IDEMPOTENCY_KEY", "b"}, "b", true},
		{{"HTTP_X_IDEMPOTENCY_KEY", "", "HTTP_IDEMPOTENCY_KEY", "b"}, "b", true},
		{{"HTTP_IDEMPOTENCY_KEY", "a", "HTTP_IDEMPOTENCY_KEY", "b"}, "b", true},
		{{"HTTP_IDEMPOTENCY_KEY", "a, a"}, "a", false},
		{{"HTTP_IDEMPOTENCY_KEY", "a, b"}, "b", true},
		{{"HTTP_IDEMPOTENCY_KEY", "a, "}, "", true},
		{{"HTTP_IDEMPOTENCY_KEY", ", a"}, "a", true},
		{{"HTTP_IDEMPOTENCY_KEY", "a,b"}, "a,b", false},
	};

	start(scene);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		await(ask(scene, rows[i].parameters, ""));
		assert_int_equal(seen.has_key, rows[i].key != NULL);
		assert_string_equal(seen.key, rows[i].key != NULL ? rows[i].key : "");
		assert_int_equal(seen.contradicting, rows[i].contradicting);
	}
}

/* Credentials are not guessed from several, in whichever way the web server passes them. */
static void
test_credentials(void **state)
{
	struct scene *scene = *state;

	start(scene);
	ASK(scene, "", "HTTP_X_API_KEY", "a", "HTTP_AUTHORIZATION", "Bearer b");
	assert_false(seen.repeated);
	ASK(scene, "", "HTTP_X_API_KEY", "a", "HTTP_X_API_KEY", "b");
	assert_true(seen.repeated);
	ASK(scene, "", "HTTP_X_API_KEY", "a, b");
	assert_true(seen.repeated);
	ASK(scene, "", "HTTP_AUTHORIZATION", "Bearer a, Bearer a");
	assert_true(seen.repeated);
	ASK(scene, "", "HTTP_ACCEPT", "a, b", "HTTP_ORIGIN", "a, b");
	assert_false(seen.repeated);
}

/* The web server's time of arrival, some seconds ago. */
static const char *
seconds_ago(char text[TEXT_MAX], int64_t seconds)
{
	int64_t ms = clock_system().us / 1000 - seconds * 1000;

	(void)snprintf(text, TEXT_MAX, "%lld.%03d", (long long)(ms / 1000), (int)(ms % 1000));
	return text;
}

static void
test_late(void **state)
{
	struct scene *scene = *state;
	char text[TEXT_MAX];

	start(scene);
	ASK(scene, "", "ARRIVED_AT", seconds_ago(text, 0), "ANSWER_WITHIN", "30");
	assert_true(seen.may_begin && seen.waits);
	ASK(scene, "", "ARRIVED_AT", seconds_ago(text, 25), "ANSWER_WITHIN", "30");
	assert_true(!seen.may_begin && seen.waits);
	ASK(scene, "", "ARRIVED_AT", seconds_ago(text, 31), "ANSWER_WITHIN", "30");
	assert_false(seen.may_begin || seen.waits);
	ASK(scene, "", "ARRIVED_AT", seconds_ago(text, 31), "ANSWER_WITHIN", "90");
	assert_true(seen.may_begin && seen.waits);
}

/* The web server hangs up: before the request is read, and while it is in progress. */
static void
test_hang_up(void **state)
{
	struct scene *scene = *state;
	const char *none[] = {NULL};
	int fd = ask(scene, none, ""); /* nobody reads it yet */

	(void)close(fd);
	seen.may_begin = true;
	start(scene);
	assert_true(server_drain(scene->server, 10));
	scene->server = NULL;
	assert_false(seen.may_begin || seen.waits);
}

static void
test_hang_up_later(void **state)
{
	struct scene *scene = *state;
	const char *none[] = {NULL};

	seen.hang_up = true;
	seen.waits = true;
	(void)ask(scene, none, "");
	start(scene);
	assert_true(server_drain(scene->server, 10));
	scene->server = NULL;
	assert_true(seen.may_begin && !seen.waits);
}

/* A body that goes on after the announced length ends with its request. */
static void
test_rest_of_body(void **state)
{
	struct scene *scene = *state;
	const char *const four[] = {"CONTENT_LENGTH", "4", NULL};
	static char rest[20000] = "body";
	char bytes[TEXT_MAX];
	int kept = connected(scene);

	memset(rest + 4, 'x', sizeof(rest) - 5);
	start(scene);
	for (size_t i = 1; i <= 3; i++) {
		send_request(kept, true, four, rest);
		assert_true(read(kept, bytes, sizeof(bytes)) > 0);
		assert_string_equal(seen.body, "body");
		assert_int_equal(seen.calls, i);
	}
	(void)close(kept);
}

#define scene_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_bodies),        scene_test(test_encodings),
		scene_test(test_keys),          scene_test(test_credentials),
		scene_test(test_late),          scene_test(test_hang_up),
		scene_test(test_hang_up_later), scene_test(test_rest_of_body),
	};
	sigset_t stop;

	server_block_signals(&stop);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
