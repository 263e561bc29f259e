/* Accounts of a ledger, as administrators look them up. */
#include "tests/support/cmocka.h"

#include <string.h>

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
	admin = person_admin(*state, "accounts-admin@example.com");
	return 0;
}

/* A project with four wallets in its test ledger, the oldest first; ann has a hold of 10. */
struct shop {
	struct tenant tenant;
	const char *key;
	const char *query; /* its test ledger */
	const char *customer;
	const char *ann;
	const char *ben;
	const char *dollars;
	const char *empty; /* the customer's */
};

static struct shop
shop_new(struct client *c, const char *name)
{
	struct shop shop = {.tenant = tenant_new(c, name)};
	struct answer a;

	shop.key = shop.tenant.test_key;
	shop.query = arena_printf(c->keep, "mode=test&projectId=%s", shop.tenant.project);
	a = client_call(c, "POST", client_text(c, "/v1/projects/%s/accounts", shop.tenant.project),
			shop.tenant.owner.access, client_json(c, "{'name':'Ann'}"));
	expect_status(&a, 201);
	shop.customer = arena_strdup(c->keep, answer_at(&a, "data.id"));
	shop.ann = wallet_with(c, shop.key, "NGN", "100");
	shop.ben = wallet_with(c, shop.key, "NGN", "50.5");
	shop.dollars = wallet_with(c, shop.key, "USD", "2");
	a = client_call(c, "POST", "/v1/wallets", shop.key,
			client_json(c, "{'accountId':'%s','currency':'NGN'}", shop.customer));
	expect_status(&a, 201);
	shop.empty = arena_strdup(c->keep, answer_at(&a, "data.id"));
	a = hold(c, shop.key, shop.ann, "10", fresh_reference(c), "");
	expect_status(&a, 201);
	return shop;
}

static struct answer
list(struct client *c, const char *credential, const struct shop *shop, const char *query)
{
	return client_call(c, "GET", client_text(c, "/v1/accounts?%s%s", shop->query, query),
			   credential, NULL);
}

/* The ids of a list, in its order. */
static void
expect_ids(struct client *c, const struct shop *shop, const char *query, const char *ids)
{
	expect_listed(c, admin.access, client_text(c, "/v1/accounts?%s%s", shop->query, query),
		      "id", ids);
}

static void
test_account(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "account");
	struct answer a = list(c, admin.access, &shop, client_text(c, "&walletId=%s", shop.ann));

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.id", shop.ann);
	expect_text(&a, "data.0.kind", "Customer wallets");
	expect_text(&a, "data.0.currency", "NGN");
	expect_text(&a, "data.0.balance", "100.00");
	expect_text(&a, "data.0.available", "90.00");
	expect_text(&a, "data.0.held", "10.00");
	expect_text(&a, "data.0.status", "active");
	expect_text(&a, "data.0.projectId", shop.tenant.project);
	expect_text(&a, "data.0.mode", "test");
	expect_text(&a, "data.0.accountId", "null");
	expect_text(&a, "data.0.userId", "null");
	expect_text(&a, "pagination.nextCursor", "null");
	a = list(c, admin.access, &shop, client_text(c, "&walletId=%s", shop.empty));
	expect_text(&a, "data.0.accountId", shop.customer);
}

/* What the server posts to itself: on its normal side, and without holds. */
static void
test_other_kinds(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "kinds");
	struct answer a = list(c, admin.access, &shop, "&kind=Project+funding&currency=NGN");

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.kind", "Project funding");
	expect_text(&a, "data.0.balance", "150.50");
	assert_null(answer_at(&a, "data.0.available"));
	assert_null(answer_at(&a, "data.0.held"));
	expect_ids(c, &shop,
		   client_text(c, "&walletId=%s&balance=150.5&currency=NGN",
			       answer_at(&a, "data.0.id")),
		   answer_at(&a, "data.0.id"));
	a = list(c, admin.access, &shop, "&kind=Project+funding");
	assert_int_equal(answer_count(&a, "data"), 2);
}

/* Wallets only, so that a test can name all. */
#define WALLETS "&kind=Customer+wallets"

