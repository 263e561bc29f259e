#include <config.h>

#include "net/http.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "tests/support/cmocka.h"
#include "tests/support/fake_server.h"

enum { ANSWER_MAX = 20000, TIMEOUT_MS = 700, PATIENT_MS = 15000, AT_ONCE = 3 };

/* Answers of the server, the last one for all that follow. */
struct script {
	const struct fake_server_reply *replies;
	size_t count;
};

struct world {
	struct arena *arena;
	struct http_client *client;
	struct script script;
	struct fake_server *server;
};

static struct fake_server_reply
next_reply(void *arg, size_t n, const struct fake_server_request *request)
{
	const struct script *script = arg;

	(void)request;
	return script->replies[n < script->count ? n : script->count - 1];
}

static const struct http_options usual = {
	.connect_timeout_ms = 500,
	.total_timeout_ms = TIMEOUT_MS,
	.answer_max = ANSWER_MAX,
	.at_once = AT_ONCE,
	.plain = true,
};

static int
setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	w->arena = arena_new(16 << 20);
	w->client = http_client_new(&usual);
	w->server = fake_server_start(next_reply, &w->script);
	*state = w;
	return w->client != NULL && w->server != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	fake_server_stop(w->server);
	http_client_free(w->client);
	arena_free(w->arena);
	free(w);
	return 0;
}

/* Make a call to the server, which sends the given answers in turn. */
static struct http_answer
ask(struct world *w, const char *method, const char *path, const char *body)
{
	struct http_request request = {
		.method = method,
		.url = arena_printf(w->arena, "%s%s", fake_server_url(w->server), path),
		.headers = {{"X-Sample", "1 \xC3\xA9"}, {"Content-Type", "application/json"}},
		.body = {body, strlen(body)},
	};

	return http_call(w->client, w->arena, &request);
}

#define SCRIPT(w, ...)                                                    \
	static const struct fake_server_reply replies_[] = {__VA_ARGS__}; \
	(w)->script = (struct script)                                     \
	{                                                                 \
		replies_, COUNT(replies_)                                 \
	}

static void
sends_and_reads(void **state)
{
	struct world *w = *state;
	struct http_answer answer;
	char value[64];

	SCRIPT(w, {PEER_ANSWERS, 201, NULL, "{\"a\":1}", 0});
	answer = ask(w, "POST", "/v1/things?x=1", "{\"b\":2}");
	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_int_equal(answer.status, 201);
	assert_int_equal(answer.body.length, 7);
	assert_string_equal(answer.body.data, "{\"a\":1}");
	assert_null(answer.problem);
	assert_string_equal(fake_server_request(w->server, 0)->method, "POST");
	assert_string_equal(fake_server_request(w->server, 0)->target, "/v1/things?x=1");
	assert_string_equal(fake_server_request(w->server, 0)->body, "{\"b\":2}");
	assert_string_equal(fake_server_header(w->server, 0, "x-sample", value, sizeof(value)),
			    "1 \xC3\xA9");
	assert_string_equal(fake_server_header(w->server, 0, "content-type", value, sizeof(value)),
			    "application/json");
	assert_string_equal(fake_server_header(w->server, 0, "user-agent", value, sizeof(value)),
			    "Cowry/" PACKAGE_VERSION);
	assert_null(fake_server_header(w->server, 0, "expect", value, sizeof(value)));
	assert_non_null(strstr(fake_server_request(w->server, 0)->head, " HTTP/1.1\r\n"));
}

static void
knows_all_methods(void **state)
{
	static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
	struct world *w = *state;

	SCRIPT(w, {PEER_ANSWERS, 204, NULL, NULL, 0});
	for (size_t i = 0; i < COUNT(methods); i++) {
		struct http_answer answer = ask(w, methods[i], "/", "");

		assert_int_equal(answer.status, 204);
		assert_int_equal(answer.body.length, 0);
		assert_string_equal(answer.body.data, "");
		assert_string_equal(fake_server_request(w->server, i)->method, methods[i]);
	}
	assert_int_equal(fake_server_connections(w->server), 1);
}

