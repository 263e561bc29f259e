#include "db/param.h"

#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/word.h"
#include "db/types.h"
#include "json/jsonb.h"

/* The types that each kind matches, and the size of a value (0: variable). */
static const struct type {
	enum type_oid oid;
	enum type_oid array;
	enum param_kind kind;
	enum param_kind list;
	size_t width;
} types[] = {
	{OID_INT8, OID_INT8_ARRAY, PARAM_INT, PARAM_INTS, 8},
	{OID_TEXT, OID_TEXT_ARRAY, PARAM_TEXT, PARAM_TEXTS, 0},
	{OID_UUID, OID_UUID_ARRAY, PARAM_UUID, PARAM_UUIDS, 16},
	{OID_INT4, OID_INT4_ARRAY, PARAM_INT, PARAM_INTS, 4},
	{OID_INT2, OID_INT2_ARRAY, PARAM_INT, PARAM_INTS, 2},
	{OID_BOOL, OID_BOOL_ARRAY, PARAM_BOOL, PARAM_BOOLS, 1},
	{OID_TIMESTAMPTZ, OID_TIMESTAMPTZ_ARRAY, PARAM_TIME, PARAM_TIMES, 8},
	{OID_BPCHAR, OID_BPCHAR_ARRAY, PARAM_TEXT, PARAM_TEXTS, 0},
	{OID_BYTEA, OID_BYTEA_ARRAY, PARAM_BYTES, PARAM_BYTES_LIST, 0},
	{OID_JSONB, OID_JSONB_ARRAY, PARAM_TEXT, PARAM_TEXTS, 0},
	{OID_JSON, OID_JSON_ARRAY, PARAM_TEXT, PARAM_TEXTS, 0},
};

struct param
p_null(void)
{
	return (struct param){.kind = PARAM_NULL};
}

struct param
p_int(int64_t value)
{
	return (struct param){.kind = PARAM_INT, .value.integer = value};
}

struct param
p_bool(bool value)
{
	return (struct param){.kind = PARAM_BOOL, .value.boolean = value};
}

struct param
p_text(const char *value)
{
	if (value == NULL)
		return p_null();
	return (struct param){.kind = PARAM_TEXT, .value.text = value};
}

struct param
p_word(const char *const *words, unsigned value)
{
	return p_text(word_text(words, value));
}

struct param
p_uuid(struct uuid value)
{
	if (uuid_is_nil(value))
		return p_null();
	return (struct param){.kind = PARAM_UUID, .value.uuid = value};
}

static struct param
time_param(bool given, struct instant value)
{
	return given ? (struct param){.kind = PARAM_TIME, .value.time = value} : p_null();
}

struct param
p_time(struct instant value)
{
	return time_param(value.us != 0, value);
}

struct param
p_at(struct instant value)
{
	return time_param(true, value);
}

struct param
p_from(struct moment value)
{
	return time_param(value.given, value.first);
}

struct param
p_until(struct moment value)
{
	return time_param(value.given, value.last);
}

struct param
p_bytes(const void *data, size_t length)
{
	if (data == NULL)
		return p_null();
	return (struct param){.kind = PARAM_BYTES, .value.bytes = {data, length}};
}

struct param
p_id(int64_t value)
{
	return value == 0 ? p_null() : p_int(value);
}

struct param
p_ints(const int64_t *items, size_t count)
{
	return (struct param){.kind = PARAM_INTS, .value.ints = items, .count = count};
}

struct param
p_bools(const bool *items, size_t count)
{
	return (struct param){.kind = PARAM_BOOLS, .value.bools = items, .count = count};
}

struct param
p_texts(const char *const *items, size_t count)
{
	return (struct param){.kind = PARAM_TEXTS, .value.texts = items, .count = count};
}

struct param
p_uuids(const struct uuid *items, size_t count)
{
	return (struct param){.kind = PARAM_UUIDS, .value.uuids = items, .count = count};
}

struct param
p_times(const struct instant *items, size_t count)
{
	return (struct param){.kind = PARAM_TIMES, .value.times = items, .count = count};
}

struct param
p_bytes_list(const struct bytes *items, size_t count)
{
	return (struct param){.kind = PARAM_BYTES_LIST, .value.bytes_list = items, .count = count};
}

