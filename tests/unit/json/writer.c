#include "json/writer.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "tests/support/cmocka.h"
#include "json/reader.h"

static int
setup(void **state)
{
	*state = arena_new(4 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static void
writes_nested_values(void **state)
{
	struct bytes out;
	struct jw w;

	jw_init(&w, *state, 0);
	jw_object(&w, NULL);
	jw_text(&w, "text", "a\"\\\n\x01\xC3\xA9/");
	jw_text(&w, "none", NULL);
	jw_list(&w, "list");
	jw_integer(&w, NULL, INT64_MIN);
	jw_bool(&w, NULL, true);
	jw_object(&w, NULL);
	jw_close(&w);
	jw_close(&w);
	jw_number(&w, "amount", "-1000.50");
	jw_json(&w, "raw", "{\"a\":[]}");
	jw_null(&w, "na\"me");
	jw_close(&w);
	assert_true(jw_finish(&w, &out));
	assert_string_equal(out.data, "{\"text\":\"a\\\"\\\\\\n\\u0001\xC3\xA9/\",\"none\":null,"
				      "\"list\":[-9223372036854775808,true,{}],\"amount\":-1000.50,"
				      "\"raw\":{\"a\":[]},\"na\\\"me\":null}");
	assert_int_equal(out.length, strlen(out.data));
}

static void
grows(void **state)
{
	struct json_object *value;
	struct fault f = {0};
	struct bytes out;
	struct jw w;

	jw_init(&w, *state, 10);
	jw_list(&w, NULL);
	for (int i = 0; i < 10000; i++)
		jw_text(&w, NULL, "0123456789\t");
	jw_close(&w);
	assert_true(jw_finish(&w, &out));
	assert_int_equal(out.length, 10000 * 15 + 1);
	assert_int_equal(json_read(*state, &f, out.data, out.length, &value), ERR_OK);
}

/* {"from":1,"items":[...],"to":2} with items from first to last. */
static void
write_items(struct jw *w, struct arena *arena, int first, int last)
{
	jw_init(w, arena, 0);
	jw_object(w, NULL);
	jw_integer(w, "from", 1);
	jw_list(w, "items");
	jw_items_begin(w);
	for (int i = first; i <= last; i++)
		jw_integer(w, NULL, i);
	jw_items_end(w);
	jw_close(w);
	jw_integer(w, "to", last);
	jw_close(w);
}

static void
writes_parts(void **state)
{
	static const struct {
		int from, to;
		bool first, last;
		const char *text; /* NULL: refused */
	} rows[] = {
		{1, 2, true, false, "{\"from\":1,\"items\":[1,2"},
		{3, 3, false, false, ",3"},
		{4, 5, false, true, ",4,5],\"to\":5}"},
		{1, 2, true, true, "{\"from\":1,\"items\":[1,2],\"to\":2}"},
		{1, 0, true, true, "{\"from\":1,\"items\":[],\"to\":0}"},
		{3, 2, false, false, NULL},
		{3, 2, false, true, NULL},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct bytes out;
		struct jw w;

		write_items(&w, *state, rows[i].from, rows[i].to);
		assert_int_equal(jw_finish_part(&w, rows[i].first, rows[i].last, &out),
				 rows[i].text != NULL);
		if (rows[i].text == NULL)
			continue;
		assert_int_equal(out.length, strlen(rows[i].text));
		assert_memory_equal(out.data, rows[i].text, out.length);
	}
}

/* Only a text with items has parts, and only an open and empty list can have such items. */
static void
refuses_parts(void **state)
{
	struct bytes out;
	struct jw w;

	jw_init(&w, *state, 0);
	jw_list(&w, NULL);
	jw_integer(&w, NULL, 1);
	jw_close(&w);
	assert_false(jw_finish_part(&w, true, false, &out));
	assert_false(jw_finish_part(&w, false, true, &out));
	assert_true(jw_finish_part(&w, true, true, &out));
	jw_init(&w, *state, 0);
	jw_object(&w, NULL);
	jw_items_begin(&w);
	jw_close(&w);
	assert_false(jw_finish_part(&w, true, true, &out));
}

static void
begin_with_invalid(struct jw *w)
{
	jw_text(w, NULL, "\xFF 0123456789");
}

static void
end_with_invalid(struct jw *w)
{
	jw_text(w, NULL, "0123456789 \xE2\x82");
}

static void
name_in_list(struct jw *w)
{
	jw_list(w, NULL);
	jw_integer(w, "a", 1);
	jw_close(w);
}

static void
no_name_in_object(struct jw *w)
{
	jw_object(w, NULL);
	jw_integer(w, NULL, 1);
	jw_close(w);
}

static void
two_values(struct jw *w)
{
	jw_null(w, NULL);
	jw_null(w, NULL);
}

static void
still_open(struct jw *w)
{
	jw_list(w, NULL);
}

static void
closed_twice(struct jw *w)
{
	jw_list(w, NULL);
	jw_close(w);
	jw_close(w);
}

static void
invalid_utf8(struct jw *w)
{
	jw_text(w, NULL, "a\xFF");
}

static void
invalid_name(struct jw *w)
{
	jw_object(w, NULL);
	jw_null(w, "\xC3");
	jw_close(w);
}

static void
too_deep(struct jw *w)
{
	for (int i = 0; i <= JW_DEPTH_MAX; i++)
		jw_list(w, NULL);
	for (int i = 0; i <= JW_DEPTH_MAX; i++)
		jw_close(w);
}

static void
no_number(struct jw *w)
{
	jw_number(w, NULL, "1.");
}

static void
injected_number(struct jw *w)
{
	jw_number(w, NULL, "1,\"admin\":true");
}

static void
nothing(struct jw *w)
{
	(void)w;
}

static void
remembers_errors(void **state)
{
	static void (*const mistakes[])(struct jw *) = {
		name_in_list, no_name_in_object,  two_values,       still_open, closed_twice,
		invalid_utf8, invalid_name,       too_deep,         no_number,  injected_number,
		nothing,      begin_with_invalid, end_with_invalid,
	};
	struct bytes out = {NULL, 7};
	struct jw w;

	for (size_t i = 0; i < COUNT(mistakes); i++) {
		jw_init(&w, *state, 64);
		mistakes[i](&w);
		assert_false(jw_finish(&w, &out));
	}
	assert_int_equal(out.length, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_nested_values), cmocka_unit_test(grows),
		cmocka_unit_test(writes_parts),         cmocka_unit_test(refuses_parts),
		cmocka_unit_test(remembers_errors),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