static void
takes_any_status(void **state)
{
	struct world *w = *state;

	SCRIPT(w, {PEER_ANSWERS, 400, NULL, "no", 0}, {PEER_ANSWERS, 503, NULL, "later", 0});
	assert_int_equal(ask(w, "GET", "/", "").status, 400);
	assert_int_equal(ask(w, "GET", "/", "").status, 503);
}

static void
does_not_follow(void **state)
{
	struct world *w = *state;
	struct http_answer answer;

	SCRIPT(w, {PEER_ANSWERS, 302, "Location: /other\r\n", NULL, 0},
	       {PEER_ANSWERS, 200, NULL, "followed", 0});
	answer = ask(w, "GET", "/", "");
	assert_int_equal(answer.status, 302);
	assert_int_equal(fake_server_count(w->server), 1);
}

static void
is_lost_after_it_was_sent(void **state)
{
	static const enum fake_server_manner manners[] = {PEER_CLOSES, PEER_RESETS, PEER_HALVES,
							  PEER_HANGS};
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(manners); i++) {
		const struct fake_server_reply reply = {manners[i], 200, NULL,
							"{\"half\":\"body\"}", 0};
		int64_t from_ns = clock_monotonic_ns();
		struct http_answer answer;

		w->script = (struct script){&reply, 1};
		answer = ask(w, "POST", "/pay?secret=1", "{}");
		assert_int_equal(answer.outcome, HTTP_LOST);
		assert_int_equal(answer.status, 0);
		assert_non_null(answer.problem);
		assert_null(strstr(answer.problem, "secret"));
		assert_true(clock_monotonic_ns() - from_ns < 5 * INT64_C(1000000000));
		assert_int_equal(fake_server_count(w->server), i + 1);
	}
}

/* A server that closes a kept connection may have executed the request before. */
static void
sends_a_change_once(void **state)
{
	struct world *w = *state;

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, "{}", 0}, {PEER_CLOSES, 0, NULL, NULL, 0},
	       {PEER_ANSWERS, 200, NULL, "{}", 0});
	assert_int_equal(ask(w, "POST", "/", "{}").outcome, HTTP_ANSWERED);
	assert_int_equal(ask(w, "POST", "/", "{}").outcome, HTTP_LOST);
	assert_int_equal(fake_server_count(w->server), 2);
	assert_int_equal(ask(w, "POST", "/", "{}").outcome, HTTP_ANSWERED);
}

static void
repeats_a_question(void **state)
{
	struct world *w = *state;

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, "{}", 0}, {PEER_CLOSES, 0, NULL, NULL, 0},
	       {PEER_ANSWERS, 200, NULL, "{}", 0});
	assert_int_equal(ask(w, "GET", "/", "").outcome, HTTP_ANSWERED);
	assert_int_equal(ask(w, "GET", "/", "").outcome, HTTP_ANSWERED);
	assert_int_equal(fake_server_count(w->server), 3);
}

/* One that was closed while nobody used it is not even tried. */
static void
survives_closed_connections(void **state)
{
	struct world *w = *state;

	SCRIPT(w, {PEER_LEAVES, 200, NULL, "{}", 0});
	for (size_t i = 0; i < 5; i++) {
		enum http_outcome outcome = ask(w, "GET", "/", "").outcome;

		assert_int_equal(outcome, HTTP_ANSWERED);
	}
}

static void
limits_answers(void **state)
{
	static char large[ANSWER_MAX + 1];
	struct world *w = *state;
	struct fake_server_reply reply = {PEER_ANSWERS, 200, NULL, large, ANSWER_MAX};
	struct http_answer answer;

	memset(large, 'x', sizeof(large));
	w->script = (struct script){&reply, 1};
	answer = ask(w, "GET", "/", "");
	assert_int_equal(answer.outcome, HTTP_ANSWERED);
	assert_int_equal(answer.body.length, ANSWER_MAX);
	assert_int_equal(((const char *)answer.body.data)[ANSWER_MAX], '\0');
	reply.length++;
	answer = ask(w, "GET", "/", "");
	assert_int_equal(answer.outcome, HTTP_LOST);
	assert_string_equal(answer.problem, "the answer is too large");
}

