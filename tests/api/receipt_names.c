/* A receipt is found by what each dialect shows of a transaction, by its owner alone. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "app/seal/receipt_check.h"
#include "app/seal/tree.h"
#include "app/wallet/user_wallet.h"
#include "runtime/app.h"
#include "tests/support/drop_scene.h"
#include "tests/support/money.h"
#include "tests/support/sealing.h"
#include "json/reader.h"

static struct tenant acme;
static struct tenant other;
static struct person admin;
static struct person ann;
static struct person ben;

static int
setup(void **state)
{
	struct client *c;

	if (drop_setup(state) != 0)
		return -1;
	c = *state;
	acme = tenant_new(c, "acme");
	other = tenant_new(c, "other");
	admin = person_admin(c, "names-admin@example.com");
	ann = person_new(c, "names-ann@example.com");
	ben = person_new(c, "names-ben@example.com");
	return 0;
}

static void
seal(struct client *c)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);

	seal_all(&ctx);
}

/* A user's wallet, with some money. */
static struct user_wallet
funded(struct client *c, const struct person *who, const char *currency)
{
	struct ctx ctx = app_ctx(c->app, c->keep);
	struct user_wallet wallet;
	struct answer a;

	assert_int_equal(user_wallet(&ctx, drop_payer_id(c, who), currency_find(currency), &wallet),
			 ERR_OK);
	a = client_call(c, "POST", "/v1/admin/wallets/credit", admin.access,
			client_json(c,
				    "{'walletId':'%s','amount':'500','currency':'%s',"
				    "'reference':'%s','reason':'Ticket'}",
				    wallet.number, currency, fresh_reference(c)));
	expect_status(&a, 201);
	return wallet;
}

static struct answer
receipt_of(struct client *c, const char *credential, const char *name)
{
	return client_call(c, "GET", client_text(c, "/v1/transactions/%s/receipt", name),
			   credential, NULL);
}

/* The owner gets a valid receipt, everybody else what they get for nothing. Returns its transaction. */
static const char *
expect_named(struct client *c, const char *credential, const char *name)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct answer a = receipt_of(c, credential, name);
	struct stored_tree tree;
	struct note_key *keys;
	struct receipt receipt;
	const char *text;
	const char *id;
	size_t n;

	expect_status(&a, 200);
	text = json_compact(c->scratch, json_member(a.json, "data", NULL));
	id = answer_at(&a, "data.transaction.id");
	assert_int_equal(tree_find(&ctx, MODE_LIVE, &tree), ERR_OK);
	assert_int_equal(tree_keys(&ctx, tree.origin, &keys, &n), ERR_OK);
	assert_null(
		receipt_check(c->scratch, (struct bytes){text, strlen(text)}, keys, n, &receipt));
	return id;
}

static void
expect_hidden(struct client *c, const char *credential, const char *name)
{
	struct answer a = receipt_of(c, credential, name);

	expect_refusal(&a, 404, "NOT_FOUND");
	expect_text(&a, "message", "Transaction not found");
}

/* What a dialect shows in the history of a user, as its newest transaction. */
static const char *
shown(struct client *c, const struct person *who, const char *history, const char *member)
{
	struct answer a = client_call(c, "GET", history, who->access, NULL);

	expect_status(&a, 200);
	return answer_at(&a, member);
}

static void
test_histories(void **state)
{
	static const struct {
		const char *currency;
		const char *history;
		const char *member;
	} rows[] = {
		{"NGN", "/api/v1/wallet/transactions", "data.0.reference"},
		{"NGN", "/api/wallet/transactions", "transactions.0.reference"},
		{"NGN", "/api/wallet/transactions", "transactions.0.transaction_id"},
		{"ZAR", "/api/v1/wallets/transactions", "data.transactions.0.reference"},
	};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *name;

		(void)funded(c, &ann, rows[i].currency);
		name = shown(c, &ann, rows[i].history, rows[i].member);
		seal(c);
		(void)expect_named(c, ann.access, name);
		(void)expect_named(c, admin.access, name);
		expect_hidden(c, ben.access, name);
		expect_hidden(c, acme.live_key, name);
	}
}

