#include "base/arena.h"
#include "tests/support/cmocka.h"

#include <string.h>

#include "tests/support/provider_scene.h"

static const struct provider *const provider = &provider_paystack;

static void
initializes_a_deposit(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(
		s,
		"{\"email\":\"other@example.com\",\"amount\":1,\"currency\":\"USD\",\"reference\":\"x\","
		"\"plan\":\"PLN_1\",\"subaccount\":\"ACCT_1\",\"callback_url\":\"https://evil.example\","
		"\"channels\":[\"card\"],\"metadata\":{\"order\":7}}");
	struct provider_answer answer;

	order.email = "ada@example.com";
	order.callback_url = "https://shop.example/done";
	scene_answer(
		s, 200,
		"{\"status\":true,\"message\":\"Authorization URL created\",\"data\":{"
		"\"authorization_url\":\"https://checkout.paystack.com/x\",\"access_code\":\"x\","
		"\"reference\":\"" SCENE_REFERENCE "\"}}");
	answer = provider->deposit(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_true(answer.sent);
	assert_int_equal(answer.state, PROVIDER_PENDING);
	assert_string_equal(answer.checkout_url, "https://checkout.paystack.com/x");
	assert_non_null(strstr(answer.shown, "\"access_code\":\"x\""));
	scene_sent(
		s, 0, "POST /transaction/initialize",
		"{\"email\":\"ada@example.com\",\"amount\":100050,\"currency\":\"NGN\","
		"\"reference\":\"" SCENE_REFERENCE "\",\"callback_url\":"
		"\"https://shop.example/done\",\"channels\":[\"card\"],\"metadata\":{\"order\":7}}");
	scene_header(s, 0, "Authorization", "Bearer sk_test_1");
	scene_header(s, 0, "Content-Type", "application/json");
}

static void
takes_the_payload_address(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(s, "{\"email\":\"bob@example.com\"}");

	order.amount = scene_money("7", "XOF");
	scene_answer(s, 200, "{\"status\":true,\"message\":\"ok\",\"data\":{}}");
	assert_int_equal(provider->deposit(&s->call, &order).outcome, PROVIDER_ACCEPTED);
	scene_sent(s, 0, "POST /transaction/initialize",
		   "{\"email\":\"bob@example.com\",\"amount\":700,\"currency\":\"XOF\","
		   "\"reference\":\"" SCENE_REFERENCE "\"}");
}

static void
refuses_what_it_can_not_send(void **state)
{
	static const char *const payloads[] = {NULL, "{}", "{\"email\":1}", "{\"email\":\"\"}"};
	struct provider_scene *s = *state;
	struct provider_order order;

	for (size_t i = 0; i < COUNT(payloads); i++) {
		struct provider_answer answer;

		order = scene_order(s, payloads[i]);
		answer = provider->deposit(&s->call, &order);
		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		assert_true(answer.sent);
		assert_non_null(strstr(answer.message, "email"));
		assert_string_equal(answer.shown, "{}");
		answer = provider->withdraw(&s->call, &order);
		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		assert_non_null(strstr(answer.message, "account_number"));
	}
	order = scene_order(s, "{\"email\":\"a@example.com\",\"recipient\":\"RCP_1\"}");
	order.amount = scene_money("1.234", "KWD");
	assert_int_equal(provider->deposit(&s->call, &order).outcome, PROVIDER_REJECTED);
	assert_int_equal(provider->withdraw(&s->call, &order).outcome, PROVIDER_REJECTED);
	order.amount = (struct money){INT64_MAX / 10, currency_find("XOF")};
	assert_int_equal(provider->deposit(&s->call, &order).outcome, PROVIDER_REJECTED);
	assert_int_equal(fake_server_count(s->server), 0);
}

static void
transfers_to_a_new_recipient(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(
		s, "{\"account_number\":\"0690000031\",\"bank_code\":\"044\",\"name\":\"Ada\","
		   "\"reason\":\"Rent\",\"source\":\"elsewhere\",\"amount\":1}");
	struct provider_answer answer;

	scene_answer(
		s, 201,
		"{\"status\":true,\"message\":\"ok\",\"data\":{\"recipient_code\":\"RCP_1\"}}");
	scene_answer(s, 200,
		     "{\"status\":true,\"message\":\"Transfer has been queued\",\"data\":{"
		     "\"transfer_code\":\"TRF_1\",\"status\":\"otp\"}}");
	answer = provider->withdraw(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(answer.state, PROVIDER_PENDING);
	assert_string_equal(answer.id, "TRF_1");
	scene_sent(s, 0, "POST /transferrecipient",
		   "{\"type\":\"nuban\",\"name\":\"Ada\",\"account_number\":\"0690000031\","
		   "\"bank_code\":\"044\",\"currency\":\"NGN\"}");
	scene_sent(s, 1, "POST /transfer",
		   "{\"source\":\"balance\",\"amount\":100050,\"currency\":\"NGN\","
		   "\"recipient\":\"RCP_1\",\"reference\":\"" SCENE_REFERENCE
		   "\",\"reason\":\"Rent\"}");
}

static void
transfers_to_a_known_recipient(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(s, "{\"recipient\":\"RCP_9\"}");
	struct provider_answer answer;

	scene_answer(s, 200,
		     "{\"status\":true,\"message\":\"ok\",\"data\":{\"status\":\"success\"}}");
	answer = provider->withdraw(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(answer.state, PROVIDER_SUCCEEDED);
	assert_null(answer.id);
	assert_int_equal(fake_server_count(s->server), 1);
}

/* No money has moved before the transfer itself. */
static void
fails_surely_without_a_recipient(void **state)
{
	static const enum fake_server_manner manners[] = {PEER_CLOSES, PEER_HALVES, PEER_HANGS};
	struct provider_scene *s = *state;
	struct provider_order order =
		scene_order(s, "{\"account_number\":\"1\",\"bank_code\":\"044\"}");
	struct provider_answer answer;

	for (size_t i = 0; i < COUNT(manners); i++)
		scene_fail(s, manners[i]);
	scene_answer(s, 500, "{}");
	scene_answer(s, 200, "{\"status\":true,\"message\":\"ok\",\"data\":{}}");
	for (size_t i = 0; i < COUNT(manners) + 2; i++) {
		answer = provider->withdraw(&s->call, &order);
		assert_int_equal(answer.outcome, PROVIDER_REJECTED);
		assert_false(answer.sent);
		assert_non_null(answer.message);
		assert_non_null(answer.problem);
	}
	scene_answer(s, 400, "{\"status\":false,\"message\":\"Cannot resolve account\"}");
	answer = provider->withdraw(&s->call, &order);
	assert_true(answer.sent);
	assert_string_equal(answer.message, "Cannot resolve account");
}

static void
looks_up(void **state)
{
	static const struct {
		const char *status;
		enum provider_state state;
	} cases[] = {
		{"success", PROVIDER_SUCCEEDED}, {"failed", PROVIDER_FAILED},
		{"reversed", PROVIDER_REVERSED}, {"abandoned", PROVIDER_PENDING},
		{"ongoing", PROVIDER_PENDING},   {"whatever", PROVIDER_PENDING},
	};
	struct provider_scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider_report report;

		scene_answer(s, 200,
			     arena_printf(s->arena,
					  "{\"status\":true,\"message\":\"ok\",\"data\":{\"id\":"
					  "4099260516,\"status\":\"%s\",\"amount\":100050,"
					  "\"currency\":\"NGN\",\"reference\":\"%s\"}}",
					  cases[i].status, SCENE_REFERENCE));
		report = provider->poll(&s->call, SCENE_REFERENCE, i % 2 == 1);
		assert_int_equal(report.outcome, PROVIDER_ACCEPTED);
		assert_int_equal(report.state, cases[i].state);
		assert_int_equal(report.withdrawal, i % 2 == 1);
		assert_string_equal(report.id, "4099260516");
		scene_amount(report.amount, 100050, "NGN");
		scene_sent(s, i,
			   i % 2 == 1 ? "GET /transfer/verify/" SCENE_REFERENCE
				      : "GET /transaction/verify/" SCENE_REFERENCE,
			   NULL);
	}
}

static void
reads_customers(void **state)
{
	struct provider_scene *s = *state;
	struct provider_answer answer;

	scene_answer(s, 200,
		     "{\"status\":true,\"message\":\"ok\",\"data\":{\"customer_code\":\"CUS_1\"}}");
	answer = provider->create(&s->call,
				  scene_json(s, "{\"email\":\"a@example.com\",\"first_name\":\"A\","
						"\"unknown\":1}"));
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_string_equal(answer.shown, "{\"customer_code\":\"CUS_1\"}");
	scene_sent(s, 0, "POST /customer", "{\"email\":\"a@example.com\",\"first_name\":\"A\"}");
	answer = provider->fetch(&s->call, scene_json(s, "{\"code\":\"CUS_1\"}"));
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	scene_sent(s, 1, "GET /customer/CUS_1", NULL);
	scene_answer(s, 200, "{}");
	scene_answer(s, 200, "{\"status\":true,\"message\":\"ok\",\"data\":[{\"id\":1}]}");
	answer = provider->list(&s->call, scene_json(s, "{\"page\":2,\"perPage\":10}"));
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_string_equal(answer.shown, "{\"items\":[{\"id\":1}]}");
	scene_sent(s, 2, "GET /customer?page=2&perPage=10", NULL);
	assert_int_equal(provider->create(&s->call, NULL).outcome, PROVIDER_REJECTED);
	assert_int_equal(provider->fetch(&s->call, NULL).outcome, PROVIDER_REJECTED);
	assert_int_equal(
		provider->fetch(&s->call, scene_json(s, "{\"code\":\"../balance\"}")).outcome,
		PROVIDER_REJECTED);
	assert_int_equal(provider->fetch(&s->call, scene_json(s, "{\"code\":\"a/b?c\"}")).outcome,
			 PROVIDER_REJECTED);
	assert_int_equal(fake_server_count(s->server), 3);
}

static void
reads_webhooks(void **state)
{
	static const struct {
		const char *event;
		const char *status;
		enum provider_state state;
		bool withdrawal;
	} cases[] = {
		{"charge.success", "success", PROVIDER_SUCCEEDED, false},
		{"charge.failed", "failed", PROVIDER_FAILED, false},
		{"transfer.success", "success", PROVIDER_SUCCEEDED, true},
		{"transfer.failed", "failed", PROVIDER_FAILED, true},
		{"transfer.reversed", "reversed", PROVIDER_REVERSED, true},
		{"charge.success", "failed", PROVIDER_PENDING, false},
		{"transfer.failed", "success", PROVIDER_PENDING, true},
	};
	struct provider_scene *s = *state;
	struct provider_report report;

	for (size_t i = 0; i < COUNT(cases); i++) {
		report = scene_read(s, provider,
				    arena_printf(s->arena,
						 "{\"event\":\"%s\",\"data\":{\"id\":7,"
						 "\"reference\":\"cw-1\",\"status\":\"%s\","
						 "\"amount\":100050,\"currency\":\"NGN\"}}",
						 cases[i].event, cases[i].status));
		assert_string_equal(report.event, cases[i].event);
		assert_string_equal(report.reference, "cw-1");
		assert_string_equal(report.id, "7");
		assert_int_equal(report.state, cases[i].state);
		assert_int_equal(report.withdrawal, cases[i].withdrawal);
		scene_amount(report.amount, 100050, "NGN");
	}
	report = scene_read(
		s, provider,
		"{\"event\":\"customeridentification.failed\",\"data\":{\"reference\":\"x\"}}");
	assert_null(report.reference);
	assert_string_equal(report.event, "customeridentification.failed");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(initializes_a_deposit, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(takes_the_payload_address, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_it_can_not_send, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(transfers_to_a_new_recipient, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(transfers_to_a_known_recipient,
						provider_scene_setup, provider_scene_teardown),
		cmocka_unit_test_setup_teardown(fails_surely_without_a_recipient,
						provider_scene_setup, provider_scene_teardown),
		cmocka_unit_test_setup_teardown(looks_up, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(reads_customers, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(reads_webhooks, provider_scene_setup,
						provider_scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
