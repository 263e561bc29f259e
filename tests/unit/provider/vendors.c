/* The vendors: what each is sent, and what its answers mean. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "provider/vendor.h"
#include "tests/support/provider_scene.h"

#define TOKEN "12345678901234567890"

/* How each tells of a sale of 29.50 rand, with its reference and state, and of none. */
static const struct {
	const struct vendor *vendor;
	const char *told;
	const char *refused;
	const char *absent;
	const char *look_up;
	const char *header;
	const char *key;
} cases[] = {
	{&vendor_flash,
	 "{\"responseCode\":0,\"message\":\"ok\",\"reference\":\"%s\",\"transactionId\":71,"
	 "\"status\":\"%s\",\"amount\":2950,\"currency\":\"ZAR\",\"tokens\":[\"" TOKEN "\"]}",
	 "{\"responseCode\":17,\"message\":\"Unknown meter\"}",
	 "{\"responseCode\":404,\"message\":\"Transaction not found\"}",
	 "GET /v4/transactions/" SCENE_REFERENCE, "Authorization", "Bearer sk_test_1"},
	{&vendor_mobilemart,
	 "{\"status\":\"success\",\"message\":\"ok\",\"data\":{\"requestId\":\"%s\","
	 "\"transactionId\":\"71\",\"status\":\"%s\",\"amount\":29.50,\"currency\":\"ZAR\","
	 "\"tokens\":[\"" TOKEN "\"]}}",
	 "{\"status\":\"error\",\"message\":\"Unknown meter\"}",
	 "{\"status\":\"error\",\"message\":\"Transaction not found\"}",
	 "GET /api/v1/transactions/" SCENE_REFERENCE, "X-API-Key", "sk_test_1"},
	{&vendor_easypay,
	 "{\"status\":true,\"message\":\"ok\",\"data\":{\"reference\":\"%s\",\"paymentId\":\"71\","
	 "\"status\":\"%s\",\"amount\":2950,\"currency\":\"ZAR\"}}",
	 "{\"status\":false,\"message\":\"Unknown meter\"}",
	 "{\"status\":false,\"message\":\"Payment not found\"}",
	 "GET /v1/payments/" SCENE_REFERENCE, "X-API-Key", "sk_test_1"},
};
enum { CASES = COUNT(cases) };

static struct vendor_order
order_of(struct provider_scene *s, enum product_kind kind, const char *recipient)
{
	(void)s;
	return (struct vendor_order){
		.reference = SCENE_REFERENCE,
		.kind = kind,
		.product = "P1",
		.recipient = recipient,
		.amount = scene_money("29.50", "ZAR"),
	};
}

/* What a vendor tells of a sale; the format is one of the table's. */
static const char *
told(struct provider_scene *s, size_t i, const char *reference, const char *state)
{
	const char *text = cases[i].told;
	const char *first = strstr(text, "%s");
	const char *second = strstr(first + 2, "%s");

	return arena_printf(s->arena, "%.*s%s%.*s%s%s", (int)(first - text), text, reference,
			    (int)(second - first - 2), first + 2, state, second + 2);
}

static void
sells(void **state)
{
	static const char *const states[] = {"SUCCESSFUL", "PENDING", "FAILED"};
	struct provider_scene *s = *state;
	struct vendor_order order = order_of(s, PRODUCT_AIRTIME, "+27821234567");

	for (size_t i = 0; i < CASES; i++)
		for (size_t k = 0; k < 3; k++) {
			struct vendor_answer answer;

			s->count = 0;
			s->replies[0].status = 200;
			s->replies[0].body = told(s, i, SCENE_REFERENCE, states[k]);
			s->count = 1;
			answer = cases[i].vendor->sell(&s->call, &order);
			assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
			assert_true(answer.sent);
			assert_int_equal(answer.state, k == 0   ? PROVIDER_SUCCEEDED
						       : k == 1 ? PROVIDER_PENDING
								: PROVIDER_FAILED);
			assert_string_equal(answer.id, "71");
			scene_amount(answer.amount, 2950, "ZAR");
			if (cases[i].vendor == &vendor_easypay)
				assert_null(answer.token);
			else
				assert_string_equal(answer.token, TOKEN);
			scene_header(s, fake_server_count(s->server) - 1, cases[i].header,
				     cases[i].key);
		}
}

