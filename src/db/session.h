/*
 * session.h - what a new session is asked and told before its first use, in one round trip: its
 * settings, which server it is, and whether it is the session of nobody else.
 *
 * Poolers that give a session to others between two transactions are refused: settings, prepared
 * statements and LISTEN would be those of another client.
 */
#ifndef DB_SESSION_H
#define DB_SESSION_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "base/attributes.h"
#include "db/connection.h"

enum { SESSION_MARK_MAX = 24, SESSION_SERVER_MAX = 40 };

/* The problem of such a pooler. */
extern const char session_is_shared[];

enum session_state { SESSION_BUSY, SESSION_READY, SESSION_FAILED };

struct session {
	PGconn *pg;
	char mark[SESSION_MARK_MAX];
	char server[SESSION_SERVER_MAX]; /* differs between servers, and after a restart */
	int synced;                      /* how many of the two answers are complete */
	bool unsent;                     /* whether the socket must become writable */
	char problem[CONNECTION_PROBLEM_MAX];
};

/* Enters pipeline mode and puts the statements into the output buffer. */
bool session_begin(struct session *s, const struct db_options *options) MUST_CHECK;
/* Send and receive what is possible without waiting; libpq's message, or the problem, if it failed. */
enum session_state session_continue(struct session *s) MUST_CHECK;

#endif
