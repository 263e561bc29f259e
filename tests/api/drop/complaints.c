/* Complaints, and how administrators answer them. */
#include "tests/support/cmocka.h"

#include "api/drop/drop.h"
#include "api/pocket/pocket.h"
#include "tests/support/drop_users.h"

static struct person root;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	root = person_admin(*state, "root@example.com");
	return 0;
}

static struct answer
complain(struct client *c, const struct dropper *who, const char *subject, const char *description)
{
	return by_cookie(c, "POST", "/api/complaints", who->token,
			 client_text(c,
				     "{\"category\":\"fees\",\"subject\":\"%s\","
				     "\"description\":\"%s\"}",
				     subject, description));
}

static struct answer
reply_to(struct client *c, const char *id, const char *body)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/complaints/%s/answer", id),
			   root.access, client_json(c, "%s", body));
}

static void
test_complain(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "jane@example.com");
	struct answer a = complain(c, &jane, "High transfer fee", "It was 1 < 2 percent");

	expect_status(&a, 201);
	assert_true(is_drop_id(answer_at(&a, "data.id"), "cmp_"));
	expect_text(&a, "data.category", "fees");
	expect_text(&a, "data.subject", "High transfer fee");
	expect_text(&a, "data.description", "It was 1 < 2 percent");
	expect_text(&a, "data.status", "received");
	expect_text(&a, "data.resolution", NULL);
	assert_non_null(answer_at(&a, "data.created_at"));
	expect_text(&a, "commitmentNote",
		    "We will review and respond to your complaint within 15 business days per "
		    "Finansavtaleloven \xc2\xa7"
		    "3-53");
	a = by_cookie(c, "GET", "/api/complaints", jane.token, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.0.resolution", "null");
	expect_text(&a, "data.0.resolved_at", "null");
	expect_text(&a, "data.0.user_id", NULL);
	expect_text(&a, "pagination.limit", "10");
	expect_text(&a, "pagination.total", "1");
	a = by_cookie(c, "GET", "/api/notifications", jane.token, NULL);
	expect_text(&a, "data.0.type", "complaint");
}

static void
test_markup(void **state)
{
	static const char *const texts[][2] = {
		{"<b>Bold</b> words", "Bold words"},
		{"  spaced  ", "spaced"},
		{"<<b>script>alert(1)</script>", "alert(1)"},
		{"a <img src=x onerror=alert(1)", "a"},
		{"5 <6 and 7> 6", "5 <6 and 7> 6"},
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "markup@example.com");
	struct answer a;

	for (size_t i = 0; i < COUNT(texts); i++) {
		a = complain(c, &jane, texts[i][0], texts[i][0]);
		expect_status(&a, 201);
		expect_text(&a, "data.subject", texts[i][1]);
		expect_text(&a, "data.description", texts[i][1]);
	}
	a = complain(c, &jane, "<p></p>", "x");
	expect_refusal(&a, 400, "bad_request");
	a = complain(c, &jane, "x", "   ");
	expect_refusal(&a, 400, "bad_request");
}

static void
test_rules(void **state)
{
	static const char *const bad[] = {
		"{}",
		"{'category':'fees','subject':'x'}",
		"{'category':'fees','description':'x'}",
		"{'subject':'x','description':'x'}",
		"{'category':'weather','subject':'x','description':'x'}",
		"{'category':'fees','subject':'','description':'x'}",
		"{'category':'fees','subject':'x','description':7}",
	};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "rules@example.com");
	const char *long_text = client_value(c, "SELECT repeat('x', 2001)");
	struct answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		a = by_cookie(c, "POST", "/api/complaints", jane.token,
			      client_json(c, "%s", bad[i]));
		expect_refusal(&a, 400, "bad_request");
		assert_true(answer_count(&a, "details") > 0);
	}
	a = complain(c, &jane, client_text(c, "%.200s", long_text),
		     client_text(c, "%.2000s", long_text));
	expect_status(&a, 201);
	a = complain(c, &jane, client_text(c, "%.201s", long_text), "x");
	expect_refusal(&a, 400, "bad_request");
	a = complain(c, &jane, "x", long_text);
	expect_refusal(&a, 400, "bad_request");
}

