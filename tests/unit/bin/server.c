/* The server's threads. */
#include <config.h>

#include "bin/server.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>

#include "tests/support/fcgi_scene.h"
#include "tests/support/poll.h"

enum { FOREVER = 1000 };

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

static int
setup_threads(void **state)
{
	atomic_store(&fit_threads, FOREVER);
	atomic_store(&creations, FOREVER);
	return setup(state);
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
	int fds[REQUESTS];
	int next;

	start(scene);
	ask_waiting(scene, fds, REQUESTS);
	next = ask_watched(scene, "x");
	waiter_wake(&waiting.waiters[0]);
	await(fds[0]);
	await(next);
	assert_int_equal(seen.calls, REQUESTS + 1);
	assert_int_equal(seen.most_under_way, REQUESTS);
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

/* Sleeping requests take no part of the threads that may be active; those that do not say so do for a moment. */
static void
serve_beside(struct scene *scene, const char *body, const char *length, int n)
{
	const char *const parameters[] = {"CONTENT_LENGTH", length, NULL};
	int fds[THREADS];

	start(scene);
	for (int i = 0; i < n; i++) {
		fds[i] = ask(scene, parameters, body);
		assert_int_equal(sem_wait(&held), 0);
	}
	ASK(scene, "x", "CONTENT_LENGTH", "1");
	for (int i = 0; i < n; i++)
		assert_int_equal(sem_post(&go), 0);
	for (int i = 0; i < n; i++)
		await(fds[i]);
}

static void
test_sleeping_threads_are_replaced(void **state)
{
	serve_beside(*state, "sleep", "5", THREADS - 1);
}

static void
test_held_threads_are_replaced(void **state)
{
	serve_beside(*state, "hold", "4", THREADS - 1);
}

#define scene_test(function) cmocka_unit_test_setup_teardown(function, setup_threads, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(test_thread_fails),
		scene_test(test_no_thread),
		scene_test(test_in_order),
		scene_test(test_waiting_holds_no_thread),
		scene_test(test_limit_of_requests),
		scene_test(test_end_while_waiting),
		scene_test(test_sleeping_threads_are_replaced),
		scene_test(test_held_threads_are_replaced),
	};
	sigset_t stop;

	server_block_signals(&stop);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
