/*
 * acceptance.h - whether this process may use the database.
 *
 * It is asked about each new connection (db_accept). Without the keys with which the database is
 * used, values would be lost or unreadable. A server moreover refuses a database that was restored,
 * until cowry restored was run (app/operation/instance.h). A connection that is refused counts as one
 * that could not be opened: requests get 503, jobs wait, and it is tried again.
 */
#ifndef BIN_ACCEPTANCE_H
#define BIN_ACCEPTANCE_H

#include <stdbool.h>

#include "base/config.h"
#include "base/ctx.h"

struct acceptance;
struct app;
struct keyring;

/* is_server: for clients and jobs. All arguments must outlive it; NULL if out of memory. */
struct acceptance *acceptance_new(const struct config *config, const struct keyring *keys,
				  bool is_server);
void acceptance_free(struct acceptance *acceptance);
/* A db_accept; arg is the acceptance. */
bool acceptance_ask(void *arg, struct ctx *ctx, char problem[256]) MUST_CHECK;
/* Whether the last connection was refused for its keys, which only another start can mend. */
bool acceptance_lacks_keys(struct acceptance *acceptance, char problem[256]);

/* A thread that adds beats to the database, and remembers them. If the database is replaced under
 * open connections, the process gets SIGTERM. False if the thread can't be started. */
bool acceptance_watch(struct acceptance *acceptance, const struct app *app) MUST_CHECK;
/* Also if it was not started. Before the pool is freed. */
void acceptance_stop(struct acceptance *acceptance);

#endif
