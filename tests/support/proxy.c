#include "tests/support/proxy.h"

#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

struct proxy {
	char host[64];
	struct sockaddr_un address;
	int listener;
	int stop[2]; /* a pipe: closing its end stops the thread */
	pthread_t thread;
	pthread_mutex_t mutex;
	enum proxy_fault fault;
	const char *bytes;
};

static int
connect_server(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof address.sun_path, "%s/.s.PGSQL.5432",
		       getenv("PGTMP"));
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0)
		perror("proxy: connect");
	return fd;
}

/* The fault that these bytes trigger; it happens once. */
static enum proxy_fault
take_fault(struct proxy *p, const char *data, size_t size)
{
	enum proxy_fault fault = PROXY_NONE;

	(void)pthread_mutex_lock(&p->mutex);
	if (p->fault != PROXY_NONE && memmem(data, size, p->bytes, strlen(p->bytes)) != NULL) {
		fault = p->fault;
		p->fault = PROXY_NONE;
	}
	(void)pthread_mutex_unlock(&p->mutex);
	return fault;
}

static bool
send_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, data, size, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		data += n;
		size -= (size_t)n;
	}
	return true;
}

/* False at the end of the connection. */
static bool
pass_request(struct proxy *p, int client, int server, enum proxy_fault *replies)
{
	char data[4096];
	ssize_t n = recv(client, data, sizeof data, 0);
	enum proxy_fault fault;

	if (n <= 0)
		return false;
	fault = take_fault(p, data, (size_t)n);
	if (fault == PROXY_DROP_REQUEST || !send_all(server, data, (size_t)n))
		return false;
	if (fault == PROXY_DROP_REPLY) {
		(void)recv(server, data, sizeof data, 0);
		return false;
	}
	if (fault != PROXY_NONE)
		*replies = fault;
	return true;
}

static bool
pass_reply(int client, int server, enum proxy_fault replies)
{
	static const struct timespec late = {0, PROXY_SLOW_MS * 1000000L};
	char data[4096];
	ssize_t n = recv(server, data, sizeof data, 0);

	if (replies == PROXY_SLOW)
		(void)nanosleep(&late, NULL);
	return n > 0 && (replies == PROXY_STALL || send_all(client, data, (size_t)n));
}

static void
serve(struct proxy *p, int client)
{
	int server = connect_server();
	enum proxy_fault replies = PROXY_NONE;
	bool more = true;

	while (more) {
		struct pollfd fds[] = {
			{.fd = client, .events = POLLIN},
			{.fd = server, .events = POLLIN},
			{.fd = p->stop[0], .events = POLLIN},
		};

		(void)poll(fds, 3, -1);
		more = fds[2].revents == 0;
		if (more && fds[1].revents != 0)
			more = pass_reply(client, server, replies);
		if (more && fds[0].revents != 0)
			more = pass_request(p, client, server, &replies);
	}
	(void)close(server);
}

static void *
run(void *arg)
{
	struct proxy *p = arg;

	for (;;) {
		struct pollfd fds[] = {
			{.fd = p->listener, .events = POLLIN},
			{.fd = p->stop[0], .events = POLLIN},
		};
		int client;

		(void)poll(fds, 2, -1);
		if (fds[1].revents != 0)
			return NULL;
		client = accept4(p->listener, NULL, NULL, SOCK_CLOEXEC);
		serve(p, client);
		(void)close(client);
	}
}

struct proxy *
proxy_new(void)
{
	struct proxy *p = calloc(1, sizeof *p);

	if (p == NULL)
		abort();
	(void)snprintf(p->host, sizeof p->host, "/tmp/cowry-proxy.XXXXXX");
	if (mkdtemp(p->host) == NULL || pipe(p->stop) != 0)
		abort();
	p->address.sun_family = AF_UNIX;
	(void)snprintf(p->address.sun_path, sizeof p->address.sun_path, "%s/.s.PGSQL.5432",
		       p->host);
	p->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(p->listener, (const struct sockaddr *)&p->address, sizeof p->address) != 0 ||
	    listen(p->listener, 8) != 0)
		abort();
	(void)pthread_mutex_init(&p->mutex, NULL);
	if (pthread_create(&p->thread, NULL, run, p) != 0)
		abort();
	return p;
}

void
proxy_free(struct proxy *p)
{
	(void)close(p->stop[1]);
	(void)pthread_join(p->thread, NULL);
	(void)close(p->stop[0]);
	(void)close(p->listener);
	(void)unlink(p->address.sun_path);
	(void)rmdir(p->host);
	(void)pthread_mutex_destroy(&p->mutex);
	free(p);
}

const char *
proxy_host(const struct proxy *p)
{
	return p->host;
}

void
proxy_set(struct proxy *p, enum proxy_fault fault, const char *bytes)
{
	(void)pthread_mutex_lock(&p->mutex);
	p->fault = fault;
	p->bytes = bytes;
	(void)pthread_mutex_unlock(&p->mutex);
}
