/*
 * listen.h - a session that hears what others say with NOTIFY.
 *
 * It hears only while it is open: who must not miss anything looks once after each opening,
 * and now and then anyway.
 */
#ifndef DB_LISTEN_H
#define DB_LISTEN_H

#include "db/connection.h"

struct listener;

enum { LISTEN_PAYLOAD_MAX = 128 };

/* Not open yet. options must outlive it; the statement is a LISTEN. NULL without memory. */
struct listener *listener_new(const struct db_options *options, enum statement_id listen);
void listener_free(struct listener *l);

/* False with the reason in problem. */
bool listener_open(struct listener *l, char problem[CONNECTION_PROBLEM_MAX]) MUST_CHECK;
/* What to poll for input; -1 while it is not open. */
int listener_fd(const struct listener *l);
/* What was said next, cut to fit; false if nothing was. A session that was lost is closed. */
bool listener_next(struct listener *l, char payload[LISTEN_PAYLOAD_MAX]);

#endif
