/* The rand wallet: its label and balance, its history by pages. */
#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "api/moolah/moolah.h"
#include "app/wallet/user_wallet.h"
#include "ledger/ledger.h"
#include "runtime/app.h"
#include "tests/support/moolah_user.h"

static struct person admin;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	admin = person_admin(*state, "root@example.com");
	return 0;
}

static struct answer
get(struct client *c, const char *access, const char *path)
{
	return client_call(c, "GET", client_text(c, "/api/v1/wallets/%s", path), access, NULL);
}

/* An administrator credits or debits, by any name of the wallet. */
static struct answer
give(struct client *c, const char *which, const char *wallet, const char *amount)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/wallets/%s", which), admin.access,
			   client_json(c,
				       "{'walletId':'%s','amount':'%s','currency':'ZAR',"
				       "'reference':'%s','reason':'a test'}",
				       wallet, amount, fresh_reference(c)));
}

static const char *
label_of(struct client *c, const char *access)
{
	struct answer a = get(c, access, "balance");

	expect_status(&a, 200);
	return answer_at(&a, "data.walletId");
}

static void
test_balance(void **state)
{
	struct client *c = *state;
	struct moolah_user ann = moolah_user_new(c, 1);
	struct answer a = get(c, ann.access, "balance");
	const char *label;

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "message", "Balance retrieved successfully");
	expect_text(&a, "data.balance", "0");
	expect_text(&a, "data.availableBalance", "0");
	expect_text(&a, "data.currency", "ZAR");
	expect_text(&a, "data.status", "active");
	label = answer_at(&a, "data.walletId");
	assert_string_equal(
		client_value(c,
			     "SELECT 'WAL-' || floor(extract(epoch FROM created_at) * 1000)::bigint"
			     " FROM cowry.wallet WHERE user_id = %s",
			     ann.id),
		label);
	a = give(c, "credit", label, "1500.25");
	expect_status(&a, 201);
	a = give(c, "debit", label, "0.25");
	expect_status(&a, 201);
	client_sql(c,
		   "UPDATE cowry.account SET held = 10000 WHERE account_id ="
		   " (SELECT account_id FROM cowry.wallet WHERE label = '%s')",
		   label);
	a = get(c, ann.access, "balance");
	expect_text(&a, "data.balance", "1500");
	expect_text(&a, "data.availableBalance", "1400");
	expect_text(&a, "data.available", "1400");
	client_sql(c,
		   "UPDATE cowry.account SET held = 0, status = 1 WHERE account_id ="
		   " (SELECT account_id FROM cowry.wallet WHERE label = '%s')",
		   label);
	a = get(c, ann.access, "balance");
	expect_text(&a, "data.status", "frozen");
	a = get(c, NULL, "balance");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = give(c, "credit", "WAL-1", "1");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
expect_statement(struct client *c, const char *access, const char *label, int status)
{
	struct answer a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/statement", label),
				      access, NULL);

	expect_status(&a, status);
}

/* Wallets created by an older version get a label; two of one millisecond get two. */
static void
test_labels(void **state)
{
	struct client *c = *state;
	struct moolah_user bo = moolah_user_new(c, 2);
	struct moolah_user cat = moolah_user_new(c, 3);
	const char *before = label_of(c, bo.access);
	const char *account =
		client_value(c, "SELECT account_id FROM cowry.wallet WHERE label = '%s'", before);

	client_sql(c, "UPDATE cowry.wallet SET label = NULL WHERE account_id = %s", account);
	assert_string_equal(label_of(c, bo.access), client_text(c, "%s-%s", before, account));
	assert_string_equal(label_of(c, bo.access), client_text(c, "%s-%s", before, account));
	assert_string_not_equal(label_of(c, cat.access), before);
	expect_statement(c, bo.access, label_of(c, bo.access), 200);
	expect_statement(c, bo.access, label_of(c, cat.access), 404);
}

static struct answer
history(struct client *c, const struct moolah_user *who, const char *query)
{
	return get(c, who->access, client_text(c, "transactions%s", query));
}

