/* Receipts of transactions: they are valid, and show nobody what is another's. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "app/paper/qr.h"
#include "app/seal/receipt_check.h"
#include "app/seal/receipt_text.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "ledger/ledger.h"
#include "runtime/app.h"
#include "tests/support/money.h"
#include "tests/support/sealing.h"
#include "json/reader.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static void
seal(struct client *c)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);

	seal_all(&ctx);
}

static struct answer
get_receipt(struct client *c, const char *credential, const char *id, const char *query)
{
	return client_call(c, "GET", client_text(c, "/v1/transactions/%s/receipt%s", id, query),
			   credential, NULL);
}

/* The receipt of an answer, checked with the keys of its tree. */
static const char *
check(struct client *c, const struct answer *a, enum mode mode, struct receipt *out)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *text = json_compact(c->scratch, json_member(a->json, "data", NULL));
	struct stored_tree tree;
	struct note_key *keys;
	size_t n;

	assert_int_equal(tree_find(&ctx, mode, &tree), ERR_OK);
	assert_int_equal(tree_keys(&ctx, tree.origin, &keys, &n), ERR_OK);
	return receipt_check(c->scratch, (struct bytes){text, strlen(text)}, keys, n, out);
}

static void
expect_valid(struct client *c, const struct answer *a, enum mode mode)
{
	struct receipt receipt;
	const char *problem = check(c, a, mode, &receipt);

	expect_status(a, 200);
	if (problem != NULL)
		fail_msg("%s", problem);
}

/* A transfer of 12.50 between two wallets of a key's project; its id. */
static const char *
post(struct client *c, const char *key, const char **from, const char **to)
{
	struct answer a;

	*from = wallet_with(c, key, "NGN", "100");
	*to = wallet_with(c, key, "NGN", "777");
	a = transfer(c, key, *from, *to, "12.50", fresh_reference(c),
		     ",'metadata':{'note':\"\\u001b\"}");
	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

/* The first test: nothing was signed so far. */
static void
test_before_it_is_sealed(void **state)
{
	struct client *c = *state;
	const char *from;
	const char *to;
	const char *id = post(c, acme.test_key, &from, &to);
	struct answer a = get_receipt(c, acme.test_key, id, "");

	expect_refusal(&a, 409, "JOURNAL_NOT_SIGNED");
	seal(c);
	a = get_receipt(c, acme.test_key, id, "");
	expect_valid(c, &a, MODE_TEST);
	id = post(c, acme.test_key, &from, &to);
	a = get_receipt(c, acme.test_key, id, "");
	expect_refusal(&a, 409, "NOT_SEALED_YET");
	a = get_receipt(c, other.test_key, id, "");
	expect_refusal(&a, 404, "NOT_FOUND");
	seal(c);
	a = get_receipt(c, acme.test_key, id, "");
	expect_valid(c, &a, MODE_TEST);
}

static void
test_content(void **state)
{
	struct client *c = *state;
	const char *from;
	const char *to;
	const char *id = post(c, acme.test_key, &from, &to);
	struct answer a;

	seal(c);
	a = get_receipt(c, acme.test_key, id, client_text(c, "?walletId=%s", from));
	expect_valid(c, &a, MODE_TEST);
	expect_text(&a, "data.format", "cowry-receipt/1");
	expect_text(&a, "data.transaction.mode", "test");
	expect_text(&a, "data.transaction.projectId", acme.project);
	expect_text(&a, "data.transaction.id", id);
	expect_text(&a, "data.transaction.type", "transfer");
	expect_text(&a, "data.transaction.reverses", "null");
	expect_text(&a, "data.transaction.postings.0.fromAccountId", from);
	expect_text(&a, "data.transaction.postings.0.toAccountId", to);
	expect_text(&a, "data.transaction.postings.0.minorUnits", "1250");
	expect_text(&a, "data.transaction.postings.0.currency", "NGN");
	expect_text(&a, "data.openings.0.name", "reference");
	expect_text(&a, "data.openings.1.name", "metadata");
	expect_text(&a, "data.openings.1.value", "{\"note\": \"\\u001b\"}");
	expect_text(&a, "data.openings.2.name", "from 0");
	expect_text(&a, "data.openings.2.value", "8750 2");
	assert_int_equal(answer_count(&a, "data.openings"), 3);
}

static struct answer
get_accepted(struct client *c, const char *id, const char *accept)
{
	struct ask ask = {
		.method = "GET",
		.target = client_text(c, "/v1/transactions/%s/receipt", id),
		.credential = acme.test_key,
	};

	ask.headers[HEADER_ACCEPT] = accept;
	return client_send(c, &ask);
}

static void
expect_pdf(struct client *c, const char *id, const char *pages)
{
	struct answer a = get_accepted(c, id, "application/pdf");

	expect_status(&a, 200);
	assert_string_equal(a.reply.content_type, "application/pdf");
	assert_memory_equal(a.body.data, "%PDF-", 5);
	assert_non_null(memmem(a.body.data, a.body.length, pages, strlen(pages)));
	assert_non_null(memmem(a.body.data, a.body.length, "%%EOF", 5));
}

/* Texts are drawn, never a part of the file's syntax; tests/e2e/24-receipts.t.sh reads the pages. */
static void
test_pdf(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, from, to, "1", fresh_reference(c),
				   ",'metadata':{'note':'%%EOF) Tj ET \\\\ ( \u20ac'}");
	const char *odd = answer_at(&a, "data.id");
	const char *large;

	expect_status(&a, 201);
	a = transfer(c, acme.test_key, from, to, "1", fresh_reference(c),
		     client_text(c, ",'metadata':{'note':'%03000d'}", 7));
	expect_status(&a, 201);
	large = answer_at(&a, "data.id");
	seal(c);
	expect_pdf(c, odd, "/Count 1");
	expect_pdf(c, large, "/Count 1");
	a = get_accepted(c, odd, "text/html");
	expect_refusal(&a, 406, "NOT_ACCEPTABLE");
}

