/* Accounts at providers, and calls to providers other than payments. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/easypay_client.h"
#include "tests/support/money.h"

static struct easypay_client easypay;
static struct tenant acme;
static struct tenant other;
static struct person root;

static const char *const names[] = {"paystack", "flutterwave", "paga", "fingra"};
enum { NAMES = COUNT(names) };

static int
setup(void **state)
{
	if (tenants_setup(state, &acme, &other) != 0)
		return -1;
	root = person_admin(*state, "root@example.com");
	easypay_client_open(*state, &easypay);
	return 0;
}

static int
teardown(void **state)
{
	easypay_client_close(&easypay);
	return client_teardown(state);
}

static int
begin(void **state)
{
	easypay.script = (struct easypay_client_script){0};
	return client_begin(state);
}

#define easypay_test(function) cmocka_unit_test_setup(function, begin)

static struct answer
configure(struct client *c, const struct tenant *t, const char *credential, const char *members)
{
	return client_call(c, "POST", client_text(c, "/v1/projects/%s/providers", t->project),
			   credential, client_json(c, "{%s}", members));
}

static struct answer
action(struct client *c, const char *key, const char *provider, const char *name,
       const char *payload)
{
	return client_call(c, "POST", "/wallet-providers/actions", key,
			   client_json(c, "{'provider':'%s','action':'%s','payload':{%s}}",
				       provider, name, payload));
}

static void
test_configure(void **state)
{
	struct client *c = *state;
	const char *path = client_text(c, "/v1/projects/%s/providers", acme.project);
	const char *key = key_new(c, &acme.owner, NULL, "");
	const char *id;
	struct answer a = configure(c, &acme, acme.owner.access,
				    "'type':'paystack','config':{'apiKey':'sk_test_xxx',"
				    "'publicKey':'pk','beta':true},'isActive':true");

	expect_status(&a, 201);
	expect_text(&a, "data.type", "paystack");
	expect_text(&a, "data.isActive", "true");
	expect_text(&a, "data.config.apiKey", "****_xxx");
	expect_text(&a, "data.config.publicKey", "****");
	expect_text(&a, "data.config.beta", "true");
	assert_null(strstr(a.body.data, "sk_test"));
	id = answer_at(&a, "data.id");
	a = configure(c, &acme, key,
		      "'type':'paystack','config':{'secretKey':'sk_test_another'},"
		      "'isActive':false");
	expect_status(&a, 200);
	expect_text(&a, "data.id", id);
	expect_text(&a, "data.isActive", "false");
	expect_text(&a, "data.config.secretKey", "****ther");
	assert_null(answer_at(&a, "data.config.apiKey"));
	a = configure(c, &acme, acme.owner.access,
		      "'type':'fingra','config':{'apiKey':'" PROJECT_KEY "'}");
	expect_status(&a, 201);
	a = client_call(c, "GET", path, acme.owner.access, NULL);
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.type", "fingra");
	expect_text(&a, "data.1.config.secretKey", "****ther");
	assert_null(strstr(a.body.data, "sk_test"));
	/* At rest the data is unreadable, and bound to its row. */
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.provider_config"
					 " WHERE position('sk_test'::bytea IN config_sealed) > 0"),
			    "0");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.audit_log"
					    " WHERE detail::text LIKE '%%sk_test%%'"),
			    "0");
}