static void
asks_as_each_wants(void **state)
{
	struct provider_scene *s = *state;
	struct vendor_order order = order_of(s, PRODUCT_AIRTIME, "+27821234567");

	scene_answer(s, 500, "");
	(void)vendor_flash.sell(&s->call, &order);
	scene_sent(s, 0, "POST /v4/cellular/pinless/purchase",
		   "{\"reference\":\"" SCENE_REFERENCE "\",\"productCode\":\"P1\","
		   "\"mobileNumber\":\"27821234567\",\"amount\":2950,\"currency\":\"ZAR\"}");
	(void)vendor_mobilemart.sell(&s->call, &order);
	scene_sent(s, 1, "POST /api/v1/airtime/pinless",
		   "{\"requestId\":\"" SCENE_REFERENCE "\",\"merchantProductId\":\"P1\","
		   "\"mobileNumber\":\"27821234567\",\"amount\":29.50}");
	order.kind = PRODUCT_DATA;
	(void)vendor_mobilemart.sell(&s->call, &order);
	scene_sent(s, 2, "POST /api/v1/data/pinless",
		   "{\"requestId\":\"" SCENE_REFERENCE "\",\"merchantProductId\":\"P1\","
		   "\"mobileNumber\":\"27821234567\",\"amount\":29.50}");
	order = order_of(s, PRODUCT_ELECTRICITY, "01234567890");
	(void)vendor_flash.sell(&s->call, &order);
	scene_sent(s, 3, "POST /v4/prepaid-utilities/purchase",
		   "{\"reference\":\"" SCENE_REFERENCE "\",\"productCode\":\"P1\","
		   "\"meterNumber\":\"01234567890\",\"amount\":2950,\"currency\":\"ZAR\"}");
	(void)vendor_mobilemart.sell(&s->call, &order);
	scene_sent(s, 4, "POST /api/v1/utility/prepaid",
		   "{\"requestId\":\"" SCENE_REFERENCE "\",\"merchantProductId\":\"P1\","
		   "\"meterNumber\":\"01234567890\",\"amount\":29.50}");
	order = order_of(s, PRODUCT_BILL, "91234604263339");
	(void)vendor_easypay.sell(&s->call, &order);
	scene_sent(s, 5, "POST /v1/payments",
		   "{\"reference\":\"" SCENE_REFERENCE "\",\"easyPayNumber\":\"91234604263339\","
		   "\"amount\":2950,\"currency\":\"ZAR\"}");
}

/* One answer to one sale. */
static struct vendor_answer
sell_once(struct provider_scene *s, size_t i, struct fake_server_reply reply)
{
	static struct vendor_order order;

	order = order_of(s, PRODUCT_AIRTIME, "+27821234567");
	s->replies[0] = reply;
	s->count = 1;
	return cases[i].vendor->sell(&s->call, &order);
}

static void
knows_what_it_does_not_know(void **state)
{
	struct provider_scene *s = *state;

	for (size_t i = 0; i < CASES; i++) {
		const struct fake_server_reply lost[] = {
			{.manner = PEER_RESETS},
			{.manner = PEER_CLOSES},
			{.manner = PEER_HALVES,
			 .status = 200,
			 .body = told(s, i, SCENE_REFERENCE, "SUCCESSFUL")},
			{.manner = PEER_HANGS},
			{.status = 500, .body = cases[i].refused},
			{.status = 200, .body = "<html>"},
			{.status = 200, .body = "{}"},
			{.status = 200, .body = told(s, i, "cw-other", "SUCCESSFUL")},
			{.status = 409, .body = cases[i].refused},
		};

		for (size_t k = 0; k < COUNT(lost); k++) {
			struct vendor_answer answer = sell_once(s, i, lost[k]);

			assert_int_equal(answer.outcome, PROVIDER_UNKNOWN);
			assert_true(answer.sent);
			assert_non_null(answer.problem);
		}
		fake_server_release(s->server);
	}
}

