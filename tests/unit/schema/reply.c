/* Replies through field tables, and the documents of tables. */
#include <string.h>

#include "base/arena.h"
#include "schema/schema.h"
#include "tests/support/cmocka.h"
#include "json/reader.h"

#define ID "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"

struct line {
	int64_t number;
	struct money price;
};

enum finish { FINISH_PLAIN = 1, FINISH_FANCY };

struct bill {
	const char *name, *kind;
	enum finish finish;
	int64_t count;
	struct optional_int quota;
	bool paid;
	struct money total;
	struct uuid id;
	struct instant due;
	struct json_value metadata;
	struct list lines;
	struct line first;
};

static const char *const kinds[] = {"plain", "fancy", NULL};

static const struct field line_fields[] = {
	FIELD(struct line, number, .name = "number", .required = true, .example = "7"),
	FIELD(struct line, price, .name = "price"),
};
static const struct schema line = SCHEMA(struct line, "Line", line_fields);

/* The same members: left out where they hold nothing, null then, or always there. */
#define BILL_FIELDS(...)                                                                     \
	FIELD(struct bill, name, .name = "name", __VA_ARGS__),                               \
		FIELD(struct bill, finish, .name = "finish", .choices = kinds, __VA_ARGS__), \
		FIELD(struct bill, count, .name = "count", __VA_ARGS__),                     \
		FIELD(struct bill, quota, .name = "quota", __VA_ARGS__),                     \
		FIELD(struct bill, paid, .name = "paid", __VA_ARGS__),                       \
		FIELD(struct bill, total, .name = "total", __VA_ARGS__),                     \
		FIELD(struct bill, id, .name = "id", __VA_ARGS__),                           \
		FIELD(struct bill, due, .name = "due", __VA_ARGS__),                         \
		FIELD(struct bill, metadata, .name = "metadata", __VA_ARGS__),               \
		FIELD(struct bill, lines, .name = "lines", .sub = &line, __VA_ARGS__),       \
		FIELD(struct bill, first, .name = "first", .sub = &line, __VA_ARGS__)

static const struct field sparse_fields[] = {BILL_FIELDS(.required = false)};
static const struct field null_fields[] = {BILL_FIELDS(.keep_null = true)};
static const struct field full_fields[] = {BILL_FIELDS(.required = true)};
static const struct schema sparse = SCHEMA(struct bill, "Sparse", sparse_fields);
static const struct schema with_null = SCHEMA(struct bill, "WithNull", null_fields);
static const struct schema full = SCHEMA(struct bill, "Full", full_fields);

/* Requests, as the documents see them. */
struct order {
	const char *name, *kind, *code, *mail, *secret, *note;
	enum finish finish, some;
	int64_t count, any;
	struct optional_int quota;
	bool notify;
	struct decimal amount, share;
	struct uuid id;
	struct instant due;
	struct json_value metadata;
	struct list lines;
	struct line first;
};

static const struct field order_fields[] = {
	FIELD(struct order, name, .name = "name", .required = true, .min = 2, .max = 5,
	      .doc = "A name.", .example = "\"Jane\""),
	FIELD(struct order, kind, .name = "kind", .choices = kinds, .fallback = "plain",
	      .keep_null = true),
	FIELD(struct order, finish, .name = "finish", .choices = kinds, .fallback = "plain"),
	FIELD(struct order, some, .name = "some", .choices = &kinds[1], .words = kinds,
	      .required = true),
	FIELD(struct order, code, .name = "code", .format = "slug", .min = 1, .max = 2,
	      .example = "null"),
	FIELD(struct order, mail, .name = "mail", .format = "email", .keep_null = true,
	      .example = "null"),
	FIELD(struct order, secret, .name = "secret", .format = "password", .secret = true),
	FIELD(struct order, count, .name = "count", .required = true, .lower_bound = true,
	      .max = 9),
	FIELD(struct order, any, .name = "any", .min = 5),
	FIELD(struct order, quota, .name = "quota", .lower_bound = true, .min = 1),
	FIELD(struct order, notify, .name = "notify", .fallback_true = true),
	FIELD(struct order, note, .name = "note", .example = "null"),
	FIELD(struct order, amount, .name = "amount", .required = true),
	FIELD(struct order, share, .name = "share", .required = true, .min = 100, .max = 5000),
	FIELD(struct order, id, .name = "id"),
	FIELD(struct order, due, .name = "due"),
	FIELD(struct order, metadata, .name = "metadata"),
	FIELD(struct order, lines, .name = "lines", .min = 1, .max = 4, .sub = &line),
	FIELD(struct order, first, .name = "first", .sub = &line),
};
static const struct schema order = SCHEMA(struct order, "Order", order_fields);

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

