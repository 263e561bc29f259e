/* Checks of the database: connections, settings, migrations. */
#include <stdio.h>

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
	int pending;

	(void)snprintf(dir, sizeof dir, "%s/migrations", c->config->sql_dir);
	pending = migrate_pending(c->config->owner_url, dir, problem);
	c->migrated = pending == 0;
	if (pending > 0)
		foundf(c, SEVERITY_ERROR, "migrations", "%d pending; run cowry migrate", pending);
	else
		found(c, c->migrated ? SEVERITY_OK : SEVERITY_ERROR, "migrations", problem);
}
