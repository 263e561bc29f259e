/* Clients that guess codes of vouchers are stopped. */
#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "tests/support/moolah_voucher.h"

static struct person ada;
static struct person bob;

static int
setup(void **state)
{
	return vouchers_setup(state, &ada, &bob);
}

/* Ten wrong codes, of either route, are answered; malformed or right ones are not counted. */
static void
test_guesses(void **state)
{
	struct client *c = *state;
	struct person mallory = person_new(c, "mallory@example.com");
	const char *code = issued_code(c, &ada, "10");
	struct answer a;

	for (int i = 0; i < 10; i++) {
		a = voucher_get(c, &mallory, client_text(c, "/code/%s", code));
		expect_status(&a, 200);
		a = i % 2 == 0
			    ? redeem(c, &mallory, client_text(c, "109323716105%04d", i), "5", "")
			    : voucher_get(c, &mallory, client_text(c, "/code/109323716105%04d", i));
		expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
		a = redeem(c, &mallory, "abc", "5", "");
		expect_refusal(&a, 400, "INVALID_VOUCHER_CODE");
	}
	a = redeem(c, &mallory, "1093237161059999", "5", "");
	expect_refusal(&a, 429, "RATE_LIMITED");
	assert_in_range(atoi(answer_header(&a, "Retry-After")), 1, 900);
	a = redeem(c, &mallory, code, "5", "");
	expect_refusal(&a, 429, "RATE_LIMITED");
	a = voucher_get(c, &mallory, client_text(c, "/code/%s", code));
	expect_refusal(&a, 429, "RATE_LIMITED");
	a = redeem(c, &bob, code, "5", "");
	expect_status(&a, 200);
	client_sql(c, "UPDATE cowry.voucher_guess SET window_ends_at = now()");
	a = redeem(c, &mallory, code, "5", "");
	expect_status(&a, 200);
	assert_false(expire(c)); /* sweeps as well */
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.voucher_guess"), "0");
}

/* An address has a higher limit, since many users may share it; an IPv6 customer is one address. */
static void
test_guesses_of_address(void **state)
{
	struct client *c = *state;
	struct person many[6];
	struct ask ask = {.method = "GET", .target = VOUCHERS "/code/1093237161056632"};
	struct answer a;

	for (size_t i = 0; i < 6; i++)
		many[i] = person_new(c, client_text(c, "many%zu@example.com", i));
	for (int i = 0; i < 50; i++) {
		ask.credential = many[i / 10].access;
		ask.address = client_text(c, "2001:db8:0:1::%x", (unsigned)i);
		a = client_send(c, &ask);
		expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	}
	ask.credential = many[5].access;
	a = client_send(c, &ask);
	expect_refusal(&a, 429, "RATE_LIMITED");
	ask.address = "2001:db8:0:2::1";
	a = client_send(c, &ask);
	expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
}

/* Concurrent guesses: at most ten of them learn that they were wrong. */
static void
test_guesses_at_once(void **state)
{
	enum { AT_ONCE = 40 };
	struct client *c = *state;
	struct person p = person_new(c, "hasty@example.com");
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = VOUCHERS "/redeem",
			.credential = p.access,
			.body = client_json(c, "{'voucher_code':'10932371610%05zu','amount':1}", i),
		};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 404), 10);
	assert_int_equal(count_status(statuses, AT_ONCE, 429), AT_ONCE - 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_guesses),
		client_test(test_guesses_of_address),
		client_test(test_guesses_at_once),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
