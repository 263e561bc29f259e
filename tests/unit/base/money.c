#include <config.h>

#include "base/money.h"

#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/vectors.h"

static struct money
amount(const char *text, const char *code)
{
	struct decimal value = {0};
	struct money money = {0};

	assert_int_equal(decimal_parse(&value, text, strlen(text)), MONEY_OK);
	assert_int_equal(money_from_decimal(&money, value, currency_find(code)), MONEY_OK);
	return money;
}

static void
reads_decimals(void **state)
{
	static const struct {
		const char *text;
		int64_t coefficient;
		unsigned char scale;
	} cases[] = {
		{"0", 0, 0},
		{"7", 7, 0},
		{"0.0", 0, 1},
		{"100.10", 10010, 2},
		{"0.05", 5, 2},
		{"999999999999999", INT64_C(999999999999999), 0},
		{"999999999999999.999", INT64_C(999999999999999999), 3},
		{"0.12345678901234567", INT64_C(12345678901234567), 17},
	};
	struct decimal value;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(decimal_parse(&value, cases[i].text, strlen(cases[i].text)),
				 MONEY_OK);
		assert_true(value.present);
		assert_int_equal(value.coefficient, cases[i].coefficient);
		assert_int_equal(value.scale, cases[i].scale);
	}
}

static void
refuses_what_is_no_amount(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"-1",
		"+1",
		"1.",
		".5",
		"1.2.3",
		"01",
		"00",
		"1e2",
		"1E2",
		"NaN",
		"inf",
		"1,5",
		" 1",
		"1 ",
		"0x10",
		"1_0",
		"\xD9\xA1",
		"1000000000000000",
		"1.234567890123456789",
		"999999999999999.9999",
		"1-",
		"--1",
		"1.-5",
		"..",
		".",
		"1/2",
		"1a",
	};
	struct decimal value = {.coefficient = 42};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(decimal_parse(&value, cases[i], strlen(cases[i])),
				 MONEY_NOT_A_NUMBER);
	assert_int_equal(decimal_parse(&value, "1\0002", 3), MONEY_NOT_A_NUMBER);
	assert_int_equal(value.coefficient, 42);
}

static void
takes_the_currency_s_decimals(void **state)
{
	struct decimal value = {.coefficient = 1005, .scale = 2, .present = true};
	struct money money;

	(void)state;
	assert_int_equal(amount("1000.5", "NGN").minor, 100050);
	assert_int_equal(amount("7", "JPY").minor, 7);
	assert_int_equal(amount("1.234", "KWD").minor, 1234);
	assert_int_equal(amount("1.2345", "CLF").minor, 12345);
	assert_int_equal(money_from_decimal(&money, value, currency_find("JPY")), MONEY_DECIMALS);
	assert_int_equal(money_from_decimal(&money, (struct decimal){0}, currency_find("JPY")),
			 MONEY_NOT_A_NUMBER);
	value = (struct decimal){.coefficient = INT64_C(999999999999999999), .present = true};
	assert_int_equal(money_from_decimal(&money, value, currency_find("NGN")), MONEY_OVERFLOW);
	assert_int_equal(amount("922337203685477", "CLF").minor, INT64_C(9223372036854770000));
}

static void
writes_amounts(void **state)
{
	static const struct {
		int64_t minor;
		const char *code;
		const char *text;
		const char *brief;
	} cases[] = {
		{0, "NGN", "0.00", "0"},
		{5, "NGN", "0.05", "0.05"},
		{-5, "NGN", "-0.05", "-0.05"},
		{100050, "NGN", "1000.50", "1000.5"},
		{100000, "NGN", "1000.00", "1000"},
		{7, "JPY", "7", "7"},
		{100, "JPY", "100", "100"},
		{0, "JPY", "0", "0"},
		{1, "KWD", "0.001", "0.001"},
		{12345, "CLF", "1.2345", "1.2345"},
		{INT64_MAX, "NGN", "92233720368547758.07", "92233720368547758.07"},
		{INT64_MIN, "NGN", "-92233720368547758.08", "-92233720368547758.08"},
		{INT64_MIN, "JPY", "-9223372036854775808", "-9223372036854775808"},
		{INT64_MIN, "CLF", "-922337203685477.5808", "-922337203685477.5808"},
	};
	char buf[MONEY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct money money = {cases[i].minor, currency_find(cases[i].code)};

		assert_string_equal(money_text(buf, money), cases[i].text);
		assert_string_equal(money_text_short(buf, money), cases[i].brief);
	}
}

