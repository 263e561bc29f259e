/* Transactions are looked up with all their postings. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"
#include "json/writer.h"

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

/* A project with some transactions, the oldest first: two credits, transfers of 1, 2 and 30, one of them
 * in dollars, and a hold that was captured. */
struct shop {
	struct tenant tenant;
	const char *key;
	const char *ann;
	const char *ben;
};

static struct answer
list(struct client *c, const char *credential, const char *query)
{
	return client_call(c, "GET", client_text(c, "/v1/transactions%s", query), credential, NULL);
}

static struct shop
shop_new(struct client *c, const char *name)
{
	struct shop shop = {.tenant = tenant_new(c, name)};
	struct answer a;

	shop.key = shop.tenant.test_key;
	shop.ann = wallet_with(c, shop.key, "NGN", "100");
	shop.ben = wallet_new(c, shop.key, "NGN");
	(void)wallet_with(c, shop.key, "USD", "2");
	for (int i = 0; i < 3; i++) {
		static const char *const amounts[] = {"1", "2", "30"};

		a = transfer(c, shop.key, shop.ann, shop.ben, amounts[i],
			     client_text(c, "%s._%d", name, i), "");
		expect_status(&a, 201);
	}
	a = hold(c, shop.key, shop.ben, "5", client_text(c, "%s-hold", name), "");
	expect_status(&a, 201);
	a = act(c, shop.key, "holds", answer_at(&a, "data.id"), "capture", "");
	expect_status(&a, 200);
	return shop;
}

/* The types of a list, in its order. */
static void
expect_list(struct client *c, const char *credential, const char *query, const char *types)
{
	expect_listed(c, credential, client_text(c, "/v1/transactions%s", query), "type", types);
}

static void
test_list(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "list");
	struct answer a = list(c, shop.key, "");
	struct answer one;

	expect_list(c, shop.key, "", "capture transfer transfer transfer credit credit");
	expect_list(c, shop.tenant.live_key, "", "");
	one = get(c, shop.key, answer_at(&a, "data.1.id"));
	expect_text(&one, "data.reference", "list._2");
	expect_text(&a, "data.1.reference", "list._2");
	expect_text(&a, "data.1.postings.0.amount", "30.00");
	expect_text(&a, "data.1.postings.0.fromWalletId", shop.ann);
	expect_text(&a, "data.1.createdAt", answer_at(&one, "data.createdAt"));
	one = get(c, shop.key, answer_at(&a, "data.0.id"));
	assert_non_null(answer_at(&one, "data.holdId"));
	expect_text(&a, "data.0.holdId", answer_at(&one, "data.holdId"));
}

/* What is posted between two pages shifts nothing. */
static void
test_pages(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "pages");
	struct answer a = list(c, shop.key, "?limit=2");
	struct answer posted;
	const char *second;

	assert_int_equal(answer_count(&a, "data"), 2);
	second = answer_at(&a, "data.1.id");
	posted = transfer(c, shop.key, shop.ann, shop.ben, "1", fresh_reference(c), "");
	expect_status(&posted, 201);
	a = list(c, shop.key,
		 client_text(c, "?limit=2&cursor=%s", answer_at(&a, "pagination.nextCursor")));
	assert_string_not_equal(answer_at(&a, "data.0.id"), second);
	expect_text(&a, "data.0.reference", "pages._1");
	expect_text(&a, "data.1.reference", "pages._0");
	a = list(c, shop.key,
		 client_text(c, "?walletId=%s&limit=1&cursor=%s", shop.ann,
			     answer_at(&a, "pagination.nextCursor")));
	expect_text(&a, "data.0.type", "credit");
	expect_text(&a, "pagination.nextCursor", "null");
}

