/*
 * The server's threads, and requests over FastCGI. The input of dispatch is stored for the test to
 * inspect.
 */
#include <config.h>

#include "bin/server.h"

#include <dirent.h>
#include <errno.h>
#include <fcgiapp.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/dispatch.h"
#include "base/arena.h"
#include "base/requester.h"
#include "base/waiter.h"
#include "bin/arrival.h"
#include "bin/fcgi_request.h"
#include "runtime/app.h"
#include "tests/support/cmocka.h"
#include "tests/support/poll.h"

enum { THREADS = 4, REQUESTS = 8, FOREVER = 1000, TEXT_MAX = 256 };

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
} seen;

static sem_t held; /* a request with the body "hold" is in progress */
static sem_t go;   /* and may go on; it does at the end of a test that failed */

/* Requests with the body "wait", each of which waits in its fiber. */
static struct {
	struct waiter waiters[REQUESTS];
	atomic_int count;
} waiting;

static atomic_int fit_threads; /* how many more may start */
static atomic_int alive;       /* threads that serve */

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names for what it replaces */
int __wrap_FCGX_InitRequest(FCGX_Request *request, int sock, int flags);
int __real_FCGX_InitRequest(FCGX_Request *request, int sock, int flags);
void __wrap_FCGX_Free(FCGX_Request *request, int close);
void __real_FCGX_Free(FCGX_Request *request, int close);
int __wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*function)(void *), void *arg);
int __real_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
			  void *(*function)(void *), void *arg);
/* NOLINTEND(bugprone-reserved-identifier) */

int
__wrap_FCGX_InitRequest(FCGX_Request *request, int sock, int flags)
{
	if (atomic_fetch_sub(&fit_threads, 1) <= 0)
		return -1;
	atomic_fetch_add(&alive, 1);
	return __real_FCGX_InitRequest(request, sock, flags);
}

void
__wrap_FCGX_Free(FCGX_Request *request, int close)
{
	atomic_fetch_sub(&alive, 1);
	__real_FCGX_Free(request, close);
}

static atomic_int creations; /* how many more threads there may be */

int
__wrap_pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
		      void *(*function)(void *), void *arg)
{
	if (atomic_fetch_sub(&creations, 1) <= 0)
		return EAGAIN;
	return __real_pthread_create(thread, attributes, function, arg);
}

static void
keep(char *to, const void *data, size_t length)
{
	memset(to, 0, TEXT_MAX);
	if (data != NULL)
		memcpy(to, data, length < TEXT_MAX ? length : TEXT_MAX - 1);
}

/* In place of the product's. */
void
dispatch(const struct app *app, struct arena *arena, const struct request *request,
	 struct reply *reply)
{
	(void)app;
	(void)arena;
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
	if (strcmp(seen.body, "wait") == 0) {
		struct waiter *waiter = &waiting.waiters[atomic_load(&waiting.count)];

		waiter_init(waiter);
		atomic_fetch_add(&waiting.count, 1);
		waiter_wait(waiter);
	}
	*reply = (struct reply){.status = 200, .body = {"{}", 2}};
}

struct scene {
	int listener;
	struct sockaddr_un address;
	struct arrivals *arrivals;
	struct server *server;
};

static void
answer(void *context, struct arena *arena, struct FCGX_Request *fcgi)
{
	static const struct app nothing;

	fcgi_request_answer(&nothing, ((struct scene *)context)->arrivals, arena, fcgi);
}

static int
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
	atomic_store(&fit_threads, FOREVER);
	atomic_store(&creations, FOREVER);
	*state = &scene;
	return scene.arrivals != NULL &&
			       bind(scene.listener, (struct sockaddr *)&scene.address,
				    sizeof(scene.address)) == 0 &&
			       listen(scene.listener, 16) == 0
		       ? 0
		       : -1;
}

