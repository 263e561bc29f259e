/* Settings: created on first access, changed in part. */
#include "tests/support/cmocka.h"

#include "api/drop/drop.h"
#include "tests/support/drop_users.h"

static void
test_defaults(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "defaults@example.com");

	for (int i = 0; i < 2; i++) {
		struct answer a = by_cookie(c, "GET", "/api/settings", jane.token, NULL);

		expect_status(&a, 200);
		expect_text(&a, "data.currency", "NOK");
		expect_text(&a, "data.language", "nb");
		expect_text(&a, "data.pushEnabled", "true");
		expect_text(&a, "data.emailEnabled", "true");
	}
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.drop_settings"), "1");
}

static void
test_change(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "change@example.com");
	struct answer a = by_cookie(c, "PATCH", "/api/settings", jane.token,
				    "{\"pushEnabled\":false,\"currency\":\"EUR\"}");

	expect_status(&a, 200);
	expect_text(&a, "data.currency", "EUR");
	expect_text(&a, "data.pushEnabled", "false");
	expect_text(&a, "data.emailEnabled", "true");
	a = by_cookie(c, "PATCH", "/api/settings", jane.token, "{\"language\":\"sq\"}");
	expect_text(&a, "data.language", "sq");
	expect_text(&a, "data.pushEnabled", "false");
	expect_text(&a, "data.currency", "EUR");
	a = by_cookie(c, "PATCH", "/api/settings", jane.token, "{}");
	expect_status(&a, 200);
	a = by_cookie(c, "GET", "/api/settings", jane.token, NULL);
	expect_text(&a, "data.language", "sq");
	a = by_cookie(c, "GET", "/api/auth/me", jane.token, NULL);
	expect_text(&a, "data.totalBalance", "0");
}

static void
test_rules(void **state)
{
	static const char *const bad[][2] = {
		{"currency", "{\"currency\":\"SEK\"}"},
		{"currency", "{\"currency\":\"nok\"}"},
		{"currency", "{\"currency\":7}"},
		{"language", "{\"language\":\"de\"}"},
		{"pushEnabled", "{\"pushEnabled\":1}"},
		{"pushEnabled", "{\"pushEnabled\":\"no\"}"},
		{"emailEnabled", "{\"emailEnabled\":\"\"}"},
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "rules@example.com");

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct answer a = by_cookie(c, "PATCH", "/api/settings", jane.token, bad[i][1]);

		expect_refusal(&a, 422, "validation_error");
		expect_text(&a, "details.0.field", bad[i][0]);
	}
}

static void
test_stranger(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", "/api/settings", NULL, NULL);

	expect_refusal(&a, 401, "unauthorized");
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_settings, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_defaults), client_test(test_change), client_test(test_rules),
		client_test(test_stranger), client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
