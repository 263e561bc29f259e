/* Transfers, credits, debits and reversals. */
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

static void
expect_balance(struct client *c, const char *wallet, const char *amount)
{
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), amount);
}

/* The same data, as in the first answer. */
static void
expect_replay(const struct answer *again, const struct answer *first)
{
	static const char *const paths[] = {"data.id",        "data.amount",   "data.balance",
					    "data.type",      "data.status",   "data.metadata.k",
					    "data.reference", "data.createdAt"};

	expect_status(again, 200);
	assert_string_equal(answer_header(again, "Idempotent-Replayed"), "true");
	for (size_t i = 0; i < COUNT(paths); i++)
		expect_text(again, paths[i], answer_at(first, paths[i]));
}

static void
test_transfer(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer first = transfer(c, acme.test_key, from, to, "250.5", reference,
				       ",'metadata':{'z':1,'k':'v'}");
	struct answer a;

	expect_status(&first, 201);
	assert_null(answer_header(&first, "Idempotent-Replayed"));
	expect_text(&first, "data.reference", reference);
	expect_text(&first, "data.type", "transfer");
	expect_text(&first, "data.status", "completed");
	expect_text(&first, "data.amount", "250.50");
	expect_text(&first, "data.currency", "NGN");
	expect_text(&first, "data.fromWalletId", from);
	expect_text(&first, "data.toWalletId", to);
	expect_text(&first, "data.balance", "749.50");
	expect_text(&first, "data.metadata.k", "v");
	expect_balance(c, from, "749.50");
	expect_balance(c, to, "250.50");
	a = transfer(c, acme.test_key, to, from, "50.50", fresh_reference(c), "");
	expect_status(&a, 201);
	a = transfer(c, acme.test_key, from, to, "250.50", reference,
		     ",'metadata':{'k':'v','z':1}");
	expect_replay(&a, &first); /* 250.50 is 250.5, and members have no order */
	expect_balance(c, from, "800.00");
}

