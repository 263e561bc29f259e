/* Wallets: creation, lists, freezing, balances at a time, history. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "ledger/hold.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static struct answer
get(struct client *c, const char *key, const char *wallet, const char *rest)
{
	return client_call(c, "GET", client_text(c, "/v1/wallets/%s%s", wallet, rest), key, NULL);
}

static void
test_create(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "POST", "/v1/wallets", acme.test_key,
				      client_json(c, "{'currency':'ngn'}"));

	expect_status(&a, 201);
	expect_text(&a, "data.id", answer_at(&a, "data.wallet.id"));
	expect_text(&a, "data.projectId", acme.project);
	expect_text(&a, "data.accountId", "null");
	expect_text(&a, "data.currency", "NGN");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.mode", "test");
	expect_text(&a, "data.createdAt", answer_at(&a, "data.wallet.createdAt"));
	expect_text(&a, "data.wallet.projectId", acme.project);
	expect_text(&a, "data.wallet.accountId", "null");
	expect_text(&a, "data.wallet.currency", "NGN");
	expect_text(&a, "data.wallet.status", "active");
	expect_text(&a, "data.wallet.mode", "test");
	expect_text(&a, "data.balance.currency", "NGN");
	expect_text(&a, "data.balance.ledger", "0.00");
	expect_text(&a, "data.balance.available", "0.00");
	expect_text(&a, "data.balance.held", "0.00");
	a = client_call(c, "POST", "/v1/wallets", acme.test_key,
			client_json(c, "{'currency':'XYZ'}"));
	expect_field(&a, "currency");
}

static void
test_customer(void **state)
{
	struct client *c = *state;
	struct answer a =
		client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", acme.project),
			    acme.owner.access, client_json(c, "{'name':'Ada'}"));
	const char *customer = answer_at(&a, "data.id");

	a = client_call(c, "POST", "/v1/wallets", acme.test_key,
			client_json(c, "{'currency':'KES','accountId':'%s'}", customer));
	expect_status(&a, 201);
	expect_text(&a, "data.wallet.accountId", customer);
	a = client_call(c, "POST", "/v1/wallets", other.test_key,
			client_json(c, "{'currency':'KES','accountId':'%s'}", customer));
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", client_text(c, "/v1/wallets?accountId=%s", customer),
			acme.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	a = client_call(c, "GET", client_text(c, "/v1/wallets?accountId=%s", customer),
			other.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
}

/* Another project's wallet, and the other mode's, do not exist. */
static void
test_foreign(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.live_key, "NGN", "5");
	const char *const keys[] = {acme.test_key, other.live_key, other.test_key};
	static const char *const rests[] = {"", "/balance", "/transactions"};

	for (size_t i = 0; i < COUNT(keys) * COUNT(rests); i++) {
		struct answer a = get(c, keys[i / 3], wallet, rests[i % 3]);

		expect_refusal(&a, 404, "NOT_FOUND");
		a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", wallet), keys[i / 3],
				client_json(c, "{'status':'frozen'}"));
		expect_refusal(&a, 404, "NOT_FOUND");
	}
	assert_string_equal(wallet_balance(c, acme.live_key, wallet, "ledger"), "5.00");
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "lists");
	const char *naira = wallet_new(c, t.test_key, "NGN");
	const char *yen = wallet_new(c, t.test_key, "JPY");
	const char *live = wallet_new(c, t.live_key, "NGN");
	struct answer a = client_call(c, "GET", "/v1/wallets", t.test_key, NULL);

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.wallet.id", yen);
	expect_text(&a, "data.1.wallet.id", naira);
	expect_text(&a, "pagination.hasNextPage", "false");
	a = client_call(c, "GET", "/v1/wallets?currency=jpy", t.test_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	a = client_call(c, "GET", "/v1/wallets", t.live_key, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.wallet.id", live);
	expect_text(&a, "data.0.wallet.mode", "live");
	a = client_call(c, "GET", "/v1/wallets?currency=QQQ", t.live_key, NULL);
	expect_field(&a, "currency");
	a = client_call(c, "GET", "/v1/wallets?accountId=7", t.live_key, NULL);
	expect_field(&a, "accountId");
}

static const char *
wallet_of(struct client *c, const char *key, const char *customer, const char *currency)
{
	struct answer a = client_call(
		c, "POST", "/v1/wallets", key,
		client_json(c, "{'accountId':'%s','currency':'%s'}", customer, currency));

	expect_status(&a, 201);
	return arena_strdup(c->keep, answer_at(&a, "data.id"));
}

static struct answer
page_of(struct client *c, const char *key, const char *query, const struct answer *before)
{
	const char *path = client_text(c, "/v1/wallets?limit=2&%s", query);

	if (before != NULL)
		path = client_text(c, "%s&cursor=%s", path,
				   answer_at(before, "pagination.nextCursor"));
	return client_call(c, "GET", path, key, NULL);
}

/* Newest first over all currencies, or of a customer or currency. What is new shifts no page. */
static void
test_pages(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "pages");
	struct answer made =
		client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", t.project),
			    t.owner.access, client_json(c, "{'name':'Ann'}"));
	const char *ann = answer_at(&made, "data.id");
	const char *of_ann = client_text(c, "accountId=%s", ann);
	const char *first = wallet_of(c, t.test_key, ann, "USD");
	const char *second = wallet_new(c, t.test_key, "NGN");
	const char *third = wallet_of(c, t.test_key, ann, "NGN");
	const char *fourth = wallet_new(c, t.test_key, "USD");
	const char *live = wallet_of(c, t.live_key, ann, "USD");
	struct answer a = page_of(c, t.test_key, "", NULL);

	expect_text(&a, "data.0.wallet.id", fourth);
	expect_text(&a, "data.1.wallet.id", third);
	(void)wallet_of(c, t.test_key, ann, "NGN");
	a = page_of(c, t.test_key, "", &a);
	expect_text(&a, "data.0.wallet.id", second);
	expect_text(&a, "data.1.wallet.id", first);
	expect_text(&a, "pagination.nextCursor", "null");
	a = page_of(c, t.test_key, of_ann, NULL);
	expect_text(&a, "data.1.wallet.id", third);
	expect_text(&a, "data.1.wallet.accountId", ann);
	a = page_of(c, t.test_key, of_ann, &a);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.wallet.id", first);
	a = page_of(c, t.test_key, client_text(c, "%s&currency=USD", of_ann), NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.wallet.id", first);
	a = page_of(c, t.live_key, of_ann, NULL);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.wallet.id", live);
	a = page_of(c, acme.test_key, of_ann, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
}

/* A frozen wallet can neither send nor receive; its holds can be voided. */
static void
test_frozen(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *cold = wallet_with(c, key, "NGN", "100");
	const char *warm = wallet_with(c, key, "NGN", "100");
	const char *path = client_text(c, "/v1/wallets/%s", cold);
	struct answer held = hold(c, key, cold, "10", fresh_reference(c), "");
	struct answer a = client_call(c, "PATCH", path, key, client_json(c, "{'status':'frozen'}"));

	expect_status(&a, 200);
	expect_text(&a, "data.wallet.status", "frozen");
	a = transfer(c, key, cold, warm, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	a = transfer(c, key, warm, cold, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	a = fund(c, "credit", key, cold, "1", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	a = fund(c, "debit", key, cold, "1", "NGN", fresh_reference(c), "");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	a = hold(c, key, cold, "1", fresh_reference(c), "");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	a = act(c, key, "holds", answer_at(&held, "data.id"), "capture", "");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	a = act(c, key, "holds", answer_at(&held, "data.id"), "void", "");
	expect_status(&a, 200);
	a = client_call(c, "PATCH", path, key, client_json(c, "{'status':'closed'}"));
	expect_field(&a, "status");
	a = client_call(c, "PATCH", path, key, client_json(c, "{'status':'active'}"));
	expect_status(&a, 200);
	a = transfer(c, key, cold, warm, "1", fresh_reference(c), "");
	expect_status(&a, 201);
}

static void
test_balance_at(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *wallet = wallet_new(c, key, "NGN");
	const char *times[4];
	static const char *const balances[] = {"10.00", "30.00", "25.00"};
	struct answer a;

	for (int i = 0; i < 3; i++) {
		a = fund(c, i < 2 ? "credit" : "debit", key, wallet,
			 i == 0   ? "10"
			 : i == 1 ? "20"
				  : "5",
			 "NGN", fresh_reference(c), "");
		expect_status(&a, 201);
		/* Times are shown in milliseconds, but kept in microseconds. */
		times[i] = client_value(c,
					"SELECT to_char(created_at AT TIME ZONE 'UTC',"
					" 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
					" FROM cowry.transaction WHERE public_id = '%s'",
					answer_at(&a, "data.id"));
	}
	for (int i = 0; i < 3; i++) {
		a = get(c, key, wallet, client_text(c, "/balance?at=%s", times[i]));
		expect_status(&a, 200);
		expect_text(&a, "data.ledger", balances[i]);
		expect_text(&a, "data.available", NULL);
		expect_text(&a, "data.held", NULL);
	}
	a = get(c, key, wallet, "/balance?at=2020-01-01");
	expect_text(&a, "data.ledger", "0.00");
	a = get(c, key, wallet, "/balance?at=9999-12-31T23:59:59%2B01:00");
	expect_text(&a, "data.ledger", "25.00");
	a = get(c, key, wallet, "/balance");
	expect_text(&a, "data.ledger", "25.00");
	expect_text(&a, "data.available", "25.00");
	expect_text(&a, "data.held", "0.00");
	expect_text(&a, "data.at", NULL);
	a = get(c, key, wallet, "/balance?at=1970-01-01T00:00:00Z");
	expect_status(&a, 200);
	expect_text(&a, "data.ledger", "0.00");
	expect_text(&a, "data.at", "1970-01-01T00:00:00.000Z");
	a = get(c, key, wallet, "/balance?at=1969-07-20");
	expect_text(&a, "data.ledger", "0.00");
	expect_text(&a, "data.at", "1969-07-20T00:00:00.000Z");
	a = get(c, key, wallet, "/balance?at=yesterday");
	expect_field(&a, "at");
	a = get(c, key, wallet, "/balance?at=2026-02-30");
	expect_field(&a, "at");
}

/* A shown time, in milliseconds, includes all postings of that millisecond. */
static void
test_balance_at_shown_time(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *wallet = wallet_new(c, key, "NGN");

	for (int i = 1; i <= 5; i++) {
		struct answer a =
			fund(c, "credit", key, wallet, "10", "NGN", fresh_reference(c), "");
		const char *shown = answer_at(&a, "data.createdAt");

		expect_status(&a, 201);
		a = get(c, key, wallet, client_text(c, "/balance?at=%s", shown));
		expect_text(&a, "data.ledger", client_text(c, "%d.00", 10 * i));
		expect_text(&a, "data.at", shown);
		/* Whole seconds are the whole second. */
		a = get(c, key, wallet, client_text(c, "/balance?at=%.19sZ", shown));
		expect_text(&a, "data.ledger", client_text(c, "%d.00", 10 * i));
	}
}

static void
test_history(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *left = wallet_with(c, key, "NGN", "100");
	const char *right = wallet_new(c, key, "NGN");
	const char *reference = fresh_reference(c);
	const char *rest = "/transactions?limit=1";
	int64_t sequence = 3;
	struct answer a;

	a = transfer(c, key, left, right, "40", reference, ",'metadata':{'a':'b'}");
	expect_status(&a, 201);
	a = transfer(c, key, right, left, "15", fresh_reference(c), "");
	expect_status(&a, 201);
	for (; sequence > 0; sequence--) {
		a = get(c, key, left, rest);
		expect_status(&a, 200);
		assert_int_equal(answer_count(&a, "data"), 1);
		assert_int_equal(atoll(answer_at(&a, "data.0.sequence")), sequence);
		if (sequence == 2) {
			expect_text(&a, "data.0.reference", reference);
			expect_text(&a, "data.0.type", "transfer");
			expect_text(&a, "data.0.direction", "out");
			expect_text(&a, "data.0.amount", "40.00");
			expect_text(&a, "data.0.balance", "60.00");
			expect_text(&a, "data.0.counterpartyWalletId", right);
			expect_text(&a, "data.0.metadata.a", "b");
		} else if (sequence == 1) {
			expect_text(&a, "data.0.counterpartyWalletId", "null");
			expect_text(&a, "pagination.hasNextPage", "false");
			break;
		}
		rest = client_text(c, "/transactions?limit=1&cursor=%s",
				   answer_at(&a, "pagination.nextCursor"));
	}
	a = get(c, key, left, "/transactions?limit=0");
	expect_field(&a, "limit");
}

static void
test_not_wallets(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "1");
	struct answer a = get(c, acme.test_key, NOBODY, "");

	expect_refusal(&a, 404, "NOT_FOUND");
	a = get(c, acme.test_key, "1234", "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get(c, acme.test_key, operator_account(c, wallet), "");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = get(c, acme.test_key, operator_account(c, wallet), "/balance?at=2026-01-01");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_wallets, "Wallets");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_create),       client_test(test_customer),
		client_test(test_foreign),      client_test(test_list),
		client_test(test_pages),        client_test(test_frozen),
		client_test(test_balance_at),   client_test(test_balance_at_shown_time),
		client_test(test_history),      client_test(test_not_wallets),
		client_test(client_books_hold), client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