static void
test_filters(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "filters");
	const char *ann = client_text(c, "walletId=%s", shop.ann);

	expect_list(c, shop.key, "?type=transfer", "transfer transfer transfer");
	expect_list(c, shop.key, "?type=deposit", "");
	expect_list(c, shop.key, "?reference=filters._1", "transfer");
	expect_list(c, shop.key, "?reference=filters._", "");
	expect_list(c, shop.key, "?reference=%27%20OR%201%3D1", "");
	expect_list(c, shop.key, "?reference[prefix]=filters._", "transfer transfer transfer");
	expect_list(c, shop.key, "?reference%5Bprefix%5D=filters__", "");
	expect_list(c, shop.key, "?reference[prefix]=filters%25", "");
	expect_list(c, shop.key, client_text(c, "?%s", ann), "transfer transfer transfer credit");
	expect_list(c, shop.key, client_text(c, "?%s&type=credit", ann), "credit");
	expect_list(c, shop.key, client_text(c, "?%s&counterpartyWalletId=%s", ann, shop.ben),
		    "transfer transfer transfer");
	expect_list(c, shop.key, client_text(c, "?%s&counterpartyWalletId=" NOBODY, ann), "");
	expect_list(c, shop.key, "?walletId=" NOBODY, "");
	expect_list(c, shop.key, client_text(c, "?walletId=%s&reference=filters._0", shop.ben),
		    "transfer");
	expect_list(c, other.test_key, client_text(c, "?%s", ann), "");
	expect_list(c, shop.key, "?currency=USD", "credit");
	expect_list(c, shop.key, "?currency=usd", "credit");
	expect_list(c, shop.key, "?currency=NGN&amount=30", "transfer");
	expect_list(c, shop.key, "?currency=NGN&amount[gte]=2&amount[lt]=30", "capture transfer");
	expect_list(c, shop.key, "?currency=NGN&amount[gt]=2&amount[lte]=30", "capture transfer");
	expect_list(c, shop.key, "?currency=NGN&amount[gt]=999999999999999", "");
}

/* Credits of 1 in one request. */
static void
credit_many(struct client *c, const char *key, const char *wallet, int count)
{
	struct jw w;
	struct bytes body;
	struct answer a;

	jw_init(&w, c->scratch, 0);
	jw_object(&w, NULL);
	jw_list(&w, "transactions");
	for (int i = 0; i < count; i++) {
		jw_object(&w, NULL);
		jw_text(&w, "type", "credit");
		jw_text(&w, "walletId", wallet);
		jw_text(&w, "amount", "1");
		jw_text(&w, "currency", "NGN");
		jw_text(&w, "reference", fresh_reference(c));
		jw_close(&w);
	}
	jw_close(&w);
	jw_close(&w);
	assert_true(jw_finish(&w, &body));
	a = client_call(c, "POST", "/v1/transactions/bulk", key, body.data);
	expect_status(&a, 201);
}

/* What is rare is found on a later page: each call looks at so many transactions only. */
static void
test_rare(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "rare");
	const char *const queries[] = {
		"?currency=NGN&amount=30",
		client_text(c, "?walletId=%s&counterpartyWalletId=%s&type=transfer", shop.ann,
			    shop.ben),
	};

	for (int i = 0; i < 2; i++)
		credit_many(c, shop.key, shop.ann, 600);
	for (size_t i = 0; i < COUNT(queries); i++) {
		struct answer a = list(c, shop.key, queries[i]);

		expect_status(&a, 200);
		assert_int_equal(answer_count(&a, "data"), 0);
		expect_list(c, shop.key,
			    client_text(c, "%s&cursor=%s", queries[i],
					answer_at(&a, "pagination.nextCursor")),
			    i == 0 ? "transfer" : "transfer transfer transfer");
	}
}

