/*
 * pool.h - connections that threads borrow.
 *
 * The most recently used one is borrowed first. While the database is unavailable, one thread at a
 * time tries to reconnect, with growing pauses; all others fail at once.
 */
#ifndef DB_POOL_H
#define DB_POOL_H

#include "base/attributes.h"
#include "db/connection.h"
#include "db/db.h"

/* An open connection, or ERR_UNAVAILABLE. */
enum err pool_take(struct db_pool *pool, struct fault *f, struct connection **out) MUST_CHECK;
/* Give it back; one that is closed or not idle is reopened on next use. */
void pool_give(struct db_pool *pool, struct connection *c);

/* Run calls outside a transaction, on a connection of the pool. Repeated once if the server has become
 * read-only, where nothing can have happened. */
enum err pool_run(struct db_pool *pool, struct ctx *ctx, const struct db_call *calls,
		  size_t n) MUST_CHECK;

/* Ask options->accept about a session outside any transaction; in db.c. */
bool session_accepted(const struct db_options *options, struct connection *c,
		      char problem[CONNECTION_PROBLEM_MAX]) MUST_CHECK;

#endif