static void
test_filters(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "filters");
	const char *both = client_text(c, "%s %s", shop.ben, shop.ann);
	struct answer a;

	expect_ids(c, &shop, WALLETS, client_text(c, "%s %s %s", shop.empty, shop.dollars, both));
	expect_ids(c, &shop, WALLETS "&currency=usd", shop.dollars);
	expect_ids(c, &shop, WALLETS "&currency=JPY", "");
	expect_ids(c, &shop, client_text(c, "&accountId=%s", shop.customer), shop.empty);
	expect_ids(c, &shop, client_text(c, "&accountId=%s&dir=asc", shop.customer), shop.empty);
	expect_ids(c, &shop, client_text(c, "&accountId=%s&currency=USD", shop.customer), "");
	expect_ids(c, &shop, "&accountId=" NOBODY, "");
	expect_ids(c, &shop, "&userId=" NOBODY, "");
	expect_ids(c, &shop, "&walletId=" NOBODY, "");
	expect_ids(c, &shop, client_text(c, "&walletId=%s&currency=USD", shop.ann), "");
	expect_ids(c, &shop, WALLETS "&currency=NGN&balance[gt]=0", both);
	expect_ids(c, &shop, WALLETS "&currency=NGN&balance=0", shop.empty);
	expect_ids(c, &shop, WALLETS "&currency=NGN&balance[gte]=50.5&balance[lt]=100", shop.ben);
	expect_ids(c, &shop, WALLETS "&currency=NGN&balance[gt]=50.5&balance[lte]=100", shop.ann);
	expect_ids(c, &shop, "&currency=NGN&balance[gt]=999999999999999", "");
	expect_ids(c, &shop, WALLETS "&status=frozen", "");
	a = client_call(c, "PATCH", client_text(c, "/v1/wallets/%s", shop.ben), shop.key,
			client_json(c, "{'status':'frozen'}"));
	expect_status(&a, 200);
	expect_ids(c, &shop, WALLETS "&status=frozen", shop.ben);
}

/* The whole of what a time names is meant. */
static void
test_times(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "times");
	struct answer a = list(c, admin.access, &shop, client_text(c, "&walletId=%s", shop.ann));
	const char *at = answer_at(&a, "data.0.createdAt");
	const char *day = client_text(c, "%.10s", at);

	client_sql(c,
		   "UPDATE cowry.account SET created_at = created_at - interval '3 days'"
		   " WHERE public_id = '%s'",
		   shop.ann);
	expect_ids(c, &shop, client_text(c, WALLETS "&createdAt[lt]=%s", day), shop.ann);
	expect_ids(c, &shop, client_text(c, WALLETS "&createdAt[gt]=%s", day), "");
	expect_ids(c, &shop, client_text(c, WALLETS "&createdAt[lt]=%s&dir=asc", day), shop.ann);
	expect_ids(c, &shop, client_text(c, WALLETS "&createdAt=%s&currency=USD", day),
		   shop.dollars);
	expect_ids(c, &shop, client_text(c, "&walletId=%s&createdAt=%s", shop.ann, day), "");
}

static struct answer
page_after(struct client *c, const struct shop *shop, const char *query,
	   const struct answer *before)
{
	return list(
		c, admin.access, shop,
		client_text(c, "%s&cursor=%s", query, answer_at(before, "pagination.nextCursor")));
}

/* In both orders; what is opened between two pages shifts nothing. */
static void
test_pages(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "pages");
	const char *newest = WALLETS "&limit=2&sort=createdAt";
	const char *oldest = WALLETS "&limit=3&dir=asc";
	struct answer a = list(c, admin.access, &shop, newest);
	struct answer b = list(c, admin.access, &shop, oldest);
	const char *late;

	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.id", shop.empty);
	expect_text(&a, "data.1.id", shop.dollars);
	assert_int_equal(answer_count(&b, "data"), 3);
	expect_text(&b, "data.0.id", shop.ann);
	expect_text(&b, "data.2.id", shop.dollars);
	late = wallet_new(c, shop.key, "NGN");
	a = page_after(c, &shop, newest, &a);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.id", shop.ben);
	expect_text(&a, "data.1.id", shop.ann);
	expect_text(&a, "pagination.hasNextPage", "false");
	b = page_after(c, &shop, oldest, &b);
	assert_int_equal(answer_count(&b, "data"), 2);
	expect_text(&b, "data.0.id", shop.empty);
	expect_text(&b, "data.1.id", late);
	expect_text(&b, "pagination.nextCursor", "null");
}

/* Wallets of the project's customer, without requests. */
static void
open_many(struct client *c, const struct shop *shop, int count)
{
	client_sql(
		c,
		"WITH made AS (INSERT INTO cowry.account"
		"  (public_id, ledger_id, kind, currency, floor, created_at)"
		"  SELECT gen_random_uuid(), a.ledger_id, 1, 'NGN', 0, now() + n * interval '1 us'"
		"  FROM cowry.account a, generate_series(1, %d) n WHERE a.public_id = '%s'"
		"  RETURNING account_id, created_at)"
		" INSERT INTO cowry.wallet (account_id, project_id, project_account, created_at)"
		" SELECT m.account_id, w.project_id, w.project_account, m.created_at"
		" FROM made m, cowry.wallet w JOIN cowry.account a USING (account_id)"
		" WHERE a.public_id = '%s'",
		count, shop->ann, shop->empty);
}