/* Every part of the content counts. */
static void
test_other_content(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *third = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer a = transfer(c, acme.test_key, from, to, "10", reference, "");
	const char *before;

	expect_status(&a, 201);
	before = books(c);
	a = transfer(c, acme.test_key, from, to, "10.01", reference, "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = transfer(c, acme.test_key, from, third, "10", reference, "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = transfer(c, acme.test_key, to, from, "10", reference, "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = transfer(c, acme.test_key, from, to, "10", reference, ",'metadata':{'a':1}");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = fund(c, "credit", acme.test_key, to, "10", "NGN", reference, "");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	assert_string_equal(books(c), before);
	from = wallet_with(c, acme.live_key, "NGN", "10"); /* other books: the reference is free */
	to = wallet_new(c, acme.live_key, "NGN");
	a = transfer(c, acme.live_key, from, to, "10", reference, "");
	expect_status(&a, 201);
}

static void
test_refusals(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *naira = wallet_with(c, key, "NGN", "100");
	const char *naira2 = wallet_new(c, key, "NGN");
	const char *yen = wallet_new(c, key, "JPY");
	const char *live = wallet_new(c, acme.live_key, "NGN");
	const char *foreign = wallet_new(c, other.test_key, "NGN");
	const char *before = books(c);
	const struct {
		const char *from;
		const char *to;
		const char *amount;
		int status;
		const char *code;
	} rows[] = {
		{naira, naira2, "100.01", 422, "INSUFFICIENT_FUNDS"},
		{naira2, naira, "0.01", 422, "INSUFFICIENT_FUNDS"},
		{naira, yen, "1", 422, "CURRENCY_MISMATCH"},
		{yen, naira, "1", 422, "CURRENCY_MISMATCH"},
		{naira, naira, "1", 422, "SAME_WALLET"},
		{naira, live, "1", 404, "NOT_FOUND"},
		{live, naira, "1", 404, "NOT_FOUND"},
		{naira, foreign, "1", 404, "NOT_FOUND"},
		{foreign, naira, "1", 404, "NOT_FOUND"},
		{naira, NOBODY, "1", 404, "NOT_FOUND"},
		{operator_account(c, naira), naira, "1", 404, "NOT_FOUND"},
		{naira, operator_account(c, naira), "1", 404, "NOT_FOUND"},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *reference = fresh_reference(c);

		a = transfer(c, key, rows[i].from, rows[i].to, rows[i].amount, reference, "");
		expect_refusal(&a, rows[i].status, rows[i].code);
		a = transfer(c, key, rows[i].from, rows[i].to, rows[i].amount, reference, "");
		expect_refusal(&a, rows[i].status, rows[i].code);
	}
	assert_string_equal(books(c), before);
}

/* A reference that failed for lack of money stays free, even for other content. */
static void
test_reference_stays_free(void **state)
{
	struct client *c = *state;
	const char *poor = wallet_with(c, acme.test_key, "NGN", "1");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer a = transfer(c, acme.test_key, poor, to, "2", reference, "");

	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = transfer(c, acme.test_key, poor, to, "1", reference, "");
	expect_status(&a, 201);
}

static void
test_credit_and_debit(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *wallet = wallet_new(c, key, "NGN");
	const char *reference = fresh_reference(c);
	struct answer first = fund(c, "credit", key, wallet, "99.99", "ngn", reference, "");
	struct answer a;

	expect_status(&first, 201);
	expect_text(&first, "data.type", "credit");
	expect_text(&first, "data.walletId", wallet);
	expect_text(&first, "data.balance", "99.99");
	expect_text(&first, "data.currency", "NGN");
	expect_text(&first, "data.fromWalletId", NULL);
	a = fund(c, "debit", key, wallet, "9.99", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	expect_text(&a, "data.type", "debit");
	expect_text(&a, "data.balance", "90.00");
	a = fund(c, "credit", key, wallet, "99.99", "NGN", reference, "");
	expect_replay(&a, &first);
	a = fund(c, "debit", key, wallet, "90.01", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = fund(c, "credit", key, wallet, "1", "JPY", fresh_reference(c), "");
	expect_refusal(&a, 422, "CURRENCY_MISMATCH");
	a = fund(c, "credit", other.test_key, wallet, "1", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", acme.live_key, wallet, "1", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", key, operator_account(c, wallet), "1", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = fund(c, "credit", key, wallet, "1", "NGN", fresh_reference(c),
		 ",'provider':'paystack'");
	expect_refusal(&a, 422, "PROVIDER_NOT_ACTIVE");
	expect_balance(c, wallet, "90.00");
	assert_string_equal(
		client_value(c,
			     "SELECT f.kind FROM cowry.posting p JOIN cowry.account f ON"
			     " f.account_id = p.from_id JOIN cowry.transaction t USING"
			     " (transaction_id) WHERE t.reference = '%s'",
			     reference),
		"2"); /* the project's funding account is the other leg */
}

static void
test_dry_run(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *from = wallet_with(c, key, "NGN", "100");
	const char *to = wallet_new(c, key, "NGN");
	const char *reference = fresh_reference(c);
	const char *before = books(c);
	struct answer a = transfer(c, key, from, to, "60", reference, ",'dryRun':true");

	expect_status(&a, 201);
	expect_text(&a, "data.dryRun", "true");
	expect_text(&a, "data.balance", "40.00");
	a = fund(c, "credit", key, from, "60", "NGN", reference, ",'dryRun':true");
	expect_status(&a, 201);
	a = fund(c, "debit", key, from, "60", "NGN", reference, ",'dryRun':true");
	expect_status(&a, 201);
	a = transfer(c, key, from, to, "100.01", reference, ",'dryRun':true");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	assert_string_equal(books(c), before);
	a = transfer(c, key, from, to, "60", reference, ",'dryRun':false");
	expect_status(&a, 201);
	expect_text(&a, "data.dryRun", NULL);
	before = books(c);
	a = act(c, key, "transactions", answer_at(&a, "data.id"), "reverse", "'dryRun':true");
	expect_status(&a, 201);
	assert_string_equal(books(c), before);
}

static struct answer
reverse(struct client *c, const char *id, const char *members)
{
	return act(c, acme.test_key, "transactions", id, "reverse", members);
}

static void
test_reverse(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "60", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");
	const char *reference = fresh_reference(c);
	const char *reversal;

	a = reverse(c, id, "'amount':'60.01'");
	expect_field(&a, "amount");
	a = reverse(c, id, client_text(c, "'reference':'%s'", reference));
	expect_status(&a, 201);
	expect_text(&a, "data.type", "reversal");
	expect_text(&a, "data.amount", "60.00");
	expect_text(&a, "data.reverses", id);
	expect_text(&a, "data.reference", reference);
	reversal = answer_at(&a, "data.id");
	expect_balance(c, from, "100.00");
	expect_balance(c, to, "0.00");
	a = reverse(c, id, client_text(c, "'reference':'%s'", reference));
	expect_status(&a, 200);
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	a = reverse(c, id, client_text(c, "'reference':'%s'", fresh_reference(c)));
	expect_refusal(&a, 409, "ALREADY_REVERSED");
	a = reverse(c, reversal, "");
	expect_refusal(&a, 422, "NOT_REVERSIBLE");
	a = reverse(c, NOBODY, "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = act(c, other.test_key, "transactions", id, "reverse", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_balance(c, from, "100.00");
}

static void
test_reverse_part(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "60", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	a = reverse(c, id, "'amount':'10.5'");
	expect_status(&a, 201);
	expect_text(&a, "data.amount", "10.50");
	expect_balance(c, from, "50.50");
	a = reverse(c, id, "'amount':'10.50'");
	expect_status(&a, 200); /* the same again */
	a = reverse(c, id, client_text(c, "'amount':'1','reference':'%s'", fresh_reference(c)));
	expect_status(&a, 201);
	a = reverse(c, id, "'amount':'2'");
	expect_refusal(&a, 409, "ALREADY_REVERSED"); /* without reference there is one */
	expect_balance(c, from, "51.50");
}

static struct answer
reverse_under(struct client *c, const char *id, const char *reference, const char *members)
{
	return reverse(c, id, client_text(c, "'reference':'%s'%s", reference, members));
}

/* Several reversals, the last of which takes what is left; each can be repeated at any time. */
static void
test_reverse_parts(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "60", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");
	const char *references[] = {fresh_reference(c), fresh_reference(c), fresh_reference(c)};
	const char *path = client_text(c, "/v1/transactions/%s", id);

	a = client_call(c, "GET", path, acme.test_key, NULL);
	expect_text(&a, "data.reversedAmount", NULL);
	expect_text(&a, "data.reversibleAmount", NULL);
	a = reverse_under(c, id, references[0], ",'amount':'20'");
	expect_status(&a, 201);
	a = reverse_under(c, id, references[1], ",'amount':'40.01'");
	expect_refusal(&a, 422, "AMOUNT_EXCEEDS_REST");
	a = reverse_under(c, id, references[1], ",'amount':'60.01'");
	expect_field(&a, "amount");
	a = reverse_under(c, id, references[1], ",'amount':'15.50'");
	expect_status(&a, 201);
	a = client_call(c, "GET", path, acme.test_key, NULL);
	expect_text(&a, "data.reversedAmount", "35.50");
	expect_text(&a, "data.reversibleAmount", "24.50");
	a = reverse_under(c, id, references[2], ",'dryRun':true");
	expect_status(&a, 201);
	expect_text(&a, "data.amount", "24.50");
	a = reverse_under(c, id, references[2], "");
	expect_status(&a, 201);
	expect_text(&a, "data.amount", "24.50");
	for (size_t i = 0; i < 2; i++) {
		a = reverse_under(c, id, references[2], "");
		expect_status(&a, 200);
		expect_text(&a, "data.amount", "24.50");
		a = reverse_under(c, id, references[0], ",'amount':'20'");
		expect_status(&a, 200);
		a = reverse_under(c, id, references[0], ",'amount':'21'");
		expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	}
	a = reverse_under(c, id, fresh_reference(c), "");
	expect_refusal(&a, 409, "ALREADY_REVERSED");
	a = reverse_under(c, id, fresh_reference(c), ",'amount':'0.01'");
	expect_refusal(&a, 409, "ALREADY_REVERSED");
	a = client_call(c, "GET", path, acme.test_key, NULL);
	expect_text(&a, "data.reversedAmount", "60.00");
	expect_text(&a, "data.reversibleAmount", "0.00");
	expect_balance(c, from, "100.00");
	expect_balance(c, to, "0.00");
}

/* What was reversed, once and in part, before that was counted. */
static void
test_reversed_before(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "60", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	a = reverse(c, id, "'amount':'20'");
	expect_status(&a, 201);
	client_sql(c,
		   "DELETE FROM cowry.reversed_transaction WHERE transaction_id ="
		   " (SELECT transaction_id FROM cowry.transaction WHERE public_id = '%s')",
		   id);
	client_migrate(c, "0054_reversed_filled.sql");
	a = reverse_under(c, id, fresh_reference(c), ",'amount':'40.01'");
	expect_refusal(&a, 422, "AMOUNT_EXCEEDS_REST");
	a = reverse_under(c, id, fresh_reference(c), ",'amount':'40'");
	expect_status(&a, 201);
}

/* What the receiver has spent can't be given back; what is left can. */
static void
test_reverse_spent(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "60", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	a = transfer(c, acme.test_key, to, wallet_new(c, acme.test_key, "NGN"), "40",
		     fresh_reference(c), "");
	expect_status(&a, 201);
	a = reverse(c, id, "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = reverse(c, id, "'amount':'20'");
	expect_status(&a, 201);
	a = reverse_under(c, id, fresh_reference(c), "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	expect_balance(c, from, "60.00");
}

/* Another order without reference is told what was done, not of a reference that it did not
 * give. */
static void
test_reverse_twice(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "60", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	a = reverse(c, id, "");
	expect_status(&a, 201);
	a = reverse(c, id, "");
	expect_status(&a, 200);
	a = reverse(c, id, "'amount':'1'");
	expect_refusal(&a, 409, "ALREADY_REVERSED");
	a = reverse(c, id, "'metadata':{'note':'again'}");
	expect_refusal(&a, 409, "ALREADY_REVERSED");
	a = reverse(c, id, "'amount':'1','dryRun':true");
	expect_refusal(&a, 409, "ALREADY_REVERSED");
	expect_balance(c, from, "100.00");
}

/* Whatever references a client uses, a reversal without reference has its own. */
static void
test_reverse_reference(void **state)
{
	static const char *const prefixes[] = {"rev:", "cap:", "reversal:", "reversal/"};
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "60", fresh_reference(c), "");
	const char *id = answer_at(&a, "data.id");

	for (size_t i = 0; i < COUNT(prefixes); i++) {
		bool allowed = strchr(prefixes[i], '/') == NULL;

		a = transfer(c, acme.test_key, from, to, "1",
			     client_text(c, "%s%s", prefixes[i], id), "");
		expect_status(&a, allowed ? 201 : 400);
	}
	a = reverse(c, id, "");
	expect_status(&a, 201);
	expect_text(&a, "data.reference", client_text(c, "reversal/%s", id));
	expect_balance(c, from, "97.00");
}

/* Spent money can't be reversed; a credit can, to its source. */
static void
test_reverse_funding(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *wallet = wallet_new(c, key, "NGN");
	struct answer credit = fund(c, "credit", key, wallet, "50", "NGN", fresh_reference(c), "");
	const char *id = answer_at(&credit, "data.id");
	struct answer a = fund(c, "debit", key, wallet, "20", "NGN", fresh_reference(c), "");
	const char *debit = answer_at(&a, "data.id");

	a = reverse(c, id, "");
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = reverse(c, debit, "");
	expect_status(&a, 201);
	a = reverse(c, id, "");
	expect_status(&a, 201);
	expect_balance(c, wallet, "0.00");
}

enum { AT_ONCE = 8 };

/* Concurrent requests for the same money: one gets it, and nobody gets it twice. */
static void
test_double_spending(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/v1/wallets/transfer",
			.credential = acme.test_key,
			.idempotency_key = i % 2 == 0 ? NULL : client_text(c, "spend-%zu", i),
			.body = client_json(c,
					    "{'fromWalletId':'%s','toWalletId':'%s','amount':'60',"
					    "'currency':'NGN','reference':'%s'}",
					    from, to, fresh_reference(c))};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 201), 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 422), AT_ONCE - 1);
	expect_balance(c, from, "40.00");
	expect_balance(c, to, "60.00");
}

/* The same request concurrently is executed once. */
static void
test_same_at_once(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	const char *body = client_json(c,
				       "{'walletId':'%s','amount':'5','currency':'NGN',"
				       "'reference':'%s'}",
				       wallet, fresh_reference(c));
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/v1/wallets/credit",
				       .credential = acme.test_key,
				       .idempotency_key =
					       i % 2 == 0 ? NULL : client_text(c, "same-%zu", i),
				       .body = body};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 201), 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 200), AT_ONCE - 1);
	expect_balance(c, wallet, "5.00");
}

