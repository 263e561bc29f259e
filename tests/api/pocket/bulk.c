/* Up to 1,000 transactions at once: atomic, or each on its own. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

static struct tenant acme;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	acme = tenant_new(*state, "acme");
	return 0;
}

static struct answer
bulk(struct client *c, const char *items, const char *more)
{
	return client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
			   client_json(c, "{'transactions':[%s]%s}", items, more));
}

static const char *
credit(struct client *c, const char *wallet, const char *amount, const char *reference)
{
	return client_text(c,
			   "{'type':'credit','walletId':'%s','amount':'%s','currency':'NGN',"
			   "'reference':'%s'}",
			   wallet, amount, reference);
}

static const char *
debit(struct client *c, const char *wallet, const char *amount, const char *reference)
{
	return client_text(c,
			   "{'type':'debit','walletId':'%s','amount':'%s','currency':'NGN',"
			   "'reference':'%s'}",
			   wallet, amount, reference);
}

static const char *
moved(struct client *c, const char *from, const char *to, const char *amount, const char *reference)
{
	return client_text(c,
			   "{'type':'transfer','fromWalletId':'%s','toWalletId':'%s',"
			   "'amount':'%s','currency':'NGN','reference':'%s'}",
			   from, to, amount, reference);
}

static void
expect_balance(struct client *c, const char *wallet, const char *amount)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), amount);
}

/* Each sees what the ones before it did. */
static void
test_in_order(void **state)
{
	struct client *c = *state;
	const char *a1 = wallet_new(c, acme.test_key, "NGN");
	const char *a2 = wallet_new(c, acme.test_key, "NGN");
	const char *items = client_text(c, "%s,%s,%s", credit(c, a1, "10", fresh_reference(c)),
					moved(c, a1, a2, "7", fresh_reference(c)),
					debit(c, a2, "7", fresh_reference(c)));
	struct answer a = bulk(c, items, "");

	expect_status(&a, 201);
	expect_text(&a, "data.posted", "3");
	expect_text(&a, "data.failed", "0");
	assert_int_equal(answer_count(&a, "data.results"), 3);
	expect_text(&a, "data.results.2.index", "2");
	expect_text(&a, "data.results.2.status", "completed");
	assert_non_null(answer_at(&a, "data.results.2.id"));
	expect_balance(c, a1, "3.00");
	expect_balance(c, a2, "0.00");
	expect_text(&a, "data.replayed", "0");
	a = bulk(c, items, "");
	expect_text(&a, "data.posted", "0");
	expect_text(&a, "data.replayed", "3");
	expect_text(&a, "data.failed", "0");
	expect_text(&a, "data.results.0.replayed", "true");
	expect_balance(c, a1, "3.00");
}

static void
test_all_or_none(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *items = client_text(c, "%s,%s,%s", credit(c, wallet, "10", fresh_reference(c)),
					debit(c, wallet, "11", fresh_reference(c)),
					credit(c, NOBODY, "1", fresh_reference(c)));
	const char *before = books(c);
	struct answer a = bulk(c, items, "");

	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS"); /* the first one decides the status */
	assert_true(answer_names(&a, "transactions[1]"));
	assert_true(answer_names(&a, "transactions[2]"));
	assert_false(answer_names(&a, "transactions[0]"));
	expect_text(&a, "errors.1.code", "NOT_FOUND");
	assert_string_equal(books(c), before);
	a = bulk(c, items, ",'atomic':false");
	expect_status(&a, 201);
	expect_text(&a, "data.posted", "1");
	expect_text(&a, "data.failed", "2");
	expect_text(&a, "data.results.1.status", "failed");
	expect_text(&a, "data.results.1.code", "INSUFFICIENT_FUNDS");
	expect_text(&a, "data.results.1.id", NULL);
	expect_text(&a, "data.results.2.code", "NOT_FOUND");
	expect_balance(c, wallet, "10.00");
}

static void
test_same_reference_twice(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	const char *items = client_text(c, "%s,%s,%s", credit(c, wallet, "10", reference),
					credit(c, wallet, "10.00", reference),
					credit(c, wallet, "11", reference));
	struct answer a = bulk(c, items, ",'atomic':false");

	expect_status(&a, 201);
	expect_text(&a, "data.posted", "1");
	expect_text(&a, "data.replayed", "1");
	expect_text(&a, "data.failed", "1");
	expect_text(&a, "data.results.1.replayed", "true");
	expect_text(&a, "data.results.1.id", answer_at(&a, "data.results.0.id"));
	expect_text(&a, "data.results.2.code", "DUPLICATE_REFERENCE");
	expect_balance(c, wallet, "10.00");
}

static void
test_items_are_checked(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *good = credit(c, wallet, "1", fresh_reference(c));
	struct answer a = bulk(c, client_text(c, "%s,{'type':'gift'}", good), "");

	expect_field(&a, "transactions[1].type");
	expect_field(&a, "transactions[1].amount");
	expect_field(&a, "transactions[1].currency");
	expect_field(&a, "transactions[1].reference");
	a = bulk(c, client_text(c, "%s,7", good), "");
	expect_status(&a, 400);
	a = bulk(c, "", "");
	expect_field(&a, "transactions");
	a = bulk(c, "{'type':'transfer','amount':'1','currency':'NGN','reference':'lonely'}", "");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = bulk(c, credit(c, wallet, "1.001", fresh_reference(c)), "");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	a = bulk(c, client_text(c, "%s,%s", good, credit(c, wallet, "1.001", fresh_reference(c))),
		 ",'atomic':false");
	expect_status(&a, 201);
	expect_text(&a, "data.results.1.code", "VALIDATION_FAILED");
	a = bulk(c, moved(c, operator_account(c, wallet), wallet, "1", fresh_reference(c)), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_balance(c, wallet, "1.00");
}

static void
test_how_many(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct jw w;
	struct bytes text;
	struct answer a;

	for (int n = 1001; n >= 1000; n--) {
		jw_init(&w, c->scratch, 300000);
		jw_object(&w, NULL);
		jw_list(&w, "transactions");
		for (int i = 0; i < n; i++)
			jw_json(&w, NULL,
				client_json(
					c, "%s",
					credit(c, wallet, "0.01", client_text(c, "many-%d", i))));
		jw_close(&w);
		jw_close(&w);
		assert_true(jw_finish(&w, &text));
		a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key, text.data);
		if (n > 1000)
			expect_field(&a, "transactions");
	}
	expect_status(&a, 201);
	expect_text(&a, "data.posted", "1000");
	expect_balance(c, wallet, "10.00");
}

static void
test_dry_run(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *items = client_text(c, "%s,%s", credit(c, wallet, "10", fresh_reference(c)),
					debit(c, wallet, "11", fresh_reference(c)));
	const char *before = books(c);
	struct answer a = bulk(c, items, ",'dryRun':true");

	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = bulk(c, items, ",'atomic':false,'dryRun':true");
	expect_status(&a, 201);
	expect_text(&a, "data.posted", "1");
	assert_string_equal(books(c), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_in_order),
		client_test(test_all_or_none),
		client_test(test_same_reference_twice),
		client_test(test_items_are_checked),
		client_test(test_how_many),
		client_test(test_dry_run),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