static void
test_pages(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "pages@example.com");
	struct dropper eve = dropper_new(c, "eve@example.com");
	struct answer a;

	for (int i = 0; i < 3; i++) {
		a = complain(c, &jane, client_text(c, "Number %d", i), "x");
		expect_status(&a, 201);
	}
	a = by_cookie(c, "GET", "/api/complaints?page=2&limit=2", jane.token, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.subject", "Number 0");
	expect_text(&a, "pagination.totalPages", "2");
	a = by_cookie(c, "GET", "/api/complaints", eve.token, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = by_cookie(c, "GET", "/api/complaints?limit=101", jane.token, NULL);
	expect_refusal(&a, 422, "validation_error");
	a = by_cookie(c, "GET", "/api/complaints?limit=100", jane.token, NULL);
	expect_status(&a, 200);
}

static void
test_answer(void **state)
{
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "answer@example.com");
	struct answer a = complain(c, &jane, "Late", "Very late");
	const char *id = answer_at(&a, "data.id");

	a = client_call(c, "GET", client_text(c, "/v1/admin/complaints/%s", id), root.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.userId", jane.id);
	expect_text(&a, "data.email", jane.email);
	assert_string_equal(client_value(c,
					 "SELECT due_at - created_at FROM cowry.complaint "
					 "WHERE drop_id = '%s'",
					 id),
			    "21 days");
	a = reply_to(c, id, "{'status':'in_review'}");
	expect_status(&a, 200);
	expect_text(&a, "data.resolvedAt", "null");
	a = reply_to(c, id, "{'status':'resolved'}");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = reply_to(c, id, "{'status':'resolved','resolution':'<b></b> '}");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = reply_to(c, id, "{'status':'received'}");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = reply_to(c, id, "{'status':'resolved','resolution':'It has arrived.'}");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "resolved");
	a = reply_to(c, id, "{'status':'rejected','resolution':'No.'}");
	expect_refusal(&a, 409, "CONFLICT");
	a = by_cookie(c, "GET", "/api/complaints", jane.token, NULL);
	expect_text(&a, "data.0.status", "resolved");
	expect_text(&a, "data.0.resolution", "It has arrived.");
	assert_string_not_equal(answer_at(&a, "data.0.resolved_at"), "null");
	a = by_cookie(c, "GET", "/api/notifications", jane.token, NULL);
	assert_int_equal(answer_count(&a, "data"), 3);
	expect_text(&a, "data.0.message", "It has arrived.");
	expect_text(&a, "data.0.subjectId", id);
	a = client_call(c, "GET", "/v1/admin/audit?action=complaint_answer", root.access, NULL);
	expect_text(&a, "data.0.subject", id);
	expect_text(&a, "data.0.detail.status", "resolved");
}

static void
test_administration(void **state)
{
	static const char *const nowhere[] = {"cmp_0000000000000000", "x", "cmp_",
					      "con_0000000000000000"};
	struct client *c = *state;
	struct dropper jane = dropper_new(c, "admin@example.com");
	struct answer a = complain(c, &jane, "One", "x");

	expect_status(&a, 201);
	a = client_call(c, "GET", "/v1/admin/complaints?status=received&category=fees&limit=1",
			root.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.subject", "One");
	a = client_call(c, "GET", "/v1/admin/complaints?category=privacy", root.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = client_call(c, "GET", "/v1/admin/complaints?status=x", root.access, NULL);
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = client_call(c, "GET", "/v1/admin/complaints", jane.token, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	for (size_t i = 0; i < COUNT(nowhere); i++) {
		a = client_call(c, "GET", client_text(c, "/v1/admin/complaints/%s", nowhere[i]),
				root.access, NULL);
		expect_refusal(&a, 404, "NOT_FOUND");
		a = reply_to(c, nowhere[i], "{'status':'in_review'}");
		expect_refusal(&a, 404, "NOT_FOUND");
	}
}

static void
test_routes(void **state)
{
	client_covered(*state, drop_complaints, NULL);
	client_covered(*state, pocket_complaints, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_complain), client_test(test_markup),
		client_test(test_rules),    client_test(test_pages),
		client_test(test_answer),   client_test(test_administration),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
