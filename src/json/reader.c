#include "json/reader.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/scan.h"
#include "json/value.h"

enum { AT_HAND = 32 };

/* State of parsing. The values of an open list or object are on a stack, until their number is
 * known. */
struct reader {
	struct scan scan;
	struct arena *arena;
	char *texts; /* where the next string or number goes */
	struct json_object *stack;
	size_t count;
	size_t capacity;
	size_t values;
	size_t values_max;
	unsigned depth;
	unsigned depth_max;
	bool too_many;
	struct json_object at_hand[AT_HAND];
};

static bool read_value(struct reader *r);

static bool
grow(struct reader *r)
{
	size_t capacity = r->capacity * 2;
	struct json_object *larger = malloc(capacity * sizeof(*larger));

	if (larger == NULL)
		return scan_refuse(&r->scan, "Out of memory");
	memcpy(larger, r->stack, r->count * sizeof(*larger));
	if (r->stack != r->at_hand)
		free(r->stack);
	r->stack = larger;
	r->capacity = capacity;
	return true;
}

/* Put a value on the stack. */
static bool
push(struct reader *r, enum json_kind kind, struct json_object value)
{
	if (r->values == r->values_max) {
		r->too_many = true;
		return scan_refuse_at(&r->scan, r->scan.at, "There are too many values");
	}
	if (r->count == r->capacity && !grow(r))
		return false;
	r->values++;
	value.kind = (uint8_t)kind;
	r->stack[r->count++] = value;
	return true;
}

static bool
read_word(struct reader *r, const char *word, enum json_kind kind, bool truth)
{
	return scan_word(&r->scan, word) && push(r, kind, (struct json_object){.as.truth = truth});
}

static bool
read_string(struct reader *r)
{
	const char *text = r->texts;
	size_t length;
	bool odd;

	if (!scan_string(&r->scan, r->texts, &length, &odd))
		return false;
	r->texts += length + 1;
	return push(r, odd ? JSON_ODD_TEXT : JSON_TEXT, (struct json_object){.as.text = text});
}

static bool
read_number(struct reader *r)
{
	static const enum json_kind kinds[] = {
		[SCAN_INTEGER] = JSON_INTEGER,
		[SCAN_DECIMAL] = JSON_DECIMAL,
		[SCAN_NUMBER] = JSON_NUMBER,
	};
	const char *start = r->scan.text + r->scan.at;
	const char *text = r->texts;
	enum scan_number kind;
	size_t length;

	if (!scan_number(&r->scan, &kind))
		return false;
	length = (size_t)(r->scan.text + r->scan.at - start);
	memcpy(r->texts, start, length);
	r->texts[length] = '\0';
	r->texts += length + 1;
	return push(r, kinds[kind], (struct json_object){.as.text = text});
}

static uint16_t
hash_of(const char *name)
{
	uint64_t hash = text_hash(TEXT_HASH, name);

	return (uint16_t)(hash ^ hash >> 32);
}

static bool
has_name(const struct json_object *member, const char *name, uint16_t hash, bool odd)
{
	return member->hash == hash && member->odd_name == odd && strcmp(member->name, name) == 0;
}

/* Whether two numbers or strings are equal, or lists and objects in the same order. */
static bool
is_same(struct arena *arena, const struct json_object *a, const struct json_object *b)
{
	bool number = a->kind == JSON_INTEGER || a->kind == JSON_DECIMAL || a->kind == JSON_NUMBER;

	if (number && b->kind >= JSON_INTEGER && b->kind <= JSON_NUMBER)
		return text_equal(json_canonical(arena, a), json_canonical(arena, b));
	if (a->kind != b->kind || a->count != b->count)
		return false;
	if (a->kind == JSON_BOOL)
		return a->as.truth == b->as.truth;
	if (a->kind == JSON_TEXT || a->kind == JSON_ODD_TEXT)
		return text_equal(a->as.text, b->as.text);
	for (size_t i = 0; i < a->count; i++) {
		const struct json_object *left = &a->as.items[i];
		const struct json_object *right = &b->as.items[i];

		if (a->kind == JSON_OBJECT &&
		    !has_name(left, right->name, right->hash, right->odd_name))
			return false;
		if (!is_same(arena, left, right))
			return false;
	}
	return a->kind != JSON_UNCLEAR;
}

/* The member on top repeats the earlier one: merge them. */
static void
merge(struct reader *r, struct json_object *earlier)
{
	const struct json_object *later = &r->stack[r->count - 1];

	if (earlier->kind != JSON_UNCLEAR && !is_same(r->arena, earlier, later))
		earlier->kind = JSON_UNCLEAR;
	r->count--;
}

