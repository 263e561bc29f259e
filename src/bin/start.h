/* start.h - common start of the programs. */
#ifndef BIN_START_H
#define BIN_START_H

#include "base/config.h"
#include "base/ctx.h"
#include "base/metrics.h"
#include "db/db.h"

/* For the operator's commands: add the settings of the installed file (COWRY_ENV_FILE), then those of
 * owner.env beside it, that the environment does not have, so that they see what the units of systemd
 * see. A file that is absent or that the user may not read is left out, unless the environment names
 * it; a wrong one ends the program with a one-line message. */
void start_env_file(const char *program);
/* Read the configuration and open the log; on an invalid value print a one-line message, and
 * exit. */
void start_config(struct config *config, const char *program);
/* For servers: read the settings, which start_reload() reads again, and open the log. With the argument
 * --check, say whether they can be used, and exit. Call server_block_signals() or block SIGHUP before. */
struct settings *start_settings(int argc, char **argv, const char *program);
/* SIGHUP: read the settings again; what came of it is logged and shown by systemctl status. */
void start_reload(struct settings *settings);
/* For clients: refuse unsafe combinations of settings with a one-line message, and
 * exit. */
void start_check(const struct config *config, const char *program);
/* Options of database connections, in the role of conninfo. */
struct db_options start_database(const struct config *config, const char *program,
				 const char *conninfo);
/* The services for everything but requests: keys, pool, password gate, calls to providers. Exits
 * with a one-line message on failure. conninfo gives the role. */
void start_app(struct app *app, const struct config *config, const char *program,
	       const char *conninfo);
/* The same for a server in the role of the worker, which counts what it does. */
void start_server(struct app *app, const struct config *config, const char *program,
		  enum metric_program kind);
/* Reading from replicas, if the settings name any; after start_server(). */
void start_reads(struct app *app, const char *program);
/* Calls that deliver webhooks; after start_server(). */
void start_webhooks(struct app *app, const char *program);
void stop_app(struct app *app);
/* Print one line on standard error and exit with 1. */
void start_failed(const char *program, const char *why) __attribute__((noreturn));

#endif