/* The whole of what a time names is meant: a day, a second or a millisecond. */
static void
test_times(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "times");
	struct answer a = list(c, shop.key, "?type=capture");
	const char *at = answer_at(&a, "data.0.createdAt");
	const char *day = client_text(c, "%.10s", at);

	expect_list(c, shop.key, client_text(c, "?type=capture&createdAt=%s", at), "capture");
	expect_list(c, shop.key, client_text(c, "?type=capture&createdAt=%s", day), "capture");
	expect_list(c, shop.key, client_text(c, "?type=capture&createdAt[gte]=%s", at), "capture");
	expect_list(c, shop.key, client_text(c, "?type=capture&createdAt[gt]=%s", at), "");
	expect_list(c, shop.key, client_text(c, "?type=capture&createdAt[lte]=%s", at), "capture");
	expect_list(c, shop.key, client_text(c, "?type=capture&createdAt[lt]=%s", at), "");
	expect_list(c, shop.key,
		    client_text(c, "?type=capture&createdAt[gte]=%sT00:00:00%%2B00:00", day),
		    "capture");
	/* A + that is not escaped is a space. It is not taken for a time without an offset. */
	a = list(c, shop.key, client_text(c, "?createdAt[gte]=%sT00:00:00+14:00", day));
	expect_field(&a, "createdAt[gte]");
	expect_list(c, shop.key, client_text(c, "?createdAt[lt]=%s", day), "");
	expect_list(c, shop.key, client_text(c, "?walletId=%s&createdAt[gt]=%s", shop.ann, day),
		    "");
	expect_list(c, shop.key, client_text(c, "?walletId=%s&createdAt[lt]=%s", shop.ann, day),
		    "");
}

static void
test_list_refuses(void **state)
{
	static const char *const queries[][2] = {
		{"?amount[gte]=1", "amount[gte]"},
		{"?amount=1.001&currency=NGN", "amount"},
		{"?amount[ge]=1&currency=NGN", "amount[ge]"},
		{"?counterpartyWalletId=" NOBODY, "walletId"},
		{"?type=", "type"},
		{"?type=gift", "type"},
		{"?walletId=", "walletId"},
		{"?createdAt[gte]=yesterday", "createdAt[gte]"},
		{"?mode=live", "mode"},
		{"?projectId=" NOBODY, "projectId"},
		{"?pageSize=1", "pageSize"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(queries); i++) {
		a = list(c, acme.test_key, queries[i][0]);
		expect_refusal(&a, 400, "VALIDATION_FAILED");
		expect_field(&a, queries[i][1]);
	}
	a = list(c, NULL, "");
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* The books of any project and mode, and those of the platform's own customers. */
static void
test_administrator(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "admin");
	struct answer a;

	expect_list(c, admin.access,
		    client_text(c, "?mode=test&projectId=%s&type=capture", shop.tenant.project),
		    "capture");
	expect_list(c, admin.access, client_text(c, "?projectId=%s", shop.tenant.project), "");
	a = list(c, admin.access, "?limit=1");
	expect_status(&a, 200);
	expect_list(c, acme.owner.access, "", "");
	expect_list(c, acme.owner.access, client_text(c, "?mode=test&projectId=%s", acme.project),
		    "");
	a = list(c, admin.access, "?projectId=" NOBODY);
	expect_refusal(&a, 404, "NOT_FOUND");
}

/* A wallet and a currency are looked for in postings; one that can't be read is not left out. */
static void
test_detached_list(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "away");
	struct answer a;

	client_sql(c, "INSERT INTO cowry.journal_period (name, first_id, last_id, ends_at, state)"
		      " SELECT '2020-01', transaction_id, transaction_id, now(), 'detached'"
		      " FROM cowry.transaction WHERE reference = 'away._2'");
	a = list(c, shop.key, "?currency=USD");
	expect_refusal(&a, 409, "CONFLICT");
	expect_list(c, shop.key, "?type=credit", "credit credit");
	client_sql(c, "DELETE FROM cowry.journal_period");
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
		client_test(test_transfer),      client_test(test_other_accounts),
		client_test(test_whose),         client_test(test_detached),
		client_test(test_list),          client_test(test_pages),
		client_test(test_filters),       client_test(test_rare),
		client_test(test_times),         client_test(test_list_refuses),
		client_test(test_administrator), client_test(test_detached_list),
		client_test(client_books_hold),  client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
