/* Requests through field tables: what is taken, and each way in which it is refused. */
#include "schema/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tests/support/cmocka.h"
#include "json/reader.h"

#define ID         "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"
#define NOT_TIME   "TIME must be a time such as 2026-12-31T23:59:59Z"
#define NOT_AMOUNT "AMOUNT must be an amount: digits, with a point before the decimals, no sign"

struct part {
	int64_t number;
};

struct item {
	struct decimal amount;
	struct list parts;
};

struct address {
	const char *city;
};

struct order {
	const char *name, *exact, *any, *kind, *stored, *secret, *mail;
	int64_t count, least, most;
	struct optional_int quota;
	bool gift, notify;
	struct optional_bool visible;
	struct decimal amount;
	struct uuid id;
	struct moment due;
	struct json_value metadata;
	struct list items, any_items;
	struct text_list labels, marks;
	struct address to;
};

static const char *const kinds[] = {"plain", "fancy", NULL};
static const char *const kind_values[] = {"p", "f", NULL};

static const struct field part_fields[] = {
	FIELD(struct part, number, .name = "number", .required = true),
};
static const struct schema part = SCHEMA(struct part, "Part", part_fields);

static const struct field item_fields[] = {
	FIELD(struct item, amount, .name = "amount", .required = true),
	FIELD(struct item, parts, .name = "parts", .sub = &part),
};
static const struct schema item = SCHEMA(struct item, "Item", item_fields);

static const struct field address_fields[] = {
	FIELD(struct address, city, .name = "city", .required = true, .min = 1),
};
static const struct schema address = SCHEMA(struct address, "Address", address_fields);

static const struct field order_fields[] = {
	FIELD(struct order, name, .name = "name", .min = 2, .max = 5),
	FIELD(struct order, exact, .name = "exact", .min = 3, .max = 3),
	FIELD(struct order, any, .name = "any"),
	FIELD(struct order, kind, .name = "kind", .choices = kinds, .fallback = "plain"),
	FIELD(struct order, stored, .name = "stored", .choices = kinds,
	      .choice_values = kind_values),
	FIELD(struct order, secret, .name = "secret", .secret = true),
	FIELD(struct order, mail, .name = "mail", .format = "email"),
	FIELD(struct order, count, .name = "count", .lower_bound = true, .min = -1, .max = 9),
	FIELD(struct order, least, .name = "least", .lower_bound = true, .min = 1),
	FIELD(struct order, most, .name = "most", .max = 9),
	FIELD(struct order, quota, .name = "quota", .lower_bound = true, .min = 1),
	FIELD(struct order, gift, .name = "gift"),
	FIELD(struct order, notify, .name = "notify", .fallback_true = true),
	FIELD(struct order, visible, .name = "visible"),
	FIELD(struct order, amount, .name = "amount"),
	FIELD(struct order, id, .name = "id"),
	FIELD(struct order, due, .name = "due"),
	FIELD(struct order, metadata, .name = "metadata"),
	FIELD(struct order, items, .name = "items", .min = 1, .max = 4, .sub = &item),
	FIELD(struct order, any_items, .name = "anyItems", .sub = &part),
	FIELD(struct order, labels, .name = "labels", .choices = kinds,
	      .choice_values = kind_values),
	FIELD(struct order, marks, .name = "marks", .may_be_empty = true, .max = 4),
	FIELD(struct order, to, .name = "to", .sub = &address),
};
static const struct schema order = SCHEMA(struct order, "Order", order_fields);

/* One of each type, all of them required. */
static const struct field strict_fields[] = {
	FIELD(struct order, name, .name = "name", .required = true, .fallback = "unused"),
	FIELD(struct order, kind, .name = "kind", .required = true, .choices = kinds),
	FIELD(struct order, count, .name = "count", .required = true),
	FIELD(struct order, quota, .name = "quota", .required = true),
	FIELD(struct order, gift, .name = "gift", .required = true, .fallback_true = true),
	FIELD(struct order, amount, .name = "amount", .required = true),
	FIELD(struct order, id, .name = "id", .required = true),
	FIELD(struct order, due, .name = "due", .required = true),
	FIELD(struct order, metadata, .name = "metadata", .required = true),
	FIELD(struct order, items, .name = "items", .required = true, .sub = &item),
	FIELD(struct order, to, .name = "to", .required = true, .sub = &address),
};
static const struct schema strict = SCHEMA(struct order, "StrictOrder", strict_fields);

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

/* A JSON text and what it breaks, as "field CODE message" lines. */
struct row {
	const char *text;
	const char *violations;
};

