#pragma once

/*
 * A kept HTTP/1.1 connection over TLS to this machine, never blocking. One request at a time: connection_send,
 * then connection_advance whenever the descriptor is ready, until it says PROGRESS_ANSWERED.
 */
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

#include "tests/bench/load/template.h"

enum { INPUT_SIZE = 16384 };

/* Where connections lead to. */
struct target {
	SSL_CTX *tls;
	const char *host;
	uint16_t port;
	unsigned sources; /* addresses of the loopback network that they come from in turn */
};

enum state { STATE_CLOSED, STATE_CONNECTING, STATE_IDLE, STATE_BUSY };

enum progress {
	PROGRESS_WAITS,    /* for the descriptor; see connection.wants_write */
	PROGRESS_READY,    /* connected: a request can be sent */
	PROGRESS_ANSWERED, /* see connection.status, and connection.closes */
	PROGRESS_LOST,     /* refused, closed or not understood */
};

struct connection {
	enum state state;
	int fd;
	unsigned number;
	SSL *ssl;
	SSL_SESSION *session;  /* resumed when it is opened again */
	struct buffer request; /* to be filled by the caller */
	size_t sent;
	bool wants_write;
	bool wanted_write; /* as the caller's epoll knows it */
	bool closes;       /* the server closes it after this answer */
	bool has_head;
	int status;
	size_t have;
	size_t body_left;
	int64_t since; /* ns: when the request was due */
	uint64_t answered;
	char input[INPUT_SIZE + 1];
};

/* Exits with a message if the authority can't be read. */
SSL_CTX *connection_tls(const char *ca_file);

bool connection_open(struct connection *connection, const struct target *target);
void connection_close(struct connection *connection);
enum progress connection_send(struct connection *connection);
enum progress connection_advance(struct connection *connection);
