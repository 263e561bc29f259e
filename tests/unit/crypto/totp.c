#include "crypto/totp.h"

#include "tests/support/cmocka.h"

static const struct bytes secret = {"12345678901234567890", TOTP_SECRET_SIZE};

/* RFC 4226, appendix D: the codes of the first counters. */
static void
knows_codes_by_counter(void **state)
{
	static const char *const codes[] = {"755224", "287082", "359152", "969429", "338314",
					    "254676", "287922", "162583", "399871", "520489"};
	char code[TOTP_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		totp_code(secret, (int64_t)i, code);
		assert_string_equal(code, codes[i]);
	}
}

/* RFC 6238, appendix B: the last six of the eight digits. */
static void
knows_codes_by_time(void **state)
{
	static const struct {
		int64_t second;
		int64_t step;
		const char *code;
	} rows[] = {
		{59, 0x1, "287082"},
		{1111111109, 0x23523EC, "081804"},
		{1111111111, 0x23523ED, "050471"},
		{1234567890, 0x273EF07, "005924"},
		{2000000000, 0x3F940AA, "279037"},
		{20000000000, 0x27BC86AA, "353130"},
	};
	char code[TOTP_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct instant at = {rows[i].second * SECOND_US};

		assert_int_equal(totp_step(at), rows[i].step);
		totp_code(secret, rows[i].step, code);
		assert_string_equal(code, rows[i].code);
		assert_int_equal(totp_match(secret, at, code), rows[i].step);
	}
}

/* One step early and one step late, and no more. */
static void
accepts_neighbours(void **state)
{
	const struct instant at = {1111111111 * SECOND_US};
	const int64_t now = totp_step(at);
	char code[TOTP_TEXT_MAX];

	(void)state;
	for (int64_t step = now - 4; step <= now + 4; step++) {
		bool near = step >= now - 1 && step <= now + 1;

		totp_code(secret, step, code);
		assert_int_equal(totp_match(secret, at, code), near ? step : -1);
	}
}

static void
refuses_other_texts(void **state)
{
	static const char *const wrong[] = {"",         "05047",  "0504711",
					    "14050471", "050472", "05047\n"};
	const struct instant at = {1111111111 * SECOND_US};

	(void)state;
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_int_equal(totp_match(secret, at, wrong[i]), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_codes_by_counter),
		cmocka_unit_test(knows_codes_by_time),
		cmocka_unit_test(accepts_neighbours),
		cmocka_unit_test(refuses_other_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
