/* API keys that are limited to addresses and routes. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

/* A key, and the path that it is changed at. */
struct key {
	const char *raw;
	const char *path;
};

static const char *
keys_path(struct client *c, const char *project)
{
	return project != NULL ? client_text(c, "/v1/projects/%s/api-keys", project)
			       : "/v1/api-key";
}

static struct answer
create(struct client *c, const char *project, const char *members)
{
	return client_call(c, "POST", keys_path(c, project), acme.owner.access,
			   client_json(c, "{%s}", members));
}

static struct key
key_of(struct client *c, const char *project, const char *members)
{
	struct answer a = create(c, project, client_text(c, "'quota':null,%s", members));

	expect_status(&a, 201);
	return (struct key){
		answer_at(&a, "data.rawKey"),
		client_text(c, "%s/%s", keys_path(c, project), answer_at(&a, "data.id"))};
}

static struct answer
change(struct client *c, const struct key *key, const char *who, const char *members)
{
	return client_call(c, "PATCH", key->path, who, client_json(c, "{%s}", members));
}

static struct answer
call_from(struct client *c, const char *address, const char *raw, const char *target)
{
	return client_send(c, &(struct ask){.method = "GET",
					    .target = target,
					    .credential = raw,
					    .address = address});
}

static const char *
credit_of(struct client *c, const char *wallet)
{
	return client_json(c, "{'walletId':'%s','amount':'1','currency':'NGN','reference':'%s'}",
			   wallet, fresh_reference(c));
}

static void
expect_other_address(const struct answer *a)
{
	expect_refusal(a, 403, "FORBIDDEN");
	expect_text(a, "message", "The API key can't be used from this address");
}

static void
expect_other_route(const struct answer *a)
{
	expect_refusal(a, 403, "FORBIDDEN");
	expect_text(a, "message", "The API key is limited to other routes");
}

/* Members are stored and shown in their canonical form, wherever keys are shown. */
static void
test_shown(void **state)
{
	struct client *c = *state;
	struct answer a = create(c, acme.project,
				 "'allowedAddresses':['192.0.2.7/32','::ffff:192.0.2.0/120',"
				 "'2001:DB8:0::/32'],'allowedRoutes':['GET *',"
				 "'POST /v1/wallets/transfer','GET /v1/wallets/{id}']");

	expect_status(&a, 201);
	a = client_call(c, "GET", keys_path(c, acme.project), acme.owner.access, NULL);
	assert_int_equal(answer_count(&a, "data.0.allowedAddresses"), 3);
	expect_text(&a, "data.0.allowedAddresses.0", "192.0.2.7");
	expect_text(&a, "data.0.allowedAddresses.1", "192.0.2.0/24");
	expect_text(&a, "data.0.allowedAddresses.2", "2001:db8::/32");
	assert_int_equal(answer_count(&a, "data.0.allowedRoutes"), 3);
	expect_text(&a, "data.0.allowedRoutes.1", "POST /v1/wallets/transfer");
	a = create(c, acme.project, "'allowedAddresses':[],'allowedRoutes':[]");
	expect_status(&a, 201);
	expect_text(&a, "data.allowedAddresses", "null");
	expect_text(&a, "data.allowedRoutes", "null");
	a = create(c, acme.project, "'allowedAddresses':null,'allowedRoutes':null");
	expect_text(&a, "data.allowedAddresses", "null");
	expect_text(&a, "data.allowedRoutes", "null");
}