/* What is rare is found on a later page: each call looks at so many accounts only. */
static void
test_rare(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "rare");
	const char *const queries[] = {
		"&currency=NGN&balance=50.5",
		client_text(c, "&accountId=%s&createdAt[lt]=9999-12-31&status=active&limit=100",
			    shop.customer),
	};
	struct answer a;

	open_many(c, &shop, 1200);
	a = list(c, admin.access, &shop, queries[0]);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 0);
	a = page_after(c, &shop, queries[0], &a);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.id", shop.ben);
	a = list(c, admin.access, &shop, queries[1]);
	for (int page = 1; page <= 12; page++) {
		assert_int_equal(answer_count(&a, "data"), 100);
		a = page_after(c, &shop, queries[1], &a);
	}
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.id", shop.empty);
	expect_text(&a, "pagination.nextCursor", "null");
}

/* The books of the platform's own customers, whose owners are users. */
static void
test_users(void **state)
{
	struct client *c = *state;
	const char *user;
	struct answer a;

	client_sql(
		c,
		"WITH made AS (INSERT INTO cowry.account (public_id, ledger_id, kind, currency, floor)"
		"  SELECT gen_random_uuid(), ledger_id, 1, 'NGN', 0 FROM cowry.ledger"
		"  WHERE project_id IS NULL AND mode = 'live' RETURNING account_id)"
		" INSERT INTO cowry.wallet (account_id, number, label, user_id)"
		" SELECT account_id, '1234567890123', 'WAL-1', user_id"
		" FROM made, cowry.users WHERE email = 'accounts-admin@example.com'");
	user = client_value(c, "SELECT public_id FROM cowry.users"
			       " WHERE email = 'accounts-admin@example.com'");
	a = client_call(c, "GET", client_text(c, "/v1/accounts?userId=%s", user), admin.access,
			NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.userId", user);
	expect_text(&a, "data.0.projectId", "null");
	expect_text(&a, "data.0.mode", "live");
	a = client_call(c, "GET", client_text(c, "/v1/accounts?mode=test&userId=%s", user),
			admin.access, NULL);
	assert_int_equal(answer_count(&a, "data"), 0);
}

/* A project's wallets are not in its other ledger, nor in another's. */
static void
test_ledgers(void **state)
{
	struct client *c = *state;
	struct shop shop = shop_new(c, "ledgers");
	const char *live = wallet_new(c, shop.tenant.live_key, "NGN");

	expect_listed(c, admin.access,
		      client_text(c, "/v1/accounts?kind=Customer+wallets&projectId=%s",
				  shop.tenant.project),
		      "id", live);
	expect_listed(c, admin.access,
		      client_text(c, "/v1/accounts?mode=test&projectId=%s&walletId=%s",
				  other.project, shop.ann),
		      "id", "");
}

static void
test_refuses(void **state)
{
	static const char *const queries[][2] = {
		{"&balance[gte]=1", "balance[gte]"},
		{"&balance[lt]=1.001&currency=NGN", "balance[lt]"},
		{"&balance=-1&currency=NGN", "balance"},
		{"&balance[ge]=1&currency=NGN", "balance[ge]"},
		{"&currency=QQQ", "currency"},
		{"&kind=Wallets", "kind"},
		{"&kind=", "kind"},
		{"&status=open", "status"},
		{"&walletId=1", "walletId"},
		{"&accountId=", "accountId"},
		{"&userId=x", "userId"},
		{"&createdAt[gte]=yesterday", "createdAt[gte]"},
		{"&mode=sandbox", "mode"},
		{"&sort=balance", "sort"},
		{"&dir=down", "dir"},
		{"&limit=101", "limit"},
		{"&cursor=x", "cursor"},
		{"&reference=x", "reference"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(queries); i++) {
		a = client_call(c, "GET", client_text(c, "/v1/accounts?%s", queries[i][0] + 1),
				admin.access, NULL);
		expect_refusal(&a, 400, "VALIDATION_FAILED");
		expect_field(&a, queries[i][1]);
	}
	a = client_call(c, "GET", "/v1/accounts?projectId=" NOBODY, admin.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	expect_text(&a, "message", "Project not found");
	a = client_call(c, "GET", "/v1/accounts", acme.owner.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "GET", "/v1/accounts", acme.test_key, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "GET", "/v1/accounts", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_accounts, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_account), client_test(test_other_kinds),
		client_test(test_filters), client_test(test_times),
		client_test(test_pages),   client_test(test_rare),
		client_test(test_users),   client_test(test_ledgers),
		client_test(test_refuses), client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
