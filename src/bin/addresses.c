#include "bin/addresses.h"

#include <stdio.h>

#include "app/operation/rekey.h"
#include "base/arena.h"
#include "db/db.h"
#include "runtime/app.h"

enum { ARENA_MAX = 64 * 1024 * 1024 };

const char *
address_report(char out[ADDRESS_REPORT_MAX], const struct odd_address *address)
{
	char id[UUID_TEXT_MAX];

	(void)snprintf(out, ADDRESS_REPORT_MAX, "user %s: %s", uuid_text(id, address->user),
		       address->taken
			       ? "another account has a different spelling of this email address"
			       : "the email address has characters that are no longer allowed");
	return out;
}

bool
addresses_rekey(const struct config *config, char problem[512])
{
	struct db_options options = {.conninfo = config->owner_url,
				     .application_name = "cowry-addresses",
				     .connections = 1,
				     .statement_timeout_ms = config->statement_timeout_ms,
				     .connect_timeout_ms = config->connect_timeout_ms};
	struct app app = {
		.config = config, .database.pool = db_pool_new(&options), .now = clock_system};
	struct ctx ctx = {.app = &app, .database = &app.database, .arena = arena_new(ARENA_MAX)};
	struct odd_address *odd = NULL;
	char line[ADDRESS_REPORT_MAX];
	size_t n = 0;
	bool ok = app.database.pool != NULL && rekey_addresses(&ctx, true, &odd, &n) == ERR_OK;

	for (size_t i = 0; ok && i < n; i++)
		(void)printf("! %s\n", address_report(line, &odd[i]));
	if (!ok)
		(void)snprintf(problem, 512, "email addresses of users: %s", ctx.fault.detail);
	arena_free(ctx.arena);
	db_pool_free(app.database.pool);
	return ok;
}
