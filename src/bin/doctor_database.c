/* Checks of the database: connections, settings, migrations. */
#include <stdio.h>
#include <string.h>

#include "app/operation/sighting.h"
#include "base/attributes.h"
#include "bin/doctor_checks.h"
#include "db/migrate.h"
#include "db/row.h"

static const char *const role_texts[] = {"database, as the worker", "database, as the owner",
					 "database, as the auditor"};

/* What PostgreSQL logs about a role. */
static void
check_log(struct checkup *c, enum role role)
{
	struct ctx *ctx = checkup_ctx(c, role);
	struct rows rows;
	char text[160];

	if (db_run(ctx, SQL_log_settings, &rows, NO_PARAMS) != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	if (row_int(&rows, 0, 0) == 0)
		return;
	(void)snprintf(text, sizeof text, "%s: PostgreSQL's log may contain personal data",
		       role_texts[role]);
	found(c, SEVERITY_WARNING, text, "see cowry(1), THE DATABASE'S LOG");
}

void
doctor_database(struct checkup *c)
{
	for (enum role role = 0; role < ROLES; role++) {
		struct ctx *ctx = checkup_ctx(c, role);
		int64_t latency_ns = 0;

		c->reachable[role] = db_ping(ctx, &latency_ns) == ERR_OK;
		if (!c->reachable[role]) {
			found(c, SEVERITY_ERROR, role_texts[role], ctx->fault.detail);
			continue;
		}
		foundf(c, SEVERITY_OK, role_texts[role], "%lld µs", (long long)latency_ns / 1000);
		check_log(c, role);
	}
}

void
doctor_migrations(struct checkup *c)
{
	char problem[512] = "";
	char dir[1024];
	struct migrate_options options = {.conninfo = c->config->owner_url, .dir = dir};
	int pending;

	(void)snprintf(dir, sizeof dir, "%s/migrations", c->config->sql_dir);
	pending = migrate_pending(&options, problem);
	c->migrated = pending == 0;
	if (pending > 0)
		foundf(c, SEVERITY_ERROR, "migrations", "%d pending; run cowry migrate", pending);
	else
		found(c, c->migrated ? SEVERITY_OK : SEVERITY_ERROR, "migrations", problem);
}

/* Servers refuse a database that was restored, until cowry restored. */
void
doctor_instance(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_OWNER);
	struct instance instance;
	struct sighting own = {0};
	enum verdict verdict;
	const char *why;

	if (sighting_judge(ctx, instance_look, c->config->state_dir, &own, &instance, &verdict) !=
	    ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	why = verdict_problem(verdict);
	if (why != NULL)
		found(c, SEVERITY_ERROR, "the database is not served", why);
	else
		found(c, SEVERITY_OK, "the database is the one that was served before", "");
}

/* A session, and what another one sees of it. */
struct shared {
	struct ctx *session;
	int64_t process; /* of the server */
};

static enum err
ask_process(struct ctx *ctx, int64_t *process)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_session_process, &rows, NO_PARAMS));
	*process = row_int(&rows, 0, 0);
	return ERR_OK;
}

/* While a transaction of another session occupies a connection to the server. */
static enum err
ask_meanwhile(struct ctx *ctx, void *arg)
{
	struct shared *shared = arg;
	int64_t ignored;

	TRY(ask_process(ctx, &ignored));
	return ask_process(shared->session, &shared->process);
}

/* Whether an error says that a prepared statement or setting is in another session. */
static bool
lost_session(const struct ctx *ctx)
{
	return strstr(ctx->fault.detail, ": 26000 ") != NULL ||
	       strstr(ctx->fault.detail, ": 42P05 ") != NULL ||
	       strstr(ctx->fault.detail, "connection pooler") != NULL;
}

/* Whether a session loses something while another one has a transaction. Without an answer, the reason
 * is in the fault of the session. */
static enum err
ask_if_lost(struct ctx *session, bool *lost)
{
	struct database beside = {.pool = db_pool_beside(session->database->pool, NULL)};
	struct shared shared = {.session = session};
	struct ctx other = *session;
	int64_t process = 0;
	enum err err = ask_process(session, &process);

	other.database = &beside;
	if (err == ERR_OK && beside.pool != NULL)
		err = db_transact(&other, ask_meanwhile, &shared);
	*lost = lost_session(session) || lost_session(&other) ||
		(err == ERR_OK && shared.process != process);
	if (other.fault.detail[0] != '\0')
		session->fault = other.fault;
	db_pool_free(beside.pool);
	return err;
}