/* A member; its key must differ from those since first. */
static bool
read_member(struct reader *r, size_t first)
{
	struct json_object member = {.name = r->texts};
	size_t start = r->scan.at;
	size_t earlier = first;
	size_t length;

	if (scan_peek(&r->scan) != '"')
		return scan_refuse(&r->scan, "A member needs a name in quotation marks");
	if (r->count - first == JSON_KEYS_MAX)
		return scan_refuse(&r->scan, "An object has more than 1024 members");
	if (!scan_name(&r->scan, r->texts, &length, &member.odd_name))
		return false;
	r->texts += length + 1;
	member.hash = hash_of(member.name);
	while (earlier < r->count &&
	       !has_name(&r->stack[earlier], member.name, member.hash, member.odd_name))
		earlier++;
	if (earlier < r->count && !r->scan.lenient)
		return scan_refuse_at(&r->scan, start, "A member is repeated");
	scan_space(&r->scan);
	if (!scan_take(&r->scan, ':'))
		return scan_refuse(&r->scan, "A colon is missing");
	if (!read_value(r))
		return false;
	r->stack[r->count - 1].name = member.name;
	r->stack[r->count - 1].hash = member.hash;
	r->stack[r->count - 1].odd_name = member.odd_name;
	if (earlier < r->count - 1)
		merge(r, &r->stack[earlier]);
	return true;
}

static bool
read_members(struct reader *r, size_t first)
{
	scan_space(&r->scan);
	if (scan_take(&r->scan, '}'))
		return true;
	for (;;) {
		scan_space(&r->scan);
		if (!read_member(r, first))
			return false;
		scan_space(&r->scan);
		if (scan_take(&r->scan, '}'))
			return true;
		if (!scan_take(&r->scan, ','))
			return scan_refuse(&r->scan, "A comma or a closing brace is missing");
	}
}

static bool
read_items(struct reader *r)
{
	scan_space(&r->scan);
	if (scan_take(&r->scan, ']'))
		return true;
	for (;;) {
		if (!read_value(r))
			return false;
		scan_space(&r->scan);
		if (scan_take(&r->scan, ']'))
			return true;
		if (!scan_take(&r->scan, ','))
			return scan_refuse(&r->scan, "A comma or a closing bracket is missing");
	}
}

static bool
read_container(struct reader *r)
{
	bool object = scan_peek(&r->scan) == '{';
	size_t first = r->count;
	struct json_object value = {.name = NULL};

	if (r->depth == r->depth_max)
		return scan_refuse(&r->scan, "Objects and lists are nested too deeply");
	r->scan.at++;
	r->depth++;
	if (object ? !read_members(r, first) : !read_items(r))
		return false;
	r->depth--;
	value.count = (uint32_t)(r->count - first);
	if (value.count > 0)
		value.as.items =
			arena_copy(r->arena, &r->stack[first], value.count * sizeof(*r->stack));
	r->count = first;
	return push(r, object ? JSON_OBJECT : JSON_LIST, value);
}

static bool
read_value(struct reader *r)
{
	scan_space(&r->scan);
	switch (scan_peek(&r->scan)) {
	case '{':
	case '[':
		return read_container(r);
	case '"':
		return read_string(r);
	case 't':
		return read_word(r, "true", JSON_BOOL, true);
	case 'f':
		return read_word(r, "false", JSON_BOOL, false);
	case 'n':
		return read_word(r, "null", JSON_NULL, false);
	default:
		if (scan_peek(&r->scan) == '-' ||
		    (scan_peek(&r->scan) >= '0' && scan_peek(&r->scan) <= '9'))
			return read_number(r);
		return scan_refuse(&r->scan, "A value is missing or not known");
	}
}

static bool
read_whole(struct reader *r)
{
	struct scan *s = &r->scan;
	bool marked = s->length >= 3 && memcmp(s->text, "\xEF\xBB\xBF", 3) == 0;

	if (marked && s->lenient)
		s->at = 3;
	scan_space(s);
	if (s->at == s->length)
		return scan_refuse_at(s, 0, "The body is empty");
	if (s->length - s->at >= 3 && memcmp(s->text + s->at, "\xEF\xBB\xBF", 3) == 0)
		return scan_refuse(s, "A byte order mark is not accepted");
	if (scan_peek(s) != '{' && scan_peek(s) != '[')
		return scan_refuse(s, "The body must be an object or a list");
	if (!read_container(r))
		return false;
	scan_space(s);
	return s->at == s->length || scan_refuse(s, "Unexpected text after the end");
}