static int
setup(void **state)
{
	*state = arena_new(16 << 20);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static char *
repeated(struct arena *arena, const char *text, size_t n)
{
	size_t length = strlen(text);
	char *all = arena_alloc(arena, n * length + 1);

	for (size_t i = 0; i < n * length; i++)
		all[i] = text[i % length];
	return all;
}

static const char *
violations_text(struct arena *arena, const struct fault *f)
{
	const char *text = "";

	for (const struct violation *v = f->violations; v != NULL; v = v->next)
		text = arena_printf(arena, "%s%s%s %s %s", text, text[0] == '\0' ? "" : "\n",
				    v->field, v->code, v->message);
	return text;
}

/* The struct that the text decodes to; what it breaks is what is said. */
static struct order
decode(struct arena *arena, const struct schema *schema, const char *text, const char *violations)
{
	struct json_object *object = NULL;
	struct fault f = {0};
	struct order out = {0};
	enum err want = violations[0] == '\0' ? ERR_OK : ERR_VALIDATION;

	assert_int_equal(json_read(arena, &f, text, strlen(text), &object), ERR_OK);
	assert_int_equal(schema_decode(schema, arena, &f, object, &out), want);
	assert_string_equal(violations_text(arena, &f), violations);
	assert_int_equal(f.err, want);
	return out;
}

static void
decode_rows(void **state, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)decode(*state, &order, rows[i].text, rows[i].violations);
}

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
absent_and_null_are_the_same(void **state)
{
	static const char *const texts[] = {
		"{}",
		"{\"name\":null,\"kind\":null,\"stored\":null,\"count\":null,\"gift\":null,"
		"\"notify\":null,\"amount\":null,\"id\":null,\"due\":null,\"metadata\":null,"
		"\"items\":null,\"to\":null}",
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct order out = decode(*state, &order, texts[i], "");

		assert_null(out.name);
		assert_string_equal(out.kind, "plain");
		assert_null(out.stored);
		assert_int_equal(out.count, 0);
		assert_false(out.gift);
		assert_true(out.notify);
		assert_false(out.amount.present);
		assert_true(uuid_is_nil(out.id));
		assert_false(out.due.given);
		assert_null(out.metadata.text);
		assert_null(out.items.items);
		assert_null(out.to.city);
	}
}

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

