/*
 * server.h - FastCGI requests on a listening socket, by a number of threads.
 *
 * Connections are kept and belong to no thread: all threads wait on one epoll set
 * that holds the listening socket and the idle connections, and any of them serves
 * whichever has something to say. So idle connections of the web server starve nobody.
 */
#ifndef BIN_SERVER_H
#define BIN_SERVER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct FCGX_Request;
struct arena;
struct server;

/* Answer the request that libfcgi has read. Leaves the arena empty. */
typedef void server_answer(void *context, struct arena *arena, struct FCGX_Request *fcgi);

/* Leave SIGTERM, SIGINT and SIGUSR1 (libfcgi's own), which end a program, to a sigwait() for the set;
 * before threads begin. */
void server_block_signals(sigset_t *stop);
/* Whether fd is a socket that listens. */
bool server_can_listen(int fd);
/* Serve on listen_fd (FastCGI: 0) with that many threads. NULL unless all of them serve. */
struct server *server_start(int listen_fd, int64_t threads, server_answer *answer, void *context);
/*
 * Stop without losing a request: unlink the socket's path, so that the web server takes
 * another worker; serve what is in the backlog and on kept connections until they are
 * let go, drain_s seconds at most. Frees the server. False if requests were still running.
 */
bool server_drain(struct server *server, int64_t drain_s);

#endif
