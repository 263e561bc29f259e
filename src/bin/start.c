#include "bin/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/combine.h"
#include "base/log.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "db/db.h"

void
start_failed(const char *program, const char *why)
{
	(void)fprintf(stderr, "%s: %s\n", program, why);
	exit(1); /* NOLINT(concurrency-mt-unsafe): before threads begin */
}

void
start_config(struct config *config, const char *program)
{
	static const struct rlimit no_core = {0, 0};
	char problem[256];

	/* Memory holds keys: it must not end up in a core file. */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (!config_load(config, problem))
		start_failed(program, problem);
	log_open(program, log_level_parse(config->log_level));
}

void
start_app(struct app *app, const struct config *config, const char *program, const char *conninfo)
{
	struct db_options options = {
		.conninfo = conninfo,
		.application_name = program,
		.connections = config->connections,
		.statement_timeout_ms = config->statement_timeout_ms,
		.connect_timeout_ms = config->connect_timeout_ms,
	};
	char problem[256];

	*app = (struct app){.config = config, .now = clock_system};
	app->started_ns = clock_monotonic_ns();
	app->keys = keyring_load(config->secrets_dir, problem);
	if (app->keys == NULL)
		start_failed(program, problem);
	app->pool = db_pool_new(&options);
	app->passwords = password_gate_new((int)config->hashes_max);
	if (app->pool == NULL || app->passwords == NULL)
		start_failed(program, "out of memory");
}

void
stop_app(struct app *app)
{
	password_gate_free(app->passwords);
	db_pool_free(app->pool);
	keyring_free(app->keys);
}
