/*
 * fake_server.h - an HTTP server of the test, on a free port of the loopback. Its answers come from
 * a function of the test, and it can fail like real servers. Requests are stored for the test to
 * inspect.
 */
#ifndef TESTS_SUPPORT_FAKE_SERVER_H
#define TESTS_SUPPORT_FAKE_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct fake_server;

struct fake_server_request {
	char method[16];
	char target[1024];
	char *head; /* the request line and headers, lines ending with CRLF */
	char *body; /* a NUL follows */
	size_t length;
};

enum fake_server_manner {
	PEER_ANSWERS, /* as it should; the connection is kept */
	PEER_LEAVES,  /* answers, and closes the connection although it promised to keep it */
	PEER_CLOSES,  /* not a byte of an answer */
	PEER_RESETS,  /* the same, harder */
	PEER_HALVES,  /* half of the body, then the connection is closed */
	PEER_HANGS,   /* nothing, until fake_server_release() */
};

struct fake_server_reply {
	enum fake_server_manner manner;
	int status;
	const char *headers; /* whole lines, or NULL */
	const char *body;    /* or NULL */
	size_t length;       /* of the body; 0: it is a text */
};

/* The answer to the request number n (from 0). Called by threads of the server. */
typedef struct fake_server_reply fake_server_answer(void *arg, size_t n,
						    const struct fake_server_request *request);

/* NULL if it can't be started. */
struct fake_server *fake_server_start(fake_server_answer *answer, void *arg);
void fake_server_stop(struct fake_server *server);
/* "http://127.0.0.1:port" */
const char *fake_server_url(const struct fake_server *server);
int fake_server_port(const struct fake_server *server);

/* How many requests came in whole, and the one numbered n. */
size_t fake_server_count(struct fake_server *server);
const struct fake_server_request *fake_server_request(struct fake_server *server, size_t n);
/* The value of a header, by its lower-case or other exact name; NULL if it was not sent. */
const char *fake_server_header(struct fake_server *server, size_t n, const char *name, char *value,
			       size_t size);
/* How many connections were made. */
size_t fake_server_connections(struct fake_server *server);
/* Wait until n requests have arrived; false if they don't in time. */
bool fake_server_wait(struct fake_server *server, size_t n);
/* Continue all hanging requests: they are answered 200. */
void fake_server_release(struct fake_server *server);
/* Wait until the answers to all requests that have arrived are made. What they are made from may be changed
 * then, also when the end of a connection did not say so: it was reset, or the client gave up. */
void fake_server_settle(struct fake_server *server);

#endif
