#include "tests/support/fixture.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "db/migrate.h"
#include "runtime/app.h"

enum { ARENA_MAX = 64 << 20 };

static const char template[] = "cowry_template";

static _Noreturn void
stop(const char *what, const char *why)
{
	(void)fprintf(stderr, "fixture: %s: %s\n", what, why);
	exit(1);
}

static const char *
variable(const char *name)
{
	const char *value = getenv(name);

	if (value == NULL)
		stop(name, "is not set; run this within tests/with-postgres");
	return value;
}

static PGconn *
session(const char *url)
{
	PGconn *pg = PQconnectdb(url);

	if (PQstatus(pg) != CONNECTION_OK)
		stop(url, PQerrorMessage(pg));
	return pg;
}

static PGresult *
run(PGconn *pg, const char *sql)
{
	PGresult *result = PQexec(pg, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		stop(sql, PQerrorMessage(pg));
	return result;
}

void
fixture_sql(const char *url, const char *sql)
{
	PGconn *pg = session(url);

	PQclear(run(pg, sql));
	PQfinish(pg);
}

const char *
fixture_value(struct arena *arena, const char *url, const char *sql)
{
	PGconn *pg = session(url);
	PGresult *result = run(pg, sql);
	const char *value = "";

	if (PQntuples(result) > 0)
		value = arena_strdup(arena, PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(pg);
	return value;
}

/* The later of two settings wins in a connection string. */
static void
url_of(char out[FIXTURE_URL_MAX], const char *name, const char *database)
{
	(void)snprintf(out, FIXTURE_URL_MAX, "%s dbname=%s", variable(name), database);
}

static void
migrate_template(PGconn *super)
{
	char url[FIXTURE_URL_MAX];
	char dir[FIXTURE_URL_MAX];
	char problem[512];
	struct migrate_options options = {.conninfo = url, .dir = dir};
	PGresult *known;

	known = run(super, "SELECT FROM pg_database WHERE datname = 'cowry_template'");
	if (PQntuples(known) == 0) {
		url_of(url, "COWRY_DATABASE_OWNER_URL", template);
		(void)snprintf(dir, sizeof dir, "%s/sql/migrations", variable("srcdir"));
		PQclear(run(super, "CREATE DATABASE cowry_template OWNER cowry_owner"));
		if (!migrate_apply(&options, problem)) {
			PQclear(run(super, "DROP DATABASE cowry_template"));
			stop("migrations", problem);
		}
	}
	PQclear(known);
}

/* Programs run in parallel: the lock lets one at a time use the template. */
static void
make_database(const char *name)
{
	PGconn *super = session(variable("COWRY_DATABASE_SUPERUSER_URL"));
	char sql[256];

	PQclear(run(super, "SELECT pg_advisory_lock(1)"));
	migrate_template(super);
	(void)snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE %s OWNER cowry_owner", name,
		       template);
	PQclear(run(super, sql));
	PQfinish(super);
}

struct ctx
fixture_ctx(const struct fixture *fixture)
{
	return app_ctx(&fixture->app, arena_new(ARENA_MAX));
}

void
fixture_ctx_end(struct ctx *ctx)
{
	arena_free(ctx->arena);
}

int
fixture_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char problem[256];

	if (f == NULL || !config_load(&f->config, problem))
		return -1;
	(void)snprintf(f->name, sizeof f->name, "test_%ld", (long)getpid());
	make_database(f->name);
	url_of(f->url, "COWRY_DATABASE_URL", f->name);
	url_of(f->owner_url, "COWRY_DATABASE_OWNER_URL", f->name);
	url_of(f->auditor_url, "COWRY_DATABASE_AUDITOR_URL", f->name);
	url_of(f->superuser_url, "COWRY_DATABASE_SUPERUSER_URL", f->name);
	f->options = (struct db_options){
		.conninfo = f->url,
		.application_name = "test",
		.connections = 4,
		.statement_timeout_ms = 5000,
		.connect_timeout_ms = 5000,
	};
	(void)snprintf(f->app.name, sizeof f->app.name, "%s", f->options.application_name);
	f->config.metrics_dir = ""; /* processes of the machine share nothing with a test */
	f->app.config = &f->config;
	f->app.now = clock_system;
	f->app.database.pool = db_pool_new(&f->options);
	f->ctx = fixture_ctx(f);
	*state = f;
	return f->app.database.pool != NULL ? 0 : -1;
}

int
fixture_teardown(void **state)
{
	struct fixture *f = *state;
	char sql[256];

	db_pool_free(f->app.database.pool);
	fixture_ctx_end(&f->ctx);
	(void)snprintf(sql, sizeof sql, "DROP DATABASE %s WITH (FORCE)", f->name);
	fixture_sql(variable("COWRY_DATABASE_SUPERUSER_URL"), sql);
	free(f);
	return 0;
}
