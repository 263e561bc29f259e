/* Texts in requests: their limits, their choices, and the enums that they become. */
#include "tests/support/schema_scene.h"

#include <string.h>

/* As forms send what was not filled in; what is required is there, but empty. */
static void
an_empty_text_is_absent(void **state)
{
	struct order out = decode(*state, &order,
				  "{\"name\":\"\",\"exact\":\"\",\"any\":\"\",\"kind\":\"\","
				  "\"stored\":\"\",\"secret\":\"\",\"mail\":\"\"}",
				  "");

	assert_null(out.name);
	assert_null(out.exact);
	assert_null(out.any);
	assert_string_equal(out.kind, "plain");
	assert_null(out.stored);
	assert_null(out.secret);
	assert_null(out.mail);
	(void)decode(
		*state, &order, "{\"amount\":\"\"}",
		"amount AMOUNT must be an amount: digits, with a point before the decimals, no "
		"sign");
	(void)decode(*state, &order, "{\"id\":\"\"}", "id UUID must be a UUID");
	(void)decode(*state, &order, "{\"labels\":[\"\"]}",
		     "labels CHOICE must be one of plain, fancy");
}

static void
limits_of_texts_count_code_points(void **state)
{
	static const struct row rows[] = {
		{"{\"name\":\"\xC3\xA9\xF0\x9F\x98\x80\"}", ""},
		{"{\"name\":\"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xF0\x9F\x98\x80\"}", ""},
		{"{\"name\":\"\xF0\x9F\x98\x80\"}", "name LENGTH must have 2 to 5 characters"},
		{"{\"name\":\"abcdef\"}", "name LENGTH must have 2 to 5 characters"},
		{"{\"to\":{\"city\":\"\"}}", "to.city EMPTY must not be empty"},
		{"{\"exact\":\"abc\"}", ""},
		{"{\"exact\":\"ab\"}", "exact LENGTH must have 3 characters"},
		{"{\"any\":\"\"}", ""},
		{"{\"name\":7}", "name TYPE must be a string"},
		{"{\"name\":[\"ab\"]}", "name TYPE must be a string"},
	};
	const char *most = repeated(*state, "\xC3\xA9", 255);

	decode_rows(state, rows, COUNT(rows));
	(void)decode(*state, &order, arena_printf(*state, "{\"any\":\"%s\"}", most), "");
	(void)decode(*state, &order, arena_printf(*state, "{\"any\":\"%sx\"}", most),
		     "any LENGTH must have 0 to 255 characters");
}

static void
control_characters_are_for_secrets_alone(void **state)
{
	static const char *const controls[] = {"\\u0001", "\\n", "\\u007f", "\\u0085"};
	struct order out;

	for (size_t i = 0; i < COUNT(controls); i++) {
		(void)decode(*state, &order,
			     arena_printf(*state, "{\"any\":\"a%sb\"}", controls[i]),
			     "any CONTROL must not have control characters");
		out = decode(*state, &order,
			     arena_printf(*state, "{\"secret\":\"a%sb\"}", controls[i]), "");
		assert_true(text_has_control(out.secret));
	}
	(void)decode(*state, &order, "{\"kind\":\"\\n\",\"mail\":\"\\t\"}",
		     "kind CONTROL must not have control characters\n"
		     "mail CONTROL must not have control characters");
}

static void
choices_are_stored_as_their_values(void **state)
{
	struct order out = decode(*state, &order, "{\"kind\":\"fancy\",\"stored\":\"fancy\"}", "");

	assert_string_equal(out.kind, "fancy");
	assert_string_equal(out.stored, "f");
	out = decode(*state, &order, "{\"kind\":\"Fancy\",\"stored\":\"f\"}",
		     "kind CHOICE must be one of plain, fancy\n"
		     "stored CHOICE must be one of plain, fancy");
	assert_null(out.stored);
}

/* An enum, by all of its words, by some of them, and by other words. */
enum finish { FINISH_PLAIN = 1, FINISH_FANCY, FINISH_NONE };

struct surface {
	enum finish all, some, other, must;
	int64_t after; /* an enum must not reach into its neighbour */
};

static const char *const finish_words[] = {"plain", "fancy", "none", NULL};
static const char *const some_finishes[] = {"none", "fancy", NULL};
static const char *const other_finishes[] = {"bare", "p", "rich", NULL};
static const char *const other_values[] = {"plain", "plain", "fancy", NULL};

static const struct field surface_fields[] = {
	FIELD(struct surface, all, .name = "all", .choices = finish_words),
	FIELD(struct surface, some, .name = "some", .choices = some_finishes, .words = finish_words,
	      .fallback = "plain"),
	FIELD(struct surface, other, .name = "other", .choices = other_finishes,
	      .choice_values = other_values, .words = finish_words),
	FIELD(struct surface, must, .name = "must", .choices = finish_words, .required = true),
};
static const struct schema surface = SCHEMA(struct surface, "Surface", surface_fields);