static const char *
finish(struct jw *w)
{
	struct bytes out;

	assert_true(jw_finish(w, &out));
	return out.data;
}

static const char *
encode(struct arena *arena, const struct schema *schema, enum amount_style style, const void *in)
{
	struct jw w;

	jw_init(&w, arena, 0);
	schema_encode(schema, style, in, NULL, &w);
	return finish(&w);
}

static struct money
naira(int64_t minor)
{
	return (struct money){minor, currency_find("NGN")};
}

static void
writes_every_type(void **state)
{
	struct line lines[] = {{0, {0}}, {2, naira(5)}};
	struct bill bill = {
		.name = "a\"\xC3\xA9",
		.finish = FINISH_FANCY,
		.count = -3,
		.quota = {true, false, 0},
		.paid = true,
		.total = naira(100050),
		.due = {INT64_C(1769851800123456)},
		.metadata = {"{\"a\":[1]}"},
		.lines = {lines, 2},
		.first = {1, {7, currency_find("JPY")}},
	};

	assert_true(uuid_parse(&bill.id, ID));
	assert_string_equal(
		encode(*state, &sparse, AMOUNT_TEXT, &bill),
		"{\"name\":\"a\\\"\xC3\xA9\",\"finish\":\"fancy\",\"count\":-3,\"quota\":0,\"paid\":true,"
		"\"total\":\"1000.50\",\"id\":\"" ID "\","
		"\"due\":\"2026-01-31T09:30:00.123Z\",\"metadata\":{\"a\":[1]},"
		"\"lines\":[{\"number\":0},{\"number\":2,\"price\":\"0.05\"}],"
		"\"first\":{\"number\":1,\"price\":\"7\"}}");
	assert_string_equal(
		encode(*state, &full, AMOUNT_NUMBER, &bill),
		"{\"name\":\"a\\\"\xC3\xA9\",\"finish\":\"fancy\",\"count\":-3,\"quota\":0,\"paid\":true,"
		"\"total\":1000.5,\"id\":\"" ID "\","
		"\"due\":\"2026-01-31T09:30:00.123Z\",\"metadata\":{\"a\":[1]},"
		"\"lines\":[{\"number\":0},{\"number\":2,\"price\":0.05}],"
		"\"first\":{\"number\":1,\"price\":7}}");
}

static void
writes_amounts_in_the_style_of_the_dialect(void **state)
{
	static const struct {
		const char *code;
		int64_t minor;
		const char *text;
		const char *number;
	} rows[] = {
		{"NGN", 0, "\"0.00\"", "0"},
		{"NGN", 100000, "\"1000.00\"", "1000"},
		{"NGN", -5, "\"-0.05\"", "-0.05"},
		{"NGN", INT64_MAX, "\"92233720368547758.07\"", "92233720368547758.07"},
		{"JPY", 100, "\"100\"", "100"},
		{"KWD", 1500, "\"1.500\"", "1.5"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct line in = {1, {rows[i].minor, currency_find(rows[i].code)}};

		assert_string_equal(
			encode(*state, &line, AMOUNT_TEXT, &in),
			arena_printf(*state, "{\"number\":1,\"price\":%s}", rows[i].text));
		assert_string_equal(
			encode(*state, &line, AMOUNT_NUMBER, &in),
			arena_printf(*state, "{\"number\":1,\"price\":%s}", rows[i].number));
	}
}

static void
absent_values_are_left_out_null_or_shown(void **state)
{
	static const struct bill nothing;
	static const struct bill null_quota = {.quota = {true, true, 7}};

	assert_string_equal(encode(*state, &sparse, AMOUNT_TEXT, &nothing),
			    "{\"first\":{\"number\":0}}");
	assert_string_equal(encode(*state, &sparse, AMOUNT_TEXT, &null_quota),
			    "{\"first\":{\"number\":0}}");
	assert_string_equal(
		encode(*state, &with_null, AMOUNT_TEXT, &nothing),
		"{\"name\":null,\"finish\":null,\"count\":null,\"quota\":null,\"paid\":null,"
		"\"total\":null,\"id\":null,\"due\":null,\"metadata\":null,"
		"\"lines\":null,\"first\":{\"number\":0}}");
	assert_string_equal(
		encode(*state, &full, AMOUNT_TEXT, &nothing),
		"{\"name\":null,\"finish\":null,\"count\":0,\"quota\":null,\"paid\":false,"
		"\"total\":null,\"id\":null,\"due\":null,\"metadata\":null,"
		"\"lines\":[],\"first\":{\"number\":0}}");
}

static void
writes_inside_others(void **state)
{
	struct line in = {1, {0}};
	struct jw w;

	jw_init(&w, *state, 0);
	jw_object(&w, NULL);
	schema_encode(&line, AMOUNT_TEXT, &in, "line", &w);
	jw_close(&w);
	assert_string_equal(finish(&w), "{\"line\":{\"number\":1}}");
}

/* JSON that passes the gate, which also refuses names that come twice. */
static struct json_object *
read_back(struct arena *arena, const char *text)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	assert_int_equal(json_read(arena, &f, text, strlen(text), &value), ERR_OK);
	return value;
}

