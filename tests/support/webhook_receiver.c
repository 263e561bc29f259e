#include "tests/support/cmocka.h"

#include "base/arena.h"
#include "tests/support/poll.h"
#include "tests/support/webhook_receiver.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/events/event_stream.h"
#include "app/events/sender.h"
#include "runtime/app.h"

enum { REQUEST_MAX = 128 * 1024, SCRIPT_MAX = 64, OPEN_MAX = 64, DEADLINE_S = 20 };

struct receiver {
	struct arena *arena;
	int listener;
	int port;
	pthread_t thread;
	pthread_mutex_t mutex;
	struct received *requests;
	size_t count;
	struct receiver_answer usual;
	struct receiver_answer script[SCRIPT_MAX];
	size_t scripted;
	size_t played;
	int open[OPEN_MAX]; /* connections that get no answer */
	size_t open_count;
};

static void
send_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return;
		text += sent;
		length -= (size_t)sent;
	}
}

/* Whether the head is there, and the body that it promises. */
static bool
is_complete(const char *text, size_t length, size_t *head)
{
	const char *end = memmem(text, length, "\r\n\r\n", 4);
	const char *announced;

	if (end == NULL)
		return false;
	*head = (size_t)(end - text) + 4;
	announced = strcasestr(text, "\r\ncontent-length:");
	return announced == NULL || announced > end ||
	       length >= *head + strtoul(announced + 17, NULL, 10);
}

/* Read one request; false if the client left. */
static bool
read_request(int fd, char *text, size_t *length, size_t *head)
{
	*length = 0;
	while (!is_complete(text, *length, head)) {
		ssize_t got = recv(fd, text + *length, REQUEST_MAX - 1 - *length, 0);

		if (got <= 0)
			return false;
		*length += (size_t)got;
		text[*length] = '\0';
	}
	return true;
}

static void
answer(struct receiver *r, int fd, struct receiver_answer with)
{
	char head[512];
	char *body = arena_alloc(r->arena, with.size + 1);
	int length = snprintf(head, sizeof(head),
			      "HTTP/1.1 %d Answer\r\nContent-Length: %zu\r\nConnection: close\r\n"
			      "%s%s%s\r\n",
			      with.status, with.size, with.location != NULL ? "Location: " : "",
			      with.location != NULL ? with.location : "",
			      with.location != NULL ? "\r\n" : "");

	memset(body, 'x', with.size);
	send_all(fd, head, (size_t)length);
	send_all(fd, body, with.size);
}

static void
serve(struct receiver *r, int fd, char *text)
{
	struct receiver_answer with;
	size_t length;
	size_t head = 0;

	if (!read_request(fd, text, &length, &head)) {
		(void)close(fd);
		return;
	}
	(void)pthread_mutex_lock(&r->mutex);
	r->requests[r->count++] = (struct received){
		arena_strndup(r->arena, text, head),
		arena_strndup(r->arena, text + head, length - head), length - head};
	with = r->played < r->scripted ? r->script[r->played++] : r->usual;
	if (with.status != 0)
		answer(r, fd, with);
	if (with.status != 0 || r->open_count == OPEN_MAX)
		(void)close(fd);
	else
		r->open[r->open_count++] = fd;
	(void)pthread_mutex_unlock(&r->mutex);
}

static void *
receiver_main(void *arg)
{
	struct receiver *r = arg;
	char *text = malloc(REQUEST_MAX);
	int fd;

	while (text != NULL && (fd = accept(r->listener, NULL, NULL)) >= 0)
		serve(r, fd, text);
	free(text);
	return NULL;
}

enum { REQUESTS_MAX = 4096 };

struct receiver *
receiver_new(void)
{
	struct receiver *r = calloc(1, sizeof(*r));
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);

	assert_non_null(r);
	r->arena = arena_new(256 << 20);
	r->requests = arena_array(r->arena, REQUESTS_MAX, sizeof(*r->requests));
	r->usual = (struct receiver_answer){200, NULL, 2};
	(void)pthread_mutex_init(&r->mutex, NULL);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->listener = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(r->listener >= 0);
	assert_int_equal(bind(r->listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(r->listener, 64), 0);
	assert_int_equal(getsockname(r->listener, (struct sockaddr *)&address, &size), 0);
	r->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&r->thread, NULL, receiver_main, r), 0);
	return r;
}

