/* Requests through field tables: what is taken, and each way in which it is refused. */
#include "tests/support/schema_scene.h"

#include <string.h>

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
		cmocka_unit_test(absent_and_null_are_the_same),
		cmocka_unit_test(tells_the_first_hundred_violations),
		cmocka_unit_test(lists_name_the_item_at_fault),
		cmocka_unit_test(lists_are_rows_of_structs),
		cmocka_unit_test(objects_nest),
		cmocka_unit_test(unknown_fields_are_ignored),
		cmocka_unit_test(required_fields_may_not_be_null),
		cmocka_unit_test(all_violations_are_reported_together),
	};

	return cmocka_run_group_tests(tests, schema_setup, schema_teardown);
}
