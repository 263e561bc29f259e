/* Limits per address for sign-in and similar routes, and the quota of keys. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/admission.h"
#include "tests/support/users.h"

enum { MOST = 10 };

static struct tenant acme;

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	acme = tenant_new(c, "acme");
	c->fixture->config.sign_in_per_minute = MOST;
	return 0;
}

static struct answer
ask_from(struct client *c, const char *target, const char *address)
{
	return client_send(
		c, &(struct ask){
			   .method = "POST", .target = target, .address = address, .body = "{}"});
}

static void
test_sign_in(void **state)
{
	struct client *c = *state;
	static const char *const targets[] = {
		"/v1/auth/login",          "/v1/auth/register",
		"/v1/auth/refresh",        "/v1/auth/verify-email",
		"/v1/auth/logout",         "/v1/auth/request-verify-email",
		"/v1/auth/reset-password", "/v1/auth/forgotten-password",
	};

	client_stop_minute(c);
	for (size_t i = 0; i < COUNT(targets); i++) {
		struct answer a;
		int retry;

		for (int n = 0; n < MOST; n++) {
			a = ask_from(c, targets[i], "198.51.100.7");
			expect_status(&a, 400);
			assert_string_equal(answer_header(&a, "RateLimit-Limit"), "10");
			assert_int_equal(atoi(answer_header(&a, "RateLimit-Remaining")),
					 MOST - 1 - n);
		}
		a = ask_from(c, targets[i], "198.51.100.7");
		expect_refusal(&a, 429, "RATE_LIMITED");
		assert_string_equal(answer_header(&a, "RateLimit-Remaining"), "0");
		retry = atoi(answer_header(&a, "Retry-After"));
		assert_in_range(retry, 1, 60);
		a = ask_from(c, client_text(c, "%s/?again", targets[i]), "198.51.100.7");
		expect_refusal(&a, 429, "RATE_LIMITED");
		a = ask_from(c, targets[i], "198.51.100.8");
		expect_status(&a, 400);
	}
	client_sql(c, "UPDATE cowry.rate_count SET minute = minute - interval '1 minute'");
	for (size_t i = 0; i < COUNT(targets); i++) {
		struct answer a = ask_from(c, targets[i], "198.51.100.7");

		expect_status(&a, 400);
	}
}

/* An IPv6 customer has a whole /64. */
static void
test_ipv6(void **state)
{
	struct client *c = *state;
	struct answer a;

	client_stop_minute(c);
	for (int n = 0; n < MOST; n++) {
		a = ask_from(c, "/v1/auth/login",
			     n % 2 == 0 ? client_text(c, "2001:db8:1:2:%d:1:1:1", n + 1)
					: client_text(c, "2001:db8:1:2::%d", n + 1));
		expect_status(&a, 400);
	}
	a = ask_from(c, "/v1/auth/login", "2001:db8:1:2:ffff:1:2:3");
	expect_refusal(&a, 429, "RATE_LIMITED");
	a = ask_from(c, "/v1/auth/login", "2001:db8:1:2::ffff");
	expect_refusal(&a, 429, "RATE_LIMITED");
	a = ask_from(c, "/v1/auth/login", "2001:db8:1:3::1");
	expect_status(&a, 400);
}

/* Mapped IPv4 addresses are customers of their own. */
static void
test_mapped_ipv4(void **state)
{
	struct client *c = *state;

	for (int n = 0; n < 2 * MOST; n++) {
		struct answer a =
			ask_from(c, "/v1/auth/login", client_text(c, "::ffff:203.0.113.%d", n));

		expect_status(&a, 400);
	}
}

static void
test_other_routes_are_free(void **state)
{
	struct client *c = *state;

	for (int n = 0; n < 3 * MOST; n++) {
		struct answer a = client_call(c, "GET", "/v1/auth/me", acme.owner.access, NULL);

		expect_status(&a, 200);
		assert_null(answer_header(&a, "RateLimit-Limit"));
	}
}

