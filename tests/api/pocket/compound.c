/* Transactions of many postings. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

/* Order with these postings; more are members that follow. */
static struct answer
post_under(struct client *c, const char *reference, const char *postings, const char *more)
{
	return client_call(
		c, "POST", "/v1/transactions", acme.test_key,
		client_json(c, "{'reference':'%s','postings':[%s]%s}", reference, postings, more));
}

static struct answer
post(struct client *c, const char *postings, const char *more)
{
	return post_under(c, fresh_reference(c), postings, more);
}

static const char *
line(struct client *c, const char *from, const char *to, const char *amount)
{
	return client_text(c, "{'from':'%s','to':'%s','amount':'%s','currency':'NGN'}", from, to,
			   amount);
}

/* With the whole of a share or a rest. */
static const char *
line_of(struct client *c, const char *from, const char *to, const char *amount, const char *of)
{
	return client_text(c, "{'from':'%s','to':'%s','amount':'%s','currency':'NGN','of':'%s'}",
			   from, to, amount, of);
}

static void
expect_balance(struct client *c, const char *wallet, const char *amount)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), amount);
}

/* From many to many, in two currencies, with the project's own accounts. */
static void
test_many(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "100");
	const char *ben = wallet_with(c, acme.test_key, "NGN", "50");
	const char *shop = wallet_new(c, acme.test_key, "NGN");
	const char *dollars = wallet_with(c, acme.test_key, "USD", "10");
	const char *more = wallet_new(c, acme.test_key, "USD");
	const char *reference = fresh_reference(c);
	const char *postings =
		client_text(c, "%s,%s,%s,{'from':'%s','to':'%s','amount':'4.50','currency':'usd'}",
			    line(c, ann, shop, "60"), line(c, ben, shop, "40"),
			    line(c, shop, "fees", "1.5"), dollars, more);
	struct answer first = post_under(c, reference, postings, ",'metadata':{'k':'v'}");
	struct answer a;

	expect_status(&first, 201);
	expect_text(&first, "data.type", "compound");
	expect_text(&first, "data.reference", reference);
	expect_text(&first, "data.metadata.k", "v");
	expect_text(&first, "data.dryRun", NULL);
	assert_int_equal(answer_count(&first, "data.postings"), 4);
	expect_text(&first, "data.postings.0.fromWalletId", ann);
	expect_text(&first, "data.postings.0.toWalletId", shop);
	expect_text(&first, "data.postings.0.amount", "60.00");
	expect_text(&first, "data.postings.2.toAccount", "Fee revenue");
	expect_text(&first, "data.postings.3.currency", "USD");
	expect_balance(c, ann, "40.00");
	expect_balance(c, ben, "10.00");
	expect_balance(c, shop, "98.50");
	expect_balance(c, dollars, "5.50");
	expect_balance(c, more, "4.50");
	a = post_under(c, reference, postings, ",'metadata':{'k':'v'}");
	expect_status(&a, 200);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	expect_text(&a, "data.id", answer_at(&first, "data.id"));
	a = post_under(c, reference, line(c, ann, shop, "60"), "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = client_call(c, "GET",
			client_text(c, "/v1/transactions/%s", answer_at(&first, "data.id")),
			acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data.postings"), 4);
}

