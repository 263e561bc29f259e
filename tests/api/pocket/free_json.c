/* Free JSON is the client's: what is valid is taken, and comes back with the values it had. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "base/arena.h"
#include "ledger/hold.h"
#include "tests/support/money.h"
#include "json/reader.h"

static struct tenant acme;

/* Values that a double, 64 bits or jsonb would change, and everything that RFC 8259 allows. */
static const char *const objects[] = {
	"{}",
	"{\"a\":0.059877586043980635}",
	"{\"a\":[1e-7,1E+2,-1.5e3,1.0e-3,0.1e1]}",
	"{\"a\":-0,\"b\":-0.0,\"c\":0e0}",
	"{\"a\":1e400,\"b\":-1e-400,\"c\":1e999999999}",
	"{\"a\":1234567890123456789012345678901234567890}",
	"{\"a\":[9223372036854775808,18446744073709551616,-9223372036854775809]}",
	"{\"a\":12345678901234567890.12345678901234567890}",
	"{\"a\":{\"b\":null,\"c\":[true,false,\"\\u00e9\\ud83d\\ude00\\/\\b\\f\\n\\r\\t\"]}}",
	"{\"a\\u0000b\":\"c\\u0000d\",\"\":\"\\ud800\",\"\\udfff\":-0}",
	"{\"a\":\"\\\\u0000 1e5 -0 \\\"\",\"b\":1e5}",
	/* 32 deep */
	"{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1e-99]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
};

static int
setup(void **state)
{
	return tenants_setup(state, &acme, NULL);
}

static struct json_object *
member_at(const struct answer *a, const char *path)
{
	struct json_object *value = a->json;
	char name[32];

	while (*path != '\0') {
		size_t length = strcspn(path, ".");

		assert_true(length < sizeof(name));
		memcpy(name, path, length);
		name[length] = '\0';
		value = json_kind(value) == JSON_LIST
				? json_list_item(value, strtoul(name, NULL, 10))
				: json_member(value, name, NULL);
		path += length + (path[length] == '.');
	}
	return value;
}

static const char *
canonical(struct client *c, const char *text)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	assert_int_equal(json_read(c->scratch, &f, text, strlen(text), &value), ERR_OK);
	return json_canonical(c->scratch, value);
}

static void
expect_same(struct client *c, const struct answer *a, const char *path, const char *object)
{
	assert_string_equal(json_canonical(c->scratch, member_at(a, path)), canonical(c, object));
}

/* The last members of a request. */
static const char *
with(struct client *c, const char *object)
{
	return client_text(c, ",\"metadata\":%s", object);
}

static void
test_transactions(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *history = client_text(c, "/v1/wallets/%s/transactions", from);

	for (size_t i = 0; i < COUNT(objects); i++) {
		const char *reference = fresh_reference(c);
		struct ask ask = {.method = "POST",
				  .target = "/v1/wallets/transfer",
				  .credential = acme.test_key,
				  .idempotency_key = reference};
		struct answer a;

		ask.body = client_text(
			c,
			"{\"fromWalletId\":\"%s\",\"toWalletId\":\"%s\",\"amount\":\"1\","
			"\"currency\":\"NGN\",\"reference\":\"%s\"%s}",
			from, to, reference, with(c, objects[i]));
		for (int k = 0; k < 2; k++) {
			a = client_send(c, &ask);
			expect_status(&a, 201);
			expect_same(c, &a, "data.metadata", objects[i]);
		}
		ask.idempotency_key = NULL;
		a = client_send(c, &ask);
		expect_status(&a, 200);
		expect_same(c, &a, "data.metadata", objects[i]);
		a = client_call(c, "GET", history, acme.test_key, NULL);
		expect_status(&a, 200);
		expect_text(&a, "data.0.reference", reference);
		expect_same(c, &a, "data.0.metadata", objects[i]);
	}
}

static void
test_holds(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "1000");

	for (size_t i = 0; i < COUNT(objects); i++) {
		struct answer a = hold(c, acme.test_key, wallet, "1", fresh_reference(c),
				       with(c, objects[i]));
		const char *path = client_text(c, "/v1/holds/%s", answer_at(&a, "data.id"));

		expect_status(&a, 201);
		expect_same(c, &a, "data.metadata", objects[i]);
		a = client_call(c, "GET", path, acme.test_key, NULL);
		expect_same(c, &a, "data.metadata", objects[i]);
		a = client_call(c, "POST", client_text(c, "%s/capture", path), acme.test_key, "{}");
		expect_status(&a, 200);
	}
}

