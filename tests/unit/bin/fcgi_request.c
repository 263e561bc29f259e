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

/* Read exactly this much; false at the end. */
static bool
read_all(int fd, void *bytes, size_t length)
{
	size_t all = 0;
	ssize_t n = 1;

	while (all < length && n > 0) {
		n = read(fd, (char *)bytes + all, length - all);
		all += n > 0 ? (size_t)n : 0;
	}
	return all == length;
}

/* The output of an answer; true if it came to its end, which is a record of its own. */
static bool
read_answer(int fd, char *text, size_t size)
{
	enum { END = 3, OUTPUT = 6 };
	unsigned char head[8];
	static unsigned char content[65535 + 255];
	size_t length = 0;

	while (read_all(fd, head, sizeof(head))) {
		size_t n = (size_t)head[4] << 8 | head[5];

		if (!read_all(fd, content, n + head[6]))
			break;
		if (head[1] == OUTPUT && length + n < size) {
			memcpy(text + length, content, n);
			length += n;
		}
		text[length] = '\0';
		if (head[1] == END)
			return true;
	}
	return false;
}

static void
in_parts(int count, int fails, bool large)
{
	atomic_store(&parts.made, 0);
	parts.count = count;
	parts.fails = fails;
	parts.large = large;
}

/* An answer in parts is one, without a length, and the connection is kept. */
static void
test_parts(void **state)
{
	struct scene *scene = *state;
	const char *const none[] = {"CONTENT_LENGTH", "0", NULL};
	const char *const five[] = {"CONTENT_LENGTH", "5", NULL};
	char text[4096];
	int kept = connected(scene);

	start(scene);
	in_parts(3, 0, false);
	send_request(kept, true, five, "parts");
	assert_true(read_answer(kept, text, sizeof(text)));
	assert_null(strstr(text, "Content-Length"));
	assert_non_null(strstr(text, "Content-Type: application/json"));
	assert_non_null(strstr(text, "\r\n\r\n{}bcd"));
	assert_int_equal(strlen(strstr(text, "{}")), 5);
	send_request(kept, true, none, "");
	assert_true(read_answer(kept, text, sizeof(text)));
	assert_non_null(strstr(text, "Content-Length: 2\r\n"));
	(void)close(kept);
}

/* One that can't be completed has no end, and the connection is closed. */
static void
test_broken_off(void **state)
{
	struct scene *scene = *state;
	const char *const five[] = {"CONTENT_LENGTH", "5", NULL};
	char text[4096];

	start(scene);
	for (int fails = 1; fails <= 3; fails++) {
		int kept = connected(scene);

		in_parts(3, fails, fails == 2);
		send_request(kept, true, five, "parts");
		assert_false(read_answer(kept, text, sizeof(text)));
		assert_int_equal(atomic_load(&parts.made), fails);
		(void)close(kept);
	}
	assert_true(server_drain(scene->server, 10));
	scene->server = NULL;
}

/* Nothing is made for a web server that has hung up. */
static void
test_left_alone(void **state)
{
	struct scene *scene = *state;
	const char *const five[] = {"CONTENT_LENGTH", "5", NULL};
	char byte;
	int fd;

	in_parts(1000000, 0, true);
	start(scene);
	fd = ask(scene, five, "parts");
	assert_int_equal(read(fd, &byte, 1), 1);
	(void)close(fd);
	assert_true(server_drain(scene->server, 10));
	scene->server = NULL;
	assert_true(atomic_load(&parts.made) < 1000);
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
		scene_test(test_parts),         scene_test(test_broken_off),
		scene_test(test_left_alone),
	};
	sigset_t stop;

	server_block_signals(&stop);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