/* A transaction that moves one minor unit so many times. Its id. */
static const char *
post_lines(struct client *c, const char *from, const char *to, size_t lines)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *ledger = fixture_value(
		c->scratch, c->fixture->superuser_url,
		client_text(c, "SELECT ledger_id FROM cowry.account WHERE public_id = '%s'", from));
	struct posting *postings = arena_array(c->scratch, lines, sizeof(*postings));
	struct ledger_transaction t = {
		.ledger_id = strtoll(ledger, NULL, 10),
		.currency = "NGN",
		.reference = fresh_reference(c),
		.type = TRANSACTION_TRANSFER,
		.metadata = "{}",
		.postings = postings,
		.count = lines,
		.results = arena_array(c->scratch, lines, sizeof(*t.results)),
	};
	char *id = arena_room(c->scratch, UUID_TEXT_MAX);

	for (size_t i = 0; i < lines; i++) {
		postings[i].amount = 1;
		assert_true(uuid_parse(&postings[i].from, from) && uuid_parse(&postings[i].to, to));
	}
	ledger_content(&ctx, &t);
	assert_int_equal(ledger_submit(&ctx, &t), ERR_OK);
	return uuid_text(id, t.public_id);
}

/* A code has no room for so many postings: the paper says so, and the JSON can be checked. */
static void
test_too_large_for_a_code(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "100");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *large = post_lines(c, from, to, 60);
	struct ctx ctx = app_ctx(c->app, c->scratch);
	const char *json;
	const char *link;
	struct answer a;

	seal(c);
	expect_pdf(c, large, "/Count 4");
	a = get_receipt(c, acme.test_key, large, "");
	expect_valid(c, &a, MODE_TEST);
	json = json_compact(c->scratch, json_member(a.json, "data", NULL));
	assert_int_equal(receipt_link(&ctx, (struct bytes){json, strlen(json)}, &link), ERR_OK);
	assert_true(strlen(link) > QR_LENGTH_MAX);
}