static void
test_history(void **state)
{
	struct client *c = *state;
	struct moolah_user dan = moolah_user_new(c, 4);
	struct answer a = history(c, &dan, "");
	const char *label = label_of(c, dan.access);
	const char *id;

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data.transactions"), 0);
	expect_text(&a, "data.pagination.currentPage", "1");
	expect_text(&a, "data.pagination.itemsPerPage", "10");
	expect_text(&a, "data.pagination.totalItems", "0");
	expect_text(&a, "data.pagination.totalPages", "0");
	a = give(c, "credit", label, "1000.5");
	expect_status(&a, 201);
	a = give(c, "debit", label, "0.5");
	expect_status(&a, 201);
	id = client_value(c, "SELECT 'TXN-' || floor(extract(epoch FROM created_at) * 1000)::bigint"
			     " || '-' || right(public_id::text, 6) FROM cowry.transaction"
			     " ORDER BY transaction_id DESC LIMIT 1");
	a = history(c, &dan, "");
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data.transactions"), 2);
	expect_text(&a, "data.transactions.0.id", "2");
	expect_text(&a, "data.transactions.0.transactionId", id);
	expect_text(&a, "data.transactions.0.type", "admin_debit");
	expect_text(&a, "data.transactions.0.subtype", "admin_debit");
	expect_text(&a, "data.transactions.0.status", "completed");
	expect_text(&a, "data.transactions.0.direction", "out");
	expect_text(&a, "data.transactions.0.amount", "0.5");
	expect_text(&a, "data.transactions.0.description", "Debit by the administration");
	expect_text(&a, "data.transactions.0.currency", "ZAR");
	expect_text(&a, "data.transactions.1.id", "1");
	expect_text(&a, "data.transactions.1.type", "deposit");
	expect_text(&a, "data.transactions.1.subtype", "admin_credit");
	expect_text(&a, "data.transactions.1.direction", "in");
	expect_text(&a, "data.transactions.1.amount", "1000.5");
	expect_text(&a, "data.pagination.totalItems", "2");
	expect_text(&a, "data.pagination.totalPages", "1");
	a = get(c, NULL, "transactions");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* Each transaction is on one page, in order, whatever the length of the pages. */
static void
test_pages(void **state)
{
	enum { LINES = 25 };
	struct client *c = *state;
	struct moolah_user eli = moolah_user_new(c, 5);
	const char *label = label_of(c, eli.access);
	static const struct {
		const char *query;
		size_t count;
		const char *first;
		const char *pages;
	} rows[] = {
		{"", 10, "25", "3"},
		{"?page=2", 10, "15", "3"},
		{"?page=3", 5, "5", "3"},
		{"?page=4", 0, NULL, "3"},
		{"?page=1000000&limit=100", 0, NULL, "1"},
		{"?limit=25", 25, "25", "1"},
		{"?limit=24&page=2", 1, "1", "2"},
		{"?limit=1&page=25", 1, "1", "25"},
		{"?page=1&limit=100", 25, "25", "1"},
	};

	for (int i = 0; i < LINES; i++) {
		struct answer a = give(c, "credit", label, "1");

		expect_status(&a, 201);
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = history(c, &eli, rows[i].query);

		expect_status(&a, 200);
		assert_int_equal(answer_count(&a, "data.transactions"), rows[i].count);
		expect_text(&a, "data.transactions.0.id", rows[i].first);
		expect_text(&a, "data.pagination.totalItems", "25");
		expect_text(&a, "data.pagination.totalPages", rows[i].pages);
	}
}

static void
test_bad_queries(void **state)
{
	struct client *c = *state;
	struct moolah_user fay = moolah_user_new(c, 6);
	static const struct {
		const char *query;
		const char *field;
	} rows[] = {
		{"?page=0", "page"},       {"?page=-1", "page"},       {"?page=x", "page"},
		{"?page=1000001", "page"}, {"?limit=0", "limit"},      {"?limit=101", "limit"},
		{"?limit=1.5", "limit"},   {"?page=1&page=2", "page"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = history(c, &fay, rows[i].query);

		expect_refusal(&a, 400, "VALIDATION_ERROR");
		expect_field(&a, rows[i].field);
	}
}

static struct user_wallet
wallet_of(struct client *c, const struct moolah_user *who)
{
	struct ctx ctx = {.app = c->app, .database = &c->app->database, .arena = c->scratch};
	struct user_wallet wallet = {0};

	assert_int_equal(user_wallet(&ctx, atoll(who->id), currency_find("ZAR"), &wallet), ERR_OK);
	return wallet;
}

static void
move(struct client *c, struct user_wallet from, struct user_wallet to, int64_t amount)
{
	struct ctx ctx = {.app = c->app, .database = &c->app->database, .arena = c->scratch};
	struct posting posting = {from.id, to.id, amount};
	struct posting_result result;
	struct ledger_transaction transaction = {
		.ledger_id = from.ledger_id,
		.currency = "ZAR",
		.type = TRANSACTION_TRANSFER,
		.reference = "transfer-1",
		.metadata = "{}",
		.postings = &posting,
		.count = 1,
		.results = &result,
	};

	ledger_content(&ctx, &transaction);
	assert_int_equal(ledger_submit(&ctx, &transaction), ERR_OK);
}

/* A transfer has different types for the two wallets. */
static void
test_transfers(void **state)
{
	struct client *c = *state;
	struct moolah_user gus = moolah_user_new(c, 7);
	struct moolah_user hal = moolah_user_new(c, 8);
	struct answer a = give(c, "credit", label_of(c, gus.access), "5");

	expect_status(&a, 201);
	move(c, wallet_of(c, &gus), wallet_of(c, &hal), 200);
	a = history(c, &gus, "");
	expect_text(&a, "data.transactions.0.type", "transfer_out");
	expect_text(&a, "data.transactions.0.direction", "out");
	expect_text(&a, "data.transactions.0.amount", "2");
	expect_text(&a, "data.transactions.0.description", "Money sent");
	a = history(c, &hal, "");
	expect_text(&a, "data.transactions.0.type", "deposit");
	expect_text(&a, "data.transactions.0.subtype", "transfer_in");
	expect_text(&a, "data.transactions.0.description", "Money received");
	expect_text(&a, "data.transactions.0.reference", "transfer-1");
}

static void
test_routes(void **state)
{
	client_covered(*state, moolah_wallet, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_balance),      client_test(test_labels),
		client_test(test_history),      client_test(test_pages),
		client_test(test_bad_queries),  client_test(test_transfers),
		client_test(client_books_hold), client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
