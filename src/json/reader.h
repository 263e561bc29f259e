/*
 * reader.h - JSON texts as values in an arena.
 *
 * The input is strict RFC 8259 and RFC 3629, with an object or a list at the top and no repeated
 * members. The number of values, their depth and the members of an object are limited. A value
 * takes 24 bytes and its text, and numbers stay as written: none is converted to a double, or
 * truncated. Values that do not fit our own fields have a separate kind, so that a request for a
 * text or an integer never returns them by accident.
 */
#ifndef JSON_READER_H
#define JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

struct arena;
struct json_object;

enum json_kind {
	JSON_NULL,
	JSON_BOOL,
	JSON_INTEGER,  /* 18 digits at most, and no negative zero */
	JSON_DECIMAL,  /* the same with a point */
	JSON_NUMBER,   /* any other number */
	JSON_TEXT,     /* a C string of UTF-8 */
	JSON_ODD_TEXT, /* a string with \u0000, or with invalid characters */
	JSON_LIST,
	JSON_OBJECT,
	JSON_UNCLEAR, /* a member that was repeated with another value; see json_read_foreign() */
};

enum {
	JSON_DEPTH_MAX = 64,
	JSON_FOREIGN_DEPTH_MAX = 128,
	JSON_KEYS_MAX = 1024,
	JSON_VALUES_MAX = 1 << 17, /* of a text that we wrote ourselves */
	JSON_FOREIGN_MAX = 1 << 16,
};

/* Read a text. ERR_MALFORMED with a message that has the reason and position. */
enum err json_read(struct arena *arena, struct fault *f, const char *text, size_t length,
		   struct json_object **out) MUST_CHECK;
/* The same for a text of a client, with a maximum number of values: ERR_BODY_TOO_LARGE. */
enum err json_read_bounded(struct arena *arena, struct fault *f, const char *text, size_t length,
			   size_t values_max, struct json_object **out) MUST_CHECK;
/*
 * The same for texts of other systems, such as payment providers: it may begin with a byte order
 * mark, be nested deeper, repeat members, and have flaws in strings, which become odd, and in names, which
 * have a question mark for each. Such a flaw beside the amount must not prevent us from reading that
 * a payment was made. A member that is
 * repeated with another value is JSON_UNCLEAR: it is undefined which value is meant.
 */
enum err json_read_foreign(struct arena *arena, struct fault *f, const char *text, size_t length,
			   size_t values_max, struct json_object **out) MUST_CHECK;

enum json_kind json_kind(const struct json_object *value);
/* The member, or NULL if it is absent or null; *present distinguishes absent from null. */
struct json_object *json_member(const struct json_object *object, const char *name, bool *present);
/* The member at a position, in the order of the text; false after the last one. An odd name has
 * the escapes of JSON. */
bool json_member_at(const struct json_object *object, size_t i, const char **name,
		    struct json_object **value) MUST_CHECK;
bool json_bool_value(const struct json_object *value);
int64_t json_integer_value(const struct json_object *value);
/* The text of a JSON_TEXT, a number as written, "true" or "false"; "" for all others. */
const char *json_text_value(const struct json_object *value);
size_t json_list_length(const struct json_object *list);
struct json_object *json_list_item(const struct json_object *list, size_t i);
/* Nesting depth: 0 for values that are neither an object nor a list. */
unsigned json_depth(const struct json_object *value);

/* The value as compact JSON in the arena, with keys in their original order, numbers and strings
 * unchanged. */
const char *json_compact(struct arena *arena, const struct json_object *value);
/* Like json_compact with keys sorted bytewise and numbers in one form: equal values give equal
 * text. Numbers keep their decimal value exactly, and negative zero its sign. */
const char *json_canonical(struct arena *arena, const struct json_object *value);
/* A number without exponent, as json_canonical() has it; NULL if that would take more than 40 zeros. */
const char *json_plain_number(struct arena *arena, const struct json_object *number);

#endif
