/* connect.h - opening a session, and waiting for a socket. */
#ifndef DB_CONNECT_H
#define DB_CONNECT_H

#include <libpq-fe.h>
#include <stdint.h>

#include "db/connection.h"

/* A session in pipeline mode with all settings; NULL with the reason in problem. */
PGconn *connect_session(const struct db_options *options, char problem[CONNECTION_PROBLEM_MAX]);

/* Which of the events happened (errors count as any); 0 when the deadline passed. */
short wait_for(int fd, int events, int64_t deadline_ns);

#endif
