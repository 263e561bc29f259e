/* Field tables as JSON Schema 2020-12, for the OpenAPI documents. */
#include <string.h>

#include "base/arena.h"
#include "schema/schema.h"
#include "json/writer.h"

/* What is described: a request, which may omit optional members, or a reply. */
struct describer {
	struct jw *w;
	enum amount_style style;
	bool reply;
};

/* The name of each type, and its default example as JSON. */
static const struct {
	const char *type;
	const char *format;
	const char *example;
} types[] = {
	[FIELD_TEXT] = {"string", NULL, "\"text\""},
	[FIELD_WORD] = {"string", NULL, "\"text\""},
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
	[FIELD_NAMED_TEXTS] = {"object", NULL, "{}"},
	[FIELD_LIST] = {"array", NULL, NULL},
	[FIELD_OBJECT] = {"object", NULL, NULL},
};

/* The texts that decimal_parse() accepts, and that money_text() writes. */
static const char amount_in[] = "^(0|[1-9][0-9]{0,14})(\\.[0-9]{1,17})?$";
static const char amount_out[] = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$";

#define AMOUNT_BELOW INT64_C(1000000000000000) /* 10^DECIMAL_INTEGER_DIGITS_MAX */

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

/* Absent values are omitted from replies, unless the field keeps null. */
static bool
is_left_out(const struct field *field)
{
	return field->example != NULL && strcmp(field->example, "null") == 0 && !field->keep_null;
}

/* Whether null is allowed: in a request it is the same as absent. */
static bool
is_nullable(const struct describer *d, const struct field *field)
{
	if (!d->reply)
		return !field->required || field->type == FIELD_OPTIONAL_INT;
	return field->keep_null && !field_shows_empty(field);
}

/* Whether the member is always present. A nested object of a reply is always written. */
static bool
is_required(const struct describer *d, const struct field *field)
{
	return field->required ||
	       (d->reply &&
		(field->keep_null || (field->type == FIELD_OBJECT && !field->omit_empty)));
}

static void
describe_choices(const struct describer *d, const char *const *choices, bool nullable)
{
	jw_list(d->w, "enum");
	for (size_t i = 0; choices[i] != NULL; i++)
		jw_text(d->w, NULL, choices[i]);
	if (nullable)
		jw_null(d->w, NULL);
	jw_close(d->w);
}

static void
describe_length(const struct describer *d, int64_t least, int64_t most)
{
	if (least > 0)
		jw_integer(d->w, "minLength", least);
	if (most > 0)
		jw_integer(d->w, "maxLength", most);
}

/* The pattern of a text without a format, as far as a regular expression can express it. */
static const char *
text_pattern(const struct field *field)
{
	if (field->text == TEXT_TRIMMED || field->text == TEXT_CODE)
		return field->min > 0 ? "^\\S(.*\\S)?$" : "^(\\S(.*\\S)?)?$";
	return field->required || field->min > 0 ? "\\S" : NULL;
}

static void
describe_text(const struct describer *d, const struct field *field, bool nullable)
{
	const struct format *format = field->format != NULL ? format_find(field->format) : NULL;
	int64_t most = field->max > 0 || d->reply ? field->max : TEXT_MAX_DEFAULT;

	if (field->choices != NULL) {
		describe_choices(d, field->choices, nullable);
	} else if (format == NULL) {
		if (!d->reply && !field->secret && text_pattern(field) != NULL)
			jw_text(d->w, "pattern", text_pattern(field));
		describe_length(d, field->min, most);
	} else {
		if (format->pattern != NULL)
			jw_text(d->w, "pattern", format->pattern);
		else
			jw_text(d->w, "format", format->name);
		describe_length(d, format->min, format->max);
	}
}

/* Each text of several. */
static void
describe_string(const struct describer *d, const struct field *field, const char *name)
{
	jw_object(d->w, name);
	jw_text(d->w, "type", "string");
	describe_text(d, field, false);
	jw_close(d->w);
}

/* An amount of a request is digits, as a string or as a number. */
static void
describe_amount(const struct describer *d, const struct field *field)
{
	if (d->style == AMOUNT_TEXT || !d->reply)
		jw_text(d->w, "pattern", d->reply ? amount_out : amount_in);
	if (d->reply)
		return;
	if (field->min > 0 || field->may_be_zero)
		jw_integer(d->w, "minimum", field->min);
	else
		jw_integer(d->w, "exclusiveMinimum", 0);
	if (field->max > 0)
		jw_integer(d->w, "maximum", field->max);
	else
		jw_integer(d->w, "exclusiveMaximum", AMOUNT_BELOW);
}