static void
test_bulk(void **state)
{
	struct client *c = *state;
	const char *from = wallet_with(c, acme.test_key, "NGN", "1000");
	const char *to = wallet_new(c, acme.test_key, "NGN");
	const char *items = "";
	struct answer a;

	for (size_t i = 0; i < COUNT(objects); i++)
		items = client_text(
			c,
			"%s%s{\"type\":\"transfer\",\"fromWalletId\":\"%s\",\"toWalletId\":\"%s\","
			"\"amount\":\"1\",\"currency\":\"NGN\",\"reference\":\"%s\"%s}",
			items, i > 0 ? "," : "", from, to, fresh_reference(c), with(c, objects[i]));
	a = client_call(c, "POST", "/v1/transactions/bulk", acme.test_key,
			client_text(c, "{\"transactions\":[%s]}", items));
	assert_true(a.status == 200 || a.status == 201);
	a = client_call(c, "GET", client_text(c, "/v1/wallets/%s/transactions", from),
			acme.test_key, NULL);
	for (size_t i = 0; i < COUNT(objects); i++)
		expect_same(c, &a, client_text(c, "data.%zu.metadata", COUNT(objects) - 1 - i),
			    objects[i]);
}

static void
test_platform(void **state)
{
	struct client *c = *state;
	const char *accounts = client_text(c, "/v1/projects/%s/accounts", acme.project);

	for (size_t i = 0; i < COUNT(objects); i++) {
		struct answer a =
			client_call(c, "POST", accounts, acme.owner.access,
				    client_text(c, "{\"name\":\"x\"%s}", with(c, objects[i])));
		const char *id = answer_at(&a, "data.id");

		expect_status(&a, 201);
		a = client_call(c, "GET", client_text(c, "%s/%s", accounts, id), acme.owner.access,
				NULL);
		expect_same(c, &a, "data.metadata", objects[i]);
		a = client_call(c, "POST", "/v1/projects", acme.owner.access,
				client_text(c, "{\"name\":\"p%zu\"%s}", i, with(c, objects[i])));
		expect_status(&a, 201);
		id = answer_at(&a, "data.id");
		a = client_call(c, "GET", client_text(c, "/v1/projects/%s", id), acme.owner.access,
				NULL);
		expect_same(c, &a, "data.metadata", objects[i]);
	}
}

/* Unknown members are ignored, whatever they are. */
static void
test_unknown_members(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "1000");

	for (size_t i = 0; i < COUNT(objects); i++) {
		struct answer a =
			fund(c, "debit", acme.test_key, wallet, "1", "NGN", fresh_reference(c),
			     client_text(c, ",\"unknown\":[%s]", objects[i]));

		expect_status(&a, 201);
	}
}

/* The number of values of a body is limited; routes of many items have a higher limit. */
static void
test_values(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *path;
		int most;
	} routes[] = {{"/v1/wallets/transfer", VALUES_MAX},
		      {"/v1/transactions/bulk", BULK_VALUES_MAX}};

	for (size_t i = 0; i < COUNT(routes); i++)
		for (int k = 0; k < 2; k++) {
			int n = routes[i].most - 2 + k; /* the body and the list are values, too */
			char *text = arena_alloc(c->scratch, 64 + 2 * (size_t)n);
			char *at = stpcpy(text, "{\"unknown\":[0");
			struct answer a;

			for (int v = 1; v < n; v++)
				at = stpcpy(at, ",0");
			(void)stpcpy(at, "]}");
			a = client_call(c, "POST", routes[i].path, acme.test_key, text);
			expect_refusal(&a, k == 0 ? 400 : 413,
				       k == 0 ? "VALIDATION_FAILED" : "BODY_TOO_LARGE");
		}
}

/* Limits are reported, and our own fields stay strict. */
static void
test_refusals(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "1000");
	static const struct {
		const char *members;
		int status;
		const char *field;
	} cases[] = {
		{"\"metadata\":{\"a\":1,\"a\":1}", 400, NULL},
		{"\"metadata\":{\"a\":{\"\\u0000\":1,\"\\u0000\":1}}", 400, NULL},
		{"\"unknown\":{\"a\":1,\"a\":1}", 400, NULL},
		{"\"metadata\":{\"a\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]"
		 "]]]]]]]]]]]]]]]]}",
		 400, "metadata"},
		{"\"metadata\":[]", 400, "metadata"},
		{"\"amount\":1e2", 400, "amount"},
		{"\"amount\":100.0e0", 400, "amount"},
		{"\"amount\":-0", 400, "amount"},
		{"\"amount\":1000000000000000000000", 400, "amount"},
		{"\"amount\":\"1\\u0000\"", 400, "amount"},
		{"\"currency\":\"NG\\ud800\"", 400, "currency"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		bool amount = strstr(cases[i].members, "\"amount\"") != NULL;
		bool currency = strstr(cases[i].members, "\"currency\"") != NULL;
		struct answer a = client_call(
			c, "POST", "/v1/wallets/debit", acme.test_key,
			client_text(c, "{\"walletId\":\"%s\",\"reference\":\"%s\"%s%s,%s}", wallet,
				    fresh_reference(c), amount ? "" : ",\"amount\":\"1\"",
				    currency ? "" : ",\"currency\":\"NGN\"", cases[i].members));

		expect_status(&a, cases[i].status);
		if (cases[i].field != NULL)
			assert_true(answer_names(&a, cases[i].field));
	}
	assert_string_equal(wallet_balance(c, acme.test_key, wallet, "ledger"), "1000.00");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_transactions),
		client_test(test_holds),
		client_test(test_bulk),
		client_test(test_platform),
		client_test(test_unknown_members),
		client_test(test_refusals),
		client_test(test_values),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
