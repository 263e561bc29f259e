/* schema_scene.h - an order, with a field of each type, that is decoded from JSON. */
#ifndef TESTS_SUPPORT_SCHEMA_SCENE_H
#define TESTS_SUPPORT_SCHEMA_SCENE_H

#include <string.h>

#include "base/arena.h"
#include "schema/schema.h"
#include "tests/support/cmocka.h"
#include "json/reader.h"

#define ID "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"

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

/* A JSON text and what it breaks, as "field CODE message" lines. */
struct row {
	const char *text;
	const char *violations;
};

/* For cmocka_run_group_tests: *state becomes an arena. */
static inline int
schema_setup(void **state)
{
	*state = arena_new(16 << 20);
	return 0;
}

static inline int
schema_teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static inline char *
repeated(struct arena *arena, const char *text, size_t n)
{
	size_t length = strlen(text);
	char *all = arena_alloc(arena, n * length + 1);

	for (size_t i = 0; i < n * length; i++)
		all[i] = text[i % length];
	return all;
}

static inline const char *
violations_text(struct arena *arena, const struct fault *f)
{
	const char *text = "";

	for (const struct violation *v = f->violations; v != NULL; v = v->next)
		text = arena_printf(arena, "%s%s%s %s %s", text, text[0] == '\0' ? "" : "\n",
				    v->field, v->code, v->message);
	return text;
}

/* The struct that the text decodes to; what it breaks is what is said. */
static inline struct order
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

static inline void
decode_rows(void **state, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)decode(*state, &order, rows[i].text, rows[i].violations);
}

#endif