static void
put_four(unsigned char *at, uint32_t bits)
{
	at[0] = (unsigned char)(bits >> 24);
	at[1] = (unsigned char)(bits >> 16 & 0xFF);
	at[2] = (unsigned char)(bits >> 8 & 0xFF);
	at[3] = (unsigned char)(bits & 0xFF);
}

/* The lowest width bytes of a number, highest first. */
static void
put_number(unsigned char *at, int64_t value, size_t width)
{
	uint64_t bits = (uint64_t)value;

	if (width == 8) {
		put_four(at, (uint32_t)(bits >> 32));
		put_four(at + 4, (uint32_t)bits);
	} else if (width == 4) {
		put_four(at, (uint32_t)bits);
	} else {
		at[0] = (unsigned char)(bits >> 8 & 0xFF);
		at[1] = (unsigned char)(bits & 0xFF);
	}
}

static bool
fits(int64_t value, size_t width)
{
	if (width == 2)
		return value >= INT16_MIN && value <= INT16_MAX;
	if (width == 4)
		return value >= INT32_MIN && value <= INT32_MAX;
	return true;
}

/* The ends of the range mean plus and minus infinity. */
static int64_t
wire_time(struct instant t)
{
	return t.us == INT64_MAX || t.us == INT64_MIN ? t.us : t.us - POSTGRES_EPOCH_US;
}

static size_t
text_size(const struct type *type, const char *text)
{
	return strlen(text) + (type->oid == OID_JSONB ? 1 : 0);
}

static void
put_text(unsigned char *at, const struct type *type, const char *text, size_t size)
{
	if (type->oid == OID_JSONB) {
		*at++ = JSONB_VERSION;
		size--;
	}
	memcpy(at, text, size);
}

/* Whether item i is one that the functions for single values would make NULL. */
static bool
is_null(const struct param *list, size_t i)
{
	if (list->kind == PARAM_TEXTS)
		return list->value.texts[i] == NULL;
	if (list->kind == PARAM_UUIDS)
		return uuid_is_nil(list->value.uuids[i]);
	if (list->kind == PARAM_TIMES)
		return list->value.times[i].us == 0;
	return list->kind == PARAM_BYTES_LIST && list->value.bytes_list[i].data == NULL;
}

static size_t
item_size(const struct type *type, const struct param *list, size_t i)
{
	if (type->width != 0)
		return type->width;
	if (list->kind == PARAM_BYTES_LIST)
		return list->value.bytes_list[i].length;
	return text_size(type, list->value.texts[i]);
}

static void
put_item(unsigned char *at, const struct type *type, const struct param *list, size_t i,
	 size_t size)
{
	if (list->kind == PARAM_BOOLS)
		*at = list->value.bools[i];
	else if (list->kind == PARAM_UUIDS)
		*(struct uuid *)at = list->value.uuids[i];
	else if (list->kind == PARAM_TIMES)
		put_number(at, wire_time(list->value.times[i]), size);
	else if (list->kind == PARAM_BYTES_LIST)
		memcpy(at, list->value.bytes_list[i].data, size);
	else
		put_text(at, type, list->value.texts[i], size);
}

static bool
all_fit(const struct param *ints, size_t width)
{
	for (size_t i = 0; i < ints->count && width < 8; i++)
		if (!fits(ints->value.ints[i], width))
			return false;
	return true;
}

/* Size of the items, with their length words. False if one does not match its type. */
static bool
items_size(const struct type *type, const struct param *list, size_t *total, bool *has_null)
{
	*total += list->count * 4;
	if (list->kind == PARAM_INTS || list->kind == PARAM_BOOLS) {
		*total += list->count * type->width;
		return *total <= INT_MAX &&
		       (list->kind == PARAM_BOOLS || all_fit(list, type->width));
	}
	for (size_t i = 0; i < list->count; i++)
		if (is_null(list, i))
			*has_null = true;
		else
			*total += item_size(type, list, i);
	return *total <= INT_MAX;
}

static void
put_ints(unsigned char *at, size_t width, const struct param *list)
{
	for (size_t i = 0; i < list->count; i++, at += 4 + width) {
		put_four(at, (uint32_t)width);
		put_number(at + 4, list->value.ints[i], width);
	}
}

