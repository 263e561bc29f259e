/* The codes of vouchers: their forms, and that generated ones have them. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "app/voucher/code.h"
#include "base/arena.h"
#include "base/luhn.h"
#include "base/text.h"

enum { MADE = 2000, DRAWN = 60000 };

static void
test_luhn(void **state)
{
	static const char *const good[] = {"79927398713", "4539578763621486", "00", "18", "26"};
	char digits[] = "79927398713";

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(luhn_valid(good[i]));
	for (int last = '0'; last <= '9'; last++) {
		digits[10] = (char)last;
		assert_int_equal(luhn_valid(digits), last == '3');
	}
}

/* Every other digit at one place, and every swap of neighbours but 0 and 9, is found. */
static void
test_luhn_finds_slips(void **state)
{
	char code[VOUCHER_DIGITS + 1];

	(void)state;
	voucher_code_make(code);
	for (size_t i = 0; i < VOUCHER_DIGITS; i++) {
		char right = code[i];

		for (code[i] = '0'; code[i] <= '9'; code[i]++)
			assert_int_equal(luhn_valid(code), code[i] == right);
		code[i] = right;
	}
	for (size_t i = 0; i + 1 < VOUCHER_DIGITS; i++) {
		char a = code[i], b = code[i + 1];

		if (a == b || (a == '0' && b == '9') || (a == '9' && b == '0'))
			continue;
		code[i] = b;
		code[i + 1] = a;
		assert_false(luhn_valid(code));
		code[i] = a;
		code[i + 1] = b;
	}
}

static void
test_easypay_numbers(void **state)
{
	(void)state;
	assert_true(easypay_number_valid("91234604263339"));
	assert_true(easypay_number_valid("91234138519487"));
	assert_false(easypay_number_valid("91234388661929"));
	assert_false(easypay_number_valid("91234604263338"));
	assert_false(easypay_number_valid("81234604263339"));
	assert_true(easypay_receiver_valid("1234"));
	assert_false(easypay_receiver_valid("123"));
	assert_false(easypay_receiver_valid("12345"));
	assert_false(easypay_receiver_valid("12a4"));
}

static void
test_forms(void **state)
{
	static const struct {
		const char *text;
		enum voucher_form form;
		const char *read;
	} cases[] = {
		{"1093237161056632", VOUCHER_CODE, "1093237161056632"},
		{"1093 2371 6105 6632", VOUCHER_CODE, "1093237161056632"},
		{"  1 0 93237161056632 ", VOUCHER_CODE, "1093237161056632"},
		{"91234388661929", VOUCHER_EASYPAY, "91234388661929"},
		{"9 1234 1385 1948 7", VOUCHER_EASYPAY, "91234138519487"},
		{"MMVOUCHER_1754321424055_abc123", VOUCHER_REFERENCE,
		 "MMVOUCHER_1754321424055_abc123"},
		{"", VOUCHER_NO_FORM, NULL},
		{" ", VOUCHER_NO_FORM, NULL},
		{"109323716105663", VOUCHER_NO_FORM, NULL},
		{"10932371610566321", VOUCHER_NO_FORM, NULL},
		{"1093-2371-6105-6632", VOUCHER_NO_FORM, NULL},
		{"109323716105663a", VOUCHER_NO_FORM, NULL},
		{"1093237161056632\n", VOUCHER_NO_FORM, NULL},
		{"\xd9\xa1"
		 "093237161056632",
		 VOUCHER_NO_FORM, NULL},
		{"mmvoucher_1754321424055_abc123", VOUCHER_NO_FORM, NULL},
		{"MMVOUCHER_1754321424055_ABC123", VOUCHER_NO_FORM, NULL},
		{"MMVOUCHER_1754321424055_abc12", VOUCHER_NO_FORM, NULL},
		{"MMVOUCHER_1754321424055_abc1234", VOUCHER_NO_FORM, NULL},
		{"MMVOUCHER_175432142405_abc123", VOUCHER_NO_FORM, NULL},
		{"MMVOUCHER_17543214240555_abc123", VOUCHER_NO_FORM, NULL},
		{"MMVOUCHER_", VOUCHER_NO_FORM, NULL},
	};
	char read[VOUCHER_REFERENCE_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(voucher_form_of(cases[i].text, read), cases[i].form);
		if (cases[i].read != NULL)
			assert_string_equal(read, cases[i].read);
	}
}

static void
test_made(void **state)
{
	char code[VOUCHER_DIGITS + 1];
	char number[EASYPAY_DIGITS + 1];
	char reference[VOUCHER_REFERENCE_SIZE];
	char read[VOUCHER_REFERENCE_SIZE];

	(void)state;
	for (int i = 0; i < MADE; i++) {
		voucher_code_make(code);
		assert_int_equal(voucher_form_of(code, read), VOUCHER_CODE);
		assert_true(luhn_valid(code));
		assert_int_not_equal(code[0], '0');
		easypay_number_make(number, "0042");
		assert_int_equal(voucher_form_of(number, read), VOUCHER_EASYPAY);
		assert_true(easypay_number_valid(number));
		assert_true(text_starts_with(number, "90042"));
		voucher_reference_make(reference, 1754321424055);
		assert_int_equal(voucher_form_of(reference, read), VOUCHER_REFERENCE);
		assert_true(text_starts_with(reference, "MMVOUCHER_1754321424055_"));
	}
}

/* Each digit behind the first is drawn 6000 times at its place, give or take 7 standard deviations. */
static void
test_digits(void **state)
{
	int seen[VOUCHER_DIGITS][10] = {{0}};
	char code[VOUCHER_DIGITS + 1];

	(void)state;
	for (int i = 0; i < DRAWN; i++) {
		voucher_code_make(code);
		for (int place = 0; place < VOUCHER_DIGITS; place++)
			seen[place][code[place] - '0']++;
	}
	for (int place = 1; place < VOUCHER_DIGITS; place++)
		for (int digit = 0; digit < 10; digit++)
			assert_in_range(seen[place][digit], 5488, 6512);
}

static void
test_displays(void **state)
{
	struct arena *arena = arena_new(1 << 16);

	(void)state;
	assert_string_equal(voucher_code_display(arena, "1093237161056632"), "1093 2371 6105 6632");
	assert_string_equal(easypay_number_display(arena, "91234604263339"), "9 1234 6042 6333 9");
	assert_null(voucher_code_display(arena, NULL));
	assert_null(easypay_number_display(arena, NULL));
	arena_free(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_luhn),
		cmocka_unit_test(test_luhn_finds_slips),
		cmocka_unit_test(test_easypay_numbers),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_made),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_displays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