/* One that can't be posted leaves nothing of the others. */
static void
test_all_or_none(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "100");
	const char *ben = wallet_new(c, acme.test_key, "NGN");
	const char *dollars = wallet_with(c, acme.test_key, "USD", "10");
	const char *foreign = wallet_with(c, other.test_key, "NGN", "10");
	const char *live = wallet_with(c, acme.live_key, "NGN", "10");
	const char *good = line(c, ann, ben, "60");
	const struct {
		const char *second;
		int status;
		const char *code;
	} rows[] = {
		{line(c, ann, ben, "40.01"), 422, "INSUFFICIENT_FUNDS"},
		{line(c, ann, ann, "1"), 422, "SAME_WALLET"},
		{line(c, ann, dollars, "1"), 422, "CURRENCY_MISMATCH"},
		{line(c, ann, NOBODY, "1"), 404, "NOT_FOUND"},
		{line(c, foreign, ann, "1"), 404, "NOT_FOUND"},
		{line(c, live, ann, "1"), 404, "NOT_FOUND"},
		{line(c, ben, "fees", "all"), 201, NULL},
	};
	const char *before = books(c);
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *both = client_text(c, "%s,%s", good, rows[i].second);

		a = post(c, both, ",'dryRun':true");
		if (rows[i].code == NULL) {
			expect_status(&a, rows[i].status);
			expect_text(&a, "data.dryRun", "true");
		} else {
			expect_refusal(&a, rows[i].status, rows[i].code);
			a = post(c, both, "");
			expect_refusal(&a, rows[i].status, rows[i].code);
		}
		assert_string_equal(books(c), before);
	}
	expect_balance(c, ann, "100.00");
}

/* What came in by an earlier posting is swept, too; what is held stays. */
static void
test_all(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "100");
	const char *ben = wallet_with(c, acme.test_key, "NGN", "7.25");
	const char *shop = wallet_new(c, acme.test_key, "NGN");
	struct answer a = hold(c, acme.test_key, ann, "30", fresh_reference(c), "");

	a = post(c, client_text(c, "%s,%s", line(c, ben, ann, "all"), line(c, ann, shop, "all")),
		 "");
	expect_status(&a, 201);
	expect_text(&a, "data.postings.0.amount", "7.25");
	expect_text(&a, "data.postings.1.amount", "77.25");
	expect_balance(c, ann, "30.00");
	a = post(c, line(c, ann, shop, "all"), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = post(c, client_text(c, "%s,%s", line(c, ann, shop, "all"), line(c, shop, ben, "2")),
		 "");
	expect_status(&a, 201);
	assert_int_equal(answer_count(&a, "data.postings"), 1); /* nothing was left to sweep */
	expect_text(&a, "data.postings.0.amount", "2.00");
}

/* Odd cents go to the last of shares that are everything, or to the rest. */
static void
test_shares(void **state)
{
	struct client *c = *state;
	const char *names[] = {wallet_new(c, acme.test_key, "NGN"),
			       wallet_new(c, acme.test_key, "NGN"),
			       wallet_new(c, acme.test_key, "NGN")};
	static const struct {
		const char *of;
		const char *amounts[3];
		const char *moved[3]; /* NULL: left out */
	} rows[] = {
		{"100.00", {"33.33%", "33.33%", "33.34%"}, {"33.33", "33.33", "33.34"}},
		{"1.00", {"33.333333%", "33.333333%", "33.333334%"}, {"0.33", "0.33", "0.34"}},
		{"0.01", {"33.33%", "33.33%", "33.34%"}, {"0.01", NULL, NULL}},
		{"0.05", {"50%", "12.5%", "rest"}, {"0.02", "0.03", NULL}},
		{"99.99", {"12.5%", "0.000001%", "rest"}, {"12.49", "87.50", NULL}},
		{"100.00", {"12.5%", "50.25", "rest"}, {"12.50", "50.25", "37.25"}},
		{"10.00", {"10%", "20%", "30%"}, {"1.00", "2.00", "3.00"}},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *lines = "";
		struct answer a;

		for (size_t n = 0; n < 3; n++) {
			const char *amount = rows[i].amounts[n];
			bool given = strchr(amount, '%') == NULL && strcmp(amount, "rest") != 0;

			lines = client_text(
				c, "%s%s%s", lines, n > 0 ? "," : "",
				given ? line(c, "funding", names[n], amount)
				      : line_of(c, "funding", names[n], amount, rows[i].of));
		}
		a = post(c, lines, "");
		expect_status(&a, 201);
		for (size_t n = 0; n < 3; n++)
			expect_text(&a, client_text(c, "data.postings.%zu.amount", n),
				    rows[i].moved[n]);
	}
}