static void
is_not_sent_without_a_server(void **state)
{
	struct world *w = *state;
	struct http_request request = {.method = "POST", .url = "http://127.0.0.1:1/"};
	struct http_answer answer = http_call(w->client, w->arena, &request);

	assert_int_equal(answer.outcome, HTTP_NOT_SENT);
	assert_int_equal(answer.obstacle, HTTP_REFUSED);
	assert_string_equal(answer.problem, "the connection was refused");
}

/* A server that does not speak TLS. */
static void
is_not_sent_without_tls(void **state)
{
	struct world *w = *state;
	struct http_request request = {
		.method = "POST",
		.url = arena_printf(w->arena, "https://127.0.0.1:%d/", fake_server_port(w->server)),
	};

	SCRIPT(w, {PEER_CLOSES, 0, NULL, NULL, 0});
	assert_int_equal(http_call(w->client, w->arena, &request).outcome, HTTP_NOT_SENT);
	assert_int_equal(fake_server_count(w->server), 0);
}

static void
refuses_other_protocols(void **state)
{
	static const char *const urls[] = {
		"file:///etc/passwd",
		"ftp://127.0.0.1/",
		"gopher://127.0.0.1/",
		"dict://127.0.0.1:1/",
		"127.0.0.1",
		"127.0.0.1:PORT",
		"localhost:PORT/",
		"",
		"http://u:p@127.0.0.1:PORT/",
		"http://127.0.0.1:0x/",
	};
	struct world *w = *state;

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, "{}", 0});
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct http_request request = {.method = "GET", .url = urls[i]};
		const char *port = strstr(urls[i], "PORT");

		if (port != NULL)
			request.url = arena_printf(w->arena, "%.*s%d%s", (int)(port - urls[i]),
						   urls[i], fake_server_port(w->server), port + 4);
		assert_int_equal(http_call(w->client, w->arena, &request).outcome, HTTP_NOT_SENT);
	}
	assert_int_equal(fake_server_count(w->server), 0);
}

static void
refuses_plain_unless_allowed(void **state)
{
	struct world *w = *state;
	struct http_options options = usual;
	struct http_request request = {.method = "GET", .url = fake_server_url(w->server)};
	struct http_client *strict;

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, "{}", 0});
	options.plain = false;
	strict = http_client_new(&options);
	assert_int_equal(http_call(strict, w->arena, &request).outcome, HTTP_NOT_SENT);
	http_client_free(strict);
	assert_int_equal(fake_server_count(w->server), 0);
}

static void
refuses_control_characters(void **state)
{
	static const struct http_request requests[] = {
		{.method = "GET", .headers = {{"X-A", "1\r\nX-B: 2"}}},
		{.method = "GET", .headers = {{"X-A", "\x7f"}}},
		{.method = "GET", .headers = {{"X-A:1", "2"}}},
		{.method = "GET", .headers = {{"X A", "2"}}},
		{.method = "GET", .url = "http://127.0.0.1/a b"},
		{.method = "GET", .url = "http://127.0.0.1/\r\nHost: x"},
		{.method = "GET", .url = "http://127.0.0.1/\xC3\xA9"},
	};
	struct world *w = *state;

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, "{}", 0});
	for (size_t i = 0; i < COUNT(requests); i++) {
		struct http_request request = requests[i];

		if (request.url == NULL)
			request.url = fake_server_url(w->server);
		assert_int_equal(http_call(w->client, w->arena, &request).outcome, HTTP_NOT_SENT);
	}
	assert_int_equal(fake_server_count(w->server), 0);
}