static struct json_object *
described(struct arena *arena, const struct schema *schema, enum amount_style style, bool reply)
{
	struct jw w;

	jw_init(&w, arena, 0);
	schema_describe(schema, style, reply, &w, NULL);
	return read_back(arena, finish(&w));
}

static const char *
member_text(struct arena *arena, struct json_object *object, const char *name)
{
	return json_compact(arena, json_member(object, name, NULL));
}

struct property_row {
	const char *name;
	const char *json;
};

static void
expect_properties(struct arena *arena, struct json_object *schema, const struct property_row *rows,
		  size_t n)
{
	struct json_object *properties = json_member(schema, "properties", NULL);

	assert_string_equal(member_text(arena, schema, "type"), "\"object\"");
	for (size_t i = 0; i < n; i++)
		assert_string_equal(member_text(arena, properties, rows[i].name), rows[i].json);
}

#define NUMBER_PROPERTY "\"number\":{\"type\":\"integer\",\"format\":\"int64\"}"
#define LINE(types, price)                                                         \
	"\"type\":" types ",\"properties\":{" NUMBER_PROPERTY ",\"price\":{" price \
	"}},\"required\":[\"number\"]"
#define AMOUNT_IN                                                                           \
	"\"pattern\":\"^(0|[1-9][0-9]{0,14})(\\\\.[0-9]{1,17})?$\",\"exclusiveMinimum\":0," \
	"\"exclusiveMaximum\":1000000000000000"
#define PRICE_IN "\"type\":[\"string\",\"number\",\"null\"]," AMOUNT_IN

/* What need not be there may be null as well. */
static void
describes_requests(void **state)
{
	static const struct property_row rows[] = {
		{"name", "{\"type\":\"string\",\"description\":\"A name.\",\"pattern\":"
			 "\"\\\\S\",\"minLength\":2,\"maxLength\":5}"},
		{"kind", "{\"type\":[\"string\",\"null\"],\"description\":\"Default: plain.\","
			 "\"enum\":[\"plain\",\"fancy\",null]}"},
		{"finish", "{\"type\":[\"string\",\"null\"],\"description\":\"Default: plain.\","
			   "\"enum\":[\"plain\",\"fancy\",null]}"},
		{"some", "{\"type\":\"string\",\"enum\":[\"fancy\"]}"},
		{"code", "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[a-z0-9-]{1,120}$\"}"},
		{"mail", "{\"type\":[\"string\",\"null\"],\"format\":\"email\",\"minLength\":3,"
			 "\"maxLength\":254}"},
		{"secret",
		 "{\"type\":[\"string\",\"null\"],\"format\":\"password\",\"minLength\":8,"
		 "\"maxLength\":72,\"writeOnly\":true}"},
		{"note", "{\"type\":[\"string\",\"null\"],\"maxLength\":255}"},
		{"count", "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":0,"
			  "\"maximum\":9}"},
		{"any", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}"},
		{"quota", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\",\"minimum\":1}"},
		{"notify", "{\"type\":[\"boolean\",\"null\"],\"description\":\"Default: true.\"}"},
		{"amount", "{\"type\":[\"string\",\"number\"]," AMOUNT_IN "}"},
		{"share", "{\"type\":[\"string\",\"number\"],"
			  "\"pattern\":\"^(0|[1-9][0-9]{0,14})(\\\\.[0-9]{1,17})?$\","
			  "\"minimum\":100,\"maximum\":5000}"},
		{"id", "{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}"},
		{"due", "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"},
		{"metadata", "{\"type\":[\"object\",\"null\"],\"additionalProperties\":true}"},
		{"lines", "{\"type\":[\"array\",\"null\"],\"minItems\":1,\"maxItems\":4,"
			  "\"items\":{" LINE("\"object\"", PRICE_IN) "}}"},
		{"first", "{" LINE("[\"object\",\"null\"]", PRICE_IN) "}"},
	};
	struct json_object *schema = described(*state, &order, AMOUNT_TEXT, false);

	expect_properties(*state, schema, rows, COUNT(rows));
	assert_string_equal(member_text(*state, schema, "required"),
			    "[\"name\",\"some\",\"count\",\"amount\",\"share\"]");
}

