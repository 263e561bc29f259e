/* JSON and query strings into structs, by the field tables. */
#include <assert.h>
#include <string.h>

#include "base/arena.h"
#include "base/unicode.h"
#include "base/word.h"
#include "schema/schema.h"
#include "json/reader.h"

enum {
	JSON_BYTES_MAX = 4096,
	FREE_DEPTH_MAX = 32, /* of the members of a free object */
};

/* State of the decoder: for allocation, violations and their paths. */
struct decoder {
	struct arena *arena;
	struct fault *fault;
	const char *path; /* "" or "items[3]." */
};

static void decode_object(const struct decoder *d, const struct schema *schema,
			  struct json_object *object, char *out);

static void
violate(const struct decoder *d, const struct field *field, const char *code, const char *message)
{
	violation_add(d->arena, d->fault, arena_printf(d->arena, "%s%s", d->path, field->name),
		      code, message);
}

static bool
check_choice(const struct decoder *d, const struct field *field, const char **text)
{
	int choice = text_index(field->choices, *text);
	char *message;

	if (choice >= 0) {
		if (field->choice_values != NULL)
			*text = field->choice_values[choice];
		return true;
	}
	message = arena_strdup(d->arena, "must be one of");
	for (size_t i = 0; field->choices[i] != NULL; i++)
		message = arena_printf(d->arena, "%s%s %s", message, i == 0 ? "" : ",",
				       field->choices[i]);
	violate(d, field, "CHOICE", message);
	return false;
}

static bool
check_length(const struct decoder *d, const struct field *field, const char *text)
{
	int64_t count = (int64_t)utf8_count(text);
	int64_t most = field->max > 0 ? field->max : TEXT_MAX_DEFAULT;

	if (count >= field->min && count <= most)
		return true;
	if (count == 0)
		violate(d, field, "EMPTY", "must not be empty");
	else if (field->min == most)
		violate(d, field, "LENGTH",
			arena_printf(d->arena, "must have %lld characters", (long long)most));
	else
		violate(d, field, "LENGTH",
			arena_printf(d->arena, "must have %lld to %lld characters",
				     (long long)field->min, (long long)most));
	return false;
}

/* A blank text counts as missing, where one is required. */
static bool
check_visible(const struct decoder *d, const struct field *field, const char *text)
{
	if ((!field->required && field->min == 0) || text_is_visible(text))
		return true;
	violate(d, field, "EMPTY", "must have a visible character");
	return false;
}

static bool
check_kind(const struct decoder *d, const struct field *field, const char *text)
{
	enum text_kind kind = field->text;

	if (kind == TEXT_CODE && text_has_invisible(text)) {
		violate(d, field, "INVISIBLE", "must not have invisible characters");
		return false;
	}
	if ((kind == TEXT_NAME || kind == TEXT_CODE) && text_has_disguise(text)) {
		violate(d, field, "DIRECTION",
			"must not have directional controls or byte order marks");
		return false;
	}
	if ((kind == TEXT_TRIMMED || kind == TEXT_CODE) && text_has_outer_blank(text)) {
		violate(d, field, "BLANK", "must not begin or end with a blank");
		return false;
	}
	return true;
}

static bool
check_free_text(const struct decoder *d, const struct field *field, const char *text)
{
	return check_length(d, field, text) &&
	       (field->secret || (check_visible(d, field, text) && check_kind(d, field, text)));
}

/* Check a text against all rules of its row. Passwords may contain anything but NUL. */
static bool
check_text(const struct decoder *d, const struct field *field, const char **text)
{
	const struct format *format = field->format != NULL ? format_find(field->format) : NULL;

	if (!field->secret && text_has_control(*text)) {
		violate(d, field, "CONTROL", "must not have control characters");
		return false;
	}
	if (field->choices != NULL)
		return check_choice(d, field, text);
	if (format == NULL)
		return check_free_text(d, field, *text);
	if (format->valid(*text))
		return true;
	violate(d, field, "FORMAT", format->message);
	return false;
}

