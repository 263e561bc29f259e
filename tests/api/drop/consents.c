/* Consents: one per kind, with time and address. */
#include "tests/support/cmocka.h"

#include "api/drop/drop.h"
#include "tests/support/drop_users.h"

static struct answer
consent(struct client *c, const struct dropper *who, const char *type, bool granted)
{
	return by_cookie(c, "POST", "/api/consents", who->token,
			 client_json(c, "{'consentType':'%s','granted':%s}", type,
				     granted ? "true" : "false"));
}

static void
test_life(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "jane@example.com");
	struct answer a = consent(c, &jane, "marketing", true);
	const char *id;

	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	assert_true(is_drop_id(id, "con_"));
	expect_text(&a, "data.consent_type", "marketing");
	expect_text(&a, "data.granted", "1");
	assert_string_not_equal(answer_at(&a, "data.granted_at"), "null");
	expect_text(&a, "data.withdrawn_at", "null");
	expect_text(&a, "data.ip_address", "192.0.2.1");
	a = consent(c, &jane, "marketing", false);
	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	expect_text(&a, "data.granted", "0");
	assert_string_not_equal(answer_at(&a, "data.granted_at"), "null");
	assert_string_not_equal(answer_at(&a, "data.withdrawn_at"), "null");
	a = consent(c, &jane, "marketing", true);
	expect_status(&a, 200);
	expect_text(&a, "data.withdrawn_at", "null");
}

static void
test_never_given(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "never@example.com");
	struct answer a = consent(c, &jane, "cookies_analytics", false);

	expect_status(&a, 201);
	expect_text(&a, "data.granted", "0");
	expect_text(&a, "data.granted_at", "null");
	assert_string_not_equal(answer_at(&a, "data.withdrawn_at"), "null");
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct dropper mary = dropper_new(c, "mary@example.com");
	struct dropper eve = dropper_new(c, "eve@example.com");
	struct answer a;

	a = consent(c, &mary, "terms", true);
	expect_status(&a, 201);
	a = consent(c, &mary, "privacy", true);
	expect_status(&a, 201);
	a = by_cookie(c, "GET", "/api/consents", mary.token, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.user_id", mary.id);
	expect_text(&a, "data.0.consent_type", "terms");
	expect_text(&a, "data.0.granted", "1");
	expect_text(&a, "pagination", NULL);
	a = by_cookie(c, "GET", "/api/consents", eve.token, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", "/api/consents", NULL, NULL);
	expect_refusal(&a, 401, "unauthorized");
}

static void
test_at_once(void **state)
{
	enum { TRIES = 6 };
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "racing@example.com");
	struct ask asks[TRIES];
	int statuses[TRIES];

	for (size_t i = 0; i < TRIES; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/api/consents",
				       .credential = jane.token,
				       .body = "{\"consentType\":\"terms\",\"granted\":true}"};
	client_at_once(c, asks, TRIES, statuses);
	assert_int_equal(count_status(statuses, TRIES, 201), 1);
	assert_int_equal(count_status(statuses, TRIES, 200), TRIES - 1);
}

static void
test_rules(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{\"consentType\":\"terms\"}",
		"{\"granted\":true}",
		"{\"consentType\":\"everything\",\"granted\":true}",
		"{\"consentType\":\"terms\",\"granted\":1}",
		"{\"consentType\":\"terms\",\"granted\":\"true\"}",
		"{\"consentType\":\"terms\",\"granted\":null}",
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "rules@example.com");

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct answer a = by_cookie(c, "POST", "/api/consents", jane.token, bad[i]);

		expect_refusal(&a, 400, "bad_request");
	}
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_consents, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_life),    client_test(test_never_given), client_test(test_list),
		client_test(test_at_once), client_test(test_rules),       client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
