#include "tests/support/fake_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { REQUESTS_MAX = 256, CONNECTIONS_MAX = 256, HEAD_MAX = 12 * 1024, WAIT_S = 10 };

struct connection {
	struct fake_server *server;
	pthread_t thread;
	int fd;
};

struct fake_server {
	fake_server_answer *answer;
	void *arg;
	int fd;
	int port;
	char url[64];
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool released;
	size_t decided; /* requests whose answer is made */
	bool stopping;
	struct fake_server_request requests[REQUESTS_MAX];
	size_t count;
	struct connection connections[CONNECTIONS_MAX];
	size_t connected;
};

/* Read one more byte at least; false at the end. */
static bool
more(int fd, char *buffer, size_t size, size_t *have)
{
	ssize_t n;

	if (*have >= size)
		return false;
	do
		n = recv(fd, buffer + *have, size - *have, 0);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return false;
	*have += (size_t)n;
	return true;
}

/* The value of a header in a head; false if there is none. */
static bool
find_header(const char *head, const char *name, char *value, size_t size)
{
	size_t length = strlen(name);
	const char *line = strstr(head, "\r\n");

	for (; line != NULL; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':') {
			const char *from = line + 3 + length + strspn(line + 3 + length, " ");

			(void)snprintf(value, size, "%.*s", (int)strcspn(from, "\r"), from);
			return true;
		}
	return false;
}

static bool
read_body(int fd, struct fake_server_request *out, const char *rest, size_t have)
{
	char value[32] = "0";

	(void)find_header(out->head, "content-length", value, sizeof value);
	out->length = strtoul(value, NULL, 10);
	out->body = calloc(1, out->length + 1);
	if (out->body == NULL || have > out->length)
		return false;
	memcpy(out->body, rest, have);
	while (have < out->length)
		if (!more(fd, out->body, out->length, &have))
			return false;
	return true;
}

/* A whole request; false at the end of the connection. */
static bool
read_request(int fd, struct fake_server_request *out)
{
	char buffer[HEAD_MAX + 1] = "";
	size_t have = 0;
	char *end;

	memset(out, 0, sizeof *out);
	while ((end = strstr(buffer, "\r\n\r\n")) == NULL) {
		if (!more(fd, buffer, HEAD_MAX, &have))
			return false;
		buffer[have] = '\0';
	}
	out->head = strndup(buffer, (size_t)(end + 2 - buffer));
	return out->head != NULL &&
	       sscanf(out->head, "%15s %1023s", out->method, out->target) == 2 &&
	       read_body(fd, out, end + 4, have - (size_t)(end + 4 - buffer));
}

/* The number that the request got. */
static size_t
keep(struct fake_server *server, const struct fake_server_request *request)
{
	size_t n;

	(void)pthread_mutex_lock(&server->mutex);
	n = server->count++;
	if (n >= REQUESTS_MAX)
		abort();
	server->requests[n] = *request;
	(void)pthread_cond_broadcast(&server->changed);
	(void)pthread_mutex_unlock(&server->mutex);
	return n;
}

static void
hang(struct fake_server *server)
{
	(void)pthread_mutex_lock(&server->mutex);
	while (!server->released && !server->stopping)
		(void)pthread_cond_wait(&server->changed, &server->mutex);
	(void)pthread_mutex_unlock(&server->mutex);
}

static bool
send_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			bytes += n;
			length -= (size_t)n;
		}
	}
	return true;
}

/* A copy, since the test goes on, and its memory goes, as soon as the bytes are there. */
static bool
send_copy(int fd, const char *bytes, size_t length)
{
	char *copy = malloc(length + 1);
	bool sent;

	if (copy == NULL)
		abort();
	memcpy(copy, bytes, length);
	sent = send_all(fd, copy, length);
	free(copy);
	return sent;
}

static bool
send_reply(int fd, const struct fake_server_reply *reply)
{
	const char *body = reply->body != NULL ? reply->body : "";
	size_t length = reply->length > 0 ? reply->length : strlen(body);
	char head[1024];
	int n = snprintf(head, sizeof head,
			 "HTTP/1.1 %d Answer\r\nContent-Length: %zu\r\nContent-Type: "
			 "application/json\r\n%s\r\n",
			 reply->status, length, reply->headers != NULL ? reply->headers : "");

	return send_all(fd, head, (size_t)n) &&
	       send_copy(fd, body, reply->manner == PEER_HALVES ? length / 2 : length);
}

/* Whether the connection goes on. */
static bool
reply_to(struct fake_server *server, int fd, const struct fake_server_reply *reply)
{
	const struct linger hard = {1, 0};
	struct fake_server_reply late = {PEER_ANSWERS, 200, NULL, "{}", 0};

	switch (reply->manner) {
	case PEER_ANSWERS:
		return send_reply(fd, reply);
	case PEER_LEAVES:
	case PEER_HALVES:
		(void)send_reply(fd, reply);
		return false;
	case PEER_RESETS:
		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
		return false;
	case PEER_HANGS:
		hang(server);
		return send_reply(fd, &late);
	case PEER_CLOSES:
	default:
		return false;
	}
}

/* The answer is made. Nothing is sent, for connections that are closed without an answer: ThreadSanitizer
 * takes the order of threads from what they send. */
static void
decided(struct connection *connection)
{
	struct fake_server *server = connection->server;

	(void)send(connection->fd, "", 0, MSG_NOSIGNAL);
	(void)pthread_mutex_lock(&server->mutex);
	server->decided++;
	(void)pthread_cond_broadcast(&server->changed);
	(void)pthread_mutex_unlock(&server->mutex);
}