static void
hears_refusals(void **state)
{
	struct provider_scene *s = *state;

	for (size_t i = 0; i < CASES; i++) {
		struct vendor_answer answer = sell_once(
			s, i, (struct fake_server_reply){.status = 400, .body = cases[i].refused});

		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		assert_true(answer.sent);
		assert_string_equal(answer.message, "Unknown meter");
		answer = sell_once(
			s, i, (struct fake_server_reply){.status = 200, .body = cases[i].refused});
		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		answer = sell_once(
			s, i, (struct fake_server_reply){.status = 429, .body = cases[i].refused});
		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		assert_false(answer.sent);
	}
	s->account.base_url = "http://127.0.0.1:1";
	for (size_t i = 0; i < CASES; i++) {
		struct vendor_answer answer =
			sell_once(s, i, (struct fake_server_reply){.status = 200});

		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		assert_false(answer.sent);
	}
}

static void
looks_up(void **state)
{
	struct provider_scene *s = *state;

	for (size_t i = 0; i < CASES; i++) {
		const struct vendor *vendor = cases[i].vendor;
		struct vendor_answer answer;

		s->count = 1;
		s->replies[0] = (struct fake_server_reply){
			.status = 200, .body = told(s, i, SCENE_REFERENCE, "SUCCESSFUL")};
		answer = vendor->poll(&s->call, SCENE_REFERENCE);
		assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
		assert_int_equal(answer.state, PROVIDER_SUCCEEDED);
		scene_sent(s, fake_server_count(s->server) - 1, cases[i].look_up, NULL);
		s->replies[0] = (struct fake_server_reply){.status = 404, .body = cases[i].absent};
		answer = vendor->poll(&s->call, SCENE_REFERENCE);
		assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
		assert_int_equal(answer.state, PROVIDER_ABSENT);
		s->replies[0] = (struct fake_server_reply){.status = 404, .body = "no such page"};
		answer = vendor->poll(&s->call, SCENE_REFERENCE);
		assert_int_equal(answer.outcome, PROVIDER_UNKNOWN);
		s->replies[0] = (struct fake_server_reply){.status = 401, .body = cases[i].refused};
		answer = vendor->poll(&s->call, SCENE_REFERENCE);
		assert_int_equal(answer.outcome, PROVIDER_UNKNOWN);
	}
}

static void
reads_tokens(void **state)
{
	static const struct {
		const char *tokens;
		const char *read;
	} lists[] = {
		{"[\"1234 5678\",\"99\"]", "1234 5678, 99"},
		{"[]", NULL},
		{"[\"<b>\"]", NULL},
		{"[12]", NULL},
		{"\"12\"", NULL},
		{"null", NULL},
	};
	struct provider_scene *s = *state;

	for (size_t i = 0; i < COUNT(lists); i++) {
		struct vendor_answer answer = sell_once(
			s, 0,
			(struct fake_server_reply){
				.status = 200,
				.body = arena_printf(
					s->arena,
					"{\"responseCode\":0,\"reference\":\"" SCENE_REFERENCE
					"\",\"status\":\"SUCCESSFUL\",\"tokens\":%s}",
					lists[i].tokens)});

		assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
		assert_null(answer.amount.currency);
		if (lists[i].read == NULL)
			assert_null(answer.token);
		else
			assert_string_equal(answer.token, lists[i].read);
	}
}

static void
has_names(void **state)
{
	static const char *const kinds[] = {"airtime", "data", "electricity", "bill"};

	(void)state;
	for (size_t i = 0; vendors[i] != NULL; i++) {
		assert_ptr_equal(vendor_find(vendors[i]->name), vendors[i]);
		assert_null(provider_find(vendors[i]->name));
	}
	assert_null(vendor_find("paystack"));
	for (int i = 0; i < 4; i++) {
		assert_string_equal(product_kind_words[i], kinds[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_names),
		cmocka_unit_test_setup_teardown(sells, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(asks_as_each_wants, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(knows_what_it_does_not_know, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(hears_refusals, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(looks_up, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(reads_tokens, provider_scene_setup,
						provider_scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