static void
writes_totals(void **state)
{
	const struct currency *naira = currency_find("NGN");
	const wide_int many = (wide_int)INT64_MAX * 1000;
	char buf[MONEY_TEXT_MAX];

	(void)state;
	assert_string_equal(total_text(buf, (struct total){0, naira}), "0.00");
	assert_string_equal(total_text(buf, (struct total){many, naira}),
			    "92233720368547758070.00");
	assert_string_equal(total_text_short(buf, (struct total){many, naira}),
			    "92233720368547758070");
	assert_string_equal(total_text(buf, (struct total){-many - 1, naira}),
			    "-92233720368547758070.01");
}

/* What is written is read back as the same amount, in every currency. */
static void
reads_what_it_writes(void **state)
{
	uint64_t seed = 42;
	char buf[MONEY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < currency_count(); i++)
		for (int k = 0; k < 200; k++) {
			struct money money = {0, currency_at(i)};

			seed = seed * 6364136223846793005U + 1442695040888963407U;
			money.minor = (int64_t)((seed >> 11) % 999999999999999U) >> (k % 50);
			assert_int_equal(amount(money_text(buf, money), currency_at(i)->code).minor,
					 money.minor);
			(void)money_text_short(buf, money);
			assert_int_equal(amount(buf, currency_at(i)->code).minor, money.minor);
		}
}

static void
adds(void **state)
{
	struct money naira = {INT64_MAX - 1, currency_find("NGN")};
	struct money one = {1, currency_find("NGN")};
	struct money yen = {1, currency_find("JPY")};
	struct money sum;

	(void)state;
	assert_true(money_add(&sum, naira, one));
	assert_int_equal(sum.minor, INT64_MAX);
	assert_false(money_add(&sum, sum, one));
	assert_false(money_add(&sum, one, yen));
	assert_int_equal(sum.minor, INT64_MAX);
}

static void
finds_currencies(void **state)
{
	(void)state;
	for (size_t i = 0; i < currency_count(); i++) {
		assert_ptr_equal(currency_find(currency_at(i)->code), currency_at(i));
		assert_true(currency_at(i)->exponent <= 4);
		assert_true(i == 0 || strcmp(currency_at(i - 1)->code, currency_at(i)->code) < 0);
	}
	assert_null(currency_at(currency_count()));
	assert_null(currency_find("ngn"));
	assert_null(currency_find("XAU"));
	assert_null(currency_find("XXX"));
	assert_null(currency_find(""));
	assert_null(currency_find("NGNN"));
	assert_ptr_equal(currency_find_any_case("nGn"), currency_find("NGN"));
	assert_null(currency_find_any_case("NG"));
	assert_null(currency_find_any_case("NGNN"));
	assert_int_equal(currency_find("JPY")->exponent, 0);
	assert_int_equal(currency_find("KWD")->exponent, 3);
	assert_int_equal(currency_find("CLF")->exponent, 4);
}

/* Code, numeric code, minor unit and end of validity are the last fields, and have no commas. */
static bool
parse_row(char *line, const char **code, const char **unit)
{
	char *fields[4];

	for (int i = 3; i >= 0; i--) {
		fields[i] = strrchr(line, ',');
		if (fields[i] == NULL)
			return false;
		*fields[i]++ = '\0';
	}
	*code = fields[0];
	*unit = fields[2];
	return fields[3][0] == '\0' && strlen(fields[0]) == 3 && *fields[2] >= '0' &&
	       *fields[2] <= '9';
}

static void
agrees_with_iso_4217(void **state)
{
	char path[VECTOR_PATH_MAX];
	bool seen[400] = {false};
	size_t known = 0;
	size_t length = 0;
	char *text;
	char *rest;

	(void)state;
	if (!vector_path(path, "iso4217.csv"))
		return;
	text = read_whole(path, &length);
	assert_non_null(text);
	rest = text;
	for (char *line = strsep(&rest, "\r\n"); line != NULL; line = strsep(&rest, "\r\n")) {
		const char *code;
		const char *unit;
		const struct currency *currency;

		if (!parse_row(line, &code, &unit))
			continue;
		currency = currency_find(code);
		assert_non_null(currency);
		assert_int_equal(currency->exponent, *unit - '0');
		known += !seen[currency - currency_at(0)];
		seen[currency - currency_at(0)] = true;
	}
	assert_int_equal(known, currency_count());
	free(text);
}

