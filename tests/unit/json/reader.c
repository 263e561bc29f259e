#include "json/reader.h"
#include "json/jsonb.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

#include "tests/support/cmocka.h"

static int
setup(void **state)
{
	*state = arena_new(1 << 20);
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
reads_every_script(void **state)
{
	static const char text[] = "[\"\xC3\xA9\",\"\xE2\x82\xA6\",\"\xF0\x9F\x98\x80\",\"\x7F\","
				   "{\"\xD0\xBA\xD0\xBB\xD1\x8E\xD1\x87\":\"\xC3\xB8\"}]";

	assert_string_equal(json_compact(*state, read_text(state, text)), text);
}

/* Inputs that a lenient parser accepts must be refused. */
static void
refuses_what_only_resembles_json(void **state)
{
	static const char *const texts[] = {
		"{\"a\":1,}",  "[1,]",           "{'a':1}",
		"{a:1}",       "[NaN]",          "[Infinity]",
		"[-Infinity]", "[nan]",          "[TRUE]",
		"[True]",      "[nUll]",         "[01]",
		"[1.]",        "[.5]",           "[+1]",
		"[0x1F]",      "[1 /* c */]",    "[1] // c",
		"[1] 2",       "[1]x",           "[\"a\tb\"]",
		"[\"a\nb\"]",  "[\"\x01\"]",     "[\"\\x41\"]",
		"[\"\xFF\"]",  "[\"\xC0\x80\"]", "[\"\xED\xA0\x80\"]",
	};
	struct json_object *value = NULL;

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct fault f = {0};

		assert_int_equal(json_read(*state, &f, texts[i], strlen(texts[i]), &value),
				 ERR_MALFORMED);
	}
	assert_null(value);
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

/* Every number comes back with its decimal value, in one form for each value. */
static void
keeps_the_value_of_every_number(void **state)
{
	static const char tiny[] = "0.0000000000000000000000000000000000000001";
	static const struct {
		const char *number;
		const char *canonical;
	} cases[] = {
		{"0.059877586043980635", "0.059877586043980635"},
		{"1e-7", "0.0000001"},
		{"-1.50E+2", "-150"},
		{"-0", "-0"},
		{"-0.00e5", "-0"},
		{"0e99999999999999999999", "0"},
		{"1e400", "1e400"},
		{"10e399", "1e400"},
		{"1e-400", "1e-400"},
		{"0.001e-397", "1e-400"},
		{"-12.50e-400", "-125e-401"},
		{"1E99999999999999999999", "1E99999999999999999999"},
		{"1234567890123456789012345678901234567890",
		 "1234567890123456789012345678901234567890"},
		{"12345678901234567890.12345678901234567890",
		 "12345678901234567890.1234567890123456789"},
		{"1e-40", tiny},
		{"1e-41", "0.00000000000000000000000000000000000000001"},
		{"1e-42", "1e-42"},
		{"10000000000000000000000000000000000000000e0",
		 "10000000000000000000000000000000000000000"},
		{"100000000000000000000000000000000000000000", "1e41"},
		{"18446744073709551616", "18446744073709551616"},
		{"9223372036854775808", "9223372036854775808"},
	};
	char text[128];

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct json_object *list;

		(void)snprintf(text, sizeof(text), "[%s]", cases[i].number);
		list = read_text(state, text);
		assert_string_equal(json_compact(*state, list), text);
		assert_int_equal(json_kind(json_list_item(list, 0)), JSON_NUMBER);
		(void)snprintf(text, sizeof(text), "[%s]", cases[i].canonical);
		assert_string_equal(json_canonical(*state, list), text);
	}
}

/* What no C string can hold is never taken for a text, and is written as what it was. */
static void
keeps_odd_strings_apart(void **state)
{
	static const char text[] =
		"{\"a\\u0000\":\"x\\u0000\\\"\\\\\\n\\ud83d\",\"a\":\"\\udEAD\xC3\xA9\"}";
	const struct json_object *object = read_text(state, text);
	const struct json_object *odd = json_member(object, "a", NULL);

	assert_int_equal(json_kind(odd), JSON_ODD_TEXT);
	assert_string_equal(json_text_value(odd), "");
	assert_string_equal(
		json_compact(*state, object),
		"{\"a\\u0000\":\"x\\u0000\\\"\\\\\\n\\ud83d\",\"a\":\"\\udead\xC3\xA9\"}");
	assert_null(json_member(object, "a\\u0000", NULL));
	assert_null(json_member(read_text(state, "{\"\\u0000\":1}"), "", NULL));
}

static struct json_object *
read_lenient(void **state, const char *text)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	assert_int_equal(
		json_read_foreign(*state, &f, text, strlen(text), JSON_FOREIGN_MAX, &value),
		ERR_OK);
	return value;
}

