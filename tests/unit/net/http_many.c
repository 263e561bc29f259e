/* Many calls at once in one thread: each ends once, with the outcome that http_call() would give. */
#include "net/http_many.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "tests/support/cmocka.h"
#include "tests/support/fake_server.h"
#include "tests/support/poll.h"

/* Patience is for machines under load. */
enum { PATIENT_MS = 15000, HASTY_MS = 1500, DEADLINE_S = 20, CALLS = 60 };

struct script {
	const struct fake_server_reply *replies;
	size_t count;
};

struct result {
	int times;
	enum http_outcome outcome;
	enum http_obstacle obstacle;
	int status;
};

struct world {
	struct arena *arena;
	struct http_client *client;
	struct http_client *hasty; /* for calls that are to end by their time limit */
	struct http_client *public;
	struct http_many *many;
	struct script script;
	struct fake_server *server;
	size_t under_way;
};

/* A call of the test. */
struct call {
	struct world *world;
	struct http_request request;
	struct result result;
};

static struct fake_server_reply
next_reply(void *arg, size_t n, const struct fake_server_request *request)
{
	const struct script *script = arg;

	(void)request;
	return script->replies[n < script->count ? n : script->count - 1];
}

static int
setup(void **state)
{
	struct http_options options = {
		.connect_timeout_ms = PATIENT_MS,
		.total_timeout_ms = PATIENT_MS,
		.answer_max = 20000,
		.at_once = 1,
		.plain = true,
	};
	struct world *w = calloc(1, sizeof(*w));

	w->arena = arena_new(16 << 20);
	w->client = http_client_new(&options);
	options.public_only = true;
	w->public = http_client_new(&options);
	options.public_only = false;
	options.total_timeout_ms = HASTY_MS;
	w->hasty = http_client_new(&options);
	w->many = http_many_new();
	w->server = fake_server_start(next_reply, &w->script);
	*state = w;
	return w->client != NULL && w->hasty != NULL && w->public != NULL && w->many != NULL &&
			       w->server != NULL
		       ? 0
		       : -1;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	fake_server_stop(w->server);
	http_many_free(w->many);
	http_client_free(w->client);
	http_client_free(w->hasty);
	http_client_free(w->public);
	arena_free(w->arena);
	free(w);
	return 0;
}

static void
take(void *arg, const struct http_answer *answer)
{
	struct call *call = arg;

	call->result.times++;
	call->result.outcome = answer->outcome;
	call->result.obstacle = answer->obstacle;
	call->result.status = answer->status;
	call->world->under_way--;
}

static struct call *
begin_at(struct world *w, struct http_client *client, const char *url)
{
	struct call *call = arena_alloc(w->arena, sizeof(*call));

	*call = (struct call){.world = w,
			      .request = {.method = "POST", .url = url, .body = {"{}", 2}}};
	w->under_way++;
	http_many_begin(w->many, client, w->arena, &call->request, take, call);
	return call;
}

static struct call *
begin_by(struct world *w, struct http_client *client)
{
	return begin_at(w, client, arena_printf(w->arena, "%s/", fake_server_url(w->server)));
}

static struct call *
begin(struct world *w)
{
	return begin_by(w, w->client);
}

static void
finish(struct world *w)
{
	struct poll poll = poll_for(DEADLINE_S);

	while (w->under_way > 0) {
		assert_true(poll_again(&poll));
		http_many_turn(w->many, 100);
	}
}

#define SCRIPT(w, ...)                                                    \
	static const struct fake_server_reply replies_[] = {__VA_ARGS__}; \
	(w)->script = (struct script)                                     \
	{                                                                 \
		replies_, COUNT(replies_)                                 \
	}

/* The second dozen uses the connections of the first. */
static void
test_reuses_connections(void **state)
{
	struct world *w = *state;
	struct call *calls[CALLS];

	SCRIPT(w, {PEER_ANSWERS, 204, NULL, NULL, 0});
	for (size_t i = 0; i < CALLS; i++) {
		calls[i] = begin(w);
		if (i % 12 == 11)
			finish(w);
	}
	for (size_t i = 0; i < CALLS; i++) {
		assert_int_equal(calls[i]->result.times, 1);
		assert_int_equal(calls[i]->result.outcome, HTTP_ANSWERED);
		assert_int_equal(calls[i]->result.status, 204);
	}
	assert_int_equal(fake_server_count(w->server), CALLS);
	assert_true(fake_server_connections(w->server) <= 12);
}