static const struct wrong {
	const char *members;
	const char *field;
} wrong[] = {
	{"'allowedAddresses':'192.0.2.7'", "allowedAddresses"},
	{"'allowedAddresses':[7]", "allowedAddresses"},
	{"'allowedAddresses':['']", "allowedAddresses[0]"},
	{"'allowedAddresses':['localhost']", "allowedAddresses[0]"},
	{"'allowedAddresses':['192.0.2.0/24','192.0.2.7/24']", "allowedAddresses[1]"},
	{"'allowedAddresses':['192.0.2.0/33']", "allowedAddresses[0]"},
	{"'allowedAddresses':['2001:db8::1/64']", "allowedAddresses[0]"},
	{"'allowedAddresses':['::1,::2']", "allowedAddresses[0]"},
	{"'allowedRoutes':'GET *'", "allowedRoutes"},
	{"'allowedRoutes':[null]", "allowedRoutes"},
	{"'allowedRoutes':['*']", "allowedRoutes[0]"},
	{"'allowedRoutes':['GET']", "allowedRoutes[0]"},
	{"'allowedRoutes':['POST *']", "allowedRoutes[0]"},
	{"'allowedRoutes':['get /v1/wallets']", "allowedRoutes[0]"},
	{"'allowedRoutes':['GET  /v1/wallets']", "allowedRoutes[0]"},
	{"'allowedRoutes':['GET /v1/wallets/']", "allowedRoutes[0]"},
	{"'allowedRoutes':['/v1/wallets']", "allowedRoutes[0]"},
	{"'allowedRoutes':['GET *','GET /v1/wallets/{walletId}']", "allowedRoutes[1]"},
	{"'allowedRoutes':['DELETE /v1/wallets']", "allowedRoutes[0]"},
	{"'allowedRoutes':['GET *,GET /v1/wallets']", "allowedRoutes[0]"},
	{"'allowedRoutes':['GET /v1/auth/me']", "allowedRoutes[0]"},     /* of users */
	{"'allowedRoutes':['POST /v1/auth/login']", "allowedRoutes[0]"}, /* of anybody */
	{"'allowedRoutes':['GET /v1/projects']", "allowedRoutes[0]"},    /* of personal keys */
	{"'allowedRoutes':['GET /api/v1/wallet/balance']", "allowedRoutes[0]"},
};

static void
test_wrong(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(c, acme.project, "'allowedRoutes':['GET *']");
	struct answer a;

	for (size_t i = 0; i < COUNT(wrong); i++) {
		a = create(c, acme.project, wrong[i].members);
		expect_field(&a, wrong[i].field);
		a = change(c, &key, acme.owner.access, wrong[i].members);
		expect_field(&a, wrong[i].field);
	}
	a = create(c, NULL, "'allowedRoutes':['GET /v1/projects','GET /v1/wallets']");
	expect_field(&a, "allowedRoutes[1]");
	a = change(c, &key, acme.owner.access, "");
	expect_status(&a, 200);
	expect_text(&a, "data.allowedRoutes.0", "GET *");
	expect_text(&a, "data.allowedAddresses", "null");
}

/* A list of so many items. */
static const char *
list_of(struct client *c, const char *name, const char *item, size_t n)
{
	const char *list = "";

	for (size_t i = 0; i < n; i++)
		list = client_text(c, "%s%s'%s'", list, i > 0 ? "," : "", item);
	return client_text(c, "'%s':[%s]", name, list);
}

static void
test_lengths(void **state)
{
	static const struct {
		const char *name;
		const char *item;
		size_t most;
	} rows[] = {
		{"allowedAddresses", "2001:db8:1111:2222:3333:4444:5555:6666", 20},
		{"allowedRoutes", "POST /v1/wallets/transfer", 50},
	};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = create(c, acme.project,
					 list_of(c, rows[i].name, rows[i].item, rows[i].most));

		expect_status(&a, 201);
		a = create(c, acme.project,
			   list_of(c, rows[i].name, rows[i].item, rows[i].most + 1));
		expect_field(&a, rows[i].name);
	}
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *address;
		bool allowed;
	} rows[] = {
		{"203.0.113.9", true},
		{"::ffff:203.0.113.9", true},
		{"203.0.113.10", false},
		{"192.0.2.200", true},
		{"::ffff:192.0.2.200", true},
		{"192.0.3.0", false},
		{"2001:db8::77", true},
		{"2001:db9::77", false},
		{"::203.0.113.9", false},
		{"", false},
		{"unix:", false},
		{"203.0.113.9/32,", false},
	};
	struct client *c = *state;
	const struct key key =
		key_of(c, acme.project,
		       "'allowedAddresses':['203.0.113.9','192.0.2.0/24','2001:db8::/32']");
	const char *wallet = client_text(c, "/v1/wallets/%s", wallet_new(c, acme.test_key, "NGN"));

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct answer a = call_from(c, rows[i].address, key.raw, wallet);

		if (rows[i].allowed)
			expect_status(&a, 200);
		else
			expect_other_address(&a);
		a = call_from(c, rows[i].address, key.raw, "/v1/projects"); /* not of such keys */
		expect_refusal(&a, 403, "FORBIDDEN");
		a = call_from(c, rows[i].address, acme.test_key, wallet);
		expect_status(&a, 200);
	}
}