/* The items, each after its length, -1 for NULL. */
static void
put_items(unsigned char *at, const struct type *type, const struct param *list)
{
	if (list->kind == PARAM_INTS) {
		put_ints(at, type->width, list);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		size_t size;

		if (is_null(list, i)) {
			put_four(at, UINT32_MAX);
			at += 4;
			continue;
		}
		size = item_size(type, list, i);
		put_four(at, (uint32_t)size);
		put_item(at + 4, type, list, i, size);
		at += 4 + size;
	}
}

/* array_recv: dimensions, flags, item type; per dimension its length and lower bound; the items. */
static bool
encode_array(struct arena *arena, const struct type *type, const struct param *list,
	     const char **value, int *length)
{
	size_t total = 12 + (list->count > 0 ? 8 : 0);
	bool has_null = false;
	unsigned char *start;

	if (list->count > INT_MAX || !items_size(type, list, &total, &has_null))
		return false;
	start = arena_room(arena, total);
	put_four(start, list->count > 0 ? 1 : 0);
	put_four(start + 4, has_null);
	put_four(start + 8, type->oid);
	if (list->count > 0) {
		put_four(start + 12, (uint32_t)list->count);
		put_four(start + 16, 1);
		put_items(start + 20, type, list);
	}
	*value = (const char *)start;
	*length = (int)total;
	return true;
}

static size_t
scalar_size(const struct type *type, const struct param *p)
{
	if (type->width != 0)
		return type->width;
	if (p->kind == PARAM_BYTES)
		return p->value.bytes.length;
	return text_size(type, p->value.text);
}

/* Texts and bytes are sent from where they are; only values that change form are copied. */
static bool
encode_scalar(struct arena *arena, const struct type *type, const struct param *p,
	      unsigned char scratch[8], const char **value, int *length)
{
	size_t size = scalar_size(type, p);

	if (size > INT_MAX || (p->kind == PARAM_INT && !fits(p->value.integer, type->width)))
		return false;
	*length = (int)size;
	*value = (const char *)scratch;
	if (p->kind == PARAM_BYTES) {
		*value = size == 0 ? "" : p->value.bytes.data;
	} else if (p->kind == PARAM_UUID) {
		*value = (const char *)p->value.uuid.bytes;
	} else if (p->kind == PARAM_TEXT && type->oid != OID_JSONB) {
		*value = p->value.text;
	} else if (p->kind == PARAM_TEXT) {
		unsigned char *copy = arena_room(arena, size);

		put_text(copy, type, p->value.text, size);
		*value = (const char *)copy;
	} else if (p->kind == PARAM_BOOL) {
		*scratch = p->value.boolean;
	} else {
		put_number(scratch,
			   p->kind == PARAM_TIME ? wire_time(p->value.time) : p->value.integer,
			   size);
	}
	return true;
}

/* Free JSON in a form that jsonb preserves. */
static struct param
as_jsonb(struct arena *arena, const struct param *p)
{
	const char **texts;

	if (p->kind == PARAM_TEXT)
		return p_text(json_to_jsonb(arena, p->value.text));
	if (p->kind != PARAM_TEXTS)
		return *p;
	texts = arena_array(arena, p->count, sizeof(*texts));
	for (size_t i = 0; i < p->count; i++)
		if (p->value.texts[i] != NULL)
			texts[i] = json_to_jsonb(arena, p->value.texts[i]);
	return p_texts(texts, p->count);
}

static const struct type *
find_type(unsigned int oid)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (types[i].oid == oid || types[i].array == oid)
			return &types[i];
	return NULL;
}

bool
params_encode(struct arena *arena, const struct statement *statement, const struct param *params,
	      size_t count, struct wire_params *out)
{
	if (count != (size_t)statement->count)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct type *type = find_type(statement->types[i]);
		const struct param *p = &params[i];
		struct param jsonb;
		bool done;

		out->values[i] = NULL;
		out->lengths[i] = 0;
		if (p->kind == PARAM_NULL)
			continue;
		if (type == NULL)
			return false;
		if (type->oid == OID_JSONB) {
			jsonb = as_jsonb(arena, p);
			p = &jsonb;
		}
		if (p->kind == type->list && type->array == statement->types[i])
			done = encode_array(arena, type, p, &out->values[i], &out->lengths[i]);
		else if (p->kind == type->kind && type->oid == statement->types[i])
			done = encode_scalar(arena, type, p, out->scalars[i], &out->values[i],
					     &out->lengths[i]);
		else
			return false;
		if (!done)
			return false;
	}
	return true;
}
