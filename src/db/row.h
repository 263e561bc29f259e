/*
 * row.h - typed values from result rows.
 *
 * A list of columns maps result columns to the members of a struct by name and C type, so that a
 * row is read with one call: rows_scan().
 */
#ifndef DB_ROW_H
#define DB_ROW_H

#include <stddef.h>
#include <stdint.h>

#include "base/money.h"
#include "base/text.h"
#include "db/db.h"

enum column_type {
	COLUMN_INT,
	COLUMN_WIDE, /* numeric without decimals: what sum() of bigint gives */
	COLUMN_BOOL,
	COLUMN_TEXT,
	COLUMN_ENUM, /* a text that is one of a list of words */
	COLUMN_UUID,
	COLUMN_TIME,
	COLUMN_BYTES,
};

struct column {
	const char *name; /* of the result column and of the member */
	enum column_type type;
	size_t offset;
	const char *const *words; /* of a COLUMN_ENUM: base/word.h */
};

/* The C type of the member determines the type; SQL NULL reads as 0, false, NULL, nil or no
 * time. */
#define COLUMN(struct_type, member) COLUMN_NAMED(struct_type, member, #member)
/* The same if the result column has another name than the member. */
#define COLUMN_NAMED(struct_type, member, name_)                      \
	{                                                             \
		.name = (name_),                                    \
		.type = _Generic(((struct_type *)0)->member,        \
				 int64_t: COLUMN_INT,               \
				 wide_int: COLUMN_WIDE,             \
				 bool: COLUMN_BOOL,                 \
				 const char *: COLUMN_TEXT,         \
				 struct uuid: COLUMN_UUID,          \
				 struct instant: COLUMN_TIME,       \
				 struct bytes: COLUMN_BYTES),       \
		.offset = offsetof(struct_type, member), \
	}

/* An enum by its table of words; NULL reads as 0. */
#define COLUMN_WORD(struct_type, member, words_)                            \
	{                                                                   \
		.name = #member,                                            \
		.type = _Generic(((struct_type *)0)->member, unsigned       \
				 : COLUMN_ENUM),                            \
		.offset = offsetof(struct_type, member), .words = (words_), \
	}

/* Read row i into *out. Columns stand in the result's order, from the first one; a name or type
 * that does not fit is a bug and stops the process. Texts live as long as the arena. */
void rows_scan(const struct rows *rows, size_t i, const struct column *columns, size_t n,
	       void *out);
#define COLUMN_COUNT(columns) (sizeof(columns) / sizeof((columns)[0]))

/* Single values by position; the type must match. */
bool row_is_null(const struct rows *rows, size_t i, int column);
int64_t row_int(const struct rows *rows, size_t i, int column);
wide_int row_wide(const struct rows *rows, size_t i, int column);
bool row_bool(const struct rows *rows, size_t i, int column);
const char *row_text(const struct rows *rows, size_t i, int column);
/* An enum by its table of words: base/word.h. A word that is not in it, which a newer release may have
 * stored, reads as 0 and ends the request (base/ensure.h). */
unsigned row_word(const struct rows *rows, size_t i, int column, const char *const *words);
struct uuid row_uuid(const struct rows *rows, size_t i, int column);
struct instant row_time(const struct rows *rows, size_t i, int column);
struct bytes row_bytes(const struct rows *rows, size_t i, int column);

#endif