static void
test_routes(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(c, acme.project,
				      "'allowedRoutes':['GET /v1/wallets/{id}',"
				      "'POST /v1/wallets/credit']");
	const char *id = wallet_new(c, acme.test_key, "NGN");
	const char *wallet = client_text(c, "/v1/wallets/%s", id);
	struct answer a = client_call(c, "GET", wallet, key.raw, NULL);

	expect_status(&a, 200);
	a = client_call(c, "GET", client_text(c, "%s/?x=1", wallet), key.raw, NULL);
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/wallets/credit", key.raw, credit_of(c, id));
	expect_status(&a, 201);
	a = client_call(c, "POST", "/v1/wallets/debit", key.raw, credit_of(c, id));
	expect_other_route(&a);
	a = client_call(c, "GET", "/v1/wallets", key.raw, NULL);
	expect_other_route(&a);
	a = client_call(c, "GET", client_text(c, "%s/balance", wallet), key.raw, NULL);
	expect_other_route(&a);
	a = client_call(c, "PATCH", wallet, key.raw, client_json(c, "{'status':'frozen'}"));
	expect_other_route(&a);
	a = client_call(c, "GET", "/v1/unknown", key.raw, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	assert_string_equal(wallet_balance(c, acme.test_key, id, "ledger"), "1.00");
}

static void
test_reads_only(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(c, acme.project, "'allowedRoutes':['GET *']");
	const char *id = wallet_new(c, acme.test_key, "NGN");
	const char *const reads[] = {
		"/v1/wallets",
		client_text(c, "/v1/wallets/%s", id),
		client_text(c, "/v1/wallets/%s/balance", id),
		client_text(c, "/v1/wallets/%s/transactions", id),
		"/v1/transactions",
		"/v1/events",
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(reads); i++) {
		a = client_call(c, "GET", reads[i], key.raw, NULL);
		expect_status(&a, 200);
	}
	a = client_call(c, "POST", "/v1/wallets", key.raw, client_json(c, "{'currency':'NGN'}"));
	expect_other_route(&a);
	a = client_call(c, "POST", "/v1/wallets/credit", key.raw, credit_of(c, id));
	expect_other_route(&a);
	a = client_call(c, "PATCH", reads[1], key.raw, client_json(c, "{'status':'frozen'}"));
	expect_other_route(&a);
}

/* A key that is cached without limits has them from the answer of the change on. */
static void
test_limited_later(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(c, acme.project, "'description':'Shop'");
	const char *id = wallet_new(c, acme.test_key, "NGN");
	const char *wallet = client_text(c, "/v1/wallets/%s", id);
	struct ask credit = {.method = "POST",
			     .target = "/v1/wallets/credit",
			     .credential = key.raw,
			     .body = credit_of(c, id)};
	struct answer a;

	for (int keyed = 0; keyed < 2; keyed++) {
		a = client_call(c, "GET", "/v1/wallets", key.raw, NULL); /* it is cached now */
		expect_status(&a, 200);
		a = change(c, &key, acme.owner.access, "'allowedRoutes':['GET /v1/wallets/{id}']");
		expect_status(&a, 200);
		expect_text(&a, "data.description", "Shop");
		credit.idempotency_key = keyed == 1 ? "limited-later" : NULL;
		a = client_send(c, &credit);
		expect_other_route(&a);
		a = client_call(c, "GET", wallet, key.raw, NULL);
		expect_status(&a, 200);
		a = change(c, &key, acme.owner.access, "'allowedRoutes':[]");
		expect_text(&a, "data.allowedRoutes", "null");
		a = client_call(c, "GET", wallet, key.raw, NULL); /* cached again */
		expect_status(&a, 200);
		a = change(c, &key, acme.owner.access,
			   "'allowedRoutes':['POST /v1/wallets/credit']");
		a = client_send(c, &credit);
		expect_status(&a, keyed == 1 ? 200 : 201);
		a = client_call(c, "GET", wallet, key.raw, NULL);
		expect_other_route(&a);
		a = change(c, &key, acme.owner.access, "'allowedRoutes':[]");
		a = client_call(c, "GET", wallet, key.raw, NULL);
		expect_status(&a, 200);
	}
	assert_string_equal(wallet_balance(c, acme.test_key, id, "ledger"), "1.00");
}

/* The same for each kind of route with which the cache is used, by addresses. */
static void
test_cached_elsewhere(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(c, acme.project, "'scope':'test'");
	const char *id = wallet_new(c, acme.test_key, "NGN");
	const char *const reads[] = {
		client_text(c, "/v1/wallets/%s", id),
		client_text(c, "/v1/wallets/%s/balance", id),
		client_text(c, "/v1/wallets/%s/transactions", id),
	};

	for (size_t i = 0; i < COUNT(reads); i++) {
		struct answer a = call_from(c, "203.0.113.9", key.raw, "/v1/wallets");

		expect_status(&a, 200);
		a = change(c, &key, acme.owner.access, "'allowedAddresses':['192.0.2.7']");
		expect_text(&a, "data.allowedAddresses.0", "192.0.2.7");
		a = call_from(c, "203.0.113.9", key.raw, reads[i]);
		expect_other_address(&a);
		a = call_from(c, "192.0.2.7", key.raw, reads[i]);
		expect_status(&a, 200);
		a = change(c, &key, acme.owner.access, "'allowedAddresses':[]");
		expect_text(&a, "data.allowedAddresses", "null");
		a = call_from(c, "203.0.113.9", key.raw, reads[i]);
		expect_status(&a, 200);
	}
}

static void
test_rotation(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(c, acme.project,
				      "'allowedRoutes':['GET /v1/wallets'],"
				      "'allowedAddresses':['192.0.2.1']");
	struct answer a = client_call(c, "POST", client_text(c, "%s/rotate", key.path),
				      acme.owner.access, "{}");
	const char *raw = answer_at(&a, "data.rawKey");

	expect_status(&a, 201);
	expect_text(&a, "data.allowedRoutes.0", "GET /v1/wallets");
	expect_text(&a, "data.allowedAddresses.0", "192.0.2.1");
	a = change(c, &key, acme.owner.access, "'allowedRoutes':[],'allowedAddresses':[]");
	expect_status(&a, 200);
	a = client_call(c, "GET", "/v1/transactions", key.raw, NULL);
	expect_status(&a, 200);
	a = client_call(c, "GET", "/v1/transactions", raw, NULL); /* the other one keeps them */
	expect_other_route(&a);
	a = call_from(c, "192.0.2.2", raw, "/v1/wallets");
	expect_other_address(&a);
	a = client_call(c, "GET", "/v1/wallets", raw, NULL);
	expect_status(&a, 200);
}

static void
test_who_may(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(c, acme.project, "'allowedRoutes':['GET *']");
	const struct key personal = key_of(c, NULL, "'allowedRoutes':['GET *']");
	const struct key elsewhere = {NULL,
				      client_text(c, "%s/0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e01",
						  keys_path(c, acme.project))};
	static const char lift[] = "'allowedRoutes':[]";
	struct answer a = change(c, &key, other.owner.access, lift);

	expect_refusal(&a, 404, "NOT_FOUND");
	a = change(c, &personal, other.owner.access, lift);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = change(c, &elsewhere, acme.owner.access, lift);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = change(c, &key, key.raw, lift);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = change(c, &key, acme.test_key, lift);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", "/v1/wallets", key.raw, client_json(c, "{'currency':'NGN'}"));
	expect_other_route(&a);
	a = client_call(c, "DELETE", key.path, acme.owner.access, NULL);
	expect_status(&a, 200);
	a = change(c, &key, acme.owner.access, lift);
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", "/v1/wallets", key.raw, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_personal(void **state)
{
	struct client *c = *state;
	const struct key key = key_of(
		c, NULL, "'allowedRoutes':['GET /v1/projects'],'allowedAddresses':['192.0.2.1']");
	struct answer a = client_call(c, "GET", "/v1/projects", key.raw, NULL);

	expect_status(&a, 200);
	a = call_from(c, "192.0.2.2", key.raw, "/v1/projects");
	expect_other_address(&a);
	a = client_call(c, "GET", "/v1/platform-accounts/me", key.raw, NULL);
	expect_other_route(&a);
	a = change(c, &key, acme.owner.access, "'allowedRoutes':['GET *']");
	expect_status(&a, 200);
	a = client_call(c, "GET", "/v1/platform-accounts/me", key.raw, NULL);
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/projects", key.raw, client_json(c, "{'name':'New'}"));
	expect_other_route(&a);
	a = client_call(c, "GET", key.path, acme.owner.access, NULL);
	expect_text(&a, "data.allowedAddresses.0", "192.0.2.1");
}

/* Refused calls are counted, too. */
static void
test_quota(void **state)
{
	struct client *c = *state;
	struct answer a = create(c, acme.project, "'quota':2,'allowedAddresses':['192.0.2.9']");
	const char *raw = answer_at(&a, "data.rawKey");

	for (int i = 0; i < 2; i++) {
		a = client_call(c, "GET", "/v1/wallets", raw, NULL);
		expect_other_address(&a);
	}
	a = client_call(c, "GET", "/v1/wallets", raw, NULL);
	expect_status(&a, 429);
}

/* Each dialect refuses in its own form, which the client checks. */
static void
test_dialects(void **state)
{
	static const char *const targets[] = {
		"/v1/wallets",       "/api/v1/wallet/balance", "/api/v1/keys/list",
		"/api/v1/vouchers/", "/api/wallet/balance",    "/api/transactions",
	};
	struct client *c = *state;
	const struct key key = key_of(c, acme.project, "'allowedAddresses':['192.0.2.9']");

	for (size_t i = 0; i < COUNT(targets); i++) {
		struct answer a = call_from(c, "192.0.2.8", key.raw, targets[i]);

		expect_status(&a, 403);
		assert_non_null(strstr(a.body.data, "can't be used from this address"));
	}
}

/* Requests during a change are judged by the limits before or after it, and those after it by the new ones. */
static void
test_at_once(void **state)
{
	enum { ASKS = 16 };
	struct client *c = *state;
	const struct key key = key_of(c, acme.project, "'scope':'test'");
	const char *id = wallet_new(c, acme.test_key, "NGN");
	struct answer a = client_call(c, "GET", "/v1/wallets", key.raw, NULL);
	struct ask asks[ASKS];
	int statuses[ASKS];
	const char *balance;

	expect_status(&a, 200);
	for (size_t i = 0; i < ASKS; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/v1/wallets/credit",
				       .credential = key.raw,
				       .body = credit_of(c, id)};
	asks[ASKS / 2] = (struct ask){.method = "PATCH",
				      .target = key.path,
				      .credential = acme.owner.access,
				      .body = client_json(c, "{'allowedRoutes':['GET *']}")};
	client_at_once(c, asks, ASKS, statuses);
	assert_int_equal(statuses[ASKS / 2], 200);
	assert_int_equal(count_status(statuses, ASKS, 201) + count_status(statuses, ASKS, 403),
			 ASKS - 1);
	balance = client_text(c, "%zu.00", count_status(statuses, ASKS, 201));
	assert_string_equal(wallet_balance(c, acme.test_key, id, "ledger"), balance);
	a = client_call(c, "POST", "/v1/wallets/credit", key.raw, credit_of(c, id));
	expect_other_route(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_shown),         client_test(test_wrong),
		client_test(test_lengths),       client_test(test_addresses),
		client_test(test_routes),        client_test(test_reads_only),
		client_test(test_limited_later), client_test(test_cached_elsewhere),
		client_test(test_rotation),      client_test(test_who_may),
		client_test(test_personal),      client_test(test_quota),
		client_test(test_dialects),      client_test(test_at_once),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
