/* race.h - one attempt to open a session, on several hosts. Used by connect.c. */
#ifndef DB_RACE_H
#define DB_RACE_H

#include <libpq-fe.h>

#include "db/connection.h"
#include "db/hosts.h"
#include "db/session.h"

/* The first complete session and its host; NULL with the reason in problem. */
PGconn *race_run(const struct db_options *options, const struct hosts *hosts, struct host *used,
		 char server[SESSION_SERVER_MAX], char problem[CONNECTION_PROBLEM_MAX]);

#endif
