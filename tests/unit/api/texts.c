/*
 * Rules for texts, of every field of every request: required ones have a visible character, names
 * have no disguise, and texts that are compared as stored have no blank at their ends. New fields
 * are detected by their names.
 */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/dispatch.h"
#include "base/arena.h"
#include "json/reader.h"

static struct arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = arena_new(64 << 20);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static bool
is_text(const struct field *field)
{
	return field->type == FIELD_TEXT && field->choices == NULL && !field->secret;
}

/* The code of the violation of a field with this text; NULL if it is taken. */
static const char *
violation(const struct schema *schema, const struct field *field, const char *text)
{
	struct fault f = {0};
	struct json_object *object = NULL;
	const char *code = NULL;
	struct bytes body;
	struct jw w;

	jw_init(&w, arena, 256);
	jw_object(&w, NULL);
	jw_text(&w, field->name, text);
	jw_close(&w);
	assert_true(jw_finish(&w, &body));
	assert_int_equal(json_read(arena, &f, body.data, body.length, &object), ERR_OK);
	if (schema_decode(schema, arena, &f, object, arena_alloc(arena, schema->size)) != ERR_OK)
		for (const struct violation *v = f.violations; v != NULL; v = v->next)
			if (strcmp(v->field, field->name) == 0)
				code = v->code;
	return code;
}

typedef size_t check(const struct schema *schema, const struct field *field);

static size_t
each_field(const struct schema *schema, check *check_field)
{
	size_t n = 0;

	if (schema == NULL)
		return 0;
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];

		if (field->sub != NULL)
			n += each_field(field->sub, check_field);
		else if (is_text(field))
			n += check_field(schema, field);
	}
	return n;
}

static size_t
each(check *check_field)
{
	size_t n = 0;

	for (size_t d = 0; dialects[d] != NULL; d++)
		for (size_t g = 0; dialects[d]->groups[g] != NULL; g++)
			for (const struct route *r = dialects[d]->groups[g]; r->path != NULL; r++)
				n += each_field(r->in, check_field);
	return n;
}

static size_t
check_required(const struct schema *schema, const struct field *field)
{
	static const char *const blanks[] = {
		"          ",
		"\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0\xC2\xA0",
		"\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B"
		"\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B\xE2\x80\x8B",
		"\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4"
		"\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4\xE3\x85\xA4",
		"\xE2\x80\x8C\xE2\x80\x8D\xE2\x80\x8C\xE2\x80\x8D\xE2\x80\x8C\xE2\x80\x8D\xE2\x80\x8C"
		"\xE2\x80\x8D\xE2\x80\x8C\xE2\x80\x8D\xE2\x80\x8C\xE2\x80\x8D",
	};

	if (!field->required && field->min == 0)
		return 0;
	for (size_t i = 0; i < COUNT(blanks); i++)
		if (violation(schema, field, blanks[i]) == NULL)
			fail_msg("%s.%s takes blank text %zu", schema->name, field->name, i);
	return 1;
}

static void
required_texts_show_something(void **state)
{
	(void)state;
	assert_true(each(check_required) > 50);
}

static bool
is_one_of(const struct field *field, const char *const *names)
{
	for (size_t i = 0; names[i] != NULL; i++)
		if (strcmp(field->name, names[i]) == 0)
			return true;
	return false;
}

static size_t
check_name(const struct schema *schema, const struct field *field)
{
	static const char *const names[] = {"name",        "firstName", "lastName",
					    "companyName", "bankName",  "businessName",
					    "bank",        "country",   NULL};
	static const char *const refused[] = {"Jane \xE2\x80\xAE"
					      "eoD",
					      "\xEF\xBB\xBF"
					      "Jane",
					      "Jane\xE2\x80\x8F", "Ja\xE2\x81\xA6ne",
					      "Jane\xE2\x80\xA8"
					      "Doe"};
	static const char *const taken[] = {
		"\xD9\x86\xDB\x8C\xE2\x80\x8C\xD9\x84\xD9\x88\xD9\x81\xD8\xB1",
		"\xE0\xB6\x9A\xE0\xB7\x8A\xE2\x80\x8D\xE0\xB6\xBB",
		"O\xE2\x80\x99Neil-M\xC3\xBCller"};

	if (!is_one_of(field, names))
		return 0;
	for (size_t i = 0; i < COUNT(refused); i++)
		if (violation(schema, field, refused[i]) == NULL)
			fail_msg("%s.%s takes name %zu", schema->name, field->name, i);
	for (size_t i = 0; i < COUNT(taken); i++)
		if (violation(schema, field, taken[i]) != NULL)
			fail_msg("%s.%s refuses name %zu", schema->name, field->name, i);
	return 1;
}

static void
names_have_no_disguise(void **state)
{
	(void)state;
	assert_true(each(check_name) > 15);
}

static size_t
check_compared(const struct schema *schema, const struct field *field)
{
	static const char *const names[] = {"code",
					    "accountCode",
					    "reference",
					    "issued_to",
					    "reason",
					    "redeemer_id",
					    "merchant_id",
					    "productCode",
					    "service_provider_id",
					    "transaction_id",
					    "transaction_reference",
					    NULL};
	static const char *const refused[] = {" REF-1000",
					      "REF-1000 ",
					      "\tREF-1000",
					      "REF-1000\xC2\xA0",
					      "\xE3\x80\x80REF-1000",
					      "REF-1000\xE2\x80\x8B",
					      "\xEF\xBB\xBFREF-1000",
					      "REF-1000\xE2\x80\xA9"};

	if (!is_one_of(field, names))
		return 0;
	for (size_t i = 0; i < COUNT(refused); i++)
		if (violation(schema, field, refused[i]) == NULL)
			fail_msg("%s.%s takes text %zu", schema->name, field->name, i);
	if (violation(schema, field, "REF-1000") != NULL)
		fail_msg("%s.%s refuses REF-1000", schema->name, field->name);
	return 1;
}

static size_t
check_code(const struct schema *schema, const struct field *field)
{
	static const char *const names[] = {"code",
					    "reference",
					    "redeemer_id",
					    "merchant_id",
					    "service_provider_id",
					    "transaction_id",
					    "transaction_reference",
					    NULL};
	static const char *const refused[] = {"REF\xE2\x80\x8B-1000", "REF\xC2\xA0-1000",
					      "REF\xE2\x80\x8D-1000"};

	if (!is_one_of(field, names))
		return 0;
	for (size_t i = 0; i < COUNT(refused); i++)
		if (violation(schema, field, refused[i]) == NULL)
			fail_msg("%s.%s takes code %zu", schema->name, field->name, i);
	return 1;
}

static void
codes_have_nothing_invisible(void **state)
{
	(void)state;
	assert_true(each(check_code) > 10);
}

static void
what_is_compared_has_no_outer_blanks(void **state)
{
	(void)state;
	assert_true(each(check_compared) > 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(required_texts_show_something),
		cmocka_unit_test(names_have_no_disguise),
		cmocka_unit_test(what_is_compared_has_no_outer_blanks),
		cmocka_unit_test(codes_have_nothing_invisible),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
