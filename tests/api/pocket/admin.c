/* Administrators' operations on wallets, and their audit log. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct person admin;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	acme = tenant_new(c, "acme");
	admin = person_admin(c, "root@example.com");
	return 0;
}

static struct answer
order(struct client *c, const char *which, const char *credential, const char *wallet,
      const char *amount, const char *reference, const char *more)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/wallets/%s", which), credential,
			   client_json(c,
				       "{'walletId':'%s','amount':'%s','currency':'NGN',"
				       "'reference':'%s','reason':'Ticket 4711'%s}",
				       wallet, amount, reference, more));
}

static const char *
audited(struct client *c, const char *reference)
{
	return client_value(c, "SELECT count(*) FROM cowry.audit_log WHERE subject = '%s'",
			    reference);
}

static void
test_credit_and_debit(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.live_key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer first = order(c, "credit", admin.access, wallet, "100.5", reference, "");
	struct answer a;

	expect_status(&first, 201);
	expect_text(&first, "data.type", "admin_credit");
	expect_text(&first, "data.walletId", wallet);
	expect_text(&first, "data.amount", "100.50");
	expect_text(&first, "data.balance", "100.50");
	assert_string_equal(audited(c, reference), "1");
	assert_string_equal(
		client_value(c,
			     "SELECT action || ' ' || (detail->>'reason') || ' ' || email"
			     " FROM cowry.audit_log JOIN cowry.users USING (user_id)"
			     " WHERE subject = '%s'",
			     reference),
		"admin_credit Ticket 4711 root@example.com");
	a = order(c, "credit", admin.access, wallet, "100.50", reference, "");
	expect_status(&a, 200);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	expect_text(&a, "data.id", answer_at(&first, "data.id"));
	assert_string_equal(audited(c, reference), "1");
	a = order(c, "credit", admin.access, wallet, "1", reference, "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = order(c, "debit", admin.access, wallet, "100.51", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	reference = fresh_reference(c);
	a = order(c, "debit", admin.access, wallet, "0.50", reference, "");
	expect_status(&a, 201);
	expect_text(&a, "data.balance", "100.00");
	assert_string_equal(audited(c, reference), "1");
	assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "100.00");
}

static void
test_by_number(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a;

	client_sql(c,
		   "UPDATE cowry.wallet w SET number = '1234567890123' FROM cowry.account a"
		   " WHERE a.account_id = w.account_id AND a.public_id = '%s'",
		   wallet);
	a = order(c, "credit", admin.access, "1234567890123", "1", fresh_reference(c), "");
	expect_status(&a, 201);
	expect_text(&a, "data.walletId", wallet);
	a = order(c, "debit", admin.access, wallet, "1", "taken-twice", "");
	expect_status(&a, 201);
	a = order(c, "debit", admin.access, wallet, "1", "taken-twice", "");
	expect_status(&a, 200);
	a = order(c, "credit", admin.access, "1234567890124", "1", fresh_reference(c), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = order(c, "credit", admin.access, NOBODY, "1", fresh_reference(c), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = order(c, "credit", admin.access, operator_account(c, wallet), "1", fresh_reference(c),
		  "");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_rules(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *before = books(c);
	struct answer a;

	a = order(c, "credit", acme.owner.access, wallet, "1", fresh_reference(c), "");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = order(c, "debit", acme.test_key, wallet, "1", fresh_reference(c), "");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = order(c, "credit", admin.access, wallet, "1.001", fresh_reference(c), "");
	expect_field(&a, "amount");
	a = client_call(c, "POST", "/v1/admin/wallets/credit", admin.access,
			client_json(c,
				    "{'walletId':'%s','amount':'1','currency':'NGN',"
				    "'reference':'no-reason','reason':'x'}",
				    wallet));
	expect_field(&a, "reason");
	a = order(c, "credit", admin.access, wallet, "5", fresh_reference(c), ",'dryRun':true");
	expect_status(&a, 201);
	expect_text(&a, "data.dryRun", "true");
	assert_string_equal(books(c), before);
}

/* The project can't reverse an operator's debit. */
static void
test_not_reversible_by_projects(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "10");
	struct answer a = order(c, "debit", admin.access, wallet, "10", fresh_reference(c), "");

	expect_status(&a, 201);
	a = act(c, acme.test_key, "transactions", answer_at(&a, "data.id"), "reverse", "");
	expect_refusal(&a, 422, "NOT_REVERSIBLE");
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "0.00");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_admin, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_credit_and_debit),
		client_test(test_by_number),
		client_test(test_rules),
		client_test(test_not_reversible_by_projects),
		client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