void
receiver_free(struct receiver *r)
{
	(void)shutdown(r->listener, SHUT_RDWR);
	(void)pthread_join(r->thread, NULL);
	(void)close(r->listener);
	for (size_t i = 0; i < r->open_count; i++)
		(void)close(r->open[i]);
	(void)pthread_mutex_destroy(&r->mutex);
	arena_free(r->arena);
	free(r);
}

int
receiver_port(const struct receiver *r)
{
	return r->port;
}

void
receiver_set(struct receiver *r, struct receiver_answer with)
{
	(void)pthread_mutex_lock(&r->mutex);
	r->usual = with;
	(void)pthread_mutex_unlock(&r->mutex);
}

void
receiver_script(struct receiver *r, struct receiver_answer with)
{
	(void)pthread_mutex_lock(&r->mutex);
	assert_true(r->scripted < SCRIPT_MAX);
	r->script[r->scripted++] = with;
	(void)pthread_mutex_unlock(&r->mutex);
}

size_t
receiver_count(struct receiver *r)
{
	size_t count;

	(void)pthread_mutex_lock(&r->mutex);
	count = r->count;
	(void)pthread_mutex_unlock(&r->mutex);
	return count;
}

struct received
receiver_at(struct receiver *r, size_t i)
{
	struct received received;

	(void)pthread_mutex_lock(&r->mutex);
	assert_true(i < r->count);
	received = r->requests[i];
	(void)pthread_mutex_unlock(&r->mutex);
	return received;
}

void
receiver_reset(struct receiver *r)
{
	(void)pthread_mutex_lock(&r->mutex);
	r->count = r->scripted = r->played = 0;
	r->usual = (struct receiver_answer){200, NULL, 2};
	(void)pthread_mutex_unlock(&r->mutex);
}

const char *
received_header(struct client *c, const struct received *received, const char *name)
{
	const char *line = strcasestr(received->head, client_text(c, "\r\n%s: ", name));

	if (line == NULL)
		return NULL;
	line += strlen(name) + 4;
	return arena_strndup(c->scratch, line, strcspn(line, "\r"));
}

static struct ctx
runner_ctx(struct client *c)
{
	return app_ctx(c->app, c->scratch);
}

/* What others have under way in the cluster may hold it up for a moment. */
void
stream_all(struct client *c)
{
	struct poll poll = poll_for(DEADLINE_S);
	struct ctx ctx = runner_ctx(c);
	bool found;

	assert_int_equal(event_stream_read(&ctx, &found), ERR_OK);
	while (strcmp(client_value(c, "SELECT done_id >= (SELECT coalesce(max(transaction_id), 0)"
				      " FROM cowry.transaction) AND NOT EXISTS (SELECT 1 FROM"
				      " cowry.event WHERE sequence IS NULL)"
				      " FROM cowry.event_feed"),
		      "t") != 0) {
		assert_true(poll_again(&poll));
		assert_int_equal(event_stream_read(&ctx, &found), ERR_OK);
	}
}

size_t
deliver_due(struct client *c)
{
	struct ctx ctx = runner_ctx(c);
	struct sender *sender = sender_new(c->app);
	bool busy = true;
	size_t count;

	assert_non_null(sender);
	while (busy)
		assert_int_equal(sender_round(&ctx, sender, &busy), ERR_OK);
	count = sender_attempts(sender);
	assert_int_equal(sender_finish(&ctx, sender), ERR_OK);
	sender_free(sender);
	return count;
}

void
make_due(struct client *c)
{
	client_sql(c,
		   "UPDATE cowry.webhook_delivery SET next_at = now() WHERE next_at IS NOT NULL");
}
