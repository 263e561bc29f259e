/*
 * server.h - FastCGI requests on a listening socket, by a number of threads.
 *
 * Connections are kept and belong to no thread: all threads wait on one epoll set
 * that holds the listening socket and the idle connections, and any of them serves
 * whichever has something to say. So idle connections of the web server starve nobody.
 */
#ifndef BIN_SERVER_H
#define BIN_SERVER_H

#include <stdbool.h>

#include "base/ctx.h"

struct server;

/* Serve on listen_fd (FastCGI: 0) with app->config->threads threads. NULL with errno set. */
struct server *server_start(const struct app *app, int listen_fd);
/*
 * Stop without losing a request: unlink the socket's path, so that the web server takes
 * another worker; serve what is in the backlog and on kept connections until they are
 * let go, drain_s seconds at most. Frees the server. False if requests were still running.
 */
bool server_drain(struct server *server, int64_t drain_s);

#endif
