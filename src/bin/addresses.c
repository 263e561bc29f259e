#include "bin/addresses.h"

#include <stdio.h>

#include "app/operation/rekey.h"
#include "base/arena.h"
#include "db/db.h"
#include "runtime/app.h"

enum { ARENA_MAX = 64 * 1024 * 1024 };

/* An account by its id: the output may end in a log, which must not contain addresses. */
static void
print(const struct odd_address *address)
{
	char id[UUID_TEXT_MAX];

	(void)printf("! user %s: %s\n", uuid_text(id, address->user),
		     address->taken
			     ? "another account has a different spelling of this email address"
			     : "the email address has characters that are no longer allowed");
}

bool
addresses_report(const struct config *config, bool change, char problem[512])
{
	struct db_options options = {config->owner_url, "cowry-addresses", 1,
				     config->statement_timeout_ms, config->connect_timeout_ms};
	struct app app = {
		.config = config, .database.pool = db_pool_new(&options), .now = clock_system};
	struct ctx ctx = {.app = &app, .database = &app.database, .arena = arena_new(ARENA_MAX)};
	struct odd_address *odd = NULL;
	size_t n = 0;
	bool ok = app.database.pool != NULL && rekey_addresses(&ctx, change, &odd, &n) == ERR_OK;

	for (size_t i = 0; ok && i < n; i++)
		print(&odd[i]);
	if (!ok)
		(void)snprintf(problem, 512, "email addresses of users: %s", ctx.fault.detail);
	arena_free(ctx.arena);
	db_pool_free(app.database.pool);
	return ok;
}