static struct surface
decode_surface(struct arena *arena, const char *text, const char *violations)
{
	struct json_object *object = NULL;
	struct fault f = {0};
	struct surface out = {.after = -1};

	assert_int_equal(json_read(arena, &f, text, strlen(text), &object), ERR_OK);
	assert_int_equal(schema_decode(&surface, arena, &f, object, &out),
			 violations[0] == '\0' ? ERR_OK : ERR_VALIDATION);
	assert_string_equal(violations_text(arena, &f), violations);
	assert_int_equal(out.after, -1);
	return out;
}

static void
words_become_values_of_their_enum(void **state)
{
	struct surface out =
		decode_surface(*state,
			       "{\"all\":\"none\",\"some\":\"none\",\"other\":\"rich\","
			       "\"must\":\"plain\"}",
			       "");

	assert_int_equal(out.all, FINISH_NONE);
	assert_int_equal(out.some, FINISH_NONE);
	assert_int_equal(out.other, FINISH_FANCY);
	assert_int_equal(out.must, FINISH_PLAIN);
	out = decode_surface(*state, "{\"all\":\"\",\"some\":\"\",\"must\":\"fancy\"}", "");
	assert_int_equal(out.all, 0);
	assert_int_equal(out.some, FINISH_PLAIN);
	out = decode_surface(*state,
			     "{\"all\":null,\"some\":null,\"other\":\"p\",\"must\":\"fancy\"}", "");
	assert_int_equal(out.all, 0);
	assert_int_equal(out.some, FINISH_PLAIN);
	assert_int_equal(out.other, FINISH_PLAIN);
}

static void
words_are_refused_as_texts_are(void **state)
{
	(void)decode_surface(*state,
			     "{\"all\":\"Plain\",\"some\":\"plain\",\"other\":\"plain\","
			     "\"must\":\"\"}",
			     "all CHOICE must be one of plain, fancy, none\n"
			     "some CHOICE must be one of none, fancy\n"
			     "other CHOICE must be one of bare, p, rich\n"
			     "must CHOICE must be one of plain, fancy, none");
	(void)decode_surface(*state, "{\"all\":1,\"some\":true,\"other\":[],\"must\":null}",
			     "all TYPE must be a string\nsome TYPE must be a string\n"
			     "other TYPE must be a string\nmust REQUIRED is required");
	(void)decode_surface(*state, "{\"all\":\"\\n\"}",
			     "all CONTROL must not have control characters\n"
			     "must REQUIRED is required");
}

static void
lists_of_texts_hold_to_their_row(void **state)
{
	static const struct row rows[] = {
		{"{\"labels\":[]}", "labels LENGTH must have 1 to 100 items"},
		{"{\"labels\":\"plain\"}", "labels TYPE must be a list of strings"},
		{"{\"labels\":{}}", "labels TYPE must be a list of strings"},
		{"{\"labels\":[\"plain\",1]}", "labels TYPE must be a list of strings"},
		{"{\"labels\":[null]}", "labels TYPE must be a list of strings"},
		{"{\"labels\":[\"x\",\"y\"]}", "labels CHOICE must be one of plain, fancy"},
		{"{\"labels\":[\"a\\u0001\"]}", "labels CONTROL must not have control characters"},
		{"{\"labels\":null}", ""},
	};
	struct order out;

	decode_rows(state, rows, COUNT(rows));
	(void)decode(*state, &order,
		     arena_printf(*state, "{\"labels\":[\"plain\"%s]}",
				  repeated(*state, ",\"plain\"", TEXTS_MAX)),
		     "labels LENGTH must have 1 to 100 items");
	out = decode(*state, &order, "{\"labels\":[\"fancy\",\"plain\"]}", "");
	assert_int_equal(out.labels.count, 2);
	assert_string_equal(out.labels.items[0], "f");
	assert_string_equal(out.labels.items[1], "p");
	out = decode(*state, &order, "{\"marks\":[]}", "");
	assert_non_null(out.marks.items);
	assert_int_equal(out.marks.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_text_is_absent),
		cmocka_unit_test(limits_of_texts_count_code_points),
		cmocka_unit_test(control_characters_are_for_secrets_alone),
		cmocka_unit_test(choices_are_stored_as_their_values),
		cmocka_unit_test(words_become_values_of_their_enum),
		cmocka_unit_test(words_are_refused_as_texts_are),
		cmocka_unit_test(lists_of_texts_hold_to_their_row),
	};

	return cmocka_run_group_tests(tests, schema_setup, schema_teardown);
}
