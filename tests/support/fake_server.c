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
	struct peer *peer;
	pthread_t thread;
	int fd;
};

struct peer {
	peer_answer *answer;
	void *arg;
	int fd;
	int port;
	char url[64];
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool released;
	bool stopping;
	struct peer_request requests[REQUESTS_MAX];
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
read_body(int fd, struct peer_request *out, const char *rest, size_t have)
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
read_request(int fd, struct peer_request *out)
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
keep(struct peer *peer, const struct peer_request *request)
{
	size_t n;

	(void)pthread_mutex_lock(&peer->mutex);
	n = peer->count++;
	if (n >= REQUESTS_MAX)
		abort();
	peer->requests[n] = *request;
	(void)pthread_cond_broadcast(&peer->changed);
	(void)pthread_mutex_unlock(&peer->mutex);
	return n;
}

static void
hang(struct peer *peer)
{
	(void)pthread_mutex_lock(&peer->mutex);
	while (!peer->released && !peer->stopping)
		(void)pthread_cond_wait(&peer->changed, &peer->mutex);
	(void)pthread_mutex_unlock(&peer->mutex);
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

static bool
send_reply(int fd, const struct peer_reply *reply)
{
	const char *body = reply->body != NULL ? reply->body : "";
	size_t length = reply->length > 0 ? reply->length : strlen(body);
	char head[1024];
	int n = snprintf(head, sizeof head,
			 "HTTP/1.1 %d Answer\r\nContent-Length: %zu\r\nContent-Type: "
			 "application/json\r\n%s\r\n",
			 reply->status, length, reply->headers != NULL ? reply->headers : "");

	return send_all(fd, head, (size_t)n) &&
	       send_all(fd, body, reply->manner == PEER_HALVES ? length / 2 : length);
}

/* Whether the connection goes on. */
static bool
reply_to(struct peer *peer, int fd, const struct peer_reply *reply)
{
	const struct linger hard = {1, 0};
	struct peer_reply late = {PEER_ANSWERS, 200, NULL, "{}", 0};

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
		hang(peer);
		return send_reply(fd, &late);
	case PEER_CLOSES:
	default:
		return false;
	}
}

static void *
serve(void *arg)
{
	struct connection *connection = arg;
	struct peer *peer = connection->peer;
	struct peer_request request;
	struct peer_reply reply;
	bool goes_on = true;

	while (goes_on && read_request(connection->fd, &request)) {
		size_t n = keep(peer, &request);

		reply = peer->answer(peer->arg, n, &request);
		goes_on = reply_to(peer, connection->fd, &reply);
		request = (struct peer_request){0};
	}
	free(request.head);
	free(request.body);
	(void)pthread_mutex_lock(&peer->mutex);
	(void)close(connection->fd);
	connection->fd = -1;
	(void)pthread_mutex_unlock(&peer->mutex);
	return NULL;
}

static void *
accept_all(void *arg)
{
	const int at_once = 1; /* head and body are sent separately */
	struct peer *peer = arg;
	int fd;

	while ((fd = accept(peer->fd, NULL, NULL)) >= 0) {
		struct connection *connection;

		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
		(void)pthread_mutex_lock(&peer->mutex);
		if (peer->connected == CONNECTIONS_MAX)
			abort();
		connection = &peer->connections[peer->connected];
		*connection = (struct connection){.peer = peer, .fd = fd};
		if (pthread_create(&connection->thread, NULL, serve, connection) != 0)
			abort();
		peer->connected++;
		(void)pthread_mutex_unlock(&peer->mutex);
	}
	return NULL;
}

static bool
listen_anywhere(struct peer *peer)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t length = sizeof address;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (peer->fd < 0 || bind(peer->fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    listen(peer->fd, 64) != 0 ||
	    getsockname(peer->fd, (struct sockaddr *)&address, &length) != 0)
		return false;
	peer->port = ntohs(address.sin_port);
	(void)snprintf(peer->url, sizeof peer->url, "http://127.0.0.1:%d", peer->port);
	return true;
}

struct peer *
peer_start(peer_answer *answer, void *arg)
{
	struct peer *peer = calloc(1, sizeof *peer);

	if (peer == NULL)
		return NULL;
	peer->answer = answer;
	peer->arg = arg;
	(void)pthread_mutex_init(&peer->mutex, NULL);
	(void)pthread_cond_init(&peer->changed, NULL);
	if (!listen_anywhere(peer) || pthread_create(&peer->thread, NULL, accept_all, peer) != 0) {
		free(peer);
		return NULL;
	}
	return peer;
}

void
peer_stop(struct peer *peer)
{
	if (peer == NULL)
		return;
	(void)shutdown(peer->fd, SHUT_RDWR);
	(void)pthread_join(peer->thread, NULL);
	(void)pthread_mutex_lock(&peer->mutex);
	peer->stopping = true;
	(void)pthread_cond_broadcast(&peer->changed);
	for (size_t i = 0; i < peer->connected; i++)
		if (peer->connections[i].fd >= 0)
			(void)shutdown(peer->connections[i].fd, SHUT_RDWR);
	(void)pthread_mutex_unlock(&peer->mutex);
	for (size_t i = 0; i < peer->connected; i++)
		(void)pthread_join(peer->connections[i].thread, NULL);
	for (size_t i = 0; i < peer->count; i++) {
		free(peer->requests[i].head);
		free(peer->requests[i].body);
	}
	(void)close(peer->fd);
	(void)pthread_cond_destroy(&peer->changed);
	(void)pthread_mutex_destroy(&peer->mutex);
	free(peer);
}

const char *
peer_url(const struct peer *peer)
{
	return peer->url;
}

int
peer_port(const struct peer *peer)
{
	return peer->port;
}

size_t
peer_count(struct peer *peer)
{
	size_t count;

	(void)pthread_mutex_lock(&peer->mutex);
	count = peer->count;
	(void)pthread_mutex_unlock(&peer->mutex);
	return count;
}

size_t
peer_connections(struct peer *peer)
{
	size_t count;

	(void)pthread_mutex_lock(&peer->mutex);
	count = peer->connected;
	(void)pthread_mutex_unlock(&peer->mutex);
	return count;
}

const struct peer_request *
peer_request(struct peer *peer, size_t n)
{
	if (n >= peer_count(peer)) {
		(void)fprintf(stderr, "peer: there was no request %zu\n", n);
		abort();
	}
	return &peer->requests[n];
}

const char *
peer_header(struct peer *peer, size_t n, const char *name, char *value, size_t size)
{
	return find_header(peer_request(peer, n)->head, name, value, size) ? value : NULL;
}

bool
peer_wait(struct peer *peer, size_t n)
{
	struct timespec until;
	bool come;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_S;
	(void)pthread_mutex_lock(&peer->mutex);
	while (peer->count < n &&
	       pthread_cond_timedwait(&peer->changed, &peer->mutex, &until) != ETIMEDOUT)
		;
	come = peer->count >= n;
	(void)pthread_mutex_unlock(&peer->mutex);
	return come;
}

void
peer_release(struct peer *peer)
{
	(void)pthread_mutex_lock(&peer->mutex);
	peer->released = true;
	(void)pthread_cond_broadcast(&peer->changed);
	(void)pthread_mutex_unlock(&peer->mutex);
}
