/* start.h - common start of the programs. */
#ifndef BIN_START_H
#define BIN_START_H

#include "base/config.h"
#include "base/ctx.h"
#include "db/db.h"

/* Read the configuration and open the log; on an invalid value print a one-line message, and
 * exit. */
void start_config(struct config *config, const char *program);
/* For servers and clients: refuse unsafe combinations of settings with a one-line message, and
 * exit. */
void start_check(const struct config *config, const char *program);
/* Options of database connections, in the role of conninfo. */
struct db_options start_database(const struct config *config, const char *program,
				 const char *conninfo);
/* The services for everything but requests: keys, pool, password gate, calls to providers. Exits
 * with a one-line message on failure. conninfo gives the role. */
void start_app(struct app *app, const struct config *config, const char *program,
	       const char *conninfo);
/* The same, for delivering webhooks. */
void start_webhooks(struct app *app, const char *program);
void stop_app(struct app *app);
/* Print one line on standard error and exit with 1. */
void start_failed(const char *program, const char *why) __attribute__((noreturn));

#endif
