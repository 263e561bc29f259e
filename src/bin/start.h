/* start.h - what the programs have in common at their start. */
#ifndef BIN_START_H
#define BIN_START_H

#include "base/config.h"
#include "base/ctx.h"
#include "db/db.h"

/* Read the configuration and open the log; on a wrong value one clear line, and exit. */
void start_config(struct config *config, const char *program);
/* What serves or calls: refuse settings that must not stand together; one clear line, and exit. */
void start_check(const struct config *config, const char *program);
/* How programs reach the database, as the role of conninfo. */
struct db_options start_database(const struct config *config, const char *program,
				 const char *conninfo);
/* The services for everything but requests: keys, pool, password gate, calls to providers. Exits with
 * one clear line if they can't be had. conninfo is the role to work as. */
void start_app(struct app *app, const struct config *config, const char *program,
	       const char *conninfo);
/* Likewise, for what delivers webhooks. */
void start_webhooks(struct app *app, const char *program);
void stop_app(struct app *app);
/* Print one line on standard error and exit with 1. */
void start_failed(const char *program, const char *why) __attribute__((noreturn));

#endif