/* Nobody reads a thousand of them. */
static void
tells_the_first_hundred_violations(void **state)
{
	struct fault f = {0};
	size_t told = 0;

	for (int i = 0; i < 1000; i++)
		violation_add(*state, &f, arena_printf(*state, "f%d", i), "REQUIRED",
			      "is required");
	for (const struct violation *v = f.violations; v != NULL; v = v->next)
		assert_string_equal(v->field, arena_printf(*state, "f%zu", told++));
	assert_int_equal(told, 100);
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

static void
lists_name_the_item_at_fault(void **state)
{
	static const struct row rows[] = {
		{"{\"items\":[]}", "items LENGTH must have 1 to 4 items"},
		{"{\"items\":[{},{},{},{},{}]}", "items LENGTH must have 1 to 4 items"},
		{"{\"items\":{}}", "items TYPE must be a list"},
		{"{\"items\":[{\"amount\":1},null]}", "items TYPE must be a list of objects"},
		{"{\"items\":[{},\"x\"]}", "items[0].amount REQUIRED is required\n"
					   "items TYPE must be a list of objects"},
		{"{\"items\":[{\"amount\":1},{\"amount\":2},{\"amount\":3},{\"amount\":0}]}",
		 "items[3].amount AMOUNT must be greater than 0"},
		{"{\"items\":[{\"amount\":1,\"parts\":[{\"number\":1},{}]},{}]}",
		 "items[0].parts[1].number REQUIRED is required\n"
		 "items[1].amount REQUIRED is required"},
	};
	const char *many = repeated(*state, "{\"number\":1},", 999);

	decode_rows(state, rows, COUNT(rows));
	(void)decode(*state, &order,
		     arena_printf(*state, "{\"anyItems\":[%s{\"number\":2}]}", many), "");
	(void)decode(*state, &order,
		     arena_printf(*state, "{\"anyItems\":[%s{\"number\":2},{\"number\":3}]}", many),
		     "anyItems LENGTH must have 0 to 1000 items");
}

static void
lists_are_rows_of_structs(void **state)
{
	struct order out = decode(*state, &order,
				  "{\"anyItems\":[],\"items\":[{\"amount\":1},{\"amount\":2.5,"
				  "\"parts\":[{\"number\":3},{\"number\":4}]}]}",
				  "");
	const struct item *items = out.items.items;
	const struct part *parts;

	assert_non_null(out.any_items.items);
	assert_int_equal(out.any_items.count, 0);
	assert_int_equal(out.items.count, 2);
	assert_int_equal(items[0].amount.coefficient, 1);
	assert_int_equal(items[0].parts.count, 0);
	assert_int_equal(items[1].amount.coefficient, 25);
	assert_int_equal(items[1].parts.count, 2);
	parts = items[1].parts.items;
	assert_int_equal(parts[0].number, 3);
	assert_int_equal(parts[1].number, 4);
}

static void
objects_nest(void **state)
{
	struct order out = decode(*state, &order, "{\"to\":{\"city\":\"Lagos\"}}", "");

	assert_string_equal(out.to.city, "Lagos");
	(void)decode(*state, &order, "{\"to\":{}}", "to.city REQUIRED is required");
	(void)decode(*state, &order, "{\"to\":{\"city\":\"\"}}", "to.city EMPTY must not be empty");
	(void)decode(*state, &order, "{\"to\":[]}", "to TYPE must be an object");
}

static void
unknown_fields_are_ignored(void **state)
{
	struct order out = decode(*state, &order,
				  "{\"Name\":7,\"x\":{\"name\":1},\"name\":\"ab\","
				  "\"to\":{\"city\":\"x\",\"name\":[]}}",
				  "");

	assert_string_equal(out.name, "ab");
}

#define REQUIRED_BEFORE \
	"name REQUIRED is required\nkind REQUIRED is required\ncount REQUIRED is required\n"
#define REQUIRED_AFTER                                                \
	"gift REQUIRED is required\namount REQUIRED is required\n"    \
	"id REQUIRED is required\ndue REQUIRED is required\n"         \
	"metadata REQUIRED is required\nitems REQUIRED is required\n" \
	"to REQUIRED is required"

/* null is a value of an optional integer alone. */
static void
required_fields_may_not_be_null(void **state)
{
	(void)decode(*state, &strict, "{}",
		     REQUIRED_BEFORE "quota REQUIRED is required\n" REQUIRED_AFTER);
	(void)decode(*state, &strict,
		     "{\"to\":null,\"items\":null,\"metadata\":null,\"due\":null,\"id\":null,"
		     "\"amount\":null,\"gift\":null,\"quota\":null,\"count\":null,"
		     "\"kind\":null,\"name\":null}",
		     REQUIRED_BEFORE REQUIRED_AFTER);
	(void)decode(*state, &strict,
		     "{\"to\":{\"city\":\"x\"},\"items\":[],\"metadata\":{},\"id\":\"" ID
		     "\",\"due\":\"2026-01-31T09:30:00Z\",\"amount\":1,\"gift\":false,"
		     "\"quota\":0,\"count\":0,\"kind\":\"plain\",\"name\":\"x\"}",
		     "");
	(void)decode(*state, &strict,
		     "{\"to\":{\"city\":\"x\"},\"items\":[],\"metadata\":{},\"id\":\"" ID
		     "\",\"due\":\"2026-01-31T09:30:00Z\",\"amount\":1,\"gift\":false,"
		     "\"quota\":0,\"count\":0,\"kind\":\"plain\",\"name\":\" \\u200b\"}",
		     "name EMPTY must have a visible character");
}

/* In the order of the table, whatever the order in which they came; the first makes the fault. */
static void
all_violations_are_reported_together(void **state)
{
	static const char text[] = "{\"to\":{},\"gift\":\"yes\",\"count\":99,\"any\":\"\\n\","
				   "\"id\":1,\"name\":\"x\"}";
	struct json_object *object = NULL;
	struct fault f = {0};
	struct order out = {0};

	assert_int_equal(json_read(*state, &f, text, strlen(text), &object), ERR_OK);
	assert_int_equal(schema_decode(&order, *state, &f, object, &out), ERR_VALIDATION);
	assert_string_equal(violations_text(*state, &f),
			    "name LENGTH must have 2 to 5 characters\n"
			    "any CONTROL must not have control characters\n"
			    "count RANGE must be -1 to 9\n"
			    "gift TYPE must be true or false\n"
			    "id TYPE must be a UUID\n"
			    "to.city REQUIRED is required");
	assert_int_equal(f.err, ERR_VALIDATION);
	assert_string_equal(f.field, "name");
	assert_string_equal(f.message, "name must have 2 to 5 characters");
	violation_add(*state, &f, "late", "LATE", "is late");
	assert_string_equal(f.field, "name");
	assert_non_null(strstr(violations_text(*state, &f), "\nlate LATE is late"));
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
		cmocka_unit_test(absent_and_null_are_the_same),
		cmocka_unit_test(optional_integers_tell_null_from_absent),
		cmocka_unit_test(optional_truths_tell_false_from_absent),
		cmocka_unit_test(integers_have_bounds),
		cmocka_unit_test(booleans_are_nothing_else),
		cmocka_unit_test(amounts_are_exact),
		cmocka_unit_test(amounts_are_digits_above_zero),
		cmocka_unit_test(tells_the_first_hundred_violations),
		cmocka_unit_test(lists_of_texts_hold_to_their_row),
		cmocka_unit_test(identifiers_are_uuids_but_nil),
		cmocka_unit_test(times_are_after_1970),
		cmocka_unit_test(free_json_is_canonical_and_small),
		cmocka_unit_test(lists_name_the_item_at_fault),
		cmocka_unit_test(lists_are_rows_of_structs),
		cmocka_unit_test(objects_nest),
		cmocka_unit_test(unknown_fields_are_ignored),
		cmocka_unit_test(required_fields_may_not_be_null),
		cmocka_unit_test(all_violations_are_reported_together),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
