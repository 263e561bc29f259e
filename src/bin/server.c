#include <config.h>

#include "bin/server.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "bin/memory.h"
#include "bin/task.h"

enum { THREAD_STACK = 128 * 1024, FILES_MAX = 65536, LOOK_MS = 250, RETURN_EVERY = 4 };

struct server {
	server_answer *answer;
	server_busy *busy;
	void *context;
	int listen_fd;
	int epoll_fd;
	int stop_fd; /* readable for ever once all threads must exit */
	int wake_fd; /* written to wake a thread for a task */
	struct tasks *tasks;
	atomic_long open; /* our connections, idle or not */
	pthread_t acceptor;
	bool accepts; /* the acceptor was started */
	pthread_t *threads;
	int64_t thread_count;
};

/* Watch the connection again. */
static void
give_back(struct server *server, int fd)
{
	struct epoll_event event = {.events = EPOLLIN | EPOLLONESHOT, .data.fd = fd};

	(void)epoll_ctl(server->epoll_fd, EPOLL_CTL_MOD, fd, &event);
}

/*
 * Read one request from the connection, answer it, and hand the connection back. libfcgi reads from
 * ipcFd, and closes it if that fails; then it would accept another one, but has no socket for it.
 */
static void
serve(void *context, FCGX_Request *fcgi, struct arena *arena, int fd)
{
	struct server *server = context;

	fcgi->ipcFd = fd;
	fcgi->keepConnection = 1;
	if (FCGX_Accept_r(fcgi) >= 0) {
		server->answer(server->context, arena, fcgi);
		FCGX_Finish_r(fcgi);
		if (fcgi->ipcFd >= 0)
			give_back(server, fcgi->ipcFd);
		else
			atomic_fetch_sub(&server->open, 1);
	} else {
		atomic_fetch_sub(&server->open, 1);
	}
	fcgi->ipcFd = -1;
}

static void
count_busy(void *context, int change)
{
	const struct server *server = context;

	server->busy(server->context, change);
}

/* The event is an edge: each write is one, and wakes one thread. */
static void
wake_thread(void *context)
{
	static const uint64_t one = 1;
	const struct server *server = context;

	if (write(server->wake_fd, &one, sizeof(one)) != sizeof(one))
		log_event(LOG_LEVEL_ERROR, "wake", NULL);
}

/* The descriptor with input. */
static int
wait_for_input(struct server *server)
{
	struct epoll_event event;

	while (epoll_wait(server->epoll_fd, &event, 1, -1) != 1)
		;
	tasks_awake(server->tasks);
	return event.data.fd;
}

/*
 * Run requests that were waiting, and then the next connection with input, in the order in which they had
 * it, until the threads must exit.
 */
static void *
thread_main(void *arg)
{
	struct server *server = arg;
	struct tasks *tasks = server->tasks;
	bool was_woken = false;

	tasks_join(tasks);
	for (;;) {
		struct task *task = tasks_next(tasks, was_woken);

		was_woken = false;
		if (task == NULL) {
			int fd = wait_for_input(server);

			if (fd == server->stop_fd)
				break;
			was_woken = fd == server->wake_fd;
			if (was_woken)
				continue;
			task = tasks_begin(tasks, fd);
		}
		tasks_run(tasks, task);
	}
	tasks_finish(tasks);
	return NULL;
}

static bool
watch(struct server *server, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.fd = fd};

	return epoll_ctl(server->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* A connection counts before it leaves the backlog, so that it is in one of them at any time. */
static bool
accept_one(struct server *server)
{
	int fd;

	atomic_fetch_add(&server->open, 1);
	fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0 && watch(server, fd, EPOLLIN | EPOLLONESHOT))
		return true;
	if (fd >= 0)
		(void)close(fd);
	atomic_fetch_sub(&server->open, 1);
	return fd >= 0;
}

/* New connections get in line behind those that already wait. */
static void
accept_all(struct server *server)
{
	static const struct timespec pause = {0, 10000000};

	while (accept_one(server))
		;
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
		(void)nanosleep(&pause, NULL); /* they are still there then */
}

/* When the acceptor looks after the rest, and how often it has. */
struct looks {
	int64_t next_ns;
	int64_t count;
};

/* Look after the threads, every LOOK_MS, and after memory. */
static void
look(struct server *server, struct looks *looks)
{
	int64_t now_ns = clock_monotonic_ns();

	if (now_ns < looks->next_ns)
		return;
	looks->next_ns = now_ns + LOOK_MS * INT64_C(1000000);
	tasks_look(server->tasks);
	if (++looks->count % RETURN_EVERY == 0)
		memory_return();
}

/*
 * A thread that only accepts. If the others did, while all of them are busy, web servers would find the
 * backlog full; and new connections would be served one for each round of the kept ones.
 */
static void *
accept_main(void *arg)
{
	struct server *server = arg;
	struct pollfd fds[] = {{.fd = server->listen_fd, .events = POLLIN},
			       {.fd = server->stop_fd, .events = POLLIN}};
	struct looks looks = {0};

	for (;;) {
		int ready = poll(fds, 2, LOOK_MS);

		look(server, &looks);
		if (ready <= 0)
			continue;
		if (fds[1].revents != 0)
			return NULL;
		accept_all(server);
	}
}

