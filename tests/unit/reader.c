#include "json/reader.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "tests/cmocka.h"

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
	json_thread_init();
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static struct json_object *
read_text(void **state, const char *text)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	assert_int_equal(json_read(*state, &f, text, strlen(text), &value), ERR_OK);
	return value;
}

static void
reads_every_kind(void **state)
{
	struct json_object *object = read_text(
		state,
		"{\"n\":null,\"b\":true,\"i\":-42,\"d\":100.10,\"t\":\"x\",\"l\":[1,2],\"o\":{}}");
	bool present = false;

	assert_int_equal(json_kind(object), JSON_OBJECT);
	assert_null(json_member(object, "n", &present));
	assert_true(present);
	assert_null(json_member(object, "absent", &present));
	assert_false(present);
	assert_int_equal(json_kind(NULL), JSON_NULL);
	assert_true(json_bool_value(json_member(object, "b", NULL)));
	assert_int_equal(json_integer_value(json_member(object, "i", NULL)), -42);
	assert_int_equal(json_kind(json_member(object, "d", NULL)), JSON_DECIMAL);
	assert_string_equal(json_text_value(json_member(object, "t", NULL)), "x");
	assert_int_equal(json_kind(json_member(object, "o", NULL)), JSON_OBJECT);
	assert_int_equal(json_list_length(json_member(object, "l", NULL)), 2);
	assert_int_equal(json_integer_value(json_list_item(json_member(object, "l", NULL), 1)), 2);
}

/* Amounts must come as they were written, not as a double remembers them. */
static void
keeps_lexemes(void **state)
{
	static const char *const numbers[] = {
		"100.10",
		"0.1",
		"123456789012345678",
		"0.30000000000000004",
		"-0.50",
		"7",
		"999999999999999.999",
		"1.00",
		"-123456789012345678",
		"0.00000000000000001",
	};
	char text[64];

	for (size_t i = 0; i < COUNT(numbers); i++) {
		(void)snprintf(text, sizeof(text), "[%s]", numbers[i]);
		assert_string_equal(json_text_value(json_list_item(read_text(state, text), 0)),
				    numbers[i]);
	}
}

static void
reads_the_deepest(void **state)
{
	struct json_object *list = read_text(state, "[[[[[[[[[[[[[[[1,\"a\",[]]]]]]]]]]]]]]]]");

	for (int i = 1; i < 15; i++)
		list = json_list_item(list, 0);
	assert_int_equal(json_kind(list), JSON_LIST);
}

static void
says_what_and_where(void **state)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	assert_int_equal(json_read(*state, &f, "[1,]", 4, &value), ERR_MALFORMED);
	assert_string_equal(f.message, "A value is missing or not known (at byte 3)");
	assert_int_equal(json_read(*state, &f, "", 0, &value), ERR_MALFORMED);
	assert_string_equal(f.message, "The body is empty");
	assert_null(value);
}

static void
writes_compact_and_canonical(void **state)
{
	struct json_object *value = read_text(
		state,
		" { \"b\" : [ 1 , 2.50, 7.00, null ] , \"a\" : { \"z\":true, \"y\":\"\\u00e9/\" } } ");

	assert_string_equal(json_compact(*state, value),
			    "{\"b\":[1,2.50,7.00,null],\"a\":{\"z\":true,\"y\":\"\xC3\xA9/\"}}");
	assert_string_equal(json_canonical(*state, value),
			    "{\"a\":{\"y\":\"\xC3\xA9/\",\"z\":true},\"b\":[1,2.5,7,null]}");
	assert_string_equal(json_canonical(*state, read_text(state, "{\"b\":1,\"a\":100.10}")),
			    json_canonical(*state, read_text(state, "{\"a\":100.1,\"b\":1}")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(keeps_lexemes),
		cmocka_unit_test(reads_the_deepest),
		cmocka_unit_test(says_what_and_where),
		cmocka_unit_test(writes_compact_and_canonical),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
