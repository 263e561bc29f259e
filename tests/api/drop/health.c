/* The health check, with the database and without. */
#include "tests/support/cmocka.h"

#include "api/drop/drop.h"
#include "runtime/app.h"
#include "tests/support/client.h"

static void
test_healthy(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", "/api/health", NULL, NULL);

	expect_status(&a, 200);
	expect_text(&a, "status", "ok");
	expect_text(&a, "db", "connected");
	assert_non_null(answer_at(&a, "uptime"));
	assert_non_null(answer_at(&a, "dbLatencyMs"));
	assert_non_null(answer_at(&a, "timestamp"));
}

static void
test_without_database(void **state)
{
	struct client *c = *state;
	struct app app = *c->app;
	struct client lame = *c;
	struct db_options options = c->fixture->options;
	struct answer a;

	options.conninfo = "host=/nonexistent connect_timeout=2";
	app.database.pool = db_pool_new(&options);
	lame.app = &app;
	a = client_call(&lame, "GET", "/api/health", NULL, NULL);
	expect_status(&a, 503);
	expect_text(&a, "status", "error");
	expect_text(&a, "db", "disconnected");
	a = client_call(&lame, "POST", "/v1/auth/logout", NULL, "{\"refreshToken\":\"x\"}");
	expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
	db_pool_free(app.database.pool);
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_health, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_healthy),
		client_test(test_without_database),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