static void *
serve(void *arg)
{
	struct connection *connection = arg;
	struct fake_server *server = connection->server;
	struct fake_server_request request;
	struct fake_server_reply reply;
	bool goes_on = true;

	while (goes_on && read_request(connection->fd, &request)) {
		size_t n = keep(server, &request);

		reply = server->answer(server->arg, n, &request);
		decided(connection);
		goes_on = reply_to(server, connection->fd, &reply);
		request = (struct fake_server_request){0};
	}
	free(request.head);
	free(request.body);
	(void)pthread_mutex_lock(&server->mutex);
	(void)close(connection->fd);
	connection->fd = -1;
	(void)pthread_mutex_unlock(&server->mutex);
	return NULL;
}

static void *
accept_all(void *arg)
{
	const int at_once = 1; /* head and body are sent separately */
	struct fake_server *server = arg;
	int fd;

	while ((fd = accept(server->fd, NULL, NULL)) >= 0) {
		struct connection *connection;

		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
		(void)pthread_mutex_lock(&server->mutex);
		if (server->connected == CONNECTIONS_MAX)
			abort();
		connection = &server->connections[server->connected];
		*connection = (struct connection){.server = server, .fd = fd};
		if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
			abort();
		server->connected++;
		(void)pthread_mutex_unlock(&server->mutex);
	}
	return NULL;
}

static bool
listen_anywhere(struct fake_server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server->fd < 0 || bind(server->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(server->fd, 64) != 0 ||
	    getsockname(server->fd, (struct sockaddr *)&address, &length) != 0)
		return false;
	server->port = ntohs(address.sin_port);
	(void)snprintf(server->url, sizeof server->url, "http://127.0.0.1:%d", server->port);
	return true;
}

struct fake_server *
fake_server_start(fake_server_answer *answer, void *arg)
{
	struct fake_server *server = calloc(1, sizeof *server);

	if (server == NULL)
		return NULL;
	server->answer = answer;
	server->arg = arg;
	(void)pthread_mutex_init(&server->mutex, NULL);
	(void)pthread_cond_init(&server->changed, NULL);
	if (!listen_anywhere(server) ||
	    pthread_create(&server->thread, NULL, accept_all, server) != 0) {
		free(server);
		return NULL;
	}
	return server;
}

void
fake_server_stop(struct fake_server *server)
{
	if (server == NULL)
		return;
	(void)shutdown(server->fd, SHUT_RDWR);
	(void)pthread_join(server->thread, NULL);
	(void)pthread_mutex_lock(&server->mutex);
	server->stopping = true;
	(void)pthread_cond_broadcast(&server->changed);
	for (size_t i = 0; i < server->connected; i++)
		if (server->connections[i].fd >= 0)
			(void)shutdown(server->connections[i].fd, SHUT_RDWR);
	(void)pthread_mutex_unlock(&server->mutex);
	for (size_t i = 0; i < server->connected; i++)
		(void)pthread_join(server->connections[i].thread, NULL);
	for (size_t i = 0; i < server->count; i++) {
		free(server->requests[i].head);
		free(server->requests[i].body);
	}
	(void)close(server->fd);
	(void)pthread_cond_destroy(&server->changed);
	(void)pthread_mutex_destroy(&server->mutex);
	free(server);
}

const char *
fake_server_url(const struct fake_server *server)
{
	return server->url;
}

int
fake_server_port(const struct fake_server *server)
{
	return server->port;
}

size_t
fake_server_count(struct fake_server *server)
{
	size_t count;

	(void)pthread_mutex_lock(&server->mutex);
	count = server->count;
	(void)pthread_mutex_unlock(&server->mutex);
	return count;
}

size_t
fake_server_connections(struct fake_server *server)
{
	size_t count;

	(void)pthread_mutex_lock(&server->mutex);
	count = server->connected;
	(void)pthread_mutex_unlock(&server->mutex);
	return count;
}

const struct fake_server_request *
fake_server_request(struct fake_server *server, size_t n)
{
	if (n >= fake_server_count(server)) {
		(void)fprintf(stderr, "peer: there was no request %zu\n", n);
		abort();
	}
	return &server->requests[n];
}

const char *
fake_server_header(struct fake_server *server, size_t n, const char *name, char *value, size_t size)
{
	return find_header(fake_server_request(server, n)->head, name, value, size) ? value : NULL;
}

bool
fake_server_wait(struct fake_server *server, size_t n)
{
	struct timespec until;
	bool come;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	(void)pthread_mutex_lock(&server->mutex);
	while (server->count < n &&
	       pthread_cond_timedwait(&server->changed, &server->mutex, &until) != ETIMEDOUT)
		;
	come = server->count >= n;
	(void)pthread_mutex_unlock(&server->mutex);
	return come;
}

void
fake_server_release(struct fake_server *server)
{
	(void)pthread_mutex_lock(&server->mutex);
	server->released = true;
	(void)pthread_cond_broadcast(&server->changed);
	(void)pthread_mutex_unlock(&server->mutex);
}

void
fake_server_settle(struct fake_server *server)
{
	(void)pthread_mutex_lock(&server->mutex);
	while (server->decided < server->count)
		(void)pthread_cond_wait(&server->changed, &server->mutex);
	(void)pthread_mutex_unlock(&server->mutex);
}