/* True if all of them serve: fewer threads than configured would silently make the server slow. */
static bool
start_threads(struct server *server, int64_t wanted)
{
	pthread_attr_t attributes;
	bool started;

	if (pthread_attr_init(&attributes) != 0)
		return false;
	(void)pthread_attr_setstacksize(&attributes, THREAD_STACK);
	/* First, so that the first connection is there for the first thread. */
	started = pthread_create(&server->acceptor, &attributes, accept_main, server) == 0;
	server->accepts = started;
	while (started && server->thread_count < wanted) {
		started = pthread_create(&server->threads[server->thread_count], &attributes,
					 thread_main, server) == 0;
		server->thread_count += started;
	}
	(void)pthread_attr_destroy(&attributes);
	return started;
}

/* Stop the threads, and free everything. */
static void
end(struct server *server)
{
	static const uint64_t one = 1;

	if (server->accepts && write(server->stop_fd, &one, sizeof(one)) != sizeof(one))
		log_event(LOG_LEVEL_ERROR, "stop", NULL);
	if (server->tasks != NULL)
		tasks_release(server->tasks);
	for (int64_t i = 0; i < server->thread_count; i++)
		(void)pthread_join(server->threads[i], NULL);
	if (server->accepts)
		(void)pthread_join(server->acceptor, NULL);
	tasks_free(server->tasks);
	if (server->epoll_fd >= 0)
		(void)close(server->epoll_fd);
	if (server->stop_fd >= 0)
		(void)close(server->stop_fd);
	if (server->wake_fd >= 0)
		(void)close(server->wake_fd);
	free(server->threads);
	free(server);
}

/* A descriptor for each connection, of which a web server may open thousands. */
static void
allow_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_MAX)
		return;
	limit.rlim_cur = limit.rlim_max < FILES_MAX ? limit.rlim_max : FILES_MAX;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

void
server_block_signals(sigset_t *signals)
{
	(void)sigemptyset(signals);
	(void)sigaddset(signals, SIGHUP);
	(void)sigaddset(signals, SIGTERM);
	(void)sigaddset(signals, SIGINT);
	(void)sigaddset(signals, SIGUSR1);
	(void)pthread_sigmask(SIG_BLOCK, signals, NULL); /* inherited by every thread */
	(void)signal(SIGPIPE, SIG_IGN);
}

bool
server_can_listen(int fd)
{
	int listening = 0;
	socklen_t length = sizeof(listening);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) == 0 &&
	       listening != 0;
}

/* At least two, since a thread may sleep where it is not known. */
static int64_t
processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 2 ? CPU_COUNT(&set)
										   : 2;
}

/* Everything but the threads. */
static bool
prepare(struct server *server, const struct server_options *options)
{
	struct tasks_options tasks = {.active = processors(),
				      .least = options->threads,
				      .most = options->requests,
				      .serve = serve,
				      .wake = wake_thread,
				      .busy = options->busy != NULL ? count_busy : NULL,
				      .context = server};

	server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	server->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	server->threads = calloc((size_t)options->threads, sizeof(*server->threads));
	server->tasks = tasks_new(&tasks);
	return server->epoll_fd >= 0 && server->stop_fd >= 0 && server->wake_fd >= 0 &&
	       server->threads != NULL && server->tasks != NULL &&
	       watch(server, server->stop_fd, EPOLLIN) &&
	       watch(server, server->wake_fd, EPOLLIN | EPOLLET);
}

struct server *
server_start(const struct server_options *options)
{
	struct server *server = calloc(1, sizeof(*server));
	int flags = fcntl(options->listen_fd, F_GETFL);

	if (server == NULL || flags < 0 ||
	    fcntl(options->listen_fd, F_SETFL, flags | O_NONBLOCK) != 0 || FCGX_Init() != 0) {
		free(server);
		return NULL;
	}
	allow_files();
	server->answer = options->answer;
	server->busy = options->busy;
	server->context = options->context;
	server->listen_fd = options->listen_fd;
	if (!prepare(server, options) || !start_threads(server, options->threads)) {
		end(server);
		return NULL;
	}
	return server;
}

/* The socket can't be found any more; existing connections are still served. */
static void
unlink_socket(int listen_fd)
{
	struct sockaddr_un address = {0};
	socklen_t length = sizeof(address);

	if (getsockname(listen_fd, (struct sockaddr *)&address, &length) == 0 &&
	    address.sun_family == AF_UNIX && address.sun_path[0] == '/')
		(void)unlink(address.sun_path);
}

/* Whether a connection waits in the backlog. */
static bool
backlog_empty(const struct server *server)
{
	struct epoll_event event;
	int probe = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event want = {.events = EPOLLIN};
	bool empty;

	if (probe < 0)
		return true;
	empty = epoll_ctl(probe, EPOLL_CTL_ADD, server->listen_fd, &want) != 0 ||
		epoll_wait(probe, &event, 1, 0) == 0;
	(void)close(probe);
	return empty;
}

static void
wait_until_idle(struct server *server, int64_t drain_s)
{
	static const struct timespec step = {0, 20000000};
	int64_t deadline = clock_monotonic_ns() + drain_s * 1000000000;

	while ((!backlog_empty(server) || atomic_load(&server->open) > 0) &&
	       clock_monotonic_ns() < deadline)
		(void)nanosleep(&step, NULL);
}

bool
server_drain(struct server *server, int64_t drain_s)
{
	bool idle;

	unlink_socket(server->listen_fd);
	wait_until_idle(server, drain_s);
	idle = atomic_load(&server->open) == 0;
	end(server);
	return idle;
}
