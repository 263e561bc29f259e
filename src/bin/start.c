#include "bin/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "base/batcher.h"
#include "base/log.h"
#include "base/text.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "crypto/rotation.h"
#include "net/http.h"
#include "runtime/app.h"

enum { PROVIDER_ANSWER_MAX = 256 * 1024 };
enum {
	WEBHOOK_CONNECT_MS = 3000,
	WEBHOOK_TIMEOUT_MS = 10000,
	WEBHOOK_ANSWER_MAX = 256 * 1024,
	WEBHOOK_AT_ONCE = 32,
};

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

	/* Memory contains keys: it must not be written to a core file. */
	(void)setrlimit(RLIMIT_CORE, &no_core);
	if (!config_load(config, problem))
		start_failed(program, problem);
	log_open(program, log_level_parse(config->log_level));
}

void
start_check(const struct config *config, const char *program)
{
	char problem[256];

	if (!config_check(config, problem))
		start_failed(program, problem);
}

/* Calls to providers. */
static struct http_client *
start_http(const struct config *config)
{
	struct http_options options = {
		.connect_timeout_ms = config->outside_connect_ms,
		.total_timeout_ms = config->outside_timeout_ms,
		.answer_max = PROVIDER_ANSWER_MAX,
		.at_once = config->outside_at_once,
		.ca_file = config->outside_ca_file,
		.plain = config_is_development(config),
	};

	return http_client_new(&options);
}

void
start_webhooks(struct app *app, const char *program)
{
	struct http_options options = {
		.connect_timeout_ms = WEBHOOK_CONNECT_MS,
		.total_timeout_ms = WEBHOOK_TIMEOUT_MS,
		.answer_max = WEBHOOK_ANSWER_MAX,
		.at_once = WEBHOOK_AT_ONCE,
		.public_only = true,
	};

	app->http_public = http_client_new(&options);
	if (config_is_development(app->config)) {
		options.public_only = false;
		options.plain = true;
		options.ca_file = app->config->outside_ca_file;
		app->http_local = http_client_new(&options);
		if (app->http_local == NULL)
			start_failed(program, "out of memory");
	}
	if (app->http_public == NULL)
		start_failed(program, "out of memory");
}

struct db_options
start_database(const struct config *config, const char *program, const char *conninfo)
{
	return (struct db_options){
		.conninfo = conninfo,
		.application_name = program,
		.connections = config->connections,
		.statement_timeout_ms = config->statement_timeout_ms,
		.connect_timeout_ms = config->connect_timeout_ms,
	};
}

void
start_app(struct app *app, const struct config *config, const char *program, const char *conninfo)
{
	struct db_options options = start_database(config, program, conninfo);
	char fingerprint[FINGERPRINT_MAX];
	char problem[256];

	*app = (struct app){.config = config, .now = clock_system};
	app->started_ns = clock_monotonic_ns();
	app->keys = keyring_load(config->secrets_dir, problem);
	if (app->keys == NULL)
		start_failed(program, problem);
	/* Key rotation queries the database for the keys of its clients, and a repeated request
	 * whether the process of the first one is alive. */
	(void)snprintf(app->name, sizeof(app->name), "%s keys:%s %08x", program,
		       rotation_fingerprint(fingerprint, app->keys), arc4random());
	options.application_name = app->name;
	app->database.pool = db_pool_new(&options);
	app->passwords = password_gate_new((int)config->hashes_max);
	app->http = start_http(config);
	if (app->database.pool == NULL || app->passwords == NULL || app->http == NULL)
		start_failed(program, "out of memory");
}

void
stop_app(struct app *app)
{
	http_client_free(app->http_local);
	http_client_free(app->http_public);
	http_client_free(app->http);
	password_gate_free(app->passwords);
	db_pool_free(app->database.pool);
	keyring_free(app->keys);
}
