/* Settings of the app: defaults, partial changes, invalid values. */
#include "tests/support/cmocka.h"

#include "api/moolah/moolah.h"
#include "tests/support/moolah_user.h"

static struct moolah_user ann;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	ann = moolah_user_new(*state, 1);
	return 0;
}

static struct answer
change(struct client *c, const char *method, const char *access, const char *members)
{
	return client_call(c, method, "/api/v1/settings", access, client_json(c, "{%s}", members));
}

static struct answer
get(struct client *c, const char *access)
{
	return client_call(c, "GET", "/api/v1/settings", access, NULL);
}

static void
test_usual(void **state)
{
	struct client *c = *state;
	struct moolah_user bo = moolah_user_new(c, 2);
	struct answer a = get(c, bo.access);

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "message", "User settings retrieved successfully");
	expect_text(&a, "data.settings.userId", bo.id);
	assert_int_equal(answer_count(&a, "data.settings.quickAccessServices"), 2);
	expect_text(&a, "data.settings.quickAccessServices.0", "send_money");
	expect_text(&a, "data.settings.quickAccessServices.1", "vouchers");
	expect_text(&a, "data.settings.showBalance", "true");
	expect_text(&a, "data.settings.language", "en");
	expect_text(&a, "data.settings.displayCurrency", "ZAR");
	assert_int_equal(answer_count(&a, "data.enabledServices"), 2);
	expect_text(&a, "data.enabledServices.0", "send_money");
	expect_text(&a, "data.enabledServices.1", "vouchers");
	assert_int_equal(answer_count(&a, "data.availableServices"), 2);
	expect_text(&a, "data.availableServices.1.id", "vouchers");
	expect_text(&a, "data.availableServices.1.name", "Vouchers");
	expect_text(&a, "data.availableServices.1.available", "true");
	expect_text(&a, "data.availableServices.1.comingSoon", "false");
	expect_text(&a, "data.availableServices.1.enabled", "true");
	a = get(c, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_change(void **state)
{
	struct client *c = *state;
	struct answer a = change(c, "PUT", ann.access,
				 "'quickAccessServices':['vouchers'],'showBalance':false,"
				 "'language':'zu','displayCurrency':'usd'");

	expect_status(&a, 200);
	expect_text(&a, "message", "User settings updated successfully");
	expect_text(&a, "data.settings.userId", ann.id);
	expect_text(&a, "data.settings.showBalance", "false");
	a = change(c, "PATCH", ann.access, "'language':'nso'");
	expect_status(&a, 200);
	a = get(c, ann.access);
	assert_int_equal(answer_count(&a, "data.settings.quickAccessServices"), 1);
	expect_text(&a, "data.settings.quickAccessServices.0", "vouchers");
	expect_text(&a, "data.availableServices.0.enabled", "false");
	expect_text(&a, "data.availableServices.1.enabled", "true");
	expect_text(&a, "data.settings.showBalance", "false");
	expect_text(&a, "data.settings.language", "nso");
	expect_text(&a, "data.settings.displayCurrency", "USD");
	a = change(c, "PATCH", ann.access, "'quickAccessServices':[],'showBalance':true");
	assert_int_equal(answer_count(&a, "data.settings.quickAccessServices"), 0);
	expect_text(&a, "data.settings.showBalance", "true");
	a = change(c, "PUT", ann.access, "'userId':999,'enabledServices':['loans']");
	expect_status(&a, 200);
	expect_text(&a, "data.settings.userId", ann.id);
	expect_text(&a, "data.settings.language", "nso");
	assert_int_equal(answer_count(&a, "data.enabledServices"), 2);
}

static void
test_refusals(void **state)
{
	struct client *c = *state;
	static const char *const methods[] = {"PUT", "PATCH"};
	static const struct {
		const char *members;
		const char *field;
	} rows[] = {
		{"'quickAccessServices':['loans']", "quickAccessServices"},
		{"'quickAccessServices':['vouchers','vouchers']", "quickAccessServices"},
		{"'quickAccessServices':'vouchers'", "quickAccessServices"},
		{"'quickAccessServices':[null]", "quickAccessServices"},
		{"'showBalance':'false'", "showBalance"},
		{"'showBalance':1", "showBalance"},
		{"'language':'xx'", "language"},
		{"'displayCurrency':'ZZZ'", "displayCurrency"},
		{"'displayCurrency':710", "displayCurrency"},
	};
	struct answer a;

	for (size_t m = 0; m < COUNT(methods); m++) {
		for (size_t i = 0; i < COUNT(rows); i++) {
			a = change(c, methods[m], ann.access, rows[i].members);
			expect_refusal(&a, 400, "VALIDATION_ERROR");
			expect_field(&a, rows[i].field);
		}
		a = change(c, methods[m], NULL, "'language':'en'");
		expect_refusal(&a, 401, "UNAUTHORIZED");
	}
}

static void
test_routes(void **state)
{
	client_covered(*state, moolah_settings, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_usual),    client_test(test_change),
		client_test(test_refusals), client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
