/*
 * pool.h - connections that threads borrow.
 *
 * The most recently used one is borrowed first. While the database is unavailable, one thread at a
 * time tries to reconnect, with pauses of up to half a second; all others fail at once.
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

#endif