/* Neither side's balance, unless it is asked for, and then that side's alone. */
static void
test_balances(void **state)
{
	struct client *c = *state;
	const char *from;
	const char *to;
	const char *id = post(c, acme.test_key, &from, &to);
	const char *third = wallet_new(c, acme.test_key, "NGN");
	struct answer a;

	seal(c);
	a = get_receipt(c, acme.test_key, id, "");
	assert_int_equal(answer_count(&a, "data.openings"), 2);
	assert_null(strstr(a.body.data, "\"8750 2\""));
	assert_null(strstr(a.body.data, "\"78950 2\""));
	a = get_receipt(c, acme.test_key, id, client_text(c, "?walletId=%s", from));
	assert_null(strstr(a.body.data, "\"78950 2\""));
	a = get_receipt(c, acme.test_key, id, client_text(c, "?walletId=%s", to));
	expect_valid(c, &a, MODE_TEST);
	expect_text(&a, "data.openings.2.name", "to 0");
	expect_text(&a, "data.openings.2.value", "78950 2");
	assert_null(strstr(a.body.data, "\"8750 2\""));
	a = get_receipt(c, acme.test_key, id, client_text(c, "?walletId=%s", third));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get_receipt(c, acme.test_key, id,
			client_text(c, "?walletId=%s", operator_account(c, from)));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get_receipt(c, acme.test_key, id, "?walletId=x");
	expect_field(&a, "walletId");
}

static void
test_reversal(void **state)
{
	struct client *c = *state;
	const char *from;
	const char *to;
	const char *id = post(c, acme.live_key, &from, &to);
	struct answer a = act(c, acme.live_key, "transactions", id, "reverse", "");

	expect_status(&a, 201);
	seal(c);
	a = get_receipt(c, acme.live_key, answer_at(&a, "data.id"), "");
	expect_valid(c, &a, MODE_LIVE);
	expect_text(&a, "data.transaction.mode", "live");
	expect_text(&a, "data.transaction.type", "reversal");
	expect_text(&a, "data.transaction.reverses", id);
}

static void
expect_unknown(const struct answer *a)
{
	expect_refusal(a, 404, "NOT_FOUND");
	expect_text(a, "message", "Transaction not found");
}

static void
test_foreign(void **state)
{
	struct client *c = *state;
	struct person admin = person_admin(c, "receipt-admin@example.com");
	const char *from;
	const char *to;
	const char *id = post(c, acme.test_key, &from, &to);
	struct answer a;

	seal(c);
	a = get_receipt(c, acme.test_key, NOBODY, "");
	expect_unknown(&a);
	a = get_receipt(c, other.test_key, id, "");
	expect_unknown(&a);
	a = get_receipt(c, other.test_key, id, client_text(c, "?walletId=%s", from));
	expect_unknown(&a);
	a = get_receipt(c, acme.live_key, id, "");
	expect_unknown(&a);
	a = get_receipt(c, acme.owner.access, id, "");
	expect_unknown(&a);
	a = get_receipt(c, NULL, id, "");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = get_receipt(c, admin.access, id, client_text(c, "?walletId=%s", to));
	expect_valid(c, &a, MODE_TEST);
	assert_int_equal(answer_count(&a, "data.openings"), 3);
}

/* A user's own transactions, in the platform's books. */
static void
test_users(void **state)
{
	struct client *c = *state;
	struct person admin = person_admin(c, "receipt-root@example.com");
	struct person ann = person_new(c, "ann@example.com");
	struct person ben = person_new(c, "ben@example.com");
	struct answer a = client_call(c, "GET", "/api/wallet/balance", ann.access, NULL);
	const char *wallet;
	const char *id;

	expect_status(&a, 200);
	wallet = client_value(
		c, "SELECT a.public_id FROM cowry.account a JOIN cowry.wallet USING (account_id)"
		   " JOIN cowry.users u USING (user_id) WHERE u.email = 'ann@example.com'");
	a = client_call(c, "POST", "/v1/admin/wallets/credit", admin.access,
			client_json(c,
				    "{'walletId':'%s','amount':'5','currency':'NGN',"
				    "'reference':'%s','reason':'Ticket'}",
				    wallet, fresh_reference(c)));
	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	seal(c);
	a = get_receipt(c, ann.access, id, client_text(c, "?walletId=%s", wallet));
	expect_valid(c, &a, MODE_LIVE);
	expect_text(&a, "data.transaction.projectId", "null");
	expect_text(&a, "data.openings.2.value", "500 1");
	a = get_receipt(c, ben.access, id, "");
	expect_unknown(&a);
	a = get_receipt(c, acme.live_key, id, "");
	expect_unknown(&a);
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_receipts, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_before_it_is_sealed),
		client_test(test_content),
		client_test(test_pdf),
		client_test(test_too_large_for_a_code),
		client_test(test_balances),
		client_test(test_reversal),
		client_test(test_foreign),
		client_test(test_users),
		client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
