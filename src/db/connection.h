/*
 * connection.h - one PostgreSQL session in pipeline mode.
 *
 * No call blocks beyond its deadline: when that passes, the session is closed, because a later
 * answer could not be assigned to a request. It is also closed when its answer is late and another
 * server has become the primary, and after an error because its server is read-only.
 */
#ifndef DB_CONNECTION_H
#define DB_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "db/db.h"

struct connection;
struct connector;

/* A connection that is not open yet. Both must outlive it; NULL if out of memory. */
struct connection *connection_new(const struct db_options *options, struct connector *connector);
void connection_free(struct connection *c);

enum { CONNECTION_PROBLEM_MAX = 256 };

/* False with the reason in problem. */
bool connection_open(struct connection *c, char problem[CONNECTION_PROBLEM_MAX]) MUST_CHECK;
void connection_close(struct connection *c);
bool connection_is_open(const struct connection *c);
/* Open, outside any transaction, and nothing is left to read. */
bool connection_is_idle(const struct connection *c);
/* For an open one, between statements: whether the server has not closed it in the meantime, and
 * nothing is known against the server. Needs no round trip. */
bool connection_is_alive(struct connection *c);
/* Whether its last run was refused because the server is read-only: nothing has happened. */
bool connection_refused(const struct connection *c);

/* The process of the server, as the other end said when the session was opened: a pooler that gives sessions to
 * others has to make one up, by which its client cancels what runs in any of them. */
int64_t connection_process(const struct connection *c);

/*
 * Run n calls in one round trip. Where rows are requested, their number must be as the statement
 * declares. The first error is reported; after a loss the connection is closed. If it is unknown
 * whether a COMMIT at the end happened, the error is ERR_OUTCOME_UNKNOWN.
 */
enum err connection_run(struct connection *c, struct arena *arena, struct fault *f,
			const struct db_call *calls, size_t n) MUST_CHECK;

#endif
