/*
 * fcgi_scene.h - a server on a socket of its own, whose requests come to a dispatch() that notes what it was
 * given. A request may wait, sleep or hold its thread, according to its body.
 */
#ifndef TESTS_SUPPORT_FCGI_SCENE_H
#define TESTS_SUPPORT_FCGI_SCENE_H

#include <fcgiapp.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/dispatch.h"
#include "base/fiber.h"
#include "base/requester.h"
#include "base/waiter.h"
#include "bin/arrival.h"
#include "bin/fcgi_request.h"
#include "bin/server.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"

enum { THREADS = 4, REQUESTS = 8, TEXT_MAX = 256, BODY_BYTES = 32768 };

/* What the last request was. */
static struct {
	char body[TEXT_MAX];
	char encoding[TEXT_MAX];
	char key[TEXT_MAX];
	bool has_key;
	bool contradicting;
	bool repeated;
	bool incomplete;
	bool too_large;
	bool may_begin;
	bool waits;
	bool hang_up; /* close the client's end before asking whether it waits */
	int client;
	char order[TEXT_MAX]; /* the first characters of the bodies */
	size_t calls;
	atomic_int under_way;
	int most_under_way;
} seen;

static sem_t held; /* a request with the body "hold", or "sleep", which says so, has a thread */
static sem_t go;   /* and may go on; it does at the end of a test that failed */

/* Requests with the body "wait", each of which waits in its fiber. */
static struct {
	struct waiter waiters[REQUESTS];
	atomic_int count;
} waiting;

static void
keep(char *to, const void *data, size_t length)
{
	memset(to, 0, TEXT_MAX);
	if (data != NULL)
		memcpy(to, data, length < TEXT_MAX ? length : TEXT_MAX - 1);
}

/* The answer to a request with the body "parts": the others are made from it. */
static struct {
	atomic_int made;
	int count;  /* parts after the first one */
	int fails;  /* the number of the one that can't be made; 0: none */
	bool large; /* of PART_BYTES each */
} parts;

enum { PART_BYTES = 100000 };

static inline bool
next_part(void *rest, struct bytes *part)
{
	static char bytes[PART_BYTES];
	int number = atomic_fetch_add(&parts.made, 1) + 1;

	(void)rest;
	*part = (struct bytes){NULL, 0};
	if (number == parts.fails)
		return false;
	if (number <= parts.count)
		*part = (struct bytes){memset(bytes, 'a' + number % 26, sizeof(bytes)),
				       parts.large ? sizeof(bytes) : 1};
	return true;
}

/* In place of the product's. */
void
dispatch(const struct app *app, struct arena *arena, const struct request *request,
	 struct reply *reply)
{
	int under_way = atomic_fetch_add(&seen.under_way, 1) + 1;

	(void)app;
	(void)arena;
	if (under_way > seen.most_under_way)
		seen.most_under_way = under_way;
	keep(seen.body, request->body.data, request->body.length);
	keep(seen.encoding, request->content_encoding,
	     request->content_encoding != NULL ? strlen(request->content_encoding) : 0);
	seen.has_key = request->idempotency_key != NULL;
	keep(seen.key, request->idempotency_key,
	     request->idempotency_key != NULL ? strlen(request->idempotency_key) : 0);
	seen.contradicting = request->contradicting_keys;
	seen.repeated = request->repeated_credentials;
	seen.incomplete = request->body_incomplete;
	seen.too_large = request->body_too_large;
	seen.may_begin = requester_may_begin(request->requester);
	if (seen.hang_up)
		(void)close(seen.client);
	seen.waits = requester_waits(request->requester);
	seen.order[seen.calls++ % (TEXT_MAX - 1)] = seen.body[0];
	if (strcmp(seen.body, "hold") == 0) {
		(void)sem_post(&held);
		(void)sem_wait(&go);
	}
	if (strcmp(seen.body, "sleep") == 0) {
		fiber_block();
		(void)sem_post(&held);
		(void)sem_wait(&go);
		fiber_unblock();
	}
	if (strcmp(seen.body, "wait") == 0) {
		struct waiter *waiter = &waiting.waiters[atomic_load(&waiting.count)];

		waiter_init(waiter);
		atomic_fetch_add(&waiting.count, 1);
		waiter_wait(waiter);
	}
	atomic_fetch_sub(&seen.under_way, 1);
	*reply = (struct reply){.status = 200, .body = {"{}", 2}};
	if (strcmp(seen.body, "parts") == 0)
		reply->next = next_part;
}

struct scene {
	int listener;
	struct sockaddr_un address;
	struct arrivals *arrivals;
	struct server *server;
};

