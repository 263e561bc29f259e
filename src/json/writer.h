/*
 * writer.h - JSON output with a stack of scopes, so that commas and brackets are always correct.
 * The first error sticks; callers check once, at jw_finish().
 *
 * name is the member's name inside an object, NULL inside a list or at the top.
 */
#ifndef JSON_WRITER_H
#define JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct arena;

/* Deeper than json/reader.h accepts. */
enum { JW_DEPTH_MAX = 144 };

struct jw {
	struct arena *arena;
	char *text;
	size_t length;
	size_t capacity;
	unsigned depth;
	bool failed;
	bool name_escaped; /* the next name */
	size_t items_from; /* of the list whose items come in parts; 0: there is none */
	size_t items_to;
	bool first[JW_DEPTH_MAX];
	char closer[JW_DEPTH_MAX];
};

/* Start a text of roughly expected bytes; it grows as needed. */
void jw_init(struct jw *w, struct arena *arena, size_t expected);
void jw_object(struct jw *w, const char *name);
void jw_list(struct jw *w, const char *name);
/* Close the innermost object or list. */
void jw_close(struct jw *w);

/* NULL text writes null. Invalid UTF-8 fails. */
void jw_text(struct jw *w, const char *name, const char *text);
void jw_integer(struct jw *w, const char *name, int64_t value);
void jw_bool(struct jw *w, const char *name, bool value);
void jw_null(struct jw *w, const char *name);
/* A number with decimal digits that we generated (money_text), written without quotes. */
void jw_number(struct jw *w, const char *name, const char *digits);
/* A string with JSON's own escapes, such as an odd one of the reader. */
void jw_escaped(struct jw *w, const char *name, const char *text);
/* The name of the next value is such a string. */
void jw_escaped_name(struct jw *w);
/* JSON text from the reader or from a writer. */
void jw_json(struct jw *w, const char *name, const char *json);

/* Around the items of a list, for jw_finish_part(). */
void jw_items_begin(struct jw *w);
void jw_items_end(struct jw *w);

/* The finished text (NUL-terminated, in the arena). False if anything failed or is still open. */
bool jw_finish(struct jw *w, struct bytes *out);
/*
 * The same for one of several texts that are the same up to their list of items (jw_items_begin). One after the
 * other they are one text with the items of all: what comes before them is of the first one, what comes
 * after them of the last one. False also if there are no items in one that is not the first.
 */
bool jw_finish_part(struct jw *w, bool first, bool last, struct bytes *out);

#endif