static void
put_text(const struct decoder *d, const struct field *field, const char *text, void *member)
{
	if (check_text(d, field, &text))
		memcpy(member, &text, sizeof(text));
}

/* A word that the enum has: what its row lets through is one of them. */
static void
set_word(const struct field *field, const char *text, void *member)
{
	unsigned value = word_find(field_words(field), text);

	assert(value != 0 && "choices, their values and the fallback are words of the enum");
	memcpy(member, &value, sizeof(value));
}

static void
put_word(const struct decoder *d, const struct field *field, const char *text, void *member)
{
	if (check_text(d, field, &text))
		set_word(field, text, member);
}

static const char *
range_text(const struct decoder *d, const struct field *field)
{
	if (field->max == 0)
		return arena_printf(d->arena, "must be at least %lld", (long long)field->min);
	if (!field->lower_bound)
		return arena_printf(d->arena, "must be at most %lld", (long long)field->max);
	return arena_printf(d->arena, "must be %lld to %lld", (long long)field->min,
			    (long long)field->max);
}

static void
put_integer(const struct decoder *d, const struct field *field, int64_t value, void *member)
{
	int64_t most = field->max != 0 ? field->max : INT64_MAX;

	if ((field->lower_bound && value < field->min) || value > most) {
		violate(d, field, "RANGE", range_text(d, field));
		return;
	}
	if (field->type == FIELD_OPTIONAL_INT)
		*(struct optional_int *)member = (struct optional_int){true, false, value};
	else
		memcpy(member, &value, sizeof(value));
}

static const char not_amount[] =
	"must be an amount: digits, with a point before the decimals, no sign";

static void
put_decimal(const struct decoder *d, const struct field *field, const char *text, void *member)
{
	struct decimal value;

	if (decimal_parse(&value, text, strlen(text)) != MONEY_OK) {
		violate(d, field, "AMOUNT", not_amount);
		return;
	}
	if (value.coefficient == 0 && !field->may_be_zero) {
		violate(d, field, "AMOUNT", "must be greater than 0");
		return;
	}
	memcpy(member, &value, sizeof(value));
}

static void
put_uuid(const struct decoder *d, const struct field *field, const char *text, void *member)
{
	struct uuid value;

	if (uuid_parse(&value, text) && !uuid_is_nil(value))
		memcpy(member, &value, sizeof(value));
	else
		violate(d, field, "UUID", "must be a UUID");
}

static void
put_moment(const struct decoder *d, const struct field *field, const char *text, void *member)
{
	struct moment value;

	if (moment_parse(&value, text))
		memcpy(member, &value, sizeof(value));
	else
		violate(d, field, "TIME", "must be a time such as 2026-12-31T23:59:59Z");
}

static void
put_json(const struct decoder *d, const struct field *field, struct json_object *value,
	 void *member)
{
	const char *text;

	if (json_depth(value) > FREE_DEPTH_MAX + 1) {
		violate(d, field, "DEPTH",
			arena_printf(d->arena, "must not be nested more than %d deep",
				     FREE_DEPTH_MAX));
		return;
	}
	text = json_canonical(d->arena, value);
	if (strlen(text) > JSON_BYTES_MAX)
		violate(d, field, "LENGTH", "must not be larger than 4 KiB");
	else
		((struct json_value *)member)->text = text;
}

static void
put_texts(const struct decoder *d, const struct field *field, struct json_object *value,
	  void *member)
{
	struct text_list *list = member;
	size_t n = json_list_length(value);
	size_t least = field->may_be_empty ? 0 : 1;
	size_t most = field->items_max > 0 ? (size_t)field->items_max : TEXTS_MAX;

	if (n < least || n > most) {
		violate(d, field, "LENGTH",
			arena_printf(d->arena, "must have %zu to %zu items", least, most));
		return;
	}
	list->items = arena_array(d->arena, n, sizeof(*list->items));
	list->count = n;
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_list_item(value, i);

		if (json_kind(item) != JSON_TEXT) {
			violate(d, field, "TYPE", "must be a list of strings");
			return;
		}
		put_text(d, field, json_text_value(item), &list->items[i]);
		if (list->items[i] == NULL)
			return; /* one violation is enough */
	}
}