/* Without a whole, of what the wallet has available before the transaction. */
static void
test_shares_of_available(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "80.01");
	const char *ben = wallet_new(c, acme.test_key, "NGN");
	struct answer a = post(c,
			       client_text(c, "%s,%s,%s", line(c, ann, ben, "12.5%"),
					   line(c, ann, "fees", "0.01"), line(c, ann, ben, "rest")),
			       "");

	expect_status(&a, 201);
	expect_text(&a, "data.postings.0.amount", "10.00");
	expect_text(&a, "data.postings.2.amount", "70.00");
	expect_balance(c, ann, "0.00");
	a = post(c, client_text(c, "%s,%s", line(c, ben, ann, "80.01"), line(c, ben, ann, "rest")),
		 "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
}

static const char *
conditions(struct client *c, const char *wallet, const char *members)
{
	return client_text(c, ",'conditions':[{'walletId':'%s'%s}]", wallet, members);
}

static void
test_conditions(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "100"); /* by one posting */
	const char *ben = wallet_new(c, acme.test_key, "NGN");
	const char *postings = line(c, ann, ben, "30");
	const char *reference = fresh_reference(c);
	struct answer a = post(c, postings, conditions(c, ann, ",'minBalance':'70.01'"));

	expect_refusal(&a, 409, "CONDITION_NOT_MET");
	a = post(c, postings, conditions(c, ann, ",'expectSequence':0"));
	expect_refusal(&a, 409, "CONDITION_NOT_MET");
	a = post(c, postings, conditions(c, ben, ",'expectSequence':1"));
	expect_refusal(&a, 409, "CONDITION_NOT_MET");
	expect_balance(c, ann, "100.00");
	a = post_under(c, reference, postings,
		       conditions(c, ann, ",'minBalance':'70','expectSequence':1"));
	expect_status(&a, 201);
	expect_balance(c, ann, "70.00");
	a = post_under(c, reference, postings,
		       conditions(c, ann, ",'minBalance':'70','expectSequence':1"));
	expect_status(&a, 200); /* it was met then */
	a = post_under(c, reference, postings, conditions(c, ann, ",'minBalance':'70'"));
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = post(c, line(c, ann, ben, "30"), conditions(c, ann, ",'minBalance':'0'"));
	expect_status(&a, 201);
}

static void
test_refused(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "100");
	const char *ben = wallet_new(c, acme.test_key, "NGN");
	const struct {
		const char *postings;
		const char *more;
		const char *field;
	} rows[] = {
		{"", "", "postings"},
		{line(c, ann, ben, "0"), "", "postings[0].amount"},
		{line(c, ann, ben, "-1"), "", "postings[0].amount"},
		{line(c, ann, ben, "1.001"), "", "postings[0].amount"},
		{line(c, ann, ben, "ALL"), "", "postings[0].amount"},
		{line(c, ann, ben, "%"), "", "postings[0].amount"},
		{line(c, ann, ben, "0%"), "", "postings[0].amount"},
		{line(c, ann, ben, "100.000001%"), "", "postings[0].amount"},
		{line(c, ann, ben, "1.0000001%"), "", "postings[0].amount"},
		{line(c, ann, ben, "99999999999999%"), "", "postings[0].amount"},
		{line(c, "nobody", ben, "1"), "", "postings[0].from"},
		{line(c, ann, operator_account(c, ann), "1"), "", "postings[0].to"},
		{line(c, "funding", ben, "all"), "", "postings[0].amount"},
		{line(c, "fees", ben, "10%"), "", "postings[0].of"},
		{line_of(c, ann, ben, "5", "10"), "", "postings[0].of"},
		{line_of(c, ann, ben, "rest", "10.001"), "", "postings[0].of"},
		{client_text(c, "%s,%s", line(c, ann, ben, "60%"), line(c, ann, ben, "40.1%")), "",
		 "postings[1].amount"},
		{client_text(c, "%s,%s", line(c, ann, ben, "rest"), line(c, ann, ben, "rest")), "",
		 "postings[1].amount"},
		{"{'from':'funding','to':'fees','amount':'1','currency':'XXZ'}", "",
		 "postings[0].currency"},
		{line(c, ann, ben, "1"), conditions(c, NOBODY, ",'minBalance':'1'"),
		 "conditions[0].walletId"},
		{line(c, ann, ben, "1"), conditions(c, ann, ""), "conditions[0].minBalance"},
		{line(c, ann, ben, "1"), conditions(c, ann, ",'minBalance':'0.001'"),
		 "conditions[0].minBalance"},
		{line(c, ann, ben, "1"), conditions(c, ann, ",'expectSequence':-1"),
		 "conditions[0].expectSequence"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = post(c, rows[i].postings, rows[i].more);

		expect_refusal(&a, 400, "VALIDATION_FAILED");
		expect_field(&a, rows[i].field);
	}
	expect_balance(c, ann, "100.00");
}

