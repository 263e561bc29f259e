/* Numbers, truths, amounts, identifiers, times and free JSON in requests. */
#include "tests/support/schema_scene.h"

#include <string.h>

#define NOT_TIME   "TIME must be a time such as 2026-12-31T23:59:59Z"
#define NOT_AMOUNT "AMOUNT must be an amount: digits, with a point before the decimals, no sign"

static void
optional_integers_tell_null_from_absent(void **state)
{
	struct order out = decode(*state, &order, "{}", "");

	assert_false(out.quota.present);
	out = decode(*state, &order, "{\"quota\":null}", "");
	assert_true(out.quota.present && out.quota.null);
	out = decode(*state, &order, "{\"quota\":5}", "");
	assert_true(out.quota.present && !out.quota.null);
	assert_int_equal(out.quota.value, 5);
	out = decode(*state, &order, "{\"quota\":0}", "quota RANGE must be at least 1");
	assert_false(out.quota.present);
	(void)decode(*state, &order, "{\"quota\":\"5\"}", "quota TYPE must be an integer or null");
}

static void
optional_truths_tell_false_from_absent(void **state)
{
	struct order out = decode(*state, &order, "{\"visible\":null}", "");

	assert_false(out.visible.present);
	out = decode(*state, &order, "{\"visible\":false}", "");
	assert_true(out.visible.present && !out.visible.value);
	out = decode(*state, &order, "{\"visible\":true}", "");
	assert_true(out.visible.present && out.visible.value);
	(void)decode(*state, &order, "{\"visible\":0}", "visible TYPE must be true or false");
}

static void
integers_have_bounds(void **state)
{
	static const struct row rows[] = {
		{"{\"count\":-1,\"least\":1,\"most\":9}", ""},
		{"{\"count\":9,\"least\":999999999999999999,\"most\":-999999999999999999}", ""},
		{"{\"count\":-2}", "count RANGE must be -1 to 9"},
		{"{\"count\":10}", "count RANGE must be -1 to 9"},
		{"{\"least\":0}", "least RANGE must be at least 1"},
		{"{\"most\":10}", "most RANGE must be at most 9"},
		{"{\"count\":1.0}", "count TYPE must be an integer"},
		{"{\"count\":\"1\"}", "count TYPE must be an integer"},
		{"{\"count\":true}", "count TYPE must be an integer"},
	};
	struct order out;

	decode_rows(state, rows, COUNT(rows));
	out = decode(*state, &order, "{\"count\":-1,\"least\":999999999999999999}", "");
	assert_int_equal(out.count, -1);
	assert_int_equal(out.least, INT64_C(999999999999999999));
}

static void
booleans_are_nothing_else(void **state)
{
	struct order out = decode(*state, &order, "{\"gift\":true,\"notify\":false}", "");

	assert_true(out.gift);
	assert_false(out.notify);
	(void)decode(*state, &order, "{\"gift\":1,\"notify\":\"true\"}",
		     "gift TYPE must be true or false\nnotify TYPE must be true or false");
}

static void
amounts_are_exact(void **state)
{
	static const struct {
		const char *digits;
		int64_t coefficient;
		unsigned char scale;
	} rows[] = {
		{"100.10", 10010, 2},
		{"0.1", 1, 1},
		{"7", 7, 0},
		{"0.30000000000000004", INT64_C(30000000000000004), 17},
		{"999999999999999.999", INT64_C(999999999999999999), 3},
	};
	static const char *const quotes[] = {"", "\""};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t quote = 0; quote < COUNT(quotes); quote++) {
			const char *text =
				arena_printf(*state, "{\"amount\":%s%s%s}", quotes[quote],
					     rows[i].digits, quotes[quote]);
			struct order out = decode(*state, &order, text, "");

			assert_true(out.amount.present);
			assert_int_equal(out.amount.coefficient, rows[i].coefficient);
			assert_int_equal(out.amount.scale, rows[i].scale);
		}
}