static void
put_list(const struct decoder *d, const struct field *field, struct json_object *value,
	 void *member)
{
	struct list *list = member;
	size_t n = json_list_length(value);
	int64_t most = field->max > 0 ? field->max : LIST_MAX_DEFAULT;
	struct decoder inner = *d;

	if ((int64_t)n < field->min || (int64_t)n > most) {
		violate(d, field, "LENGTH",
			arena_printf(d->arena, "must have %lld to %lld items",
				     (long long)field->min, (long long)most));
		return;
	}
	list->items = arena_array(d->arena, n, field->sub->size);
	list->count = n;
	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_list_item(value, i);

		inner.path = arena_printf(d->arena, "%s%s[%zu].", d->path, field->name, i);
		if (json_kind(item) != JSON_OBJECT) {
			violate(d, field, "TYPE", "must be a list of objects");
			return;
		}
		decode_object(&inner, field->sub, item, (char *)list->items + i * field->sub->size);
	}
}

/* The JSON types that each field type accepts, and the message otherwise. */
static const struct {
	unsigned kinds; /* bits 1 << enum json_kind */
	const char *message;
} taken[] = {
	[FIELD_TEXT] = {1U << JSON_TEXT, "must be a string"},
	[FIELD_WORD] = {1U << JSON_TEXT, "must be a string"},
	[FIELD_INT] = {1U << JSON_INTEGER, "must be an integer"},
	[FIELD_OPTIONAL_INT] = {1U << JSON_INTEGER, "must be an integer or null"},
	[FIELD_BOOL] = {1U << JSON_BOOL, "must be true or false"},
	[FIELD_OPTIONAL_BOOL] = {1U << JSON_BOOL, "must be true or false"},
	[FIELD_DECIMAL] = {1U << JSON_TEXT | 1U << JSON_INTEGER | 1U << JSON_DECIMAL,
			   "must be an amount as a string"},
	[FIELD_MONEY] = {0, ""},
	[FIELD_TOTAL] = {0, ""},
	[FIELD_UUID] = {1U << JSON_TEXT, "must be a UUID"},
	[FIELD_TIME] = {0, ""},
	[FIELD_MOMENT] = {1U << JSON_TEXT, "must be a time such as 2026-12-31T23:59:59Z"},
	[FIELD_JSON] = {1U << JSON_OBJECT, "must be an object"},
	[FIELD_TEXTS] = {1U << JSON_LIST, "must be a list of strings"},
	[FIELD_NAMED_TEXTS] = {0, ""},
	[FIELD_LIST] = {1U << JSON_LIST, "must be a list"},
	[FIELD_OBJECT] = {1U << JSON_OBJECT, "must be an object"},
};

/* The value has a wrong type. */
static void
violate_kind(const struct decoder *d, const struct field *field, enum json_kind kind)
{
	if (kind == JSON_ODD_TEXT && (taken[field->type].kinds & 1U << JSON_TEXT) != 0)
		violate(d, field, "CONTROL", "must be Unicode text without control characters");
	else if (kind == JSON_UNCLEAR)
		violate(d, field, "REPEATED", "must be given once");
	else if (kind == JSON_NUMBER && field->type == FIELD_DECIMAL)
		violate(d, field, "AMOUNT", not_amount);
	else
		violate(d, field, "TYPE", taken[field->type].message);
}

