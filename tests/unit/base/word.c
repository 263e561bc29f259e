#include "base/word.h"

#include <stddef.h>

#include "tests/support/cmocka.h"

enum light { LIGHT_RED = 1, LIGHT_AMBER, LIGHT_GREEN };

static const char *const light_words[] = {"red", "amber", "green", NULL};

static void
values_have_words(void **state)
{
	(void)state;
	assert_null(word_text(light_words, 0));
	assert_string_equal(word_text(light_words, LIGHT_RED), "red");
	assert_string_equal(word_text(light_words, LIGHT_GREEN), "green");
}

static void
words_have_values(void **state)
{
	enum light light = word_find(light_words, "amber");

	(void)state;
	assert_int_equal(light, LIGHT_AMBER);
	assert_int_equal(word_find(light_words, "red"), LIGHT_RED);
	assert_int_equal(word_find(light_words, "Red"), 0);
	assert_int_equal(word_find(light_words, ""), 0);
	assert_int_equal(word_find(light_words, NULL), 0);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_words),
		cmocka_unit_test(words_have_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