static void
keeps_to_public_addresses(void **state)
{
	struct world *w = *state;
	struct http_options options = usual;
	struct http_client *careful;
	const char *const urls[] = {
		arena_printf(w->arena, "https://127.0.0.1:%d/", fake_server_port(w->server)),
		"https://127.0.0.1/",
		"https://localhost/",
		"https://[::1]/",
		"https://[::ffff:10.0.0.1]/",
		"https://2130706433/",
		"https://0x7f.1/",
		"https://169.254.169.254/latest/meta-data",
		"https://93.184.216.34:8443/",
	};

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, "{}", 0});
	options.public_only = true;
	careful = http_client_new(&options);
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct http_request request = {.method = "POST", .url = urls[i]};

		assert_int_equal(http_call(careful, w->arena, &request).outcome, HTTP_BLOCKED);
	}
	/* Plain HTTP is never for them. */
	assert_int_equal(http_call(careful, w->arena,
				   &(struct http_request){.method = "POST",
							  .url = fake_server_url(w->server)})
				 .outcome,
			 HTTP_NOT_SENT);
	http_client_free(careful);
	assert_int_equal(fake_server_connections(w->server), 0);
}

static void
tells_public_addresses(void **state)
{
	static const char *const public[] = {
		"1.1.1.1",
		"9.255.255.255",
		"11.0.0.0",
		"100.63.255.255",
		"100.128.0.0",
		"126.0.0.1",
		"128.0.0.1",
		"169.253.0.1",
		"172.15.255.255",
		"172.32.0.0",
		"192.0.1.0",
		"192.167.255.255",
		"192.169.0.0",
		"198.17.255.255",
		"198.20.0.0",
		"198.51.99.255",
		"203.0.112.255",
		"203.0.114.0",
		"223.255.255.255",
		"2606:4700::1",
		"2a00:1450::1",
		"64:ff9b::8.8.8.8",
		"::ffff:8.8.8.8",
		"2002:808:808::1",
		"2001:4860:4860::8888",
	};
	static const char *const special[] = {
		"0.0.0.0",
		"0.1.2.3",
		"10.0.0.1",
		"10.255.255.255",
		"100.64.0.1",
		"100.127.255.255",
		"127.0.0.1",
		"127.255.255.254",
		"169.254.169.254",
		"172.16.0.1",
		"172.31.255.255",
		"192.0.0.1",
		"192.0.2.1",
		"192.88.99.1",
		"192.168.0.1",
		"198.18.0.1",
		"198.19.255.255",
		"198.51.100.1",
		"203.0.113.1",
		"224.0.0.1",
		"239.255.255.255",
		"240.0.0.1",
		"255.255.255.255",
		"::",
		"::1",
		"::127.0.0.1",
		"::8.8.8.8",
		"::ffff:127.0.0.1",
		"::ffff:10.1.2.3",
		"::ffff:0:8.8.8.8",
		"64:ff9b::10.0.0.1",
		"64:ff9b::127.0.0.1",
		"64:ff9b:1::8.8.8.8",
		"100::1",
		"2001::1",
		"2001:1ff::1",
		"2001:db8::1",
		"2002:7f00:1::1",
		"2002:a00:1::1",
		"2002:c0a8:101::1",
		"3fff::1",
		"4000::1",
		"5f00::1",
		"fc00::1",
		"fd12:3456::1",
		"fe80::1",
		"fec0::1",
		"ff02::1",
	};
	struct sockaddr_in ipv4 = {.sin_family = AF_INET};
	struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6};
	struct sockaddr other = {.sa_family = AF_UNIX};

	(void)state;
	for (size_t i = 0; i < COUNT(public) + COUNT(special); i++) {
		bool good = i < COUNT(public);
		const char *text = good ? public[i] : special[i - COUNT(public)];
		bool is_ipv4 = inet_pton(AF_INET, text, &ipv4.sin_addr) == 1;

		if (!is_ipv4)
			assert_int_equal(inet_pton(AF_INET6, text, &ipv6.sin6_addr), 1);
		if (http_address_is_public(is_ipv4 ? (const void *)&ipv4 : &ipv6) != good)
			fail_msg("%s", text);
	}
	assert_false(http_address_is_public(&other));
}

struct caller {
	struct world *w;
	struct arena *arena;
	enum http_outcome outcome;
	pthread_t thread;
};

