#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "tests/support/provider_scene.h"

static const struct provider *const provider = &provider_paga;

static void
funds(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order =
		scene_order(s, "{\"walletId\":\"W1\",\"amount\":1,\"referenceNumber\":\"x\"}");
	struct provider_answer answer;

	order.email = "ada@example.com";
	order.callback_url = "https://shop.example/done";
	scene_answer(s, 200,
		     "{\"responseCode\":0,\"message\":\"ok\",\"data\":{\"transactionId\":\"T1\","
		     "\"status\":\"SUCCESSFUL\",\"paymentUrl\":\"https://pay.example/1\"}}");
	answer = provider->deposit(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(answer.state, PROVIDER_PENDING);
	assert_string_equal(answer.id, "T1");
	assert_string_equal(answer.checkout_url, "https://pay.example/1");
	scene_sent(s, 0, "POST /wallet/fund",
		   "{\"referenceNumber\":\"" SCENE_REFERENCE "\",\"amount\":1000.50,"
		   "\"currency\":\"NGN\",\"email\":\"ada@example.com\",\"callbackUrl\":"
		   "\"https://shop.example/done\",\"walletId\":\"W1\"}");
	scene_header(s, 0, "credentials", "sk_test_1");
	scene_header(s, 0, "principal", "principal-1");
}

static void
withdraws(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order = scene_order(
		s, "{\"account_number\":\"01\",\"bankCode\":\"044\",\"remarks\":\"Rent\"}");
	struct provider_answer answer;

	s->account.public_key = NULL;
	scene_answer(s, 200,
		     "{\"responseCode\":0,\"message\":\"ok\",\"data\":{\"transactionId\":\"T1\","
		     "\"status\":\"PENDING\"}}");
	answer = provider->withdraw(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	scene_sent(s, 0, "POST /wallet/withdraw",
		   "{\"referenceNumber\":\"" SCENE_REFERENCE "\",\"amount\":1000.50,"
		   "\"currency\":\"NGN\",\"accountNumber\":\"01\",\"bankCode\":\"044\","
		   "\"remarks\":\"Rent\"}");
	assert_null(strstr(fake_server_request(s->server, 0)->head, "principal"));
}

static void
looks_up(void **state)
{
	struct provider_scene *s = *state;
	struct provider_report report;

	scene_answer(s, 200,
		     "{\"responseCode\":0,\"message\":\"ok\",\"data\":{\"transactionId\":\"T1\","
		     "\"referenceNumber\":\"" SCENE_REFERENCE "\",\"status\":\"REVERSED\","
		     "\"amount\":1000.50,\"currency\":\"NGN\"}}");
	report = provider->poll(&s->call, SCENE_REFERENCE, true);
	assert_int_equal(report.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(report.state, PROVIDER_REVERSED);
	assert_true(report.withdrawal);
	scene_amount(report.amount, 100050, "NGN");
	scene_sent(s, 0, "POST /wallet/status", "{\"referenceNumber\":\"" SCENE_REFERENCE "\"}");
}

static void
keeps_wallets(void **state)
{
	struct provider_scene *s = *state;

	scene_answer(s, 200,
		     "{\"responseCode\":0,\"message\":\"ok\",\"data\":{\"walletId\":\"W1\"}}");
	assert_string_equal(provider->create(&s->call, scene_json(s, "{\"name\":\"Ada\"}")).shown,
			    "{\"walletId\":\"W1\"}");
	(void)provider->fetch(&s->call, scene_json(s, "{\"wallet_id\":\"W1\"}"));
	scene_sent(s, 1, "POST /wallet/get", "{\"walletId\":\"W1\"}");
	(void)provider->list(&s->call, NULL);
	scene_sent(s, 2, "POST /wallet/list", "{}");
	assert_int_equal(provider->fetch(&s->call, NULL).outcome, PROVIDER_REJECTED);
}

static void
reads_webhooks(void **state)
{
	static const struct {
		const char *status;
		enum provider_state state;
	} cases[] = {
		{"SUCCESSFUL", PROVIDER_SUCCEEDED},
		{"FAILED", PROVIDER_FAILED},
		{"REVERSED", PROVIDER_REVERSED},
		{"PENDING", PROVIDER_PENDING},
	};
	struct provider_scene *s = *state;

	for (size_t i = 0; i < 2 * COUNT(cases); i++) {
		struct provider_report report = scene_read(
			s, provider,
			arena_printf(s->arena,
				     "{\"event\":\"wallet.%s\",\"data\":{"
				     "\"transactionId\":\"T1\",\"referenceNumber\":\"cw-1\","
				     "\"status\":\"%s\",\"amount\":1000.5,"
				     "\"currency\":\"NGN\"}}",
				     i % 2 == 1 ? "withdraw" : "fund", cases[i / 2].status));

		assert_string_equal(report.reference, "cw-1");
		assert_string_equal(report.id, "T1");
		assert_int_equal(report.state, cases[i / 2].state);
		assert_int_equal(report.withdrawal, i % 2 == 1);
	}
	assert_null(scene_read(s, provider,
			       "{\"event\":\"wallet.created\",\"data\":{"
			       "\"referenceNumber\":\"cw-1\"}}")
			    .reference);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(funds, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(withdraws, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(looks_up, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(keeps_wallets, provider_scene_setup,
						provider_scene_teardown),
		cmocka_unit_test_setup_teardown(reads_webhooks, provider_scene_setup,
						provider_scene_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
