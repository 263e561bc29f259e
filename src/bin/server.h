/*
 * server.h - serves FastCGI requests on a listening socket with several threads.
 *
 * Connections are kept open and are not bound to a thread: all threads wait on one epoll set of the
 * listening socket and the idle connections, and any of them serves the next one with input. So
 * idle connections of the web server do not block threads.
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

/* Block SIGTERM, SIGINT and SIGUSR1 (libfcgi's own), which end a program, for a sigwait() on the
 * set; before threads are created. */
void server_block_signals(sigset_t *stop);
/* Whether fd is a socket that listens. */
bool server_can_listen(int fd);
/* Serve on listen_fd (FastCGI: 0) with this number of threads. NULL unless all of them start. */
struct server *server_start(int listen_fd, int64_t threads, server_answer *answer, void *context);
/*
 * Stop without losing a request: unlink the socket's path, so that the web server uses another
 * worker; serve the backlog and kept connections until they are closed, for at most drain_s
 * seconds. Frees the server. False if requests were still running.
 */
bool server_drain(struct server *server, int64_t drain_s);

#endif
