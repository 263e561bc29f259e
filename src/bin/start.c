#include "bin/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "api/route_number.h"
#include "base/arena.h"
#include "base/batcher.h"
#include "base/config_names.h"
#include "base/env_file.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/text.h"
#include "bin/acceptance.h"
#include "bin/notify.h"
#include "crypto/keyring.h"
#include "crypto/password.h"
#include "crypto/rotation.h"
#include "db/replica.h"
#include "net/http.h"
#include "runtime/app.h"

enum { ENV_FILE_ARENA_MAX = 16 * 1024 * 1024 };
enum { READ_TIMEOUT_MS = 2000, READ_CONNECT_MS = 1000, READ_RETRY_MOST_MS = 5000 };
enum { PROVIDER_ANSWER_MAX = 256 * 1024, ARENA_MAX = 1024 * 1024 };
enum {
	WEBHOOK_CONNECT_MS = 3000,
	WEBHOOK_TIMEOUT_MS = 10000,
	WEBHOOK_ANSWER_MAX = 256 * 1024,
	WEBHOOK_AT_ONCE = 32,
};

void
start_failed(const char *program, const char *why)
{
	log_open(program, LOG_LEVEL_INFO);
	(void)fprintf(stderr, "%s%s: %s\n", log_priority(LOG_LEVEL_ERROR), program, why);
	exit(1); /* NOLINT(concurrency-mt-unsafe): before threads begin */
}

/* Add what the environment does not have. Also variables that are not Cowry's: systemd passes them on
 * too, such as those of libpq. */
static void
add_env_file(const char *program, struct arena *arena, const char *path, bool required)
{
	struct env_file file = {0};
	char problem[256];
	enum env_file_state state = env_file_read(arena, path, &file, problem);

	if (state == ENV_FILE_WRONG || (state != ENV_FILE_READ && required) ||
	    !config_names_check_file(&file, path, problem))
		start_failed(program, problem);
	for (const struct env_assignment *a = file.first; a != NULL; a = a->next)
		/* NOLINTNEXTLINE(concurrency-mt-unsafe): before threads begin */
		(void)setenv(a->name, env_file_value(&file, a->name), 0);
}

void
start_env_file(const char *program)
{
	struct arena *arena = arena_new(ENV_FILE_ARENA_MAX);
	const char *named = getenv("COWRY_ENV_FILE"); /* NOLINT(concurrency-mt-unsafe) */
	const char *path = named != NULL ? named : CONFIG_ENV_FILE;
	const char *slash = strrchr(path, '/');
	int folder = slash != NULL ? (int)(slash - path) + 1 : 0;

	if (path[0] != '\0') {
		add_env_file(program, arena, path, named != NULL);
		path = arena_printf(arena, "%.*sowner.env", folder, path);
		add_env_file(program, arena, path, false);
	}
	arena_free(arena);
}

/* Memory contains keys: it must not be written to a core file. */
static void
forbid_core_files(void)
{
	static const struct rlimit no_core = {0, 0};

	(void)setrlimit(RLIMIT_CORE, &no_core);
}

struct settings *
start_settings(int argc, char **argv, const char *program)
{
	struct settings *settings;
	const struct config *config;
	char problem[256];

	forbid_core_files();
	settings = settings_new(problem);
	if (settings == NULL)
		start_failed(program, problem);
	if (argc > 1 && strcmp(argv[1], "--check") == 0)
		exit(0); /* NOLINT(concurrency-mt-unsafe): before threads begin */
	config = settings_hold(settings);
	log_open(program, log_level_parse(config->log_level));
	settings_release(settings, config);
	return settings;
}

void
start_reload(struct settings *settings)
{
	struct settings_changes changes;
	const struct config *config;
	char problem[256];

	if (!settings_reload(settings, &changes, problem)) {
		log_event(LOG_LEVEL_ERROR, "settings_refused", LOG_FIELDS({"why", problem, 0}));
		notify_systemd("STATUS=The new settings were refused, see the log");
		return;
	}
	config = settings_hold(settings);
	log_set_level(log_level_parse(config->log_level));
	settings_release(settings, config);
	log_event(LOG_LEVEL_INFO, "settings_taken",
		  LOG_FIELDS({"changed", changes.taken, 0}, {"after_restart", changes.waiting, 0}));
	notify_systemd("STATUS=");
}