static inline void
answer(void *context, struct arena *arena, struct FCGX_Request *fcgi)
{
	static const struct app nothing;

	fcgi_request_answer(&nothing, ((struct scene *)context)->arrivals, arena, fcgi);
}

static inline int
setup(void **state)
{
	static struct scene scene;

	memset(&seen, 0, sizeof(seen));
	atomic_store(&waiting.count, 0);
	(void)sem_init(&held, 0, 0);
	(void)sem_init(&go, 0, 0);
	scene = (struct scene){.address = {.sun_family = AF_UNIX}, .arrivals = arrivals_new()};
	(void)snprintf(scene.address.sun_path, sizeof(scene.address.sun_path),
		       "/tmp/cowry-server-test.%ld", (long)getpid());
	(void)unlink(scene.address.sun_path);
	scene.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*state = &scene;
	return scene.arrivals != NULL &&
			       bind(scene.listener, (struct sockaddr *)&scene.address,
				    sizeof(scene.address)) == 0 &&
			       listen(scene.listener, 16) == 0
		       ? 0
		       : -1;
}

static inline int
teardown(void **state)
{
	struct scene *scene = *state;

	/* What a failed test has left under way ends. */
	for (int i = 0; i < REQUESTS; i++)
		(void)sem_post(&go);
	for (int i = 0; i < atomic_load(&waiting.count); i++)
		waiter_wake(&waiting.waiters[i]);
	if (scene->server != NULL)
		(void)server_drain(scene->server, 5);
	(void)sem_destroy(&held);
	(void)sem_destroy(&go);
	scene->server = NULL;
	(void)close(scene->listener);
	(void)unlink(scene->address.sun_path);
	arrivals_free(scene->arrivals);
	return 0;
}

static inline struct server *
started(struct scene *scene, int64_t threads)
{
	return server_start(&(struct server_options){.listen_fd = scene->listener,
						     .threads = threads,
						     .requests = REQUESTS,
						     .answer = answer,
						     .context = scene});
}

static inline void
start(struct scene *scene)
{
	scene->server = started(scene, THREADS);
	assert_non_null(scene->server);
}

/* A record of FastCGI, at least 8 bytes: type 1 begins, 4 has parameters, 5 the body. Its length. */
static inline size_t
put_record(char *to, int type, const char *content, size_t length)
{
	const char head[8] = {1, (char)type, 0, 1, (char)(length >> 8), (char)length};

	memcpy(to, head, sizeof(head));
	memcpy(to + sizeof(head), content, length);
	return sizeof(head) + length;
}

static inline void
send_record(int fd, int type, const char *content, size_t length)
{
	char record[8 + TEXT_MAX];

	length = put_record(record, type, content, length);
	assert_int_equal(write(fd, record, length), length);
}

static inline void
send_parameter(int fd, const char *name, const char *value)
{
	char content[TEXT_MAX];
	int length = snprintf(content, sizeof(content), "%c%c%s%s", (int)strlen(name),
			      (int)strlen(value), name, value);

	send_record(fd, 4, content, (size_t)length);
}

static inline int
connected(const struct scene *scene)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (const struct sockaddr *)&scene->address, sizeof(scene->address)), 0);
	return fd;
}

/* A request with parameters NAME, VALUE, ..., NULL; its body comes in one record, with its end: the answer may close
 * the connection. */
static inline void
send_request(int fd, bool keep_open, const char *const *parameters, const char *body)
{
	const char begin[8] = {0, 1, (char)keep_open};
	static char rest[16 + BODY_BYTES];
	size_t length = 0;

	send_record(fd, 1, begin, sizeof(begin));
	send_parameter(fd, "REQUEST_METHOD", "POST");
	for (; *parameters != NULL; parameters += 2)
		send_parameter(fd, parameters[0], parameters[1]);
	send_record(fd, 4, "", 0);
	assert_true(strlen(body) <= BODY_BYTES);
	if (body[0] != '\0')
		length = put_record(rest, 5, body, strlen(body));
	length += put_record(rest + length, 5, "", 0);
	assert_int_equal(write(fd, rest, length), length);
}

/* On a connection that is closed after the answer. */
static inline int
ask(struct scene *scene, const char *const *parameters, const char *body)
{
	int fd = connected(scene);

	seen.client = fd;
	send_request(fd, false, parameters, body);
	return fd;
}

/* The answer arrived; or the connection was ours to close. */
static inline void
await(int fd)
{
	char bytes[TEXT_MAX];
	ssize_t all = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		all += n;
	assert_true(all > 0);
	(void)close(fd);
}

#define ASK(scene, body, ...) \
	await(ask((scene), (const char *const[]){__VA_ARGS__, NULL, NULL}, (body)))

#endif
