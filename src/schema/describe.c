/* Field tables as JSON Schema 2020-12, for the OpenAPI documents. */
#include <string.h>

#include "schema/schema.h"
#include "json/writer.h"

/* What each type is called, and its usual example as JSON. */
static const struct {
	const char *type;
	const char *format;
	const char *example;
} types[] = {
	[FIELD_TEXT] = {"string", NULL, "\"text\""},
	[FIELD_INT] = {"integer", "int64", "1"},
	[FIELD_OPTIONAL_INT] = {"integer", "int64", "1"},
	[FIELD_BOOL] = {"boolean", NULL, "true"},
	[FIELD_OPTIONAL_BOOL] = {"boolean", NULL, "true"},
	[FIELD_DECIMAL] = {"string", NULL, "\"1000.50\""},
	[FIELD_MONEY] = {"string", NULL, "\"1000.50\""},
	[FIELD_TOTAL] = {"string", NULL, "\"1000.50\""},
	[FIELD_UUID] = {"string", "uuid", "\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""},
	[FIELD_TIME] = {"string", "date-time", "\"2026-01-31T09:30:00.000Z\""},
	[FIELD_MOMENT] = {"string", NULL, "\"2026-01-31T09:30:00.000Z\""},
	[FIELD_JSON] = {"object", NULL, "{}"},
	[FIELD_TEXTS] = {"array", NULL, "[\"text\"]"},
	[FIELD_LIST] = {"array", NULL, NULL},
	[FIELD_OBJECT] = {"object", NULL, NULL},
};

static bool
is_amount(enum field_type type)
{
	return type == FIELD_DECIMAL || type == FIELD_MONEY || type == FIELD_TOTAL;
}

static const char *
example_of(const struct field *field, enum amount_style style)
{
	if (field->example != NULL)
		return field->example;
	if (is_amount(field->type) && style == AMOUNT_NUMBER)
		return "1000.5";
	return types[field->type].example;
}

/* Absent values are left out of replies, unless the field keeps null. */
static bool
is_left_out(const struct field *field)
{
	return field->example != NULL && strcmp(field->example, "null") == 0 && !field->keep_null;
}

static void
describe_text(const struct field *field, struct jw *w)
{
	const struct format *format = field->format != NULL ? format_find(field->format) : NULL;

	if (field->choices != NULL) {
		jw_list(w, "enum");
		for (size_t i = 0; field->choices[i] != NULL; i++)
			jw_text(w, NULL, field->choices[i]);
		jw_close(w);
		return;
	}
	if (format != NULL && format->pattern != NULL)
		jw_text(w, "pattern", format->pattern);
	else if (format != NULL)
		jw_text(w, "format", format->name);
	if (field->format == NULL && field->min > 0)
		jw_integer(w, "minLength", field->min);
	if (field->format == NULL && field->max > 0)
		jw_integer(w, "maxLength", field->max);
}

static void
describe_limits(const struct field *field, enum amount_style style, struct jw *w)
{
	switch (field->type) {
	case FIELD_TEXT:
		describe_text(field, w);
		break;
	case FIELD_INT:
	case FIELD_OPTIONAL_INT:
		if (field->lower_bound)
			jw_integer(w, "minimum", field->min);
		if (field->max != 0)
			jw_integer(w, "maximum", field->max);
		break;
	case FIELD_DECIMAL:
		if (style == AMOUNT_TEXT)
			jw_text(w, "pattern", "^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,4})?$");
		break;
	case FIELD_MOMENT:
		jw_text(w, "pattern",
			"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
			"([Zz]|[+-][0-9]{2}:[0-9]{2}))?$");
		break;
	case FIELD_TEXTS:
		jw_integer(w, "minItems", field->may_be_empty ? 0 : 1);
		jw_integer(w, "maxItems", TEXTS_MAX);
		jw_object(w, "items");
		jw_text(w, "type", "string");
		describe_text(field, w);
		jw_close(w);
		break;
	case FIELD_LIST:
		if (field->min > 0)
			jw_integer(w, "minItems", field->min);
		if (field->max > 0)
			jw_integer(w, "maxItems", field->max);
		break;
	case FIELD_BOOL:
	case FIELD_OPTIONAL_BOOL:
	case FIELD_MONEY:
	case FIELD_TOTAL:
	case FIELD_UUID:
	case FIELD_TIME:
	case FIELD_JSON:
	case FIELD_OBJECT:
		break;
	}
}

/* The type, or a list with "null" where null may stand. */
static void
describe_type(const struct field *field, enum amount_style style, bool nullable, struct jw *w)
{
	const char *type = is_amount(field->type) && style == AMOUNT_NUMBER
				   ? "number"
				   : types[field->type].type;

	if (nullable) {
		jw_list(w, "type");
		jw_text(w, NULL, type);
		jw_text(w, NULL, "null");
		jw_close(w);
	} else {
		jw_text(w, "type", type);
	}
	if (types[field->type].format != NULL)
		jw_text(w, "format", types[field->type].format);
}

static void
describe(const struct field *field, enum amount_style style, bool nullable, bool reply,
	 struct jw *w, const char *name)
{
	if (field->type == FIELD_OBJECT) {
		schema_describe(field->sub, style, reply, w, name);
		return;
	}
	jw_object(w, name);
	describe_type(field, style,
		      nullable && (field->choices == NULL || field->type == FIELD_TEXTS), w);
	if (field->doc != NULL)
		jw_text(w, "description", field->doc);
	describe_limits(field, style, w);
	if (field->type == FIELD_LIST)
		schema_describe(field->sub, style, reply, w, "items");
	if (field->fallback != NULL)
		jw_text(w, "default", field->fallback);
	if (field->fallback_true)
		jw_bool(w, "default", true);
	if (field->secret)
		jw_bool(w, "writeOnly", true);
	jw_close(w);
}

void
field_describe(const struct field *field, enum amount_style style, struct jw *w, const char *name)
{
	describe(field, style, false, false, w, name);
}

void
schema_describe(const struct schema *schema, enum amount_style style, bool reply, struct jw *w,
		const char *name)
{
	bool any_required = false;

	jw_object(w, name);
	jw_text(w, "type", "object");
	jw_object(w, "properties");
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];

		any_required |= field->required;
		describe(field, style,
			 field->type == FIELD_OPTIONAL_INT || (reply && field->keep_null), reply, w,
			 field->name);
	}
	jw_close(w);
	if (any_required) {
		jw_list(w, "required");
		for (size_t i = 0; i < schema->count; i++)
			if (schema->fields[i].required)
				jw_text(w, NULL, schema->fields[i].name);
		jw_close(w);
	}
	jw_close(w);
}

void
schema_example(const struct schema *schema, enum amount_style style, struct jw *w, const char *name)
{
	jw_object(w, name);
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];

		if (is_left_out(field))
			continue;
		if (field->example == NULL && field->choices != NULL && field->type == FIELD_TEXT) {
			jw_text(w, field->name, field->choices[0]);
		} else if (field->type == FIELD_OBJECT) {
			schema_example(field->sub, style, w, field->name);
		} else if (field->type == FIELD_LIST && field->example == NULL) {
			jw_list(w, field->name);
			schema_example(field->sub, style, w, NULL);
			jw_close(w);
		} else {
			jw_json(w, field->name, example_of(field, style));
		}
	}
	jw_close(w);
}
