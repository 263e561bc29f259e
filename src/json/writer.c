#include "json/writer.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"

enum { CAPACITY_MIN = 64 };

void
jw_init(struct jw *w, struct arena *arena, size_t expected)
{
	*w = (struct jw){
		.arena = arena,
		.capacity = expected > CAPACITY_MIN ? expected : CAPACITY_MIN,
	};
	w->text = arena_room(arena, w->capacity);
}

static __attribute__((noinline)) void
enlarge(struct jw *w, size_t needed)
{
	char *larger;

	while (w->capacity < needed)
		w->capacity *= 2;
	larger = arena_room(w->arena, w->capacity);
	memcpy(larger, w->text, w->length);
	w->text = larger;
}

/* Room for length more bytes and the NUL at the end. */
static inline void
reserve(struct jw *w, size_t length)
{
	size_t needed = w->length + length + 1;

	if (needed > w->capacity)
		enlarge(w, needed);
}

static inline void
put(struct jw *w, const char *bytes, size_t length)
{
	reserve(w, length);
	memcpy(w->text + w->length, bytes, length);
	w->length += length;
}

static inline void
put_byte(struct jw *w, char byte)
{
	reserve(w, 1);
	w->text[w->length++] = byte;
}

/* The escape of a character that must not appear in a string directly. */
static void
put_escape(struct jw *w, char c)
{
	static const char characters[] = "\"\\\b\f\n\r\t";
	static const char names[] = "\"\\bfnrt";
	const char *found = strchr(characters, c);
	char escape[8];

	if (found != NULL)
		(void)snprintf(escape, sizeof(escape), "\\%c", names[found - characters]);
	else
		(void)snprintf(escape, sizeof(escape), "\\u%04x", (unsigned)(unsigned char)c);
	put(w, escape, strlen(escape));
}

/* The character that follows a plain run: escaped, or of several bytes. 0 if it is not valid. */
static size_t
put_character(struct jw *w, const char *text, size_t length)
{
	unsigned char c = (unsigned char)text[0];
	size_t n = c < 0x80 ? 1 : utf8_next(text, length);

	if (c >= 0x20 && c != '"' && c != '\\')
		put(w, text, n);
	else
		put_escape(w, text[0]);
	return n;
}

static void
put_string(struct jw *w, const char *text)
{
	size_t left = strlen(text);

	reserve(w, left + 2);
	put_byte(w, '"');
	for (;;) {
		size_t n = text_plain_run(text, left);

		put(w, text, n);
		text += n;
		left -= n;
		if (left == 0)
			break;
		n = put_character(w, text, left);
		if (n == 0) {
			w->failed = true;
			return;
		}
		text += n;
		left -= n;
	}
	put_byte(w, '"');
}

static void
put_escaped(struct jw *w, const char *text)
{
	put_byte(w, '"');
	put(w, text, strlen(text));
	put_byte(w, '"');
}

/* The prefix of a value: a comma, and in objects the name. False if no value is allowed here. */
static bool
begin_value(struct jw *w, const char *name)
{
	bool in_object = w->depth > 0 && w->closer[w->depth - 1] == '}';
	bool second_at_top = w->depth == 0 && w->length > 0;

	if (in_object != (name != NULL) || second_at_top)
		w->failed = true;
	if (w->failed)
		return false;
	if (w->depth > 0) {
		if (!w->first[w->depth - 1])
			put_byte(w, ',');
		w->first[w->depth - 1] = false;
	}
	if (name != NULL) {
		if (w->name_escaped)
			put_escaped(w, name);
		else
			put_string(w, name);
		w->name_escaped = false;
		put_byte(w, ':');
	}
	return !w->failed;
}

static void
open_scope(struct jw *w, const char *name, char opener, char closer)
{
	if (w->depth == JW_DEPTH_MAX)
		w->failed = true;
	if (!begin_value(w, name))
		return;
	put_byte(w, opener);
	w->first[w->depth] = true;
	w->closer[w->depth] = closer;
	w->depth++;
}

void
jw_object(struct jw *w, const char *name)
{
	open_scope(w, name, '{', '}');
}

void
jw_list(struct jw *w, const char *name)
{
	open_scope(w, name, '[', ']');
}

void
jw_close(struct jw *w)
{
	if (w->depth == 0)
		w->failed = true;
	if (w->failed)
		return;
	w->depth--;
	put_byte(w, w->closer[w->depth]);
}

void
jw_text(struct jw *w, const char *name, const char *text)
{
	if (text == NULL)
		jw_null(w, name);
	else if (begin_value(w, name))
		put_string(w, text);
}

void
jw_escaped(struct jw *w, const char *name, const char *text)
{
	if (begin_value(w, name))
		put_escaped(w, text);
}

void
jw_escaped_name(struct jw *w)
{
	w->name_escaped = true;
}

void
jw_integer(struct jw *w, const char *name, int64_t value)
{
	char buf[INTEGER_TEXT_MAX];

	jw_json(w, name, integer_text(buf, value));
}

void
jw_bool(struct jw *w, const char *name, bool value)
{
	jw_json(w, name, value ? "true" : "false");
}

void
jw_null(struct jw *w, const char *name)
{
	jw_json(w, name, "null");
}

/* -?[0-9]+(\.[0-9]+)? */
static bool
is_number(const char *text)
{
	static const char digits[] = "0123456789";
	size_t whole;
	size_t decimals;

	if (*text == '-')
		text++;
	whole = strspn(text, digits);
	if (whole == 0 || text[whole] == '\0')
		return whole > 0;
	decimals = strspn(text + whole + 1, digits);
	return text[whole] == '.' && decimals > 0 && text[whole + 1 + decimals] == '\0';
}

void
jw_number(struct jw *w, const char *name, const char *digits)
{
	if (!is_number(digits))
		w->failed = true;
	jw_json(w, name, digits);
}

void
jw_json(struct jw *w, const char *name, const char *json)
{
	if (begin_value(w, name))
		put(w, json, strlen(json));
}

void
jw_items_begin(struct jw *w)
{
	if (w->depth == 0 || w->closer[w->depth - 1] != ']' || !w->first[w->depth - 1])
		w->failed = true;
	w->items_from = w->length;
}

void
jw_items_end(struct jw *w)
{
	w->items_to = w->length;
}

bool
jw_finish(struct jw *w, struct bytes *out)
{
	if (w->failed || w->depth > 0 || w->length == 0)
		return false;
	w->text[w->length] = '\0';
	*out = (struct bytes){w->text, w->length};
	return true;
}

bool
jw_finish_part(struct jw *w, bool first, bool last, struct bytes *out)
{
	bool divided = w->items_from > 0 && (first || w->items_to > w->items_from);
	size_t from = first ? 0 : w->items_from - 1;

	if (!jw_finish(w, out) || (!divided && !(first && last)))
		return false;
	if (!first)
		w->text[from] = ','; /* instead of the bracket */
	*out = (struct bytes){w->text + from, (last ? w->length : w->items_to) - from};
	return true;
}