static int
teardown(void **state)
{
	struct scene *scene = *state;

	(void)sem_post(&go);
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

static struct server *
started(struct scene *scene, int64_t threads)
{
	return server_start(&(struct server_options){.listen_fd = scene->listener,
						     .threads = threads,
						     .requests = REQUESTS,
						     .answer = answer,
						     .context = scene});
}

static void
start(struct scene *scene)
{
	scene->server = started(scene, THREADS);
	assert_non_null(scene->server);
}

/* If a thread can't serve, the start fails, and leaves none behind. */
static void
test_thread_fails(void **state)
{
	struct scene *scene = *state;

	for (int fit = 0; fit < THREADS; fit++) {
		atomic_store(&fit_threads, fit);
		assert_null(started(scene, THREADS));
		assert_int_equal(atomic_load(&alive), 0);
	}
}

static void
test_no_thread(void **state)
{
	struct scene *scene = *state;

	for (int most = 0; most <= THREADS; most++) { /* and the one that accepts */
		atomic_store(&creations, most);
		assert_null(started(scene, THREADS));
		assert_int_equal(atomic_load(&alive), 0);
	}
	atomic_store(&creations, FOREVER);
	start(scene);
	assert_int_equal(atomic_load(&alive), THREADS);
}

/* A record of FastCGI: type 1 begins, 4 has parameters, 5 the body. */
static void
send_record(int fd, int type, const char *content, size_t length)
{
	unsigned char head[8] = {1, (unsigned char)type,          0,
				 1, (unsigned char)(length >> 8), (unsigned char)length};

	assert_int_equal(write(fd, head, sizeof(head)), sizeof(head));
	assert_int_equal(write(fd, content, length), length);
}

static void
send_parameter(int fd, const char *name, const char *value)
{
	char content[TEXT_MAX];
	int length = snprintf(content, sizeof(content), "%c%c%s%s", (int)strlen(name),
			      (int)strlen(value), name, value);

	send_record(fd, 4, content, (size_t)length);
}

static int
connected(const struct scene *scene)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(
		connect(fd, (const struct sockaddr *)&scene->address, sizeof(scene->address)), 0);
	return fd;
}

/* A request with parameters NAME, VALUE, ..., NULL; its body comes in one record. */
static void
send_request(int fd, bool keep_open, const char *const *parameters, const char *body)
{
	const char begin[8] = {0, 1, (char)keep_open};

	send_record(fd, 1, begin, sizeof(begin));
	send_parameter(fd, "REQUEST_METHOD", "POST");
	for (; *parameters != NULL; parameters += 2)
		send_parameter(fd, parameters[0], parameters[1]);
	send_record(fd, 4, "", 0);
	if (body[0] != '\0')
		send_record(fd, 5, body, strlen(body));
	send_record(fd, 5, "", 0);
}

/* On a connection that is closed after the answer. */
static int
ask(struct scene *scene, const char *const *parameters, const char *body)
{
	int fd = connected(scene);

	seen.client = fd;
	send_request(fd, false, parameters, body);
	return fd;
}

/* The answer arrived; or the connection was ours to close. */
static void
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

/* How many descriptors this process watches. */
static int
watched(void)
{
	char path[TEXT_MAX];
	char line[TEXT_MAX];
	DIR *dir = opendir("/proc/self/fdinfo");
	const struct dirent *entry;
	int n = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		FILE *file;

		(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%.20s", entry->d_name);
		file = fopen(path, "re");
		while (file != NULL && fgets(line, sizeof(line), file) != NULL)
			n += strncmp(line, "tfd:", 4) == 0;
		if (file != NULL)
			(void)fclose(file);
	}
	if (dir != NULL)
		(void)closedir(dir);
	return n;
}

/* Ask on a new connection, and wait until it is one of the watched ones. */
static int
ask_watched(struct scene *scene, const char *body)
{
	const char *const one[] = {"CONTENT_LENGTH", "1", NULL};
	struct poll poll = poll_for(10);
	int before = watched();
	int fd = ask(scene, one, body);

	while (watched() == before)
		assert_true(poll_again(&poll));
	return fd;
}

/* New connections do not wait longer than kept ones. */
static void
test_in_order(void **state)
{
	struct scene *scene = *state;
	const char *const one[] = {"CONTENT_LENGTH", "1", NULL};
	const char *const four[] = {"CONTENT_LENGTH", "4", NULL};
	char bytes[TEXT_MAX];
	int kept = connected(scene);
	int others[3];

	scene->server = started(scene, 1);
	assert_non_null(scene->server);
	send_request(kept, true, four, "kept");
	assert_true(read(kept, bytes, sizeof(bytes)) > 0);
	others[0] = ask(scene, four, "hold");
	assert_int_equal(sem_wait(&held), 0);
	others[1] = ask_watched(scene, "1");
	others[2] = ask_watched(scene, "2");
	send_request(kept, true, one, "3");
	assert_int_equal(sem_post(&go), 0);
	for (size_t i = 0; i < 3; i++)
		await(others[i]);
	(void)close(kept);
	assert_true(server_drain(scene->server, 10));
	scene->server = NULL;
	assert_string_equal(seen.order, "kh123");
}

