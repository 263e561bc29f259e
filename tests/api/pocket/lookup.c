/* Transactions are looked up with all their postings. */
#include "tests/support/cmocka.h"

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;
static struct person admin;

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	admin = person_admin(*state, "lookup-admin@example.com");
	return 0;
}

static struct answer
get(struct client *c, const char *credential, const char *id)
{
	return client_call(c, "GET", client_text(c, "/v1/transactions/%s", id), credential, NULL);
}

static void
test_transfer(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer made = transfer(c, acme.test_key, from, to, "12.5", reference,
				      ",'metadata':{'order':'1'}");
	struct answer a = get(c, acme.test_key, answer_at(&made, "data.id"));

	expect_status(&a, 200);
	expect_text(&a, "data.id", answer_at(&made, "data.id"));
	expect_text(&a, "data.reference", reference);
	expect_text(&a, "data.type", "transfer");
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.metadata.order", "1");
	expect_text(&a, "data.createdAt", answer_at(&made, "data.createdAt"));
	assert_int_equal(answer_count(&a, "data.postings"), 1);
	expect_text(&a, "data.postings.0.fromWalletId", from);
	expect_text(&a, "data.postings.0.toWalletId", to);
	expect_text(&a, "data.postings.0.fromAccount", "Customer wallets");
	expect_text(&a, "data.postings.0.amount", "12.50");
	expect_text(&a, "data.postings.0.currency", "NGN");
	assert_null(answer_at(&a, "data.reverses"));
	assert_null(answer_at(&a, "data.holdId"));
}

/* System accounts have a kind, and no id that could be used. */
static void
test_other_accounts(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer made =
		fund(c, "credit", acme.test_key, wallet, "100", "NGN", fresh_reference(c), "");
	const char *id = answer_at(&made, "data.id");
	struct answer a = get(c, acme.test_key, id);

	expect_text(&a, "data.postings.0.fromWalletId", "null");
	expect_text(&a, "data.postings.0.fromAccount", "Project funding");
	expect_text(&a, "data.postings.0.toWalletId", wallet);
	made = act(c, acme.test_key, "transactions", id, "reverse", "'amount':'1'");
	expect_status(&made, 201);
	a = get(c, acme.test_key, answer_at(&made, "data.id"));
	expect_text(&a, "data.type", "reversal");
	expect_text(&a, "data.reverses", id);
	expect_text(&a, "data.postings.0.toAccount", "Project funding");
	made = hold(c, acme.test_key, wallet, "10", fresh_reference(c), "");
	id = answer_at(&made, "data.id");
	made = act(c, acme.test_key, "holds", id, "capture", "");
	a = get(c, acme.test_key, answer_at(&made, "data.id"));
	expect_text(&a, "data.type", "capture");
	expect_text(&a, "data.holdId", id);
}

static void
expect_nothing(struct client *c, const char *credential, const char *id)
{
	struct answer a = get(c, credential, id);

	expect_refusal(&a, 404, "NOT_FOUND");
	expect_text(&a, "message", "Transaction not found");
}

static void
test_whose(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a =
		fund(c, "credit", acme.test_key, wallet, "1", "NGN", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	expect_nothing(c, acme.live_key, id);
	expect_nothing(c, other.test_key, id);
	expect_nothing(c, acme.owner.access, id);
	expect_nothing(c, acme.test_key, NOBODY);
	expect_nothing(c, admin.access, NOBODY);
	a = get(c, admin.access, id);
	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	a = get(c, NULL, id);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = get(c, acme.test_key, "x");
	expect_status(&a, 404);
}

/* The archive may be elsewhere. */
static void
test_detached(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a =
		fund(c, "credit", acme.test_key, wallet, "1", "NGN", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	client_sql(c,
		   "INSERT INTO cowry.journal_period (name, first_id, last_id, ends_at, state)"
		   " SELECT '2020-01', transaction_id, transaction_id, now(), 'detached'"
		   " FROM cowry.transaction WHERE public_id = '%s'",
		   id);
	a = get(c, acme.test_key, id);
	expect_refusal(&a, 409, "CONFLICT");
	client_sql(c, "DELETE FROM cowry.journal_period");
	a = get(c, acme.test_key, id);
	expect_status(&a, 200);
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_transactions, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_transfer),     client_test(test_other_accounts),
		client_test(test_whose),        client_test(test_detached),
		client_test(client_books_hold), client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
