/* What tests of requests do in the database besides. */
#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "ledger/verify.h"
#include "tests/support/client.h"
#include "tests/support/vectors.h"

/* A file of the source, and what follows it. */
static void
run_file(struct client *c, const char *file, const char *more)
{
	size_t length = 0;
	char *sql = read_whole(client_text(c, "%s/%s", getenv("srcdir"), file), &length);

	assert_non_null(sql);
	client_sql(c, "%s\n%s", sql, more);
	free(sql);
}

void
client_migrate(struct client *c, const char *file)
{
	run_file(c, client_text(c, "sql/migrations/%s", file), "");
}

void
client_post_many(struct client *c, const char *payer, const char *payee, int n)
{
	run_file(c, "tests/support/post_many.sql",
		 client_text(c, "SELECT pg_temp.post_many('%s', '%s', %d)", payer, payee, n));
}

void
client_stop_minute(struct client *c)
{
	client_sql(c,
		   "CREATE OR REPLACE FUNCTION cowry.one_minute() RETURNS trigger LANGUAGE plpgsql"
		   " AS $$BEGIN NEW.minute := '2100-01-01Z'; RETURN NEW; END$$");
	client_sql(c, "CREATE OR REPLACE TRIGGER one_minute BEFORE INSERT ON cowry.rate_count"
		      " FOR EACH ROW EXECUTE FUNCTION cowry.one_minute()");
}

void
client_books_hold(void **state)
{
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *const *problems;
	size_t n;

	for (size_t i = 0; ledger_check_at(i) != NULL; i++) {
		assert_int_equal(ledger_check_run(&ctx, i, NULL, &problems, &n), ERR_OK);
		for (size_t p = 0; p < n; p++)
			print_error("%s: %s\n", ledger_check_at(i)->name, problems[p]);
		assert_int_equal(n, 0);
	}
}
