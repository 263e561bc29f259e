/*
 * listen.h - a session that receives notifications (LISTEN and NOTIFY).
 *
 * Notifications are received only while it is open: callers that must not miss any poll after each
 * opening, and from time to time.
 */
#ifndef DB_LISTEN_H
#define DB_LISTEN_H

#include "db/connection.h"

struct listener;

enum { LISTEN_PAYLOAD_MAX = 128 };

/* Not open yet. options must outlive it; the statement is a LISTEN. NULL if out of memory. */
struct listener *listener_new(const struct db_options *options, enum statement_id listen);
void listener_free(struct listener *l);

/* False with the reason in problem. */
bool listener_open(struct listener *l, char problem[CONNECTION_PROBLEM_MAX]) MUST_CHECK;
/* For an open one: whether its server still answers; if not, it is closed. */
void listener_check(struct listener *l);
/* File descriptor to poll for input; -1 while it is not open. */
int listener_fd(const struct listener *l);
/* The next payload, truncated to fit; false if there is none. A lost session is closed. */
bool listener_next(struct listener *l, char payload[LISTEN_PAYLOAD_MAX]);

#endif