static void
describe_limits(const struct describer *d, const struct field *field, bool nullable)
{
	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_WORD:
		describe_text(d, field, nullable);
		break;
	case FIELD_INT:
	case FIELD_OPTIONAL_INT:
		if (field->lower_bound)
			jw_integer(d->w, "minimum", field->min);
		if (field->max != 0)
			jw_integer(d->w, "maximum", field->max);
		break;
	case FIELD_DECIMAL:
	case FIELD_MONEY:
	case FIELD_TOTAL:
		describe_amount(d, field);
		break;
	case FIELD_MOMENT:
		jw_text(d->w, "pattern",
			"^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?"
			"([Zz]|[+-][0-9]{2}:[0-9]{2}))?$");
		break;
	case FIELD_TEXTS:
		if (!d->reply) {
			jw_integer(d->w, "minItems", field->may_be_empty ? 0 : 1);
			jw_integer(d->w, "maxItems",
				   field->items_max > 0 ? field->items_max : TEXTS_MAX);
		}
		describe_string(d, field, "items");
		break;
	case FIELD_NAMED_TEXTS:
		jw_integer(d->w, "maxProperties", NAMED_MAX);
		describe_string(d, field, "additionalProperties");
		break;
	case FIELD_LIST:
		if (field->min > 0)
			jw_integer(d->w, "minItems", field->min);
		if (field->max > 0 || !d->reply)
			jw_integer(d->w, "maxItems",
				   field->max > 0 ? field->max : LIST_MAX_DEFAULT);
		break;
	case FIELD_BOOL:
	case FIELD_OPTIONAL_BOOL:
	case FIELD_UUID:
	case FIELD_TIME:
	case FIELD_JSON:
	case FIELD_OBJECT:
		break;
	}
}

/* The type, or a list of types where there are several. */
static void
describe_type(const struct describer *d, const struct field *field, bool nullable)
{
	bool amount = is_amount(field->type);
	bool number = amount && d->style == AMOUNT_NUMBER;
	const char *type = number ? "number" : types[field->type].type;
	const char *other = number ? "string" : "number";

	if (field->any)
		return;
	if (!nullable && (!amount || d->reply)) {
		jw_text(d->w, "type", type);
		return;
	}
	jw_list(d->w, "type");
	jw_text(d->w, NULL, type);
	if (amount && !d->reply)
		jw_text(d->w, NULL, other);
	if (nullable)
		jw_text(d->w, NULL, "null");
	jw_close(d->w);
}

/* A default is described in the text: generators of clients would send a formal one. */
static void
describe_meaning(const struct describer *d, const struct field *field)
{
	const char *fallback = field->fallback_true ? "true" : field->fallback;
	const char *doc = field->doc != NULL ? field->doc : "";

	if (fallback != NULL && !d->reply)
		doc = arena_printf(d->w->arena, "%s%sDefault: %s.", doc, doc[0] != '\0' ? " " : "",
				   fallback);
	if (doc[0] != '\0')
		jw_text(d->w, "description", doc);
}

static void describe_object(const struct describer *d, const struct schema *schema, bool nullable,
			    const char *name);

static void
describe(const struct describer *d, const struct field *field, bool nullable, const char *name)
{
	if (field->type == FIELD_OBJECT) {
		describe_object(d, field->sub, nullable && !d->reply, name);
		return;
	}
	jw_object(d->w, name);
	describe_type(d, field, nullable);
	if (types[field->type].format != NULL)
		jw_text(d->w, "format", types[field->type].format);
	describe_meaning(d, field);
	describe_limits(d, field, nullable);
	if (field->type == FIELD_LIST)
		describe_object(d, field->sub, false, "items");
	if (field->type == FIELD_JSON)
		jw_bool(d->w, "additionalProperties", true);
	if (field->secret && !d->reply)
		jw_bool(d->w, "writeOnly", true);
	jw_close(d->w);
}

static void
describe_object(const struct describer *d, const struct schema *schema, bool nullable,
		const char *name)
{
	bool any_required = false;

	jw_object(d->w, name);
	if (d->reply && schema->reference != NULL) {
		jw_text(d->w, "$ref", schema->reference);
		jw_close(d->w);
		return;
	}
	if (nullable) {
		jw_list(d->w, "type");
		jw_text(d->w, NULL, "object");
		jw_text(d->w, NULL, "null");
		jw_close(d->w);
	} else {
		jw_text(d->w, "type", "object");
	}
	jw_object(d->w, "properties");
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];

		any_required |= is_required(d, field);
		describe(d, field, is_nullable(d, field), field->name);
	}
	jw_close(d->w);
	if (any_required) {
		jw_list(d->w, "required");
		for (size_t i = 0; i < schema->count; i++)
			if (is_required(d, &schema->fields[i]))
				jw_text(d->w, NULL, schema->fields[i].name);
		jw_close(d->w);
	}
	jw_close(d->w);
}

void
field_describe(const struct field *field, enum amount_style style, struct jw *w, const char *name)
{
	describe(&(struct describer){w, style, false}, field, false, name);
}

void
schema_describe(const struct schema *schema, enum amount_style style, bool reply, struct jw *w,
		const char *name)
{
	describe_object(&(struct describer){w, style, reply}, schema, false, name);
}

void
schema_example(const struct schema *schema, enum amount_style style, struct jw *w, const char *name)
{
	jw_object(w, name);
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];

		if (is_left_out(field))
			continue;
		if (field->example == NULL && field->choices != NULL &&
		    (field->type == FIELD_TEXT || field->type == FIELD_WORD)) {
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