void
start_config(struct config *config, const char *program)
{
	char problem[256];

	forbid_core_files();
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
start_http(const struct config *config, struct metrics *metrics)
{
	struct http_options options = {
		.connect_timeout_ms = config->outside_connect_ms,
		.total_timeout_ms = config->outside_timeout_ms,
		.answer_max = PROVIDER_ANSWER_MAX,
		.at_once = config->outside_at_once,
		.ca_file = config->outside_ca_file,
		.plain = config_is_development(config),
		.metrics = metrics,
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
		.metrics = app->metrics,
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
		.reads_only = conninfo == config->auditor_url,
	};
}

/* A process with the wrong keys would serve nothing until it is started with others. If the database
 * is not available yet, it is asked later. */
static void
refuse_wrong_keys(struct app *app, const char *program)
{
	struct ctx ctx = app_ctx(app, arena_new(ARENA_MAX));
	int64_t latency_ns;
	char problem[256];
	bool refused = db_ping(&ctx, &latency_ns) != ERR_OK &&
		       acceptance_lacks_keys(app->acceptance, problem);

	arena_free(ctx.arena);
	if (refused)
		start_failed(program, problem);
}

static void
start_all(struct app *app, const struct config *config, const char *program, const char *conninfo,
	  struct metrics *metrics)
{
	struct db_options options = start_database(config, program, conninfo);
	char fingerprint[FINGERPRINT_MAX];
	char problem[256];

	*app = (struct app){.config = config, .metrics = metrics, .now = clock_system};
	options.metrics = metrics;
	options.looks_up = metrics != NULL;
	app->started_ns = clock_monotonic_ns();
	app->keys = keyring_load(config->secrets_dir, problem);
	if (app->keys == NULL)
		start_failed(program, problem);
	/* Key rotation queries the database for the keys of its clients, and a repeated request
	 * whether the process of the first one is alive. */
	(void)snprintf(app->name, sizeof(app->name), "%s keys:%s %08x", program,
		       rotation_fingerprint(fingerprint, app->keys), arc4random());
	options.application_name = app->name;
	app->acceptance = acceptance_new(config, app->keys, metrics != NULL);
	options.accept = acceptance_ask;
	options.accept_arg = app->acceptance;
	app->database.pool = db_pool_new(&options);
	app->passwords = password_gate_new((int)config->hashes_max);
	app->http = start_http(config, metrics);
	if (app->acceptance == NULL || app->database.pool == NULL || app->passwords == NULL ||
	    app->http == NULL)
		start_failed(program, "out of memory");
	refuse_wrong_keys(app, program);
}

void
start_app(struct app *app, const struct config *config, const char *program, const char *conninfo)
{
	start_all(app, config, program, conninfo, NULL);
}

void
start_server(struct app *app, const struct config *config, const char *program,
	     enum metric_program kind)
{
	struct metrics_options options = route_number_options(config->metrics_dir, kind);
	char problem[METRICS_PROBLEM_MAX];
	char why[DATABASE_PROBLEM_MAX];
	struct metrics *metrics = metrics_open(&options, problem);

	if (metrics == NULL)
		start_failed(program, "out of memory");
	if (problem[0] != '\0')
		log_event(LOG_LEVEL_WARN, "metrics_not_shared", LOG_FIELDS({"why", problem, 0}));
	metrics_note_memory(metrics);
	start_all(app, config, program, config->database_url, metrics);
	if (!db_pool_check(app->database.pool, why))
		start_failed(program, why);
	if (!acceptance_watch(app->acceptance, app))
		start_failed(program, "out of threads");
}

void
start_reads(struct app *app, const char *program)
{
	const struct config *config = app->config;
	struct db_options options = start_database(config, program, config->read_url);

	if (config->read_url[0] == '\0')
		return;
	options.application_name = app->name;
	options.looks_up = true;
	options.reads_only = true;
	/* A replica that is frozen must not delay a request for long. */
	if (options.statement_timeout_ms > READ_TIMEOUT_MS)
		options.statement_timeout_ms = READ_TIMEOUT_MS;
	if (options.connect_timeout_ms > READ_CONNECT_MS)
		options.connect_timeout_ms = READ_CONNECT_MS;
	options.retry_most_ms = READ_RETRY_MOST_MS;
	app->reads = app->database;
	app->reads.primary = &app->database;
	app->reads.replica = replica_new(&options, config->read_lag_ms);
	if (app->reads.replica == NULL)
		start_failed(program, "out of memory");
}

void
stop_app(struct app *app)
{
	acceptance_stop(app->acceptance);
	http_client_free(app->http_local);
	http_client_free(app->http_public);
	http_client_free(app->http);
	password_gate_free(app->passwords);
	replica_free(app->reads.replica);
	db_pool_free(app->database.pool);
	acceptance_free(app->acceptance);
	keyring_free(app->keys);
	metrics_close(app->metrics);
}