static void
test_quota(void **state)
{
	struct client *c = *state;
	const char *key = key_new(c, &acme.owner, acme.project, "'quota':3");
	struct answer a;
	int reset;

	for (int left = 2; left >= 0; left--) {
		a = client_call(c, "GET", "/v1/wallets", key, NULL);
		expect_status(&a, 200);
		assert_string_equal(answer_header(&a, "RateLimit-Limit"), "3");
		assert_int_equal(atoi(answer_header(&a, "RateLimit-Remaining")), left);
	}
	a = client_call(c, "GET", "/v1/wallets", key, NULL);
	expect_refusal(&a, 429, "QUOTA_EXCEEDED");
	assert_string_equal(answer_header(&a, "RateLimit-Limit"), "3");
	assert_string_equal(answer_header(&a, "RateLimit-Remaining"), "0");
	reset = atoi(answer_header(&a, "RateLimit-Reset"));
	assert_in_range(reset, 1, 86400);
	assert_int_equal(atoi(answer_header(&a, "Retry-After")), reset);
	a = client_call(c, "GET", "/v1/wallets", acme.test_key, NULL);
	expect_status(&a, 200); /* each key has its own */
	client_sql(c, "UPDATE cowry.api_key_use SET day = day - 1");
	a = client_call(c, "GET", "/v1/wallets", key, NULL);
	expect_status(&a, 200);
}

static void
test_unlimited(void **state)
{
	struct client *c = *state;

	for (int n = 0; n < 20; n++) {
		struct answer a = client_call(c, "GET", "/v1/wallets", acme.test_key, NULL);

		expect_status(&a, 200);
		assert_null(answer_header(&a, "RateLimit-Limit"));
	}
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.api_key_use u JOIN"
					    " cowry.api_key k USING (api_key_id)"
					    " WHERE k.quota IS NULL"),
			    "0");
}

static void
test_default_quota(void **state)
{
	struct client *c = *state;
	const char *key = key_new(c, &acme.owner, acme.project, "");
	struct answer a = client_call(c, "GET", "/v1/wallets", key, NULL);

	assert_string_equal(answer_header(&a, "RateLimit-Limit"), "1000");
	assert_string_equal(answer_header(&a, "RateLimit-Remaining"), "999");
}

/* Calls without a credential leave threads to the others: while there are enough of them under work,
 * another one is to come again. */
static void
test_public_calls_under_work(void **state)
{
	struct client *c = *state;
	struct admission *admission = c->app->admission;
	size_t taken = 0;
	struct answer a;

	while (admission_enter(admission, true, 0))
		taken++;
	assert_true(taken > 0);
	a = ask_from(c, "/v1/auth/login", "198.51.100.71");
	expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
	assert_string_equal(answer_header(&a, "Retry-After"), "1");
	a = client_call(c, "GET", "/v1/wallets", acme.test_key, NULL);
	expect_status(&a, 200);
	for (size_t i = 0; i <= taken; i++) {
		if (i < taken)
			admission_leave(admission, true, 0);
		a = ask_from(c, "/v1/auth/login", client_text(c, "198.51.100.%zu", i + 72));
		assert_int_not_equal(a.status, 503);
	}
}

/* And large bodies leave memory to the others. */
static void
test_bytes_under_work(void **state)
{
	enum { ALL = 4 * 1024 * 1024, LARGE = 32 * 1024 };
	struct client *c = *state;
	struct admission *admission = c->app->admission;
	const char *large = client_text(c, "{\"currency\":\"NGN\"%*s}", LARGE, "");
	struct answer a;

	assert_true(admission_enter(admission, false, ALL));
	a = client_call(c, "POST", "/v1/wallets", acme.test_key, large);
	expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
	a = client_call(c, "POST", "/v1/wallets", acme.test_key,
			client_json(c, "{'currency':'NGN'}"));
	expect_status(&a, 201);
	admission_leave(admission, false, ALL);
	a = client_call(c, "POST", "/v1/wallets", acme.test_key, large);
	expect_status(&a, 201);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_sign_in),
		client_test(test_ipv6),
		client_test(test_mapped_ipv4),
		client_test(test_other_routes_are_free),
		client_test(test_quota),
		client_test(test_unlimited),
		client_test(test_public_calls_under_work),
		client_test(test_bytes_under_work),
		client_test(test_default_quota),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