/* A body that goes on after the announced length ends with its request. */
static void
test_rest_of_body(void **state)
{
	struct scene *scene = *state;
	const char *const four[] = {"CONTENT_LENGTH", "4", NULL};
	static char rest[20000];
	char bytes[TEXT_MAX];
	int kept = connected(scene);

	memset(rest, 'x', sizeof(rest) - 1);
	memcpy(rest, "body", 4);
	start(scene);
	for (size_t i = 1; i <= 3; i++) {
		send_request(kept, true, four, rest);
		assert_true(read(kept, bytes, sizeof(bytes)) > 0);
		assert_string_equal(seen.body, "body");
		assert_int_equal(seen.calls, i);
	}
	(void)close(kept);
}

/* Ask with this body, until so many requests wait. */
static void
ask_waiting(struct scene *scene, int fds[REQUESTS], int n)
{
	const char *const four[] = {"CONTENT_LENGTH", "4", NULL};

	for (int i = 0; i < n; i++) {
		struct poll poll = poll_for(10);

		fds[i] = ask(scene, four, "wait");
		while (atomic_load(&waiting.count) == i)
			assert_true(poll_again(&poll));
	}
}

/* With one thread: others are served while requests wait, and each goes on when it is woken. */
static void
test_waiting_holds_no_thread(void **state)
{
	struct scene *scene = *state;
	int fds[REQUESTS];

	scene->server = started(scene, 1);
	assert_non_null(scene->server);
	ask_waiting(scene, fds, 3);
	ASK(scene, "x", "CONTENT_LENGTH", "1");
	assert_int_equal(seen.calls, 4);
	for (int i = 2; i >= 0; i--) {
		waiter_wake(&waiting.waiters[i]);
		await(fds[i]);
		ASK(scene, "x", "CONTENT_LENGTH", "1");
	}
}

/* No more than may be are under way: the next one is served when one of them has ended. */
static void
test_limit_of_requests(void **state)
{
	struct scene *scene = *state;
	const char *const one[] = {"CONTENT_LENGTH", "1", NULL};
	int fds[REQUESTS];
	int next;

	start(scene);
	ask_waiting(scene, fds, REQUESTS);
	next = ask(scene, one, "x");
	assert_int_equal(seen.calls, REQUESTS);
	waiter_wake(&waiting.waiters[0]);
	await(fds[0]);
	await(next);
	assert_int_equal(seen.calls, REQUESTS + 1);
	for (int i = 1; i < REQUESTS; i++)
		waiter_wake(&waiting.waiters[i]);
	for (int i = 1; i < REQUESTS; i++)
		await(fds[i]);
}

static void *
wake_all(void *arg)
{
	(void)arg;
	for (int i = 0; i < REQUESTS; i++)
		waiter_wake(&waiting.waiters[i]);
	return NULL;
}

/* Requests that wait are ended by the end of the server, which does not wait for connections any more. */
static void
test_end_while_waiting(void **state)
{
	struct scene *scene = *state;
	int fds[REQUESTS];
	pthread_t thread;

	start(scene);
	ask_waiting(scene, fds, REQUESTS);
	assert_int_equal(pthread_create(&thread, NULL, wake_all, NULL), 0);
	(void)server_drain(scene->server, 0);
	scene->server = NULL;
	assert_int_equal(pthread_join(thread, NULL), 0);
	for (int i = 0; i < REQUESTS; i++)
		await(fds[i]);
}

#define scene_test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_thread_fails),
		scene_test(test_no_thread),
		scene_test(test_bodies),
		scene_test(test_encodings),
		scene_test(test_keys),
		scene_test(test_credentials),
		scene_test(test_late),
		scene_test(test_hang_up),
		scene_test(test_hang_up_later),
		scene_test(test_in_order),
		scene_test(test_rest_of_body),
		scene_test(test_waiting_holds_no_thread),
		scene_test(test_limit_of_requests),
		scene_test(test_end_while_waiting),
	};
	sigset_t stop;

	server_block_signals(&stop);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