static void
amounts_are_digits_above_zero(void **state)
{
	static const char *const refused[] = {
		"\"-1\"",
		"-1",
		"-0.01",
		"\"+1\"",
		"\"1e3\"",
		"\"\"",
		"\" 1\"",
		"\"1 \"",
		"\"1.\"",
		"\".5\"",
		"\"01\"",
		"\"1,5\"",
		"\"1,000\"",
		"\"NaN\"",
		"\"0x1\"",
		"\"NGN1\"",
		"\"1\\n\"",
		"\"\xD9\xA1\"",
		"1234567890123456",
		"\"1.2.3\"",
		"\"1234567890123456789\"",
		"1e3",
		"1E-2",
		"1.0e0",
		"-0",
		"-0.0",
		"1234567890123456789",
		"1.000000000000000000",
		"1e400",
		"0e0",
	};
	static const char *const zeros[] = {"0", "0.00", "\"0\"", "\"0.0000\""};
	static const char *const stopped[] = {"+1", "1.", ".5", "01", "1e", "NaN"};
	struct json_object *object = NULL;
	struct fault f = {0};

	for (size_t i = 0; i < COUNT(refused); i++)
		(void)decode(*state, &order, arena_printf(*state, "{\"amount\":%s}", refused[i]),
			     "amount " NOT_AMOUNT);
	for (size_t i = 0; i < COUNT(zeros); i++)
		(void)decode(*state, &order, arena_printf(*state, "{\"amount\":%s}", zeros[i]),
			     "amount AMOUNT must be greater than 0");
	for (size_t i = 0; i < COUNT(stopped); i++) {
		const char *text = arena_printf(*state, "{\"amount\":%s}", stopped[i]);

		assert_int_equal(json_read(*state, &f, text, strlen(text), &object), ERR_MALFORMED);
	}
	(void)decode(*state, &order, "{\"amount\":true}",
		     "amount TYPE must be an amount as a string");
}

static void
identifiers_are_uuids_but_nil(void **state)
{
	static const struct row rows[] = {
		{"{\"id\":\"0190B2A4-7C1E-7D3A-9B61-2F6F0C9A1E55\"}", ""},
		{"{\"id\":\"00000000-0000-0000-0000-000000000000\"}", "id UUID must be a UUID"},
		{"{\"id\":\"0190b2a47c1e7d3a9b612f6f0c9a1e55\"}", "id UUID must be a UUID"},
		{"{\"id\":\"" ID "0\"}", "id UUID must be a UUID"},
		{"{\"id\":\"\"}", "id UUID must be a UUID"},
		{"{\"id\":1}", "id TYPE must be a UUID"},
	};
	struct order out;
	char text[UUID_TEXT_MAX];

	decode_rows(state, rows, COUNT(rows));
	out = decode(*state, &order, "{\"id\":\"" ID "\"}", "");
	assert_string_equal(uuid_text(text, out.id), ID);
}

static void
times_are_after_1970(void **state)
{
	static const struct row rows[] = {
		{"{\"due\":\"2026-02-30T00:00:00Z\"}", "due " NOT_TIME},
		{"{\"due\":\"1970-01-01T00:00:00Z\"}", ""},
		{"{\"due\":\"1969-12-31T23:59:59Z\"}", ""},
		{"{\"due\":\"tomorrow\"}", "due " NOT_TIME},
		{"{\"due\":\"\"}", "due " NOT_TIME},
		{"{\"due\":1767225600}", "due TYPE must be a time such as 2026-12-31T23:59:59Z"},
		{"{\"due\":\"2026-01-31\"}", ""},
	};
	struct order out;
	char text[INSTANT_TEXT_MAX];

	decode_rows(state, rows, COUNT(rows));
	out = decode(*state, &order, "{\"due\":\"2026-01-31T10:30:00.123+01:00\"}", "");
	assert_string_equal(instant_text(text, out.due.first), "2026-01-31T09:30:00.123Z");
}

static void
free_json_is_canonical_and_small(void **state)
{
	static const struct row rows[] = {
		{"{\"metadata\":[]}", "metadata TYPE must be an object"},
		{"{\"metadata\":\"{}\"}", "metadata TYPE must be an object"},
	};
	const char *most = repeated(*state, "x", 4096 - strlen("{\"a\":\"\"}"));
	struct order out =
		decode(*state, &order,
		       "{\"metadata\": {\"b\" : [1, 2.50], \"a\":{\"z\":null,\"y\":1}}}", "");

	assert_string_equal(out.metadata.text, "{\"a\":{\"y\":1,\"z\":null},\"b\":[1,2.5]}");
	decode_rows(state, rows, COUNT(rows));
	out = decode(*state, &order, arena_printf(*state, "{\"metadata\":{ \"a\": \"%s\" }}", most),
		     "");
	assert_int_equal(strlen(out.metadata.text), 4096);
	(void)decode(*state, &order, arena_printf(*state, "{\"metadata\":{\"a\":\"%sx\"}}", most),
		     "metadata LENGTH must not be larger than 4 KiB");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(optional_integers_tell_null_from_absent),
		cmocka_unit_test(optional_truths_tell_false_from_absent),
		cmocka_unit_test(integers_have_bounds),
		cmocka_unit_test(booleans_are_nothing_else),
		cmocka_unit_test(amounts_are_exact),
		cmocka_unit_test(amounts_are_digits_above_zero),
		cmocka_unit_test(identifiers_are_uuids_but_nil),
		cmocka_unit_test(times_are_after_1970),
		cmocka_unit_test(free_json_is_canonical_and_small),
	};

	return cmocka_run_group_tests(tests, schema_setup, schema_teardown);
}
