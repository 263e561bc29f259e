/*
 * pool.h - connections that threads borrow.
 *
 * The one used last is lent first. While the database is away, one thread at a
 * time tries it again, ever less often up to twice a second; all others are told at once.
 */
#ifndef DB_POOL_H
#define DB_POOL_H

#include "base/attributes.h"
#include "db/connection.h"
#include "db/db.h"

/* An open connection, or ERR_UNAVAILABLE. */
enum err pool_take(struct db_pool *pool, struct fault *f, struct connection **out) MUST_CHECK;
/* Give it back; one that is closed or not idle is opened anew when next needed. */
void pool_give(struct db_pool *pool, struct connection *c);

#endif
