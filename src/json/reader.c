#include <config.h>

#include "json/reader.h"

#include <json.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/strict.h"
#include "json/writer.h"

static void
release(void *object)
{
	(void)json_object_put(object);
}

static enum err
refused(struct fault *f, const struct json_refusal *why)
{
	if (why->offset == 0)
		return fault(f, ERR_MALFORMED, NULL, "%s", why->reason);
	return fault(f, ERR_MALFORMED, NULL, "%s (at byte %zu)", why->reason, why->offset);
}

static enum err
parse(struct arena *arena, struct fault *f, const char *text, size_t length,
      struct json_object **out)
{
	struct json_tokener *tokener;
	struct json_object *value;
	bool whole;

	/* json-c counts the scalars in the innermost list as a level, too. */
	tokener = json_tokener_new_ex(JSON_DEPTH_MAX + 2);
	if (tokener == NULL)
		return fault(f, ERR_UNAVAILABLE, NULL, NULL);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	value = json_tokener_parse_ex(tokener, text, (int)length);
	whole = value != NULL && json_tokener_get_error(tokener) == json_tokener_success;
	json_tokener_free(tokener);
	if (value != NULL)
		arena_adopt(arena, value, release);
	if (!whole)
		return fault(f, ERR_MALFORMED, NULL, NULL);
	*out = value;
	return ERR_OK;
}

enum err
json_read(struct arena *arena, struct fault *f, const char *text, size_t length,
	  struct json_object **out)
{
	struct json_refusal why;

	if (length > INT_MAX)
		return fault(f, ERR_BODY_TOO_LARGE, NULL, NULL);
	if (!json_strict(text, length, &why))
		return refused(f, &why);
	return parse(arena, f, text, length, out);
}

enum err
json_read_foreign(struct arena *arena, struct fault *f, const char *text, size_t length,
		  struct json_object **out)
{
	struct json_refusal why;

	if (length > INT_MAX)
		return fault(f, ERR_BODY_TOO_LARGE, NULL, NULL);
	if (!json_strict_foreign(text, length, &why))
		return refused(f, &why);
	return parse(arena, f, text, length, out);
}

void
json_thread_init(void)
{
	/* json-c changes the locale while it parses, which locks unless the thread has its own. */
	locale_t own = newlocale(LC_ALL_MASK, "C", (locale_t)0);

	if (own != (locale_t)0)
		(void)uselocale(own);
}

enum json_kind
json_kind(const struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_boolean:
		return JSON_BOOL;
	case json_type_int:
		return JSON_INTEGER;
	case json_type_double:
		return JSON_DECIMAL;
	case json_type_string:
		return JSON_TEXT;
	case json_type_array:
		return JSON_LIST;
	case json_type_object:
		return JSON_OBJECT;
	case json_type_null:
	default:
		return JSON_NULL;
	}
}

struct json_object *
json_member(const struct json_object *object, const char *name, bool *present)
{
	struct json_object *value = NULL;
	bool found = json_object_object_get_ex(object, name, &value) != 0;

	if (present != NULL)
		*present = found;
	return value;
}

bool
json_member_at(struct json_object *object, size_t i, const char **name, struct json_object **value)
{
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);

	for (; i > 0 && !json_object_iter_equal(&at, &end); i--)
		json_object_iter_next(&at);
	if (json_object_iter_equal(&at, &end))
		return false;
	*name = json_object_iter_peek_name(&at);
	*value = json_object_iter_peek_value(&at);
	return true;
}

bool
json_bool_value(const struct json_object *value)
{
	return json_object_get_boolean(value) != 0;
}

int64_t
json_integer_value(const struct json_object *value)
{
	return json_object_get_int64(value);
}

const char *
json_text_value(struct json_object *value)
{
	/* A parsed decimal remembers its lexeme and gives it back here. */
	return json_object_get_string(value);
}

size_t
json_list_length(const struct json_object *list)
{
	return json_object_array_length(list);
}

struct json_object *
json_list_item(const struct json_object *list, size_t i)
{
	return json_object_array_get_idx(list, i);
}

const char *
json_compact(struct arena *arena, struct json_object *value)
{
	const int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

	return arena_strdup(arena, json_object_to_json_string_ext(value, flags));
}

/* 100.10, 100.1 and 100.100 are one value, as are 7.0 and 7. */
static const char *
shortest_decimal(struct arena *arena, const char *lexeme)
{
	size_t length = strlen(lexeme);

	while (lexeme[length - 1] == '0')
		length--;
	if (lexeme[length - 1] == '.')
		length--;
	return arena_strndup(arena, lexeme, length);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **
sorted_names(struct arena *arena, struct json_object *object, size_t count)
{
	const char **names = arena_array(arena, count + 1, sizeof(*names));
	struct json_object_iterator at = json_object_iter_begin(object);
	struct json_object_iterator end = json_object_iter_end(object);

	for (size_t i = 0; i < count && !json_object_iter_equal(&at, &end); i++) {
		names[i] = json_object_iter_peek_name(&at);
		json_object_iter_next(&at);
	}
	qsort(names, count, sizeof(*names), compare_names);
	return names;
}

static void write_canonical(struct jw *w, const char *name, struct json_object *value);

static void
write_members(struct jw *w, struct json_object *object)
{
	size_t count = (size_t)json_object_object_length(object);
	const char **names = sorted_names(w->arena, object, count);

	for (size_t i = 0; i < count; i++)
		write_canonical(w, names[i], json_member(object, names[i], NULL));
}

/* The gate bounds the depth of what is read, and with it the recursion. */
static void
write_canonical(struct jw *w, const char *name, struct json_object *value)
{
	switch (json_kind(value)) {
	case JSON_NULL:
		jw_null(w, name);
		break;
	case JSON_BOOL:
		jw_bool(w, name, json_bool_value(value));
		break;
	case JSON_INTEGER:
		jw_integer(w, name, json_integer_value(value));
		break;
	case JSON_DECIMAL:
		jw_number(w, name, shortest_decimal(w->arena, json_text_value(value)));
		break;
	case JSON_TEXT:
		jw_text(w, name, json_text_value(value));
		break;
	case JSON_LIST:
		jw_list(w, name);
		for (size_t i = 0; i < json_list_length(value); i++)
			write_canonical(w, NULL, json_list_item(value, i));
		jw_close(w);
		break;
	case JSON_OBJECT:
		jw_object(w, name);
		write_members(w, value);
		jw_close(w);
		break;
	}
}

const char *
json_canonical(struct arena *arena, struct json_object *value)
{
	struct bytes text;
	struct jw w;

	jw_init(&w, arena, 256);
	write_canonical(&w, NULL, value);
	/* Only a value that was never read could fail here. */
	return jw_finish(&w, &text) ? text.data : json_compact(arena, value);
}