static void *
call_once(void *arg)
{
	struct caller *caller = arg;
	struct http_request request = {.method = "POST", .url = fake_server_url(caller->w->server)};

	caller->outcome = http_call(caller->w->client, caller->arena, &request).outcome;
	return NULL;
}

/* A server that hangs occupies a limited number of threads; further calls do not wait long. */
static void
limits_calls_at_once(void **state)
{
	struct world *w = *state;
	struct http_options patient = usual;
	struct caller callers[AT_ONCE];
	int64_t from_ns;

	SCRIPT(w, {PEER_HANGS, 0, NULL, NULL, 0});
	http_client_free(w->client);
	patient.total_timeout_ms =
		PATIENT_MS; /* none of the calls ends by itself before the last one begins */
	w->client = http_client_new(&patient);
	assert_non_null(w->client);
	for (size_t i = 0; i < COUNT(callers); i++) {
		callers[i] = (struct caller){.w = w, .arena = arena_new(1 << 20)};
		assert_int_equal(pthread_create(&callers[i].thread, NULL, call_once, &callers[i]),
				 0);
	}
	assert_true(fake_server_wait(w->server, AT_ONCE));
	from_ns = clock_monotonic_ns();
	assert_int_equal(ask(w, "POST", "/", "{}").outcome, HTTP_NOT_SENT);
	assert_true(clock_monotonic_ns() - from_ns < INT64_C(2000000000));
	fake_server_release(w->server);
	for (size_t i = 0; i < COUNT(callers); i++) {
		assert_int_equal(pthread_join(callers[i].thread, NULL), 0);
		arena_free(callers[i].arena);
	}
	assert_int_equal(fake_server_count(w->server), AT_ONCE);
	assert_int_equal(ask(w, "POST", "/", "{}").outcome, HTTP_ANSWERED);
}

/* The trace of the operation, with a new parent for each call. */
static void
passes_a_trace_on(void **state)
{
	struct world *w = *state;
	struct trace trace;
	struct http_request request = {
		.method = "GET", .url = fake_server_url(w->server), .trace = &trace};
	char first[100];
	char second[100];

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, "{}", 0});
	assert_true(trace_read(&trace, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"));
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(http_call(w->client, w->arena, &request).outcome, HTTP_ANSWERED);
	/* cppcheck-suppress unreadVariable ; the request refers to it */
	trace = (struct trace){0};
	assert_int_equal(http_call(w->client, w->arena, &request).outcome, HTTP_ANSWERED);
	(void)fake_server_header(w->server, 0, "traceparent", first, sizeof first);
	(void)fake_server_header(w->server, 1, "traceparent", second, sizeof second);
	assert_memory_equal(first, "00-4bf92f3577b34da6a3ce929d0e0e4736-", 36);
	assert_memory_equal(second, first, 36);
	assert_string_not_equal(first, second);
	assert_null(strstr(first, "00f067aa0ba902b7"));
	assert_null(fake_server_header(w->server, 2, "traceparent", first, sizeof first));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sends_and_reads, setup, teardown),
		cmocka_unit_test_setup_teardown(passes_a_trace_on, setup, teardown),
		cmocka_unit_test_setup_teardown(knows_all_methods, setup, teardown),
		cmocka_unit_test_setup_teardown(takes_any_status, setup, teardown),
		cmocka_unit_test_setup_teardown(does_not_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(is_lost_after_it_was_sent, setup, teardown),
		cmocka_unit_test_setup_teardown(sends_a_change_once, setup, teardown),
		cmocka_unit_test_setup_teardown(repeats_a_question, setup, teardown),
		cmocka_unit_test_setup_teardown(survives_closed_connections, setup, teardown),
		cmocka_unit_test_setup_teardown(limits_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(is_not_sent_without_a_server, setup, teardown),
		cmocka_unit_test_setup_teardown(is_not_sent_without_tls, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_other_protocols, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_plain_unless_allowed, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_control_characters, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_to_public_addresses, setup, teardown),
		cmocka_unit_test(tells_public_addresses),
		cmocka_unit_test_setup_teardown(limits_calls_at_once, setup, teardown),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