/* The same value repeated is accepted; with two values it is undefined which one counts. */
static void
does_not_choose_among_repeated_members(void **state)
{
	static const struct {
		const char *text;
		enum json_kind kind;
	} cases[] = {
		{"{\"a\":5000,\"a\":5000.0}", JSON_INTEGER},
		{"{\"a\":5000,\"a\":5001}", JSON_UNCLEAR},
		{"{\"a\":5000,\"a\":5001,\"a\":5001}", JSON_UNCLEAR},
		{"{\"a\":1,\"b\":1,\"a\":\"1\"}", JSON_UNCLEAR},
		{"{\"a\":\"x\",\"\\u0061\":\"\\u0078\"}", JSON_TEXT},
		{"{\"a\":{\"b\":[1,null]},\"a\":{\"b\":[1,null]}}", JSON_OBJECT},
		{"{\"a\":{\"b\":[1,null]},\"a\":{\"b\":[1]}}", JSON_UNCLEAR},
		{"{\"a\":{\"b\":1,\"b\":2},\"a\":{\"b\":1,\"b\":2}}", JSON_UNCLEAR},
		{"{\"a\":true,\"a\":false}", JSON_UNCLEAR},
		{"{\"a\":null,\"a\":1}", JSON_UNCLEAR},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *object = read_lenient(state, cases[i].text);
		struct json_object *value = json_member(object, "a", NULL);

		assert_int_equal(json_kind(value), cases[i].kind);
		if (cases[i].kind == JSON_UNCLEAR)
			assert_string_equal(json_text_value(value), "");
	}
}

/* Names are compared as they are written, with question marks in place of flaws. */
static void
compares_flawed_names_as_written(void **state)
{
	static const struct {
		const char *text;
		const char *compact;
	} cases[] = {
		{"{\"re?e\":1,\"re\xE6"
		 "e\":2}",
		 "{\"re?e\":null}"},
		{"{\"re\xE6"
		 "e\":1,\"re\x01"
		 "e\":1}",
		 "{\"re?e\":1}"},
		{"{\"\xFF\\\"\":\"\xFF\\\"\"}", "{\"?\\\"\":\"?\\\"\"}"},
		{"{\"?\\u0000\":1,\"\xFF\\u0000\":2}", "{\"?\\u0000\":null}"},
		{"{\"\xFF\\\\u0000\":1,\"?\\u0000\":2}", "{\"?\\\\u0000\":1,\"?\\u0000\":2}"},
		{"{\"a\":{\"\\u0000\":1},\"a\":{\"\\\\u0000\":1}}", "{\"a\":null}"},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		assert_string_equal(json_compact(*state, read_lenient(state, cases[i].text)),
				    cases[i].compact);
}

static void
bounds_values(void **state)
{
	static const char text[] = "{\"a\":[1,{},[]],\"b\":null}";
	struct json_object *value = NULL;
	struct fault f = {0};

	assert_int_equal(json_read_bounded(*state, &f, text, strlen(text), 6, &value), ERR_OK);
	value = NULL;
	assert_int_equal(json_read_bounded(*state, &f, text, strlen(text), 5, &value),
			 ERR_BODY_TOO_LARGE);
	assert_string_equal(f.message, "The body has more than 5 values");
	assert_null(value);
}

/* Values that jsonb would refuse, change or expand are stored as strings. */
static void
stores_what_jsonb_keeps_not(void **state)
{
	static const struct {
		const char *json;
		bool kept;
	} cases[] = {
		{"{\"a\":[1,-2.50,0,-0.5,0.000,true,null,\"e-0 1e5 \\u00e9\"]}", true},
		{"{\"a\":\"\\\\u0000\"}", true},
		{"{\"a\\\\u0000\":1}", true},
		{"{\"a\":1234567890123456789012345678901234567890}", true},
		{"{\"a\":\"\\u0000\"}", false},
		{"{\"a\\u0000\":1}", false},
		{"{\"a\":\"\\\\\\ud800\"}", false},
		{"{\"a\":\"\\uDFFF\"}", false},
		{"{\"a\":-0}", false},
		{"{\"a\":[1,-0.0]}", false},
		{"{\"a\":1e400}", false},
		{"{\"a\":1E-7,\"b\":\"\\\"\\b\\f\\n\\r\\t\\u001f\"}", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *stored = arena_strdup(*state, json_to_jsonb(*state, cases[i].json));

		assert_int_equal(stored[0] == '{', cases[i].kept);
		json_from_jsonb(stored);
		assert_string_equal(stored, cases[i].json);
		json_from_jsonb(stored);
		assert_string_equal(stored, cases[i].json);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(keeps_lexemes),
		cmocka_unit_test(reads_the_deepest),
		cmocka_unit_test(reads_every_script),
		cmocka_unit_test(refuses_what_only_resembles_json),
		cmocka_unit_test(says_what_and_where),
		cmocka_unit_test(writes_compact_and_canonical),
		cmocka_unit_test(keeps_the_value_of_every_number),
		cmocka_unit_test(keeps_odd_strings_apart),
		cmocka_unit_test(does_not_choose_among_repeated_members),
		cmocka_unit_test(compares_flawed_names_as_written),
		cmocka_unit_test(bounds_values),
		cmocka_unit_test(stores_what_jsonb_keeps_not),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
