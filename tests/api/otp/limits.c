/* Limits per user and minute. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <time.h>

#include "tests/support/otp_wallet.h"

static int
setup(void **state)
{
	struct client *c;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	c->fixture->config.user_limits = true;
	return 0;
}

static void
expect_limit(struct client *c, const struct person *p, const char *method, const char *path,
	     const char *body, int most)
{
	struct person other = person_new(c, client_text(c, "other-%s", p->email));
	struct answer a;

	client_stop_minute(c);
	for (int n = 0; n < most; n++) {
		a = client_call(c, method, path, p->access, body);
		assert_int_not_equal(a.status, 429);
		assert_int_equal(atoi(answer_header(&a, "RateLimit-Limit")), most);
		assert_int_equal(atoi(answer_header(&a, "RateLimit-Remaining")), most - 1 - n);
	}
	a = client_call(c, method, path, p->access, body);
	expect_message(&a, 429, "RATE_LIMITED", "Too many requests");
	assert_in_range(atoi(answer_header(&a, "Retry-After")), 1, 60);
	a = client_call(c, method, path, other.access, body);
	assert_int_not_equal(a.status, 429);
	client_sql(c, "UPDATE cowry.rate_count SET minute = minute - interval '1 minute'");
	a = client_call(c, method, path, p->access, body);
	assert_int_not_equal(a.status, 429);
}

static void
test_fund(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "fund@example.com");

	expect_limit(c, &p, "POST", "/api/wallet/fund", "{\"amount\":500}", 10);
}

static void
test_deduct(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "deduct@example.com");

	expect_limit(c, &p, "POST", "/api/wallet/deduct", "{\"amount\":500}", 10);
}

static void
test_send(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "send@example.com");

	(void)otp_start(c, &p, "fund", "500");
	expect_limit(c, &p, "POST", "/api/wallet/otp/send", "{\"purpose\":\"wallet_funding\"}", 3);
}

static void
test_status(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "status@example.com");

	expect_limit(c, &p, "GET", "/api/wallet/otp/status?purpose=wallet_funding", NULL, 10);
}

/* Verification has the limit of its attempts and no other. */
static void
test_verify(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "verify@example.com");

	for (int n = 0; n < 15; n++) {
		struct answer a = otp_verify(c, &p, "FUND-1705948200123-abc12345", "123456");

		expect_status(&a, 404);
		assert_null(answer_header(&a, "RateLimit-Limit"));
	}
}

/* Anonymous requests are not counted. */
static void
test_nobody(void **state)
{
	struct client *c = *state;

	for (int n = 0; n < 12; n++) {
		struct answer a = client_call(c, "POST", "/api/wallet/fund", NULL, "{}");

		expect_status(&a, 401);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_fund),         client_test(test_deduct), client_test(test_send),
		client_test(test_status),       client_test(test_verify), client_test(test_nobody),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