static void
put(const struct decoder *d, const struct field *field, struct json_object *value, void *member)
{
	if ((taken[field->type].kinds & 1U << json_kind(value)) == 0) {
		violate_kind(d, field, json_kind(value));
		return;
	}
	switch (field->type) {
	case FIELD_TEXT:
		put_text(d, field, json_text_value(value), member);
		break;
	case FIELD_WORD:
		put_word(d, field, json_text_value(value), member);
		break;
	case FIELD_INT:
	case FIELD_OPTIONAL_INT:
		put_integer(d, field, json_integer_value(value), member);
		break;
	case FIELD_BOOL:
		*(bool *)member = json_bool_value(value);
		break;
	case FIELD_OPTIONAL_BOOL:
		*(struct optional_bool *)member =
			(struct optional_bool){true, json_bool_value(value)};
		break;
	case FIELD_DECIMAL:
		put_decimal(d, field, json_text_value(value), member);
		break;
	case FIELD_UUID:
		put_uuid(d, field, json_text_value(value), member);
		break;
	case FIELD_MOMENT:
		put_moment(d, field, json_text_value(value), member);
		break;
	case FIELD_JSON:
		put_json(d, field, value, member);
		break;
	case FIELD_TEXTS:
		put_texts(d, field, value, member);
		break;
	case FIELD_LIST:
		put_list(d, field, value, member);
		break;
	case FIELD_OBJECT: {
		struct decoder inner = *d;

		inner.path = arena_printf(d->arena, "%s%s.", d->path, field->name);
		decode_object(&inner, field->sub, value, member);
		break;
	}
	case FIELD_MONEY:
	case FIELD_TOTAL:
	case FIELD_TIME:
	case FIELD_NAMED_TEXTS:
		assert(false && "amounts in requests are decimals until their currency is known, "
				"times are timestamps, and named texts are of queries");
	}
}

/* A field that was not sent, or was null. */
static void
put_absent(const struct decoder *d, const struct field *field, bool null, void *member)
{
	if (field->type == FIELD_OPTIONAL_INT && null)
		*(struct optional_int *)member = (struct optional_int){true, true, 0};
	else if (field->required)
		violate(d, field, "REQUIRED", "is required");
	else if (field->fallback != NULL && field->type == FIELD_WORD)
		set_word(field, field->fallback, member);
	else if (field->fallback != NULL)
		memcpy(member, &field->fallback, sizeof(field->fallback));
	else if (field->fallback_true)
		*(bool *)member = true;
}

/* Forms send an empty text for an empty input: where a text may be absent, it is treated as
 * absent. */
static bool
is_left_empty(const struct field *field, const char *text)
{
	return (field->type == FIELD_TEXT || field->type == FIELD_WORD) && !field->required &&
	       text[0] == '\0';
}

static bool
is_absent(const struct field *field, struct json_object *value, bool present)
{
	if (!present || json_kind(value) == JSON_NULL)
		return true;
	return json_kind(value) == JSON_TEXT && is_left_empty(field, json_text_value(value));
}

static void
decode_object(const struct decoder *d, const struct schema *schema, struct json_object *object,
	      char *out)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];
		bool present;
		struct json_object *value = json_member(object, field->name, &present);

		if (is_absent(field, value, present))
			put_absent(d, field, present, out + field->offset);
		else
			put(d, field, value, out + field->offset);
	}
}

enum err
schema_decode(const struct schema *schema, struct arena *arena, struct fault *f,
	      struct json_object *object, void *out)
{
	struct decoder d = {arena, f, ""};

	decode_object(&d, schema, object, out);
	return f->violations != NULL ? ERR_VALIDATION : ERR_OK;
}

/* The text of a query parameter as its type. */
static void
put_query(const struct decoder *d, const struct field *field, const char *text, void *member)
{
	int64_t number;

	switch (field->type) {
	case FIELD_TEXT:
		put_text(d, field, text, member);
		break;
	case FIELD_WORD:
		put_word(d, field, text, member);
		break;
	case FIELD_INT:
	case FIELD_OPTIONAL_INT:
		if (integer_parse(&number, text))
			put_integer(d, field, number, member);
		else
			violate(d, field, "TYPE", "must be an integer");
		break;
	case FIELD_BOOL:
		if (text_equal(text, "true") || text_equal(text, "false"))
			*(bool *)member = text[0] == 't';
		else
			violate(d, field, "TYPE", "must be true or false");
		break;
	case FIELD_DECIMAL:
		put_decimal(d, field, text, member);
		break;
	case FIELD_UUID:
		put_uuid(d, field, text, member);
		break;
	case FIELD_MOMENT:
		put_moment(d, field, text, member);
		break;
	case FIELD_TIME:
	case FIELD_OPTIONAL_BOOL:
	case FIELD_JSON:
	case FIELD_TEXTS:
	case FIELD_NAMED_TEXTS:
	case FIELD_LIST:
	case FIELD_OBJECT:
	case FIELD_MONEY:
	case FIELD_TOTAL:
		assert(false && "not a type of one query parameter");
	}
}

