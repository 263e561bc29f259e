/* Codes have six digits, uniformly distributed. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "app/people/code.h"

enum { DRAWN = 60000 };

static void
test_form(void **state)
{
	char code[CODE_TEXT_MAX];

	(void)state;
	for (int i = 0; i < 1000; i++) {
		code_make(code);
		assert_int_equal(strlen(code), 6);
		assert_int_equal(strspn(code, "0123456789"), 6);
	}
}

/* Each digit at each place is drawn 6000 times, give or take 7 standard deviations of 73. */
static void
test_digits(void **state)
{
	int seen[6][10] = {{0}};
	char code[CODE_TEXT_MAX];

	(void)state;
	for (int i = 0; i < DRAWN; i++) {
		code_make(code);
		for (int place = 0; place < 6; place++)
			seen[place][code[place] - '0']++;
	}
	for (int place = 0; place < 6; place++)
		for (int digit = 0; digit < 10; digit++)
			assert_in_range(seen[place][digit], 5488, 6512);
}

/* Of 60000 draws from a million, some 58,236 are different: few repeat, and none often. */
static void
test_spread(void **state)
{
	unsigned char *seen = calloc(1000000, 1);
	char code[CODE_TEXT_MAX];
	int different = 0;
	int most = 0;

	(void)state;
	assert_non_null(seen);
	for (int i = 0; i < DRAWN; i++) {
		int number = 0;

		code_make(code);
		for (int place = 0; place < 6; place++)
			number = number * 10 + code[place] - '0';
		different += seen[number]++ == 0;
		most = seen[number] > most ? seen[number] : most;
	}
	free(seen);
	assert_in_range(different, 57900, 58600);
	assert_in_range(most, 1, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
