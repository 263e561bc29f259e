/*
 * reader.h - parsed JSON in an arena: json-c behind the strict gate.
 *
 * Values belong to the arena. Numbers keep their lexeme, so amounts never pass
 * through a double. Not shared between threads.
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
	JSON_INTEGER,
	JSON_DECIMAL, /* a number with a point */
	JSON_TEXT,
	JSON_LIST,
	JSON_OBJECT,
};

/* Gate and parse. ERR_MALFORMED with a message that says what and where. */
enum err json_read(struct arena *arena, struct fault *f, const char *text, size_t length,
		   struct json_object **out) MUST_CHECK;
/* The same for what others write in their own way; see json_strict_foreign(). */
enum err json_read_foreign(struct arena *arena, struct fault *f, const char *text, size_t length,
			   struct json_object **out) MUST_CHECK;
/* Give the calling thread a locale of its own, so that parsing takes no process-wide lock. */
void json_thread_init(void);

enum json_kind json_kind(const struct json_object *value);
/* The member, or NULL where it is absent; *present tells absent from null. */
struct json_object *json_member(const struct json_object *object, const char *name, bool *present);
/* The member at a place, in the order in which they came; false behind the last one. */
bool json_member_at(struct json_object *object, size_t i, const char **name,
		    struct json_object **value) MUST_CHECK;
bool json_bool_value(const struct json_object *value);
int64_t json_integer_value(const struct json_object *value);
/* The text of a JSON_TEXT, or the lexeme of a number. */
const char *json_text_value(struct json_object *value);
size_t json_list_length(const struct json_object *list);
struct json_object *json_list_item(const struct json_object *list, size_t i);
/* The value as compact JSON in the arena, keys in the order in which they came. */
const char *json_compact(struct arena *arena, struct json_object *value);
/* Like json_compact with keys sorted bytewise: equal values give equal text. */
const char *json_canonical(struct arena *arena, struct json_object *value);

#endif
