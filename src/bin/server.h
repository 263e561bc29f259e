/*
 * server.h - serves FastCGI requests on a listening socket with several threads.
 *
 * Connections are kept open and are not bound to a thread: one thread accepts them, and all others wait on
 * one set of the idle ones, and serve them in the order in which they have input. So idle connections of
 * the web server do not block threads, and new ones do not wait longer than kept ones. A request that
 * waits for others (base/waiter.h) holds no thread either.
 */
#ifndef BIN_SERVER_H
#define BIN_SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct FCGX_Request;
struct arena;
struct server;

/* Answer the request that libfcgi has read. Resets the arena. */
typedef void server_answer(void *context, struct arena *arena, struct FCGX_Request *fcgi);

/* How many more threads run a request: 1 or -1. */
typedef void server_busy(void *context, int change);

/* Block SIGHUP, which lets a program read its settings again, and SIGTERM, SIGINT and SIGUSR1 (libfcgi's
 * own), which end it, for a sigwait() on the set. First of all, so that SIGHUP ends none that is starting. */
void server_block_signals(sigset_t *signals);
/* Whether fd is a socket that listens. */
bool server_can_listen(int fd);
struct server_options {
	int listen_fd; /* FastCGI: 0 */
	int64_t threads;
	int64_t requests; /* at a time, waiting ones included */
	server_answer *answer;
	server_busy *busy; /* or NULL */
	void *context;
};

/* NULL unless all threads start. */
struct server *server_start(const struct server_options *options);
/*
 * Stop without losing a request: unlink the socket's path, so that the web server uses another
 * worker; serve the backlog and kept connections until they are closed, for at most drain_s
 * seconds. Frees the server. False if requests were still running.
 */
bool server_drain(struct server *server, int64_t drain_s);

#endif
