/* Voucher payees, registered by administrators. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

#define PAYEES "/v1/admin/payees"

static struct person admin;
static struct person ann;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	admin = person_admin(*state, "root@example.com");
	ann = person_new(*state, "ann@example.com");
	return 0;
}

/* A body's members in single quotes. */
static struct answer
add(struct client *c, const char *access, const char *members)
{
	return client_call(c, "POST", PAYEES, access, client_json(c, "{%s}", members));
}

static struct answer
drop(struct client *c, const char *access, const char *id)
{
	return client_call(c, "DELETE", client_text(c, PAYEES "/%s", id), access, NULL);
}

static struct answer
list(struct client *c, const char *query)
{
	struct answer a =
		client_call(c, "GET", client_text(c, PAYEES "%s", query), admin.access, NULL);

	expect_status(&a, 200);
	return a;
}

static void
test_life(void **state)
{
	struct client *c = *state;
	struct answer a = add(c, admin.access, "'kind':'merchant','code':'SHOP 1','name':'Shop'");
	const char *id = answer_at(&a, "data.id");

	expect_status(&a, 201);
	expect_text(&a, "data.kind", "merchant");
	expect_text(&a, "data.code", "SHOP 1");
	expect_text(&a, "data.name", "Shop");
	expect_text(&a, "data.status", "registered");
	expect_text(&a, "data.owed", "0.00");
	a = add(c, admin.access, "'kind':'merchant','code':'SHOP 1'");
	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	expect_text(&a, "data.name", "null");
	a = add(c, admin.access, "'kind':'service_provider','code':'SHOP 1'");
	expect_status(&a, 201);
	assert_string_not_equal(answer_at(&a, "data.id"), id);
	a = drop(c, admin.access, id);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "unregistered");
	a = drop(c, admin.access, id);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = list(c, "?status=registered");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.kind", "service_provider");
	a = list(c, "?status=unregistered");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.id", id);
	a = add(c, admin.access, "'kind':'merchant','code':'SHOP 1','name':'Again'");
	expect_status(&a, 201);
	expect_text(&a, "data.id", id);
	assert_string_equal(
		client_value(c,
			     "SELECT string_agg(action || ' ' || (detail->>'code'), ', '"
			     " ORDER BY audit_id) FROM cowry.audit_log WHERE subject = '%s'",
			     id),
		"payee_register SHOP 1, payee_register SHOP 1, payee_remove SHOP 1,"
		" payee_register SHOP 1");
}

static void
test_pages(void **state)
{
	struct client *c = *state;
	struct answer a;

	for (int i = 0; i < 5; i++)
		a = add(c, admin.access, client_text(c, "'kind':'merchant','code':'P%d'", i));
	a = list(c, "?limit=2");
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.code", "P4");
	a = list(c, client_text(c, "?limit=2&cursor=%s", answer_at(&a, "pagination.nextCursor")));
	expect_text(&a, "data.0.code", "P2");
}

/* A payee named by redeemers before there was a register is not paid, until it is registered. */
static void
test_named_before(void **state)
{
	struct client *c = *state;
	struct answer a = add(c, admin.access, "'kind':'merchant','code':'OLD'");
	const char *id = answer_at(&a, "data.id");

	client_sql(c, "UPDATE cowry.payee SET registered_at = NULL WHERE code = 'OLD'");
	a = list(c, "?status=unregistered&limit=1");
	expect_text(&a, "data.0.id", id);
	a = add(c, admin.access, "'kind':'merchant','code':'OLD'");
	expect_status(&a, 201);
	expect_text(&a, "data.id", id);
}

static void
test_refused(void **state)
{
	struct client *c = *state;
	static const char *const bodies[] = {"",
					     "'kind':'merchant'",
					     "'code':'A'",
					     "'kind':'shop','code':'A'",
					     "'kind':'merchant','code':''",
					     "'kind':'merchant','code':7",
					     "'kind':'merchant','code':'A\\u0007'"};
	struct answer a;

	for (size_t i = 0; i < COUNT(bodies); i++) {
		a = add(c, admin.access, bodies[i]);
		expect_refusal(&a, 400, "VALIDATION_FAILED");
	}
	a = add(c, ann.access, "'kind':'merchant','code':'A'");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = add(c, NULL, "'kind':'merchant','code':'A'");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = drop(c, ann.access, NOBODY);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = drop(c, admin.access, NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", PAYEES "?status=paid", admin.access, NULL);
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.payee WHERE code = 'A'"),
			    "0");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_payees, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_life),         client_test(test_pages),
		client_test(test_named_before), client_test(test_refused),
		client_test(client_books_hold), client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
