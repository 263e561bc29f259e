#include <config.h>

#include "bin/doctor.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "crypto/keyring.h"
#include "db/db.h"
#include "db/migrate.h"

enum { ARENA_MAX = 16 * 1024 * 1024 };

static bool
report(bool ok, const char *what, const char *detail)
{
	(void)printf("%s %s%s%s\n", ok ? "✓" : "✗", what, detail[0] != '\0' ? ": " : "", detail);
	return ok;
}

static void
print_setting(const struct config *config, const struct config_row *row)
{
	const void *member = (const char *)config + row->offset;
	/* NOLINTNEXTLINE(concurrency-mt-unsafe): the only thread */
	const char *origin = getenv(row->variable) != NULL ? "" : " (default)";

	switch (row->kind) {
	case CONFIG_TEXT:
		(void)printf("  %-28s %s%s\n", row->variable, *(const char *const *)member, origin);
		break;
	case CONFIG_SECRET:
		(void)printf("  %-28s %s%s\n", row->variable,
			     (*(const char *const *)member)[0] != '\0' ? "(set)" : "(empty)",
			     origin);
		break;
	case CONFIG_NUMBER:
		(void)printf("  %-28s %lld%s\n", row->variable, (long long)*(const int64_t *)member,
			     origin);
		break;
	case CONFIG_FLAG:
		(void)printf("  %-28s %s%s\n", row->variable, *(const bool *)member ? "yes" : "no",
			     origin);
		break;
	}
}

static bool
check_database(const struct config *config, const char *what, const char *conninfo)
{
	struct db_options options = {conninfo, "cowry-doctor", 1, config->statement_timeout_ms,
				     config->connect_timeout_ms};
	struct app app = {.config = config, .pool = db_pool_new(&options), .now = clock_system};
	struct ctx ctx = {.app = &app, .arena = arena_new(ARENA_MAX)};
	int64_t latency_ns = 0;
	char detail[320] = "";
	bool ok = db_ping(&ctx, &latency_ns) == ERR_OK;

	(void)snprintf(detail, sizeof(detail), ok ? "%.0lld µs%s" : "%.0lld%s",
		       ok ? (long long)latency_ns / 1000 : 0LL, ok ? "" : ctx.fault.detail);
	(void)report(ok, what, detail);
	arena_free(ctx.arena);
	db_pool_free(app.pool);
	return ok;
}

static bool
check_keys(const struct config *config)
{
	char problem[256] = "";
	struct keyring *keys = keyring_load(config->secrets_dir, problem);
	bool ok = report(keys != NULL, "key files", problem);

	keyring_free(keys);
	return ok;
}

static bool
check_migrations(const struct config *config)
{
	char problem[512] = "";
	char dir[1024];
	int pending;

	(void)snprintf(dir, sizeof(dir), "%s/migrations", config->sql_dir);
	pending = migrate_pending(config->owner_url, dir, problem);
	if (pending > 0)
		(void)snprintf(problem, sizeof(problem), "%d to apply; run cowry migrate", pending);
	return report(pending == 0, "migrations", problem);
}

static bool
check_mail(const struct config *config)
{
	if (config->smtp_url[0] != '\0')
		return report(true, "mail goes out by SMTP", config->smtp_url);
	return report(access(config->mail_dir, W_OK | X_OK) == 0, "mail goes to the spool folder",
		      config->mail_dir);
}

bool
doctor(const struct config *config)
{
	const struct config_row *row;
	bool ok = true;

	(void)printf("Settings\n");
	for (size_t i = 0; (row = config_row(i)) != NULL; i++)
		print_setting(config, row);
	(void)printf("\nChecks\n");
	ok &= check_keys(config);
	ok &= check_database(config, "database, as the worker", config->database_url);
	ok &= check_database(config, "database, as the owner", config->owner_url);
	ok &= check_database(config, "database, as the auditor", config->auditor_url);
	ok &= check_migrations(config);
	ok &= check_mail(config);
	return ok;
}

void
doctor_settings_manual(void)
{
	const struct config_row *row;

	for (size_t i = 0; (row = config_row(i)) != NULL; i++) {
		(void)printf(".It Ev %s\n%c%s.\n", row->variable, toupper(row->help[0]),
			     row->help + 1);
		if (row->kind == CONFIG_NUMBER)
			(void)printf("From %lld to %lld; %s unless set.\n", (long long)row->least,
				     (long long)row->most, row->fallback);
		else if (row->fallback[0] != '\0')
			(void)printf("Default:\n.Ql %s .\n", row->fallback);
	}
}
