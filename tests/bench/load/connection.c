#include "tests/bench/load/connection.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

SSL_CTX *
connection_tls(const char *ca_file)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());

	if (tls == NULL || SSL_CTX_load_verify_locations(tls, ca_file, NULL) != 1)
		errx(1, "%s: no certificates", ca_file);
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_session_cache_mode(tls, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	return tls;
}

static struct sockaddr_in
loopback(unsigned host, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	address.sin_addr.s_addr = htonl((uint32_t)INADDR_LOOPBACK + host);
	return address;
}

static bool
begin_connect(struct connection *connection, const struct target *target)
{
	struct sockaddr_in from = loopback(connection->number % target->sources, 0);
	struct sockaddr_in to = loopback(0, target->port);
	const int on = 1;

	connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (connection->fd < 0)
		err(1, "socket");
	(void)setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(connection->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	return bind(connection->fd, (const struct sockaddr *)&from, sizeof(from)) == 0 &&
	       (connect(connection->fd, (const struct sockaddr *)&to, sizeof(to)) == 0 ||
		errno == EINPROGRESS);
}

bool
connection_open(struct connection *connection, const struct target *target)
{
	connection->closes = connection->wanted_write = false;
	connection->wants_write = true;
	connection->state = STATE_CONNECTING;
	if (!begin_connect(connection, target))
		return false;
	connection->ssl = SSL_new(target->tls);
	if (connection->ssl == NULL || SSL_set_fd(connection->ssl, connection->fd) != 1 ||
	    SSL_set1_host(connection->ssl, target->host) != 1 ||
	    SSL_set_tlsext_host_name(connection->ssl, target->host) != 1)
		errx(1, "TLS");
	if (connection->session != NULL)
		(void)SSL_set_session(connection->ssl, connection->session);
	SSL_set_connect_state(connection->ssl);
	return true;
}

void
connection_close(struct connection *connection)
{
	if (connection->ssl != NULL) {
		SSL_SESSION_free(connection->session);
		connection->session = SSL_get1_session(connection->ssl);
		/* Otherwise OpenSSL takes the session for one that must not be resumed. */
		SSL_set_quiet_shutdown(connection->ssl, 1);
		(void)SSL_shutdown(connection->ssl);
		SSL_free(connection->ssl);
		connection->ssl = NULL;
	}
	if (connection->fd >= 0)
		(void)close(connection->fd);
	connection->fd = -1;
	connection->state = STATE_CLOSED;
}

/* What an operation of TLS that returned n, which is not a success, waits for. */
static enum progress
wait_for(struct connection *connection, int n)
{
	int error = SSL_get_error(connection->ssl, n);

	connection->wants_write = error == SSL_ERROR_WANT_WRITE;
	return error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ ? PROGRESS_WAITS
									     : PROGRESS_LOST;
}

static enum progress
handshake(struct connection *connection)
{
	int n = SSL_do_handshake(connection->ssl);

	if (n != 1)
		return wait_for(connection, n);
	connection->state = STATE_IDLE;
	connection->wants_write = false;
	return PROGRESS_READY;
}

static enum progress
write_request(struct connection *connection)
{
	while (connection->sent < connection->request.length) {
		int n = SSL_write(connection->ssl, connection->request.data + connection->sent,
				  (int)(connection->request.length - connection->sent));

		if (n <= 0)
			return wait_for(connection, n);
		connection->sent += (size_t)n;
	}
	connection->wants_write = false;
	return PROGRESS_WAITS;
}

enum progress
connection_send(struct connection *connection)
{
	connection->state = STATE_BUSY;
	connection->sent = connection->have = connection->body_left = 0;
	connection->has_head = false;
	return write_request(connection);
}

/* The value of a header in the head, or NULL; name begins with the end of the line before. */
static const char *
find_header(const char *head, const char *name)
{
	const char *at = strcasestr(head, name);

	return at == NULL ? NULL : at + strlen(name);
}

/* Look whether the head is complete. False: it is none. */
static bool
read_head(struct connection *connection)
{
	const char *value;
	char *end;

	connection->input[connection->have] = '\0';
	end = strstr(connection->input, "\r\n\r\n");
	if (end == NULL)
		return connection->have < INPUT_SIZE;
	if (strncmp(connection->input, "HTTP/1.1 ", 9) != 0)
		return false;
	*end = '\0';
	connection->status = atoi(connection->input + 9);
	value = find_header(connection->input, "\r\nConnection: ");
	connection->closes = value != NULL && strncasecmp(value, "close", 5) == 0;
	value = find_header(connection->input, "\r\nContent-Length: ");
	/* Other forms of a body are not used by what is measured. */
	if (value == NULL && connection->status != 204)
		return false;
	connection->body_left = value == NULL ? 0 : strtoul(value, NULL, 10);
	connection->has_head = true;
	connection->have -= (size_t)(end + 4 - connection->input);
	return true;
}

/* n bytes came. */
static enum progress
take(struct connection *connection, size_t n)
{
	if (!connection->has_head) {
		connection->have += n;
		if (!read_head(connection))
			return PROGRESS_LOST;
		if (!connection->has_head)
			return PROGRESS_WAITS;
		n = connection->have;
	}
	if (n > connection->body_left)
		return PROGRESS_LOST;
	connection->body_left -= n;
	if (connection->body_left > 0)
		return PROGRESS_WAITS;
	connection->state = STATE_IDLE;
	connection->answered++;
	return PROGRESS_ANSWERED;
}

static enum progress
read_answer(struct connection *connection)
{
	for (;;) {
		size_t have = connection->has_head ? 0 : connection->have;
		int n = SSL_read(connection->ssl, connection->input + have,
				 (int)(INPUT_SIZE - have));
		enum progress progress;

		if (n <= 0)
			return wait_for(connection, n);
		progress = take(connection, (size_t)n);
		if (progress != PROGRESS_WAITS)
			return progress;
	}
}

/* Whether the server has closed it; a session for the next time may have come instead. */
static enum progress
look(struct connection *connection)
{
	char byte;
	int n = SSL_read(connection->ssl, &byte, 1);

	return n <= 0 ? wait_for(connection, n) : PROGRESS_LOST;
}

enum progress
connection_advance(struct connection *connection)
{
	enum progress progress;

	switch (connection->state) {
	case STATE_CONNECTING:
		return handshake(connection);
	case STATE_IDLE:
		return look(connection);
	case STATE_BUSY:
		if (connection->sent < connection->request.length) {
			progress = write_request(connection);
			if (progress == PROGRESS_LOST ||
			    connection->sent < connection->request.length)
				return progress;
		}
		return read_answer(connection);
	case STATE_CLOSED:
		break;
	}
	return PROGRESS_LOST;
}
