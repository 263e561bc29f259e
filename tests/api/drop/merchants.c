/* Merchants: registration, code, turnover and payments. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/drop/drop.h"
#include "tests/support/merchant_scene.h"

static void
test_register(void **state)
{
	struct client *c = *state;
	struct dropper bob = dropper_new(c, "bob@example.com");
	struct answer a = register_merchant(
		c, &bob,
		"'businessName':'Bob AS','orgNumber':'914778271','bankAccount':'NO93 8601 1117 947'");

	expect_status(&a, 201);
	assert_true(is_drop_id(answer_at(&a, "data.id"), "mer_"));
	expect_text(&a, "data.businessName", "Bob AS");
	expect_text(&a, "data.orgNumber", "914778271");
	expect_text(&a, "data.address", "null");
	expect_text(&a, "data.qrCode", client_text(c, "drop://pay/%s", answer_at(&a, "data.id")));
	expect_text(&a, "data.status", "active");
	a = client_call(c, "POST", "/api/auth/refresh", bob.token, NULL);
	expect_text(&a, "data.role", "merchant");
}

static void
test_register_twice(void **state)
{
	struct client *c = *state;
	struct dropper eve = dropper_new(c, "eve@example.com");
	struct answer a = register_merchant(
		c, &eve,
		"'businessName':'Eve','orgNumber':'923609016','bankAccount':'86011117947'");

	expect_refusal(&a, 409, "conflict");
	a = get(c, &eve, "qr");
	expect_refusal(&a, 403, "forbidden");
	a = register_merchant(
		c, &shop,
		"'businessName':'Again','orgNumber':'974760673','bankAccount':'86011117947'");
	expect_refusal(&a, 409, "conflict");
}

static void
test_register_wrong(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *field;
		const char *members;
	} cases[] = {
		{"orgNumber",
		 "'businessName':'A','orgNumber':'12345678','bankAccount':'86011117947'"},
		{"orgNumber",
		 "'businessName':'A','orgNumber':'12345678x','bankAccount':'86011117947'"},
		{"businessName",
		 "'businessName':'<b>A</b>','orgNumber':'123456789','bankAccount':'86011117947'"},
		{"bankAccount",
		 "'businessName':'A','orgNumber':'123456789','bankAccount':'86011117948'"},
		{"bankAccount",
		 "'businessName':'A','orgNumber':'123456789','bankAccount':'DE89370400440532013000'"},
		{"bankAccount", "'businessName':'A','orgNumber':'123456789'"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer a = register_merchant(c, &jane, cases[i].members);

		expect_refusal(&a, 422, "validation_error");
		assert_true(answer_names(&a, cases[i].field));
	}
}

static void
test_role(void **state)
{
	struct client *c = *state;
	static const char *const whats[] = {"dashboard", "qr", "transactions"};

	for (size_t i = 0; i < COUNT(whats); i++) {
		struct answer a = get(c, &jane, whats[i]);

		expect_refusal(&a, 403, "forbidden");
		a = client_call(c, "GET", client_text(c, "/api/merchants/%s", whats[i]), NULL,
				NULL);
		expect_refusal(&a, 401, "unauthorized");
	}
}

static void
test_qr(void **state)
{
	struct client *c = *state;
	struct answer a = get(c, &shop, "qr");
	struct ask ask = {.method = "GET", .target = "/api/merchants/qr", .credential = shop.token};
	struct reply reply;
	const char *svg;

	expect_status(&a, 200);
	expect_text(&a, "data.merchantId", merchant);
	expect_text(&a, "data.businessName", "Ahmetov Kebab");
	expect_text(&a, "data.qrValue", client_text(c, "drop://pay/%s", merchant));
	expect_text(&a, "data.address", "Storgata 1, Oslo");
	ask.headers[HEADER_ACCEPT] = "image/svg+xml";
	reply = client_exchange(c, &ask);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "image/svg+xml");
	svg = arena_strndup(c->scratch, reply.body.data, reply.body.length);
	assert_true(text_starts_with(svg, "<svg xmlns="));
	assert_non_null(strstr(svg, "</svg>\n"));
	ask.headers[HEADER_ACCEPT] = "image/png";
	reply = client_exchange(c, &ask);
	assert_int_equal(reply.status, 406);
}

static void
test_turnover(void **state)
{
	struct client *c = *state;
	static const char *const periods[] = {"dashboard", "dashboard?period=today",
					      "dashboard?period=week", "dashboard?period=month"};
	struct answer a = get(c, &shop, "dashboard");

	expect_text(&a, "data.transactionCount", "0");
	expect_text(&a, "data.revenue", "0");
	(void)pay(c, "100");
	(void)pay(c, "129");
	(void)pay(c, "50.5");
	for (size_t i = 0; i < COUNT(periods); i++) {
		a = get(c, &shop, periods[i]);
		expect_status(&a, 200);
		expect_text(&a, "data.transactionCount", "3");
		expect_text(&a, "data.revenue", "279.5");
		expect_text(&a, "data.fees", "2.8");
		expect_text(&a, "data.netRevenue", "276.7");
		expect_text(&a, "data.nextPayout", "276.7");
		assert_non_null(strstr(answer_at(&a, "data.payoutTime"), "T06:00:00.000Z"));
	}
	a = get(c, &shop, "dashboard?period=year");
	expect_refusal(&a, 422, "validation_error");
}

static void
test_payments(void **state)
{
	struct client *c = *state;
	struct answer a = get(c, &shop, "transactions?limit=2");

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "pagination.total", "3");
	expect_text(&a, "pagination.totalPages", "2");
	expect_text(&a, "data.0.customerName", "Jane D.");
	expect_text(&a, "data.0.amount", "50.5");
	expect_text(&a, "data.0.fee", "0.51");
	expect_text(&a, "data.0.netAmount", "49.99");
	expect_text(&a, "data.0.status", "completed");
	a = get(c, &shop, "transactions?limit=2&page=2");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.amount", "100");
	a = get(c, &shop, "transactions?limit=51");
	expect_refusal(&a, 422, "validation_error");
}

/* Users can't pay their own QR code, whatever their bank has. */
static void
test_own_code(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "POST", "/api/transactions/qr-payment", shop.token,
				      client_json(c, "{'merchantId':'%s','amount':10}", merchant));

	expect_refusal(&a, 400, "bad_request");
	expect_text(&a, "message", "You can't pay your own QR code");
}

static void
test_covered(void **state)
{
	client_covered(*state, drop_merchants, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		merchant_test(test_register),
		merchant_test(test_register_twice),
		merchant_test(test_register_wrong),
		merchant_test(test_role),
		merchant_test(test_qr),
		merchant_test(test_turnover),
		merchant_test(test_payments),
		merchant_test(test_own_code),
		merchant_test(client_books_hold),
		merchant_test(test_covered),
	};

	return cmocka_run_group_tests(tests, merchant_setup, merchant_teardown);
}