/* One that hangs delays no other. */
static void
test_hanging(void **state)
{
	struct world *w = *state;
	struct call *hanging;
	struct call *quick;
	struct poll poll = poll_for(DEADLINE_S);

	SCRIPT(w, {PEER_HANGS, 200, NULL, NULL, 0}, {PEER_ANSWERS, 200, NULL, NULL, 0});
	hanging = begin_by(w, w->hasty);
	while (fake_server_count(w->server) == 0) {
		assert_true(poll_again(&poll));
		http_many_turn(w->many, 10);
	}
	quick = begin(w);
	while (quick->result.times == 0) {
		assert_true(poll_again(&poll));
		http_many_turn(w->many, 10);
	}
	assert_int_equal(hanging->result.times, 0);
	finish(w);
	assert_int_equal(hanging->result.outcome, HTTP_LOST);
	fake_server_release(w->server);
}

/* A kept connection that turns out to be closed: only what may be repeated is repeated. */
static void
test_closed_connection(void **state)
{
	struct world *w = *state;
	struct call *call;

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, NULL, 0}, {PEER_CLOSES, 0, NULL, NULL, 0},
	       {PEER_ANSWERS, 200, NULL, NULL, 0}, {PEER_CLOSES, 0, NULL, NULL, 0},
	       {PEER_ANSWERS, 200, NULL, NULL, 0});
	(void)begin(w);
	finish(w);
	call = begin(w);
	finish(w);
	assert_int_equal(call->result.outcome, HTTP_LOST);
	(void)begin(w);
	finish(w);
	call = arena_alloc(w->arena, sizeof(*call));
	*call = (struct call){.world = w,
			      .request = {.method = "POST",
					  .url = fake_server_url(w->server),
					  .body = {"{}", 2},
					  .repeatable = true}};
	w->under_way++;
	http_many_begin(w->many, w->client, w->arena, &call->request, take, call);
	finish(w);
	assert_int_equal(call->result.outcome, HTTP_ANSWERED);
	assert_int_equal(fake_server_count(w->server), 5);
}

/* A client for public addresses does not use the connections of another client either. */
static void
test_addresses(void **state)
{
	struct world *w = *state;
	const char *url =
		arena_printf(w->arena, "https://127.0.0.1:%d/", fake_server_port(w->server));
	struct call *blocked;
	struct call *refused;
	struct call *odd;

	SCRIPT(w, {PEER_ANSWERS, 200, NULL, NULL, 0});
	(void)begin(w);
	finish(w);
	blocked = begin_at(w, w->public, url);
	refused = begin_at(w, w->client, "http://127.0.0.1:1/");
	odd = begin_at(w, w->client, "http://127.0.0.1/\n");
	assert_int_equal(odd->result.times, 0); /* not before the next turn */
	finish(w);
	assert_int_equal(blocked->result.outcome, HTTP_BLOCKED);
	assert_int_equal(refused->result.outcome, HTTP_NOT_SENT);
	assert_int_equal(refused->result.obstacle, HTTP_REFUSED);
	assert_int_equal(odd->result.outcome, HTTP_NOT_SENT);
	assert_int_equal(fake_server_count(w->server), 1);
}

static void *
wake(void *arg)
{
	struct world *w = arg;

	http_many_wake(w->many);
	return NULL;
}

static void
test_wake(void **state)
{
	struct world *w = *state;
	int64_t from_ns = clock_monotonic_ns();
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, wake, w), 0);
	http_many_turn(w->many, 60000);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_true(clock_monotonic_ns() - from_ns < DEADLINE_S * INT64_C(1000000000));
}

/* Calls that nobody waits for any longer end as well. */
static void
test_given_up(void **state)
{
	struct world *w = *state;
	struct call *call;

	SCRIPT(w, {PEER_HANGS, 200, NULL, NULL, 0});
	call = begin(w);
	http_many_turn(w->many, 10);
	http_many_free(w->many);
	w->many = NULL;
	assert_int_equal(call->result.times, 1);
	assert_int_equal(call->result.outcome, HTTP_LOST);
	fake_server_release(w->server);
}

#define many_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		many_test(test_reuses_connections),
		many_test(test_hanging),
		many_test(test_closed_connection),
		many_test(test_addresses),
		many_test(test_wake),
		many_test(test_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
