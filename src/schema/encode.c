/* Structs into JSON, by the field tables. */
#include <assert.h>
#include <string.h>

#include "base/word.h"
#include "schema/schema.h"

static bool is_empty(const struct schema *schema, const char *object);

/* Whether the member is empty, so that the field may be omitted. */
static bool
is_absent(const struct field *field, const void *member)
{
	switch (field->type) {
	case FIELD_TEXT:
		return *(const char *const *)member == NULL;
	case FIELD_WORD:
		return *(const unsigned *)member == 0;
	case FIELD_INT:
		return *(const int64_t *)member == 0;
	case FIELD_OPTIONAL_INT:
		return !((const struct optional_int *)member)->present ||
		       ((const struct optional_int *)member)->null;
	case FIELD_BOOL:
		return !*(const bool *)member;
	case FIELD_OPTIONAL_BOOL:
		return !((const struct optional_bool *)member)->present;
	case FIELD_DECIMAL:
		return !((const struct decimal *)member)->present;
	case FIELD_MONEY:
		return ((const struct money *)member)->currency == NULL;
	case FIELD_TOTAL:
		return ((const struct total *)member)->currency == NULL;
	case FIELD_UUID:
		return uuid_is_nil(*(const struct uuid *)member);
	case FIELD_TIME:
		return ((const struct instant *)member)->us == 0;
	case FIELD_MOMENT:
		return !((const struct moment *)member)->given;
	case FIELD_JSON:
		return ((const struct json_value *)member)->text == NULL;
	case FIELD_TEXTS:
		return ((const struct text_list *)member)->items == NULL;
	case FIELD_NAMED_TEXTS:
		return ((const struct named_texts *)member)->items == NULL;
	case FIELD_LIST:
		return ((const struct list *)member)->items == NULL;
	case FIELD_OBJECT:
		return field->omit_empty && is_empty(field->sub, member);
	}
	return false;
}

/* Whether all members of the object are. */
static bool
is_empty(const struct schema *schema, const char *object)
{
	for (size_t i = 0; i < schema->count; i++)
		if (!is_absent(&schema->fields[i], object + schema->fields[i].offset))
			return false;
	return true;
}

const char *const *
field_words(const struct field *field)
{
	return field->words != NULL ? field->words : field->choices;
}

/* Zero and false are values if the field is always shown; the rest is null then. */
bool
field_shows_empty(const struct field *field)
{
	enum field_type type = field->type;

	return field->required && (type == FIELD_INT || type == FIELD_BOOL || type == FIELD_TEXTS ||
				   type == FIELD_LIST);
}

static void
write_total(struct jw *w, const char *name, enum amount_style style, struct total amount)
{
	char text[MONEY_TEXT_MAX];

	if (style == AMOUNT_TEXT)
		jw_text(w, name, total_text(text, amount));
	else
		jw_number(w, name, total_text_short(text, amount));
}

static void
write_money(struct jw *w, const char *name, enum amount_style style, struct money amount)
{
	write_total(w, name, style, (struct total){amount.minor, amount.currency});
}

static void
write_decimal(struct jw *w, const char *name, enum amount_style style, struct decimal value)
{
	char text[MONEY_TEXT_MAX];

	if (style == AMOUNT_TEXT)
		jw_text(w, name, decimal_text(text, value));
	else
		jw_number(w, name, decimal_text(text, value));
}

static void
write_list(const struct field *field, enum amount_style style, const struct list *list,
	   struct jw *w)
{
	jw_list(w, field->name);
	if (field->in_parts)
		jw_items_begin(w);
	for (size_t i = 0; i < list->count; i++)
		schema_encode(field->sub, style, (const char *)list->items + i * field->sub->size,
			      NULL, w);
	if (field->in_parts)
		jw_items_end(w);
	jw_close(w);
}

static void
write_value(const struct field *field, enum amount_style style, const void *member, struct jw *w)
{
	char text[UUID_TEXT_MAX];
	const struct text_list *texts = member;
	const struct list *list = member;

	switch (field->type) {
	case FIELD_TEXT:
		jw_text(w, field->name, *(const char *const *)member);
		break;
	case FIELD_WORD:
		jw_text(w, field->name, word_text(field_words(field), *(const unsigned *)member));
		break;
	case FIELD_INT:
		jw_integer(w, field->name, *(const int64_t *)member);
		break;
	case FIELD_OPTIONAL_INT:
		jw_integer(w, field->name, ((const struct optional_int *)member)->value);
		break;
	case FIELD_BOOL:
		jw_bool(w, field->name, *(const bool *)member);
		break;
	case FIELD_OPTIONAL_BOOL:
		jw_bool(w, field->name, ((const struct optional_bool *)member)->value);
		break;
	case FIELD_MONEY:
		write_money(w, field->name, style, *(const struct money *)member);
		break;
	case FIELD_TOTAL:
		write_total(w, field->name, style, *(const struct total *)member);
		break;
	case FIELD_UUID:
		jw_text(w, field->name, uuid_text(text, *(const struct uuid *)member));
		break;
	case FIELD_TIME:
		jw_text(w, field->name, instant_text(text, *(const struct instant *)member));
		break;
	case FIELD_MOMENT:
		jw_text(w, field->name, instant_text(text, ((const struct moment *)member)->first));
		break;
	case FIELD_JSON:
		jw_json(w, field->name, ((const struct json_value *)member)->text);
		break;
	case FIELD_TEXTS:
		jw_list(w, field->name);
		for (size_t i = 0; i < texts->count; i++)
			jw_text(w, NULL, texts->items[i]);
		jw_close(w);
		break;
	case FIELD_LIST:
		write_list(field, style, list, w);
		break;
	case FIELD_OBJECT:
		schema_encode(field->sub, style, member, field->name, w);
		break;
	case FIELD_NAMED_TEXTS:
		assert(false && "is of queries");
		break;
	case FIELD_DECIMAL:
		write_decimal(w, field->name, style, *(const struct decimal *)member);
		break;
	}
}

void
schema_encode(const struct schema *schema, enum amount_style style, const void *in,
	      const char *name, struct jw *w)
{
	jw_object(w, name);
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];
		const char *member = (const char *)in + field->offset;

		if (!is_absent(field, member) || field_shows_empty(field))
			write_value(field, style, member, w);
		else if (field->required || field->keep_null)
			jw_null(w, field->name);
	}
	jw_close(w);
}