/* Rates are exact, and what is left over is rounded half up. */
static void
converts(void **state)
{
	static const struct {
		const char *from;
		const char *currency;
		const char *rate;
		const char *to;
		const char *text;
	} cases[] = {
		{"2000", "NOK", "11.7", "RSD", "23400.00"},
		{"2000", "NOK", "0.005", "NOK", "10.00"},
		{"101", "NOK", "0.005", "NOK", "0.51"},    /* 0.505 */
		{"100.99", "NOK", "0.005", "NOK", "0.50"}, /* 0.50495 */
		{"129", "NOK", "0.01", "NOK", "1.29"},
		{"1.50", "NOK", "0.01", "NOK", "0.02"}, /* 0.015 */
		{"1.49", "NOK", "0.01", "NOK", "0.01"},
		{"0.01", "NOK", "0.5", "NOK", "0.01"}, /* 0.005 */
		{"0.01", "NOK", "0.4999999999", "NOK", "0.00"},
		{"0.01", "NOK", "0.00000000000000001", "NOK", "0.00"},
		{"100", "NOK", "0.089", "EUR", "8.90"},
		{"100", "NOK", "13.25", "JPY", "1325"},
		{"100.02", "NOK", "13.25", "JPY", "1325"}, /* 1325.265 */
		{"100", "JPY", "0.0725", "NOK", "7.25"},
		{"7", "JPY", "2", "KWD", "14.000"},
		{"0", "NOK", "11.7", "RSD", "0.00"},
	};
	char text[MONEY_TEXT_MAX];
	struct decimal rate;
	struct money out;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(decimal_parse(&rate, cases[i].rate, strlen(cases[i].rate)),
				 MONEY_OK);
		assert_true(money_convert(&out, amount(cases[i].from, cases[i].currency), rate,
					  currency_find(cases[i].to)));
		assert_string_equal(money_text(text, out), cases[i].text);
	}
}

static void
converts_no_more_than_fits(void **state)
{
	const struct currency *nok = currency_find("NOK");
	const struct decimal large = {INT64_C(10000000000), 0, true};
	const struct decimal fine = {1, 18, true};
	struct money out;

	(void)state;
	assert_true(money_convert(&out, (struct money){INT64_C(922337203), nok}, large, nok));
	assert_false(money_convert(&out, (struct money){INT64_C(922337204), nok}, large, nok));
	assert_false(money_convert(&out, (struct money){INT64_C(922337203), currency_find("JPY")},
				   large, nok));
	assert_true(money_convert(&out, (struct money){INT64_MAX, nok}, fine, nok));
	assert_int_equal(out.minor, 9);
}

static void
writes_decimals(void **state)
{
	static const struct {
		struct decimal value;
		const char *text;
	} cases[] = {
		{{117, 1, true}, "11.7"}, {{10170, 3, true}, "10.17"},
		{{5, 3, true}, "0.005"},  {{1, 0, true}, "1"},
		{{100, 0, true}, "100"},  {{100, 2, true}, "1"},
		{{0, 2, true}, "0"},      {{1, 18, true}, "0.000000000000000001"},
	};
	char text[MONEY_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(decimal_text(text, cases[i].value), cases[i].text);
}

static void
test_scale(void **state)
{
	int64_t scaled = 42;

	(void)state;
	assert_int_equal(decimal_scale(&scaled, (struct decimal){125, 1, true}, 6), MONEY_OK);
	assert_int_equal(scaled, 12500000);
	assert_int_equal(decimal_scale(&scaled, (struct decimal){1, 7, true}, 6), MONEY_DECIMALS);
	assert_int_equal(decimal_scale(&scaled, (struct decimal){INT64_MAX / 10 + 1, 5, true}, 6),
			 MONEY_OVERFLOW);
	assert_int_equal(decimal_scale(&scaled, (struct decimal){0, 0, false}, 6),
			 MONEY_NOT_A_NUMBER);
	assert_int_equal(scaled, 12500000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scale),
		cmocka_unit_test(reads_decimals),
		cmocka_unit_test(refuses_what_is_no_amount),
		cmocka_unit_test(takes_the_currency_s_decimals),
		cmocka_unit_test(converts),
		cmocka_unit_test(converts_no_more_than_fits),
		cmocka_unit_test(writes_decimals),
		cmocka_unit_test(writes_amounts),
		cmocka_unit_test(writes_totals),
		cmocka_unit_test(reads_what_it_writes),
		cmocka_unit_test(adds),
		cmocka_unit_test(finds_currencies),
		cmocka_unit_test(agrees_with_iso_4217),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