/* Both users see one transaction, by the names that Bitpal gives to its sides. */
static void
test_transfer(void **state)
{
	struct client *c = *state;
	struct user_wallet to = funded(c, &ben, "NGN");
	struct answer a;
	const char *out;
	const char *in;

	(void)funded(c, &ann, "NGN");
	a = client_call(c, "POST", "/api/v1/wallet/transfer", ann.access,
			client_json(c, "{'wallet_number':'%s','amount':100}", to.number));
	expect_status(&a, 200);
	out = shown(c, &ann, "/api/v1/wallet/transactions", "data.0.reference");
	in = shown(c, &ben, "/api/v1/wallet/transactions", "data.0.reference");
	assert_string_not_equal(out, in);
	seal(c);
	assert_string_equal(expect_named(c, ann.access, out), expect_named(c, ben.access, in));
	expect_hidden(c, acme.owner.access, out);
	expect_hidden(c, ann.access, client_text(c, "%s_OUT", fresh_reference(c)));
	expect_hidden(c, ann.access, "_OUT");
}

/* A payment of Drop is its payer's, though their money is at a bank. */
static void
test_drop(void **state)
{
	struct client *c = *state;
	struct person payer = drop_payer_new(c, RICH);
	const char *merchant = merchant_new(c, "Kebab");
	struct answer a = pay(c, &payer, merchant, "129.5");
	const char *id;
	const char *transaction;

	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	seal(c);
	transaction = expect_named(c, payer.access, id);
	(void)expect_named(c, admin.access, id);
	expect_hidden(c, ben.access, id);
	expect_hidden(c, acme.live_key, id);
	expect_hidden(c, payer.access, transaction);
	expect_hidden(c, payer.access, "tx_qr_0123456789abcdef");
}

/* A project's key finds references in its own ledger only. One may look like an id. */
static void
test_projects(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.live_key, "NGN", "100");
	const char *to = wallet_new(c, acme.live_key, "NGN");
	const char *name = NOBODY;
	struct answer a = transfer(c, acme.live_key, from, to, "1", name, "");

	expect_status(&a, 201);
	seal(c);
	assert_string_equal(expect_named(c, acme.live_key, name), answer_at(&a, "data.id"));
	expect_hidden(c, acme.test_key, name);
	expect_hidden(c, other.live_key, name);
	expect_hidden(c, admin.access, name);
	expect_hidden(c, acme.owner.access, name);
}

static struct answer
ask_receipt(struct client *c, const char *name, const char *key, const char *cookie)
{
	struct ask ask = {.method = "GET",
			  .target = client_text(c, "/v1/transactions/%s/receipt", name),
			  .api_key = key};

	if (cookie != NULL)
		ask.headers[HEADER_COOKIE] = client_text(c, TOKEN_COOKIE "=%s", cookie);
	return client_send(c, &ask);
}

static const char *
wallet_key_new(struct client *c, const struct person *who, const char *permission)
{
	struct answer a = client_call(
		c, "POST", "/api/v1/keys/create", who->access,
		client_json(c, "{'name':'x','expiry':'1D','permissions':['%s']}", permission));

	expect_status(&a, 201);
	return answer_at(&a, "data.api_key");
}

/* The credentials of each dialect: a key of Bitpal that may read, the cookie of Drop. */
static void
test_credentials(void **state)
{
	struct client *c = *state;
	const char *name;
	struct answer a;

	(void)funded(c, &ann, "NGN");
	name = shown(c, &ann, "/api/v1/wallet/transactions", "data.0.reference");
	seal(c);
	a = ask_receipt(c, name, wallet_key_new(c, &ann, "read"), NULL);
	expect_status(&a, 200);
	a = ask_receipt(c, name, wallet_key_new(c, &ann, "deposit"), NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = ask_receipt(c, name, wallet_key_new(c, &ben, "read"), NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = ask_receipt(c, name, NULL, ann.access);
	expect_status(&a, 200);
	a = ask_receipt(c, name, NULL, ben.access);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = ask_receipt(c, name, NULL, "x");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		drop_test(test_histories),   drop_test(test_transfer),
		drop_test(test_drop),        drop_test(test_projects),
		drop_test(test_credentials), drop_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, drop_teardown);
}