/* What is null where it holds nothing is always there; so is what an object holds. */
static void
describes_replies(void **state)
{
	static const struct property_row rows[] = {
		{"name", "{\"type\":[\"string\",\"null\"]}"},
		{"count", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}"},
		{"quota", "{\"type\":[\"integer\",\"null\"],\"format\":\"int64\"}"},
		{"total", "{\"type\":[\"number\",\"null\"]}"},
		{"id", "{\"type\":[\"string\",\"null\"],\"format\":\"uuid\"}"},
		{"due", "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"},
		{"metadata", "{\"type\":[\"object\",\"null\"],\"additionalProperties\":true}"},
		{"lines", "{\"type\":[\"array\",\"null\"],\"items\":{" LINE(
				  "\"object\"", "\"type\":\"number\"") "}}"},
		{"first", "{" LINE("\"object\"", "\"type\":\"number\"") "}"},
	};
	static const char all[] =
		"[\"name\",\"finish\",\"count\",\"quota\",\"paid\",\"total\",\"id\",\"due\","
		"\"metadata\",\"lines\",\"first\"]";
	struct json_object *schema = described(*state, &with_null, AMOUNT_NUMBER, true);

	expect_properties(*state, schema, rows, COUNT(rows));
	assert_string_equal(member_text(*state, schema, "required"), all);
	schema = described(*state, &full, AMOUNT_TEXT, true);
	assert_string_equal(member_text(*state, schema, "required"), all);
	assert_string_equal(
		member_text(*state, json_member(schema, "properties", NULL), "total"),
		"{\"type\":\"string\",\"pattern\":\"^-?(0|[1-9][0-9]*)(\\\\.[0-9]+)?$\"}");
	schema = described(*state, &sparse, AMOUNT_TEXT, true);
	assert_string_equal(member_text(*state, schema, "required"), "[\"first\"]");
}

/* What is described elsewhere, where a reply has it. */
static void
describes_by_reference(void **state)
{
	static const char reference[] = "#/components/schemas/Line";
	struct schema elsewhere = line;

	elsewhere.reference = reference;
	assert_string_equal(json_compact(*state, described(*state, &elsewhere, AMOUNT_TEXT, true)),
			    "{\"$ref\":\"#/components/schemas/Line\"}");
	assert_string_equal(
		member_text(*state, described(*state, &elsewhere, AMOUNT_TEXT, false), "type"),
		"\"object\"");
}

/* A parameter is never null, for a query string has none. */
static void
describes_query_parameters(void **state)
{
	static const struct property_row rows[] = {
		{"quota", "{\"type\":\"integer\",\"format\":\"int64\",\"minimum\":1}"},
		{"kind", "{\"type\":\"string\",\"description\":\"Default: plain.\","
			 "\"enum\":[\"plain\",\"fancy\"]}"},
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t n = 0; n < order.count; n++) {
			struct jw w;

			if (!text_equal(order.fields[n].name, rows[i].name))
				continue;
			jw_init(&w, *state, 0);
			field_describe(&order.fields[n], AMOUNT_TEXT, &w, NULL);
			assert_string_equal(finish(&w), rows[i].json);
		}
}

static const char *
example(struct arena *arena, const struct schema *schema, enum amount_style style)
{
	struct jw w;

	jw_init(&w, arena, 0);
	schema_example(schema, style, &w, NULL);
	return finish(&w);
}

static void
shows_examples(void **state)
{
	const char *text = example(*state, &order, AMOUNT_TEXT);

	assert_string_equal(
		text,
		"{\"name\":\"Jane\",\"kind\":\"plain\",\"finish\":\"plain\",\"some\":\"fancy\",\"mail\":null,"
		"\"secret\":\"text\",\"count\":1,\"any\":1,\"quota\":1,"
		"\"notify\":true,\"amount\":\"1000.50\",\"share\":\"1000.50\",\"id\":\"" ID "\","
		"\"due\":\"2026-01-31T09:30:00.000Z\",\"metadata\":{},"
		"\"lines\":[{\"number\":7,\"price\":\"1000.50\"}],"
		"\"first\":{\"number\":7,\"price\":\"1000.50\"}}");
	(void)read_back(*state, text);
	assert_string_equal(example(*state, &line, AMOUNT_NUMBER),
			    "{\"number\":7,\"price\":1000.5}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_type),
		cmocka_unit_test(writes_amounts_in_the_style_of_the_dialect),
		cmocka_unit_test(absent_values_are_left_out_null_or_shown),
		cmocka_unit_test(writes_inside_others),
		cmocka_unit_test(describes_requests),
		cmocka_unit_test(describes_replies),
		cmocka_unit_test(describes_by_reference),
		cmocka_unit_test(describes_query_parameters),
		cmocka_unit_test(shows_examples),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