/* As a whole, and once: what a wallet only passed on goes back the same way. */
static void
test_reversed(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "100");
	const char *ben = wallet_new(c, acme.test_key, "NGN");
	const char *dollars = wallet_with(c, acme.test_key, "USD", "10");
	const char *more = wallet_new(c, acme.test_key, "USD");
	struct answer a = post(
		c,
		client_text(c, "%s,%s,{'from':'%s','to':'%s','amount':'all','currency':'USD'}",
			    line(c, ann, ben, "60"), line(c, ben, "fees", "60"), dollars, more),
		"");
	const char *id = answer_at(&a, "data.id");

	a = act(c, acme.test_key, "transactions", id, "reverse", "'amount':'1'");
	expect_field(&a, "amount");
	a = act(c, acme.test_key, "transactions", id, "reverse", "");
	expect_status(&a, 201);
	expect_text(&a, "data.amount", "120.00");
	expect_balance(c, ann, "100.00");
	expect_balance(c, ben, "0.00");
	expect_balance(c, dollars, "10.00");
	a = act(c, acme.test_key, "transactions", id, "reverse", "");
	expect_status(&a, 200);
	a = act(c, acme.test_key, "transactions", id, "reverse",
		client_text(c, "'reference':'%s'", fresh_reference(c)));
	expect_refusal(&a, 409, "ALREADY_REVERSED");
	expect_balance(c, ann, "100.00");
}

/* As many postings as there may be, and one more. */
static void
test_two_hundred(void **state)
{
	struct client *c = *state;
	const char *ann = wallet_with(c, acme.test_key, "NGN", "100");
	const char *ben = wallet_new(c, acme.test_key, "NGN");
	const char *lines = line(c, ann, ben, "0.01");
	struct answer a;

	for (int i = 1; i < 200; i++)
		lines = client_text(c, "%s,%s", lines,
				    i % 2 == 0 ? line(c, ann, ben, "0.01")
					       : line(c, "funding", ann, "0.01"));
	a = post(c, lines, "");
	expect_status(&a, 201);
	assert_int_equal(answer_count(&a, "data.postings"), 200);
	expect_balance(c, ben, "1.00");
	a = post(c, client_text(c, "%s,%s", lines, line(c, ann, ben, "1")), "");
	expect_field(&a, "postings");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_compound, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_many),
		client_test(test_all_or_none),
		client_test(test_all),
		client_test(test_shares),
		client_test(test_shares_of_available),
		client_test(test_conditions),
		client_test(test_refused),
		client_test(test_two_hundred),
		client_test(test_reversed),
		cmocka_unit_test(client_books_hold),
		cmocka_unit_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