static void
test_bad_configs(void **state)
{
	static const struct {
		const char *members;
		const char *field;
	} rows[] = {
		{"'type':'monobank','config':{'apiKey':'sk_test_xxx'}", "type"},
		{"'config':{'apiKey':'sk_test_xxx'}", "type"},
		{"'type':'paga'", "config"},
		{"'type':'paga','config':'sk_test_xxx'", "config"},
		{"'type':'paga','config':{}", "config.apiKey"},
		{"'type':'paga','config':{'apiKey':''}", "config.apiKey"},
		{"'type':'paga','config':{'apiKey':7}", "config.apiKey"},
		{"'type':'paga','config':{'publicKey':'pk'}", "config.apiKey"},
		{"'type':'paga','config':{'apiKey':'a','more':{}}", "config.more"},
		{"'type':'paga','config':{'apiKey':'a','more':null}", "config.more"},
		{"'type':'paga','config':{'apiKey':'a\\r\\nX-Admin: 1'}", "config.apiKey"},
		{"'type':'paga','config':{'apiKey':'a','a':'','b':'','c':'','d':'','e':'','f':'',"
		 "'g':'','h':'','i':'','j':''}",
		 "config"},
		{"'type':'paga','config':{'apiKey':'a'},'isActive':'yes'", "isActive"},
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(rows); i++) {
		a = configure(c, &acme, acme.owner.access, rows[i].members);
		expect_field(&a, rows[i].field);
	}
	a = configure(c, &acme, NULL, "'type':'paga','config':{'apiKey':'a'}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = configure(c, &acme, other.owner.access, "'type':'paga','config':{'apiKey':'a'}");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = configure(c, &acme, acme.test_key, "'type':'paga','config':{'apiKey':'a'}");
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "GET", client_text(c, "/v1/projects/%s/providers", acme.project),
			other.owner.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.provider_config"
					    " WHERE type = 'paga' AND project_id IS NOT NULL"),
			    "0");
}

static void
test_platforms_own(void **state)
{
	static const char body[] = "{\"type\":\"paga\",\"config\":{\"apiKey\":\"" OWN_KEY "\"}}";
	struct client *c = *state;
	struct answer a = client_call(c, "GET", "/wallet-providers", NULL, NULL);

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), NAMES);
	for (size_t i = 0; i < NAMES; i++) {
		expect_text(&a, client_text(c, "data.%zu.type", i), names[i]);
		expect_text(&a, client_text(c, "data.%zu.isActive", i), "true");
	}
	a = client_send(c, &(struct ask){.method = "GET",
					 .target = "/wallet-providers",
					 .body_too_large = true});
	expect_refusal(&a, 413, "BODY_TOO_LARGE");
	a = client_call(c, "DELETE", "/wallet-providers/paga", acme.owner.access, NULL);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "DELETE", "/wallet-providers/paga", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "DELETE", "/wallet-providers/paga", root.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data", "null");
	a = client_call(c, "DELETE", "/v1/wallet-providers/paga", root.access, NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = client_call(c, "GET", "/v1/wallet-providers", NULL, NULL);
	expect_text(&a, "data.2.isActive", "false");
	a = client_call(c, "POST", "/wallet-providers/add", acme.owner.access, body);
	expect_refusal(&a, 403, "FORBIDDEN");
	a = client_call(c, "POST", "/wallet-providers/add", root.access, body);
	expect_status(&a, 200);
	expect_text(&a, "data.config.apiKey", "****form");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.audit_log"
					    " WHERE action IN ('provider_set', 'provider_stop')"
					    " AND subject = 'paga' AND user_id IS NOT NULL"),
			    "2");
	a = client_call(c, "GET", "/v1/wallet-providers/paystack", root.access, NULL);
	expect_refusal(&a, 405, "METHOD_NOT_ALLOWED");
}

