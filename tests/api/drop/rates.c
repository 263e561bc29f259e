/* Exchange rates, and how they are loaded. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/drop/drop.h"
#include "app/remittance/rate.h"
#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/users.h"

static struct answer
get(struct client *c, const char *target)
{
	return client_call(c, "GET", target, NULL, NULL);
}

static void
test_seed(void **state)
{
	struct client *c = *state;
	struct answer a = get(c, "/api/rates");

	expect_status(&a, 200);
	expect_text(&a, "data.baseCurrency", "NOK");
	expect_text(&a, "data.rates.RSD", "11.7");
	expect_text(&a, "data.rates.BAM", "1.04");
	expect_text(&a, "data.rates.PLN", "0.41");
	expect_text(&a, "data.rates.PKR", "26.8");
	expect_text(&a, "data.rates.TRY", "3.45");
	expect_text(&a, "data.rates.EUR", "0.089");
	assert_non_null(answer_at(&a, "data.updatedAt"));
	a = get(c, "/api/rates/RSD");
	expect_status(&a, 200);
	expect_text(&a, "data.from", "NOK");
	expect_text(&a, "data.to", "RSD");
	expect_text(&a, "data.rate", "11.7");
	expect_text(&a, "data.fee", "0.005");
	assert_non_null(answer_at(&a, "data.updatedAt"));
	a = get(c, "/api/rates/usd");
	expect_refusal(&a, 404, "not_found");
	a = get(c, "/api/rates/krone");
	expect_refusal(&a, 404, "not_found");
}

static enum err
load(struct ctx *ctx, void *arg)
{
	const char *text = arg;
	struct rate_version version;

	TRY(rate_version_read(ctx, text, strlen(text), &version));
	return rate_version_add(ctx, &version);
}

static enum err
try(struct client *c, const char *text)
{
	struct ctx ctx = app_ctx(c->app, c->scratch);

	return db_transact(&ctx, load, arena_strdup(c->scratch, text));
}

#define OTHERS "'BAM':1,'PLN':0.5,'PKR':27,'TRY':3.5,'EUR':0.09"

static void
test_load(void **state)
{
	static const char *const refused[] = {
		"",
		"[]",
		"{'rates':{'RSD':10," OTHERS "}}",
		"{'baseCurrency':'EUR','rates':{'RSD':10," OTHERS "}}",
		"{'baseCurrency':'NOK'}",
		"{'baseCurrency':'NOK','rates':{" OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':0," OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':-1," OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':1e1," OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':'10'," OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':1.00000000001," OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':10,'RSD':11," OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':10,'USD':0.1," OTHERS "}}",
		"{'baseCurrency':'NOK','rates':{'RSD':10," OTHERS "},'validfrom':'2020-01-01'}",
		"{'baseCurrency':'NOK','validFrom':'soon','rates':{'RSD':10," OTHERS "}}",
	};
	struct client *c = *state;
	struct answer a;

	for (size_t i = 0; i < COUNT(refused); i++)
		assert_int_not_equal(try(c, client_json(c, "%s", refused[i])), ERR_OK);
	a = get(c, "/api/rates");
	expect_text(&a, "data.rates.RSD", "11.7");
	assert_int_equal(
		try(c, client_json(c, "{'baseCurrency':'NOK','rates':{'RSD':10.170," OTHERS "}}")),
		ERR_OK);
	a = get(c, "/api/rates");
	expect_text(&a, "data.rates.RSD", "10.17");
	expect_text(&a, "data.rates.BAM", "1");
	expect_text(&a, "data.rates.EUR", "0.09");
	/* There is one version per time. */
	assert_int_equal(try(c, client_json(c, "{'baseCurrency':'NOK','validFrom':'2999-01-01',"
					       "'rates':{'RSD':9," OTHERS "}}")),
			 ERR_OK);
	assert_int_not_equal(try(c, client_json(c, "{'baseCurrency':'NOK','validFrom':'2999-01-01',"
						   "'rates':{'RSD':8," OTHERS "}}")),
			     ERR_OK);
	a = get(c, "/api/rates/RSD");
	expect_text(&a, "data.rate", "10.17");
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.audit_log WHERE action = 'rates_load'"),
		"2");
}

static void
test_limit(void **state)
{
	struct client *c = *state;
	struct answer a;

	c->fixture->config.user_limits = true;
	client_stop_minute(c);
	client_sql(c, "DELETE FROM cowry.rate_count");
	a = get(c, "/api/rates");
	expect_status(&a, 200);
	assert_string_equal(answer_header(&a, "RateLimit-Limit"), "120");
	client_sql(c, "UPDATE cowry.rate_count SET calls = 120");
	a = get(c, "/api/rates");
	/* Unless the minute has just passed. */
	if (a.status != 200)
		expect_refusal(&a, 429, "rate_limited");
	c->fixture->config.user_limits = false;
}

static void
test_covered(void **state)
{
	client_covered(*state, drop_rates, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_seed),
		client_test(test_load),
		client_test(test_limit),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