static enum err
refused(struct fault *f, const struct reader *r)
{
	if (r->too_many)
		return fault(f, ERR_BODY_TOO_LARGE, NULL, "The body has more than %zu values",
			     r->values_max);
	if (r->scan.offset == 0)
		return fault(f, ERR_MALFORMED, NULL, "%s", r->scan.reason);
	return fault(f, ERR_MALFORMED, NULL, "%s (at byte %zu)", r->scan.reason, r->scan.offset);
}

static enum err
read_by(struct reader *r, struct fault *f, struct json_object **out)
{
	bool taken;

	if (r->scan.length > INT_MAX)
		return fault(f, ERR_BODY_TOO_LARGE, NULL, NULL);
	r->texts = arena_room(r->arena, r->scan.length + 1);
	r->stack = r->at_hand;
	r->capacity = AT_HAND;
	taken = read_whole(r);
	if (taken)
		*out = arena_copy(r->arena, r->stack, sizeof(*r->stack));
	if (r->stack != r->at_hand)
		free(r->stack);
	return taken ? ERR_OK : refused(f, r);
}

enum err
json_read_bounded(struct arena *arena, struct fault *f, const char *text, size_t length,
		  size_t values_max, struct json_object **out)
{
	struct reader r = {.scan = {.text = text, .length = length},
			   .arena = arena,
			   .values_max = values_max,
			   .depth_max = JSON_DEPTH_MAX};

	return read_by(&r, f, out);
}

enum err
json_read(struct arena *arena, struct fault *f, const char *text, size_t length,
	  struct json_object **out)
{
	return json_read_bounded(arena, f, text, length, JSON_VALUES_MAX, out);
}

enum err
json_read_foreign(struct arena *arena, struct fault *f, const char *text, size_t length,
		  size_t values_max, struct json_object **out)
{
	struct reader r = {.scan = {.text = text, .length = length, .lenient = true},
			   .arena = arena,
			   .values_max = values_max,
			   .depth_max = JSON_FOREIGN_DEPTH_MAX};

	return read_by(&r, f, out);
}

enum json_kind
json_kind(const struct json_object *value)
{
	return value != NULL ? (enum json_kind)value->kind : JSON_NULL;
}

/* NULL means null. */
static struct json_object *
shown(struct json_object *value)
{
	return value->kind != JSON_NULL ? value : NULL;
}

struct json_object *
json_member(const struct json_object *object, const char *name, bool *present)
{
	size_t count = json_kind(object) == JSON_OBJECT ? object->count : 0;
	uint16_t hash = count > 0 ? hash_of(name) : 0;

	for (size_t i = 0; i < count; i++)
		if (has_name(&object->as.items[i], name, hash, false)) {
			if (present != NULL)
				*present = true;
			return shown(&object->as.items[i]);
		}
	if (present != NULL)
		*present = false;
	return NULL;
}

bool
json_member_at(const struct json_object *object, size_t i, const char **name,
	       struct json_object **value)
{
	if (json_kind(object) != JSON_OBJECT || i >= object->count)
		return false;
	*name = object->as.items[i].name;
	*value = shown(&object->as.items[i]);
	return true;
}

bool
json_bool_value(const struct json_object *value)
{
	return json_kind(value) == JSON_BOOL && value->as.truth;
}

int64_t
json_integer_value(const struct json_object *value)
{
	int64_t number = 0;

	return json_kind(value) == JSON_INTEGER && integer_parse(&number, value->as.text) ? number
											  : 0;
}

const char *
json_text_value(const struct json_object *value)
{
	enum json_kind kind = json_kind(value);

	if (kind == JSON_BOOL)
		return value->as.truth ? "true" : "false";
	return kind >= JSON_INTEGER && kind <= JSON_TEXT ? value->as.text : "";
}

size_t
json_list_length(const struct json_object *list)
{
	return json_kind(list) == JSON_LIST ? list->count : 0;
}

struct json_object *
json_list_item(const struct json_object *list, size_t i)
{
	return i < json_list_length(list) ? shown(&list->as.items[i]) : NULL;
}

unsigned
json_depth(const struct json_object *value)
{
	enum json_kind kind = json_kind(value);
	unsigned deepest = 0;

	if (kind != JSON_LIST && kind != JSON_OBJECT)
		return 0;
	for (size_t i = 0; i < value->count; i++) {
		unsigned depth = json_depth(&value->as.items[i]);

		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}
