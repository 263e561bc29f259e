/*
 * connect.h - opening sessions on whichever host of a connection string serves, and waiting for a
 * socket.
 *
 * Each host, and each address of a host's name, has a deadline of its own. The next one is tried as
 * soon as one has failed, or has not answered for a quarter of a second; the first session that is
 * complete is used. The host that was used last is tried first. Unless the connection string says
 * otherwise (target_session_attrs), only a server that accepts writes is used.
 */
#ifndef DB_CONNECT_H
#define DB_CONNECT_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "db/connection.h"
#include "db/session.h"

struct connector;

/* options must outlive it; NULL if out of memory. */
struct connector *connector_new(const struct db_options *options);
void connector_free(struct connector *c);

/* A session in pipeline mode with all settings; NULL with the reason in problem. Its server is
 * identified in server. */
PGconn *connector_open(struct connector *c, char server[SESSION_SERVER_MAX],
		       char problem[CONNECTION_PROBLEM_MAX]);

/* What is known of the sessions that were opened so far, as counters: idle ones must be closed when
 * `dropped` has changed, and an answer is no longer waited for when `moved` has. */
struct connector_news {
	unsigned dropped;
	unsigned moved;
};

struct connector_news connector_news(struct connector *c);
/* A server did not answer in time, or has become read-only: don't use its idle sessions. */
void connector_drop(struct connector *c);
/* For a session whose answer is late: ask, at most once a second, whether another server accepts
 * writes now. Then all of `news` changes. May take as long as connecting. */
void connector_look(struct connector *c, const char *server);

/* Which of the events happened (errors count as any); 0 when the deadline passed. */
short wait_for(int fd, int events, int64_t deadline_ns);

#endif
