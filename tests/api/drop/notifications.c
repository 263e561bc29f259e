/* Notifications: owners, pages, and reading them. */
#include "tests/support/cmocka.h"

#include "api/drop/drop.h"
#include "tests/support/drop_users.h"

static void
notify(struct client *c, const struct dropper *person, int n)
{
	client_sql(
		c,
		"INSERT INTO cowry.notification (drop_id, user_id, type, title, message) "
		"SELECT 'noti_' || lpad(to_hex(user_id * 1000 + i), 16, '0'), user_id, 'payment', "
		"'Title ' || i, 'Message' FROM cowry.users, generate_series(1, %d) i "
		"WHERE drop_id = '%s'",
		n, person->id);
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "jane@example.com");
	struct answer a = by_cookie(c, "GET", "/api/notifications", jane.token, NULL);

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 0);
	expect_text(&a, "pagination.total", "0");
	expect_text(&a, "pagination.totalPages", "0");
	notify(c, &jane, 7);
	a = by_cookie(c, "GET", "/api/notifications?page=2&limit=3", jane.token, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 3);
	expect_text(&a, "data.0.title", "Title 4");
	expect_text(&a, "data.0.read", "false");
	expect_text(&a, "data.0.subjectId", "null");
	assert_true(is_drop_id(answer_at(&a, "data.0.id"), "noti_"));
	expect_text(&a, "pagination.page", "2");
	expect_text(&a, "pagination.limit", "3");
	expect_text(&a, "pagination.total", "7");
	expect_text(&a, "pagination.totalPages", "3");
	a = by_cookie(c, "GET", "/api/notifications?page=4&limit=3", jane.token, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = by_cookie(c, "GET", "/api/notifications", jane.token, NULL);
	assert_int_equal(answer_count(&a, "data"), 7);
	expect_text(&a, "pagination.limit", "50");
	a = by_cookie(c, "GET", "/api/notifications?limit=101", jane.token, NULL);
	expect_refusal(&a, 422, "validation_error");
	a = by_cookie(c, "GET", "/api/notifications?page=0", jane.token, NULL);
	expect_refusal(&a, 422, "validation_error");
}

static struct answer
read_all(struct client *c, const struct dropper *who, const char *ids)
{
	return by_cookie(c, "PATCH", "/api/notifications", who->token,
			 client_text(c, "{\"notificationIds\":%s}", ids));
}

static const char *
ids_of(struct client *c, const struct dropper *who)
{
	return client_value(c,
			    "SELECT json_agg(n.drop_id) FROM cowry.notification n "
			    "JOIN cowry.users u USING (user_id) WHERE u.drop_id = '%s'",
			    who->id);
}

static void
test_read(void **state)
{
	struct client *c = *state;
	struct dropper mary = dropper_new(c, "mary@example.com");
	struct dropper eve = dropper_new(c, "eve@example.com");
	struct answer a;

	notify(c, &mary, 3);
	a = read_all(c, &eve, ids_of(c, &mary));
	expect_status(&a, 200);
	expect_text(&a, "data.updated", "0");
	a = read_all(c, &mary, ids_of(c, &mary));
	expect_text(&a, "data.updated", "3");
	a = read_all(c, &mary, ids_of(c, &mary));
	expect_text(&a, "data.updated", "0");
	a = by_cookie(c, "GET", "/api/notifications", mary.token, NULL);
	expect_text(&a, "data.0.read", "true");
}

static void
test_rules(void **state)
{
	static const char *const bad[] = {
		"\"noti_0123456789abcdef\"",
		"[7]",
		"[\"\"]",
		"[\"noti_0123456789abcde\"]",
		"[\"noti_0123456789ABCDEF\"]",
		"[\"noti-0123456789abcdef\"]",
		"[\"_0123456789abcdef\"]",
		"[\"tx_rem_0123456789abcdef\"]",
		"null",
	};
	struct client *c = *state;
	struct dropper mary = dropper_new(c, "rules@example.com");
	const char *many = "\"noti_0123456789abcdef\"";
	struct answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		a = read_all(c, &mary, bad[i]);
		expect_refusal(&a, 422, "validation_error");
		expect_text(&a, "details.0.field", "notificationIds");
	}
	for (int i = 1; i < 100; i++)
		many = client_text(c, "%s,\"noti_0123456789abcdef\"", many);
	a = read_all(c, &mary, "[]");
	expect_text(&a, "data.updated", "0");
	a = read_all(c, &mary, client_text(c, "[%s]", many));
	expect_status(&a, 200);
	a = read_all(c, &mary, client_text(c, "[%s,\"noti_0123456789abcdef\"]", many));
	expect_refusal(&a, 422, "validation_error");
}

static void
test_kyc_decision(void **state)
{
	struct client *c = *state;
	struct dropper mary = dropper_new(c, "kyc@example.com");
	struct person root = person_admin(c, "root@example.com");
	const char *id =
		client_value(c, "SELECT public_id FROM cowry.users WHERE drop_id = '%s'", mary.id);
	static const char *const steps[][2] = {
		{"verified", "Your identity is verified"},
		{"verified", "Your identity is verified"},
		{"rejected", "Your identity was not verified"},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(steps); i++) {
		a = client_call(c, "PATCH", client_text(c, "/v1/users/%s", id), root.access,
				client_json(c, "{'kycStatus':'%s'}", steps[i][0]));
		expect_status(&a, 200);
		a = by_cookie(c, "GET", "/api/notifications", mary.token, NULL);
		expect_text(&a, "data.0.type", "kyc");
		expect_text(&a, "data.0.title", steps[i][1]);
		expect_text(&a, "pagination.total", i < 2 ? "1" : "2");
	}
	a = by_cookie(c, "GET", "/api/auth/me", mary.token, NULL);
	expect_text(&a, "data.kycStatus", "rejected");
}

static void
test_switched_off(void **state)
{
	struct client *c = *state;
	struct dropper mary = dropper_new(c, "off@example.com");
	struct answer a;

	c->fixture->config.drop_notifications = false;
	a = by_cookie(c, "GET", "/api/notifications", mary.token, NULL);
	expect_refusal(&a, 404, "not_found");
	a = read_all(c, &mary, "[\"noti_0123456789abcdef\"]");
	expect_refusal(&a, 404, "not_found");
	c->fixture->config.drop_notifications = true;
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_notifications, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_list),         client_test(test_read),
		client_test(test_rules),        client_test(test_kyc_decision),
		client_test(test_switched_off), client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