/* Concurrent transfers in both directions do not deadlock. */
static void
test_crossing(void **state)
{
	struct client *c = *state;
	const char *left = wallet_with(c, acme.test_key, "NGN", "100");
	const char *right = wallet_with(c, acme.test_key, "NGN", "100");
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/v1/wallets/transfer",
			.credential = acme.test_key,
			.idempotency_key = i % 4 < 2 ? NULL : client_text(c, "cross-%zu", i),
			.body = client_json(c,
					    "{'fromWalletId':'%s','toWalletId':'%s','amount':'1',"
					    "'currency':'NGN','reference':'%s'}",
					    i % 2 == 0 ? left : right, i % 2 == 0 ? right : left,
					    fresh_reference(c))};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 201), AT_ONCE);
	expect_balance(c, left, "100.00");
}

/* Bulk has its own program; here it is one more way to move money. */
static void
test_bulk(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	static const char body[] = "{'transactions':[{'type':'credit','walletId':'%s','amount':'3',"
				   "'currency':'NGN','reference':'%s'}]}";
	struct answer a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
				      client_json(c, body, wallet, fresh_reference(c)));

	expect_status(&a, 201);
	a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
			client_json(c, body, NOBODY, fresh_reference(c)));
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_balance(c, wallet, "3.00");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_wallets, "Money");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_transfer),          client_test(test_other_content),
		client_test(test_refusals),          client_test(test_reference_stays_free),
		client_test(test_credit_and_debit),  client_test(test_dry_run),
		client_test(test_reverse),           client_test(test_reverse_part),
		client_test(test_reverse_parts),     client_test(test_reversed_before),
		client_test(test_reverse_spent),     client_test(test_reverse_twice),
		client_test(test_reverse_reference), client_test(test_reverse_funding),
		client_test(test_double_spending),   client_test(test_same_at_once),
		client_test(test_crossing),          client_test(test_bulk),
		client_test(client_books_hold),      client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
