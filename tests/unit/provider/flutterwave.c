#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "tests/support/provider_scene.h"

static const struct provider *const provider = &provider_flutterwave;

static void
charges(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(
		s, "{\"type\":\"mobile_money_ghana\",\"phone_number\":\"0801\",\"amount\":\"1\","
		   "\"tx_ref\":\"x\",\"currency\":\"USD\",\"subaccounts\":[{\"id\":\"RS_1\"}],"
		   "\"payment_plan\":3,\"client\":\"x\"}");
	struct provider_answer answer;

	order.email = "ada@example.com";
	order.callback_url = "https://shop.example/done";
	scene_answer(
		s, 200,
		"{\"status\":\"success\",\"message\":\"Charge initiated\",\"data\":{\"id\":288,"
		"\"tx_ref\":\"" SCENE_REFERENCE "\",\"status\":\"pending\",\"card\":{\"x\":1}},"
		"\"meta\":{\"authorization\":{\"mode\":\"redirect\",\"redirect\":"
		"\"https://pay.example/1\"}}}");
	answer = provider->deposit(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(answer.state, PROVIDER_PENDING);
	assert_string_equal(answer.id, "288");
	assert_string_equal(answer.checkout_url, "https://pay.example/1");
	assert_non_null(strstr(answer.shown, "\"authorization\":{"));
	assert_null(strstr(answer.shown, "card"));
	scene_sent(s, 0, "POST /v3/charges?type=mobile_money_ghana",
		   "{\"tx_ref\":\"" SCENE_REFERENCE "\",\"amount\":1000.50,\"currency\":\"NGN\","
		   "\"email\":\"ada@example.com\",\"redirect_url\":\"https://shop.example/done\","
		   "\"phone_number\":\"0801\"}");
	assert_non_null(strstr(fake_server_request(s->server, 0)->body, "\"amount\":1000.50,"));
	scene_header(s, 0, "Authorization", "Bearer sk_test_1");
}

static void
charges_by_bank_transfer(void **state)
{
	static const char *const types[] = {
		"{\"email\":\"a@example.com\"}",
		"{\"email\":\"a@example.com\",\"type\":\"x&amount=1\"}"};
	struct provider_scene *s = *state;

	scene_answer(
		s, 200,
		"{\"status\":\"success\",\"message\":\"Charge initiated\",\"meta\":{"
		"\"authorization\":{\"mode\":\"banktransfer\",\"transfer_account\":\"7825\"}}}");
	for (size_t i = 0; i < COUNT(types); i++) {
		struct provider_order order = scene_order(s, types[i]);
		struct provider_answer answer = provider->deposit(&s->call, &order);

		assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
		assert_null(answer.checkout_url);
		assert_string_equal(answer.shown, "{\"authorization\":{\"mode\":\"banktransfer\","
						  "\"transfer_account\":\"7825\"}}");
		assert_string_equal(fake_server_request(s->server, i)->target,
				    "/v3/charges?type=bank_transfer");
	}
}

static void
transfers(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(
		s,
		"{\"bank_code\":\"044\",\"account_number\":\"0690000040\",\"narration\":\"Rent\","
		"\"debit_subaccount\":\"PSA1\",\"debit_currency\":\"USD\",\"callback_url\":\"x\"}");
	struct provider_answer answer;

	scene_answer(
		s, 200,
		"{\"status\":\"success\",\"message\":\"Transfer Queued Successfully\",\"data\":{"
		"\"id\":26251,\"status\":\"NEW\"}}");
	answer = provider->withdraw(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(answer.state, PROVIDER_PENDING);
	assert_string_equal(answer.id, "26251");
	scene_sent(s, 0, "POST /v3/transfers",
		   "{\"account_bank\":\"044\",\"account_number\":\"0690000040\",\"amount\":1000.50,"
		   "\"currency\":\"NGN\",\"reference\":\"" SCENE_REFERENCE
		   "\",\"narration\":\"Rent\"}");
}

static void
refuses_what_it_can_not_send(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(s, "{\"account_bank\":\"044\"}");
	struct provider_answer answer = provider->deposit(&s->call, &order);

	assert_int_equal(answer.outcome, PROVIDER_REJECTED);
	assert_true(answer.sent);
	answer = provider->withdraw(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_REJECTED);
	assert_non_null(strstr(answer.message, "account_number"));
	assert_int_equal(provider->create(&s->call, NULL).outcome, PROVIDER_REJECTED);
	assert_int_equal(provider->fetch(&s->call, NULL).outcome, PROVIDER_REJECTED);
	assert_int_equal(fake_server_count(s->server), 0);
}

static void
looks_up_charges(void **state)
{
	struct provider_scene *s = *state;
	struct provider_report report;

	scene_answer(s, 200,
		     "{\"status\":\"success\",\"message\":\"ok\",\"data\":{\"id\":1,\"tx_ref\":"
		     "\"" SCENE_REFERENCE "\",\"amount\":1000.5,\"charged_amount\":1014.5,"
		     "\"currency\":\"NGN\",\"status\":\"successful\"}}");
	report = provider->poll(&s->call, SCENE_REFERENCE, false);
	assert_int_equal(report.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(report.state, PROVIDER_SUCCEEDED);
	scene_amount(report.amount, 100050, "NGN");
	scene_sent(s, 0, "GET /v3/transactions/verify_by_reference?tx_ref=" SCENE_REFERENCE, NULL);
	scene_answer(s, 400,
		     "{\"status\":\"error\",\"message\":\"No transaction was found for this id\","
		     "\"data\":null}");
	report = provider->poll(&s->call, SCENE_REFERENCE, false);
	assert_int_equal(report.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(report.state, PROVIDER_ABSENT);
}

static void
looks_up_transfers(void **state)
{
	static const struct {
		const char *data;
		enum provider_outcome outcome;
		enum provider_state state;
	} cases[] = {
		{"[]", PROVIDER_ACCEPTED, PROVIDER_ABSENT},
		{"[{\"reference\":\"other\",\"status\":\"FAILED\"},{\"reference\":\"" SCENE_REFERENCE
		 "\",\"status\":\"SUCCESSFUL\",\"amount\":1000.50,\"currency\":\"NGN\"}]",
		 PROVIDER_ACCEPTED, PROVIDER_SUCCEEDED},
		{"[{\"reference\":\"" SCENE_REFERENCE "\",\"status\":\"FAILED\"}]",
		 PROVIDER_ACCEPTED, PROVIDER_FAILED},
		{"[{\"reference\":\"" SCENE_REFERENCE "\",\"status\":\"NEW\"}]", PROVIDER_ACCEPTED,
		 PROVIDER_PENDING},
		/* A list of others was not searched for ours. */
		{"[{\"reference\":\"other\",\"status\":\"FAILED\"}]", PROVIDER_UNKNOWN,
		 PROVIDER_PENDING},
		{"[1,null]", PROVIDER_UNKNOWN, PROVIDER_PENDING},
		{"null", PROVIDER_UNKNOWN, PROVIDER_PENDING},
	};
	struct provider_scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider_report report;

		scene_answer(s, 200,
			     arena_printf(s->arena,
					  "{\"status\":\"success\",\"message\":\"ok\",\"data\":%s}",
					  cases[i].data));
		report = provider->poll(&s->call, SCENE_REFERENCE, true);
		assert_int_equal(report.outcome, cases[i].outcome);
		assert_int_equal(report.state, cases[i].state);
		scene_sent(s, i, "GET /v3/transfers?reference=" SCENE_REFERENCE, NULL);
	}
}

static void
reads_accounts(void **state)
{
	struct provider_scene *s = *state;
	struct provider_answer answer;

	scene_answer(
		s, 200,
		"{\"status\":\"success\",\"message\":\"ok\",\"data\":{\"order_ref\":\"URF_1\"}}");
	answer = provider->create(&s->call,
				  scene_json(s, "{\"email\":\"a@example.com\",\"bvn\":\"1\"}"));
	assert_string_equal(answer.shown, "{\"order_ref\":\"URF_1\"}");
	assert_non_null(strstr(fake_server_request(s->server, 0)->body, "\"tx_ref\":\"cw-"));
	(void)provider->fetch(&s->call, scene_json(s, "{\"order_ref\":\"URF_1\"}"));
	scene_sent(s, 1, "GET /v3/virtual-account-numbers/URF_1", NULL);
	(void)provider->list(&s->call, NULL);
	scene_sent(s, 2, "GET /v3/virtual-account-numbers", NULL);
}

static void
reads_webhooks(void **state)
{
	static const struct {
		const char *event;
		const char *name;
		const char *status;
		enum provider_state state;
	} cases[] = {
		{"charge.completed", "tx_ref", "successful", PROVIDER_SUCCEEDED},
		{"charge.completed", "tx_ref", "failed", PROVIDER_FAILED},
		{"charge.completed", "tx_ref", "pending", PROVIDER_PENDING},
		{"transfer.completed", "reference", "SUCCESSFUL", PROVIDER_SUCCEEDED},
		{"transfer.completed", "reference", "FAILED", PROVIDER_FAILED},
		{"transfer.completed", "reference", "REVERSED", PROVIDER_REVERSED},
	};
	struct provider_scene *s = *state;
	struct provider_report report;

	for (size_t i = 0; i < COUNT(cases); i++) {
		report = scene_read(s, provider,
				    arena_printf(s->arena,
						 "{\"event\":\"%s\",\"event.type\":\"X\",\"data\":{"
						 "\"id\":7,\"%s\":\"cw-1\",\"status\":\"%s\","
						 "\"amount\":\"1000.500\",\"currency\":\"ngn\"}}",
						 cases[i].event, cases[i].name, cases[i].status));
		assert_string_equal(report.reference, "cw-1");
		assert_int_equal(report.state, cases[i].state);
		assert_int_equal(report.withdrawal, i >= 3);
		scene_amount(report.amount, 100050, "NGN");
	}
	report = scene_read(s, provider, "{\"event\":\"subscription.cancelled\",\"data\":{}}");
	assert_null(report.reference);
}

static void
verifies_the_secret(void **state)
{
	struct provider_scene *s = *state;
	struct bytes body = {"{}", 2};

	assert_true(provider->verify(&s->account, body, "hook-secret"));
	assert_false(provider->verify(&s->account, body, "Hook-secret"));
	assert_false(provider->verify(&s->account, body, "hook-secret "));
	assert_false(provider->verify(&s->account, body, "hook-secre"));
	assert_false(provider->verify(&s->account, body, ""));
	assert_false(provider->verify(&s->account, body, NULL));
	s->account.webhook_secret = "";
	assert_false(provider->verify(&s->account, body, ""));
	s->account.webhook_secret = NULL;
	assert_true(provider->verify(&s->account, body, "sk_test_1"));
	s->account.api_key = NULL;
	assert_false(provider->verify(&s->account, body, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(charges, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(charges_by_bank_transfer, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(transfers, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(refuses_what_it_can_not_send, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(looks_up_charges, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(looks_up_transfers, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(reads_accounts, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(reads_webhooks, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(verifies_the_secret, provider_scene_setup,
						provider_scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