/* The switch for the behaviour of the first OurPocket. */
static void
test_open_to_all(void **state)
{
	struct client *c = *state;
	struct config *config = &c->fixture->config;
	struct answer a;

	config->open_providers = true;
	a = client_call(c, "DELETE", "/wallet-providers/fingra", NULL, NULL);
	expect_status(&a, 200);
	a = client_call(c, "POST", "/wallet-providers/add", NULL,
			"{\"type\":\"fingra\",\"config\":{\"apiKey\":\"" OWN_KEY "\"}}");
	expect_status(&a, 200);
	config->open_providers = false;
	a = client_call(c, "DELETE", "/wallet-providers/fingra", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

/* The account of an order. */
static void
test_which_account(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "chooser");
	struct config *config = &c->fixture->config;
	const char *url = config->sandbox_url;
	char value[128];
	struct answer a = action(c, t.test_key, "paystack", "list_wallets", "");

	/* None of its own: the platform's, in the sandbox. */
	expect_status(&a, 200);
	assert_string_equal(fake_server_header(easypay.server,
					       fake_server_count(easypay.server) - 1,
					       "authorization", value, sizeof value),
			    "Bearer " OWN_KEY);
	/* Without a sandbox no test order goes through the platform's. */
	config->sandbox_url = "";
	a = action(c, t.test_key, "paystack", "list_wallets", "");
	expect_refusal(&a, 422, "PROVIDER_NOT_ACTIVE");
	/* But through the project's. */
	a = configure(c, &t, t.owner.access,
		      "'type':'paystack','config':{'apiKey':'" PROJECT_KEY "'}");
	expect_status(&a, 201);
	a = action(c, t.test_key, "paystack", "list_wallets", "");
	expect_status(&a, 200);
	assert_string_equal(fake_server_header(easypay.server,
					       fake_server_count(easypay.server) - 1,
					       "authorization", value, sizeof value),
			    "Bearer " PROJECT_KEY);
	config->sandbox_url = url;
	/* One that is inactive is not replaced by the platform's. */
	a = configure(c, &t, t.owner.access,
		      "'type':'paystack','config':{'apiKey':'" PROJECT_KEY "'},'isActive':false");
	expect_status(&a, 200);
	a = action(c, t.live_key, "paystack", "list_wallets", "");
	expect_refusal(&a, 422, "PROVIDER_NOT_ACTIVE");
	/* Disabled for all projects. */
	a = configure(c, &t, t.owner.access,
		      "'type':'paystack','config':{'apiKey':'" PROJECT_KEY "'}");
	expect_status(&a, 200);
	client_sql(c, "UPDATE cowry.provider_config SET is_active = false"
		      " WHERE project_id IS NULL AND type = 'paystack'");
	a = action(c, t.live_key, "paystack", "list_wallets", "");
	expect_refusal(&a, 422, "PROVIDER_NOT_ACTIVE");
	client_sql(c, "UPDATE cowry.provider_config SET is_active = true"
		      " WHERE project_id IS NULL AND type = 'paystack'");
	/* A row that was moved elsewhere can't be decrypted. */
	client_sql(c,
		   "UPDATE cowry.provider_config SET type = 'flutterwave'"
		   " WHERE type = 'paystack' AND project_id ="
		   " (SELECT project_id FROM cowry.project WHERE public_id = '%s')",
		   t.project);
	{
		struct ask ask = {.method = "POST",
				  .target = "/wallet-providers/actions",
				  .credential = t.test_key,
				  .body = "{\"provider\":\"flutterwave\","
					  "\"action\":\"list_wallets\"}"};

		assert_int_equal(client_exchange(c, &ask).status, 500);
	}
}

/* A project can credit its wallets arbitrarily: that must not move money of the platform. */
static void
test_nothing_is_lent(void **state)
{
	struct client *c = *state;
	struct tenant t = tenant_new(c, "borrower");
	struct config *config = &c->fixture->config;
	const char *wallet = wallet_new(c, t.live_key, "NGN");
	const char *payload = "'amount':'100','account_number':'0123456789','bank_code':'058',"
			      "'name':'Ada','email':'ada@example.com'";
	const char *booked = client_text(c, "'walletId':'%s',%s", wallet, payload);
	size_t asked = fake_server_count(easypay.server);
	struct answer a;

	a = fund(c, "credit", t.live_key, wallet, "1000", "NGN", "out-of-thin-air", "");
	expect_status(&a, 201);
	a = action(c, t.live_key, "paystack", "withdraw", booked);
	expect_refusal(&a, 422, "PROVIDER_NOT_ACTIVE");
	a = action(c, t.live_key, "paystack", "withdraw", payload);
	expect_refusal(&a, 422, "PROVIDER_NOT_ACTIVE");
	a = action(c, t.live_key, "paystack", "list_wallets", "");
	expect_refusal(&a, 422, "PROVIDER_NOT_ACTIVE");
	assert_int_equal(fake_server_count(easypay.server), asked);
	/* Incoming payments are allowed. */
	a = action(c, t.live_key, "paystack", "deposit", booked);
	expect_status(&a, 200);
	config->lend_providers = true;
	a = action(c, t.live_key, "paystack", "list_wallets", "");
	expect_status(&a, 200);
	a = action(c, t.live_key, "paystack", "withdraw", booked);
	expect_status(&a, 200);
	config->lend_providers = false;
}

static void
test_customer_wallets(void **state)
{
	static const char *const what[] = {"create_wallet", "fetch_wallet", "list_wallets"};
	static const char payload[] = "'email':'ada@example.com','customer_code':'CUS_1',"
				      "'order_ref':'URF_1','walletId':'PW1','id':'FW1'";
	struct client *c = *state;
	const char *url = c->fixture->config.sandbox_url;
	struct answer a;

	for (size_t i = 0; i < (size_t)NAMES * 3; i++) {
		a = action(c, other.test_key, names[i / 3], what[i % 3], payload);
		expect_status(&a, 200);
		expect_text(&a, "data.provider", names[i / 3]);
		expect_text(&a, "data.action", what[i % 3]);
		assert_non_null(answer_at(&a, "data.answer"));
		assert_non_null(answer_at(&a, "data.data"));
		assert_null(answer_at(&a, "data.data.items"));
	}
	easypay.script.body = "{\"status\":true,\"data\":[{\"customer_code\":\"CUS_7\"}]}";
	a = action(c, other.test_key, "paystack", "list_wallets", payload);
	expect_text(&a, "data.answer.items.0.customer_code", "CUS_7");
	expect_text(&a, "data.data.0.customer_code", "CUS_7");
	easypay.script = (struct easypay_client_script){.body = NULL};
	for (size_t i = 0; i < NAMES; i++) {
		a = client_call(
			c, "POST", "/v1/wallet-providers/create-wallet", other.test_key,
			client_json(c, "{'provider':'%s','payload':{%s}}", names[i], payload));
		expect_status(&a, 201);
		expect_text(&a, "data.action", "create_wallet");
	}
	a = client_call(c, "POST", "/wallet-providers/create-wallet", other.test_key,
			"{\"provider\":\"paystack\"}");
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	a = client_call(c, "POST", "/wallet-providers/create-wallet", other.test_key, "{}");
	expect_field(&a, "provider");
	a = client_call(c, "POST", "/wallet-providers/create-wallet", other.owner.access, "{}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	easypay.script.body = "{\"status\":false,\"message\":\"Customer is blocked\"}";
	a = action(c, other.test_key, "paystack", "fetch_wallet", payload);
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	expect_text(&a, "message", "Customer is blocked");
	easypay.script = (struct easypay_client_script){.manner = PEER_RESETS, .body = ""};
	a = action(c, other.test_key, "paystack", "fetch_wallet", payload);
	expect_refusal(&a, 504, "PROVIDER_TIMEOUT");
	a = client_call(c, "POST", "/v1/wallet-providers/create-wallet", other.test_key,
			client_json(c, "{'provider':'paystack','payload':{%s}}", payload));
	expect_refusal(&a, 504, "PROVIDER_TIMEOUT");
	c->fixture->config.sandbox_url = "http://127.0.0.1:1";
	a = client_call(c, "POST", "/v1/wallet-providers/create-wallet", other.test_key,
			client_json(c, "{'provider':'paystack','payload':{%s}}", payload));
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	a = action(c, other.test_key, "paystack", "fetch_wallet", payload);
	expect_refusal(&a, 502, "PROVIDER_UNAVAILABLE");
	c->fixture->config.sandbox_url = url;
}

/* Without a wallet the order is forwarded, and nothing is posted: neither then nor by its
 * webhooks. */
static void
test_unbooked(void **state)
{
	static const char more[] = "'email':'ada@example.com','amount':'1000','recipient':'RCP_1',"
				   "'account_bank':'044','account_number':'0690000031'";
	struct client *c = *state;
	const char *before;
	struct answer a;

	a = configure(c, &other, other.owner.access,
		      "'type':'paystack','config':{'apiKey':'" PROJECT_KEY "'}");
	expect_status(&a, 201);
	before = books(c);
	for (size_t i = 0; i < NAMES; i++) {
		a = action(c, other.test_key, names[i], "withdraw", more);
		expect_status(&a, 200);
		a = action(c, other.live_key, names[i], "deposit", more);
		expect_status(&a, 200);
		expect_text(&a, "data.amount", "1000.00");
		expect_text(&a, "data.currency", "NGN");
		assert_null(answer_at(&a, "data.paymentId"));
		assert_non_null(answer_at(&a, "data.reference"));
		for (int known = 0; known < 2; known++) {
			struct easypay_client_webhook webhook = easypay_client_webhook(
				c, names[i], false, "success", answer_at(&a, "data.reference"),
				"1000", "NGN", i == 0 && known == 0 ? PROJECT_KEY : OWN_KEY);
			struct answer told = easypay_client_send(c, &webhook);

			/* Only the account that the order was made with may report about it. */
			expect_status(&told, i == 0 && known == 1 ? 401 : 200);
		}
	}
	assert_string_equal(books(c), before);
	a = action(c, other.live_key, "paystack", "deposit", "'email':'ada@example.com'");
	expect_field(&a, "amount");
	a = action(c, other.live_key, "paystack", "deposit", "'amount':'1000'");
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	easypay.script.manner = PEER_RESETS;
	a = action(c, other.live_key, "paystack", "deposit", more);
	expect_refusal(&a, 504, "PROVIDER_TIMEOUT");
	a = action(c, other.live_key, "paystack", "steal", more);
	expect_field(&a, "action");
}

/* With a wallet it is a payment like any other. */
static void
test_booked(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, other.test_key, "NGN");
	const char *more = client_text(c,
				       "'email':'ada@example.com','amount':'1000','walletId':'%s',"
				       "'reference':'act-0001','metadata':{'a':1}",
				       wallet);
	struct easypay_client_webhook webhook;
	struct answer a = action(c, other.test_key, "fingra", "deposit", more);

	expect_status(&a, 200);
	expect_text(&a, "data.status", "pending");
	expect_text(&a, "data.reference", "act-0001");
	expect_text(&a, "data.walletId", wallet);
	expect_text(&a, "data.answer.checkoutUrl", "https://pay.test/g");
	expect_text(&a, "data.data.checkoutUrl", NULL);
	assert_non_null(answer_at(&a, "data.data"));
	webhook = easypay_client_webhook(c, "fingra", false, "success",
					 easypay_client_reference(c, "act-0001"), "1000", "NGN",
					 OWN_KEY);
	a = easypay_client_send(c, &webhook);
	expect_status(&a, 200);
	assert_string_equal(wallet_balance(c, other.test_key, wallet, "ledger"), "1000.00");
	a = action(c, other.test_key, "fingra", "deposit", more);
	expect_status(&a, 200);
	expect_text(&a, "data.status", "completed");
	assert_string_equal(answer_header(&a, "Idempotent-Replayed"), "true");
	/* A generated reference, if none is given. */
	a = action(c, other.test_key, "fingra", "withdraw",
		   client_text(c, "'amount':'400','walletId':'%s'", wallet));
	expect_status(&a, 200);
	assert_string_equal(wallet_balance(c, other.test_key, wallet, "held"), "400.00");
	a = client_call(c, "GET",
			client_text(c, "/v1/payments/%s", answer_at(&a, "data.paymentId")),
			other.test_key, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.type", "debit");
	a = action(c, other.test_key, "fingra", "withdraw",
		   client_text(c, "'amount':'601','walletId':'%s'", wallet));
	expect_refusal(&a, 422, "INSUFFICIENT_FUNDS");
	a = action(c, other.live_key, "fingra", "deposit", more);
	expect_refusal(&a, 404, "NOT_FOUND");
	easypay.script = (struct easypay_client_script){
		.status = 400, .body = "{\"status\":false,\"message\":\"Not today\"}"};
	a = action(c, other.test_key, "fingra", "withdraw",
		   client_text(c, "'amount':'600','walletId':'%s'", wallet));
	expect_refusal(&a, 422, "PROVIDER_REFUSED");
	assert_string_equal(wallet_balance(c, other.test_key, wallet, "held"), "400.00");
}

static void
test_routes(void **state)
{
	client_covered(*state, pocket_providers, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		easypay_test(test_configure),        easypay_test(test_bad_configs),
		easypay_test(test_platforms_own),    easypay_test(test_open_to_all),
		easypay_test(test_which_account),    easypay_test(test_nothing_is_lent),
		easypay_test(test_customer_wallets), easypay_test(test_unbooked),
		easypay_test(test_booked),           easypay_test(client_books_hold),
		easypay_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