/* Through a pooler in transaction mode, a session has another connection in each transaction: it
 * loses its prepared statements, settings and locks. */
void
doctor_pooler(struct checkup *c)
{
	struct ctx *session = checkup_ctx(c, ROLE_OWNER);
	char problem[DATABASE_PROBLEM_MAX];
	bool lost = !db_pool_check(session->database->pool, problem);
	enum err err = lost ? ERR_OK : ask_if_lost(session, &lost);

	if (lost)
		found(c, SEVERITY_ERROR,
		      "the database is reached through a pooler in transaction mode",
		      "use its session mode, or connect directly");
	else if (err != ERR_OK)
		found_failure(c, session);
	else
		found(c, SEVERITY_OK, "sessions keep their prepared statements", "");
}

static enum err
ask_lag(struct ctx *primary, struct ctx *replica, int64_t *bytes)
{
	struct rows written;
	struct rows replayed;

	TRY(db_run(primary, SQL_wal_written, &written, NO_PARAMS));
	TRY(db_run(replica, SQL_wal_replayed, &replayed, NO_PARAMS));
	*bytes = row_int(&written, 0, 0) - row_int(&replayed, 0, 0);
	return ERR_OK;
}

/* Without it, lists are read from the primary. */
void
doctor_replica(struct checkup *c)
{
	static const char name[] = "the replica for reads";
	const char *url = c->config->read_url;
	struct db_options options = checkup_options(c, url, true);
	struct database database = {0};
	struct ctx replica = *checkup_ctx(c, ROLE_WORKER);
	int64_t bytes = 0;

	if (url[0] == '\0' || !c->reachable[ROLE_WORKER])
		return;
	database.pool = db_pool_new(&options);
	replica.database = &database;
	if (database.pool != NULL &&
	    ask_lag(checkup_ctx(c, ROLE_WORKER), &replica, &bytes) == ERR_OK)
		foundf(c, SEVERITY_OK, name, "%lld bytes of WAL behind",
		       (long long)(bytes > 0 ? bytes : 0));
	else
		found(c, SEVERITY_WARNING, name, replica.fault.detail);
	db_pool_free(database.pool);
}

/* A connection to commit; a worker has another one for monitoring, a job runner others to renew its claims
 * and to listen. */
enum { WORKER_EXTRA = 2, RUNNER_EXTRA = 2 };

struct budget {
	int64_t server;
	int64_t role;     /* 0: no limit */
	int64_t database; /* the same */
	int64_t others;
	int64_t workers;
	int64_t runners;
};

static const struct column budget_columns[] = {
	COLUMN(struct budget, server),   COLUMN(struct budget, role),
	COLUMN(struct budget, database), COLUMN(struct budget, others),
	COLUMN(struct budget, workers),  COLUMN(struct budget, runners),
};

static int64_t
most_connections(const struct budget *b)
{
	int64_t most = b->server;

	if (b->role > 0 && b->role < most)
		most = b->role;
	return b->database > 0 && b->database < most ? b->database : most;
}

/* Processes that are not connected now are not known: the numbers are the least. */
void
doctor_connections(struct checkup *c)
{
	struct ctx *ctx = checkup_ctx(c, ROLE_WORKER);
	enum severity severity = SEVERITY_OK;
	struct budget b = {0};
	struct rows rows;
	int64_t needed;

	if (!c->reachable[ROLE_WORKER])
		return;
	if (db_run(ctx, SQL_connection_budget, &rows, NO_PARAMS) != ERR_OK) {
		found_failure(c, ctx);
		return;
	}
	rows_scan(&rows, 0, budget_columns, COUNT(budget_columns), &b);
	needed = b.workers * (c->config->connections + WORKER_EXTRA) +
		 b.runners * (c->config->connections + RUNNER_EXTRA);
	if (needed > most_connections(&b))
		severity = SEVERITY_ERROR;
	else if (needed + b.others > most_connections(&b))
		severity = SEVERITY_WARNING;
	foundf(c, severity, "database connections",
	       "%lld workers and %lld job runners are connected and need up to %lld; %lld are "
	       "allowed, others have %lld",
	       (long long)b.workers, (long long)b.runners, (long long)needed,
	       (long long)most_connections(&b), (long long)b.others);
}
