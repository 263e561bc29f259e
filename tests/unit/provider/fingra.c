#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "tests/support/provider_scene.h"

static const struct provider *const provider = &provider_fingra;

static void
deposits(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order =
		scene_order(s, "{\"wallet_id\":\"w1\",\"amount\":\"1\",\"reference\":\"x\"}");
	struct provider_answer answer;

	order.email = "ada@example.com";
	order.callback_url = "https://shop.example/done";
	scene_answer(
		s, 200,
		"{\"status\":true,\"message\":\"ok\",\"data\":{\"id\":\"d1\",\"status\":\"success\","
		"\"checkout_url\":\"javascript:alert(1)\"}}");
	answer = provider->deposit(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(answer.state, PROVIDER_PENDING);
	assert_string_equal(answer.id, "d1");
	assert_null(answer.checkout_url);
	scene_sent(s, 0, "POST /wallets/deposit",
		   "{\"reference\":\"" SCENE_REFERENCE "\",\"amount\":\"1000.50\","
		   "\"currency\":\"NGN\",\"email\":\"ada@example.com\",\"callback_url\":"
		   "\"https://shop.example/done\",\"wallet_id\":\"w1\"}");
	scene_header(s, 0, "Authorization", "Bearer sk_test_1");
}

static void
withdraws(void **state)
{
	struct provider_scene *s = *state;
	struct provider_order order =
		scene_order(s, "{\"account_number\":\"01\",\"bank_code\":\"044\",\"name\":\"x\"}");
	struct provider_answer answer;

	scene_answer(
		s, 200,
		"{\"status\":true,\"message\":\"ok\",\"data\":{\"id\":\"w9\",\"status\":\"success\"}}");
	answer = provider->withdraw(&s->call, &order);
	assert_int_equal(answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(answer.state, PROVIDER_SUCCEEDED);
	scene_sent(s, 0, "POST /wallets/withdraw",
		   "{\"reference\":\"" SCENE_REFERENCE "\",\"amount\":\"1000.50\","
		   "\"currency\":\"NGN\",\"account_number\":\"01\",\"bank_code\":\"044\"}");
}

static void
looks_up(void **state)
{
	struct provider_scene *s = *state;
	struct provider_report report;

	scene_answer(s, 200,
		     "{\"status\":true,\"message\":\"ok\",\"data\":{\"id\":\"w9\",\"reference\":"
		     "\"" SCENE_REFERENCE "\",\"status\":\"success\",\"amount\":\"1000.50\","
		     "\"currency\":\"NGN\"}}");
	report = provider->poll(&s->call, SCENE_REFERENCE, true);
	assert_int_equal(report.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(report.state, PROVIDER_SUCCEEDED);
	scene_amount(report.amount, 100050, "NGN");
	scene_sent(s, 0, "GET /wallets/transactions/" SCENE_REFERENCE, NULL);
}

static void
keeps_wallets(void **state)
{
	struct provider_scene *s = *state;

	scene_answer(s, 201, "{\"status\":true,\"message\":\"ok\",\"data\":{\"id\":\"w1\"}}");
	assert_string_equal(provider->create(&s->call, scene_json(s, "{\"name\":\"Ada\"}")).shown,
			    "{\"id\":\"w1\"}");
	(void)provider->fetch(&s->call, scene_json(s, "{\"id\":17}"));
	scene_sent(s, 1, "GET /wallets/17", NULL);
	(void)provider->list(&s->call, scene_json(s, "{\"limit\":101,\"page\":3}"));
	scene_sent(s, 2, "GET /wallets?page=3", NULL);
	assert_int_equal(provider->fetch(&s->call, NULL).outcome, PROVIDER_REJECTED);
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
		{"deposit.success", "success", PROVIDER_SUCCEEDED, false},
		{"deposit.failed", "failed", PROVIDER_FAILED, false},
		{"deposit.reversed", "reversed", PROVIDER_REVERSED, false},
		{"withdrawal.success", "success", PROVIDER_SUCCEEDED, true},
		{"withdrawal.failed", "failed", PROVIDER_FAILED, true},
		{"withdrawal.reversed", "reversed", PROVIDER_REVERSED, true},
		{"withdrawal.failed", "success", PROVIDER_PENDING, true},
	};
	struct provider_scene *s = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider_report report = scene_read(
			s, provider,
			arena_printf(
				s->arena,
				"{\"event\":\"%s\",\"data\":{\"id\":\"w9\",\"reference\":\"cw-1\","
				"\"status\":\"%s\",\"amount\":\"1000.50\",\"currency\":\"NGN\"}}",
				cases[i].event, cases[i].status));

		assert_string_equal(report.reference, "cw-1");
		assert_int_equal(report.state, cases[i].state);
		assert_int_equal(report.withdrawal, cases[i].withdrawal);
		scene_amount(report.amount, 100050, "NGN");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(deposits, provider_scene_setup,
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