/* It is "field[name]". The name may have any characters, but no further brackets behind brackets. */
static bool
is_named(const struct field *field, const char *name)
{
	size_t outer = strlen(field->name);
	size_t length = strlen(name);

	return text_starts_with(name, field->name) && name[outer] == '[' && length >= outer + 2 &&
	       name[length - 1] == ']' && strstr(name, "][") == NULL;
}

static void
put_named(const struct decoder *d, const struct field *field, const struct query_pair *pairs,
	  size_t n, struct named_texts *out)
{
	size_t outer = strlen(field->name) + 1;

	*out = (struct named_texts){arena_array(d->arena, NAMED_MAX, sizeof(*out->items)), 0};
	for (size_t p = 0; p < n; p++) {
		const char *name;

		if (!is_named(field, pairs[p].name))
			continue;
		name = arena_strndup(d->arena, pairs[p].name + outer,
				     strlen(pairs[p].name) - outer - 1);
		for (size_t i = 0; i < out->count; i++)
			if (strcmp(out->items[i].name, name) == 0) {
				violation_add(d->arena, d->fault, pairs[p].name, "REPEATED",
					      "must be given once");
				return;
			}
		if (out->count == NAMED_MAX) {
			violate(d, field, "LENGTH",
				arena_printf(d->arena, "must have at most %d names", NAMED_MAX));
			return;
		}
		if (!check_length(d, field, pairs[p].value))
			return;
		out->items[out->count++] = (struct named_text){name, pairs[p].value};
	}
}

static bool
is_parameter(const struct field *field, const char *name)
{
	return field->type == FIELD_NAMED_TEXTS ? is_named(field, name)
						: strcmp(field->name, name) == 0;
}

/* The name is shown, unless it is empty or longer than any that there is. */
static void
refuse_unknown(const struct schema *schema, struct arena *arena, struct fault *f, const char *name)
{
	enum { SHOWN_MAX = 100 };
	bool shown = name[0] != '\0' && strlen(name) <= SHOWN_MAX;

	for (size_t i = 0; i < schema->count; i++)
		if (is_parameter(&schema->fields[i], name))
			return;
	violation_add(arena, f, shown ? name : "query", "UNKNOWN",
		      "is not a parameter of this request");
}

enum err
schema_decode_query(const struct schema *schema, struct arena *arena, struct fault *f,
		    const struct query_pair *pairs, size_t n, bool strict, void *out)
{
	struct decoder d = {arena, f, ""};

	for (size_t i = 0; i < schema->count; i++) {
		const struct field *field = &schema->fields[i];
		const char *value = NULL;
		size_t found = 0;

		if (field->type == FIELD_NAMED_TEXTS) {
			put_named(&d, field, pairs, n, (void *)((char *)out + field->offset));
			continue;
		}
		for (size_t p = 0; p < n; p++)
			if (strcmp(pairs[p].name, field->name) == 0) {
				value = pairs[p].value;
				found++;
			}
		if (found == 0 || (found == 1 && !strict && is_left_empty(field, value)))
			put_absent(&d, field, false, (char *)out + field->offset);
		else if (found > 1)
			violate(&d, field, "REPEATED", "must be given once");
		else
			put_query(&d, field, value, (char *)out + field->offset);
	}
	for (size_t p = 0; strict && p < n; p++)
		refuse_unknown(schema, arena, f, pairs[p].name);
	return f->violations != NULL ? ERR_VALIDATION : ERR_OK;
}
