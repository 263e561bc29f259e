#include "db/row.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>

#include "base/ensure.h"
#include "base/log.h"
#include "base/word.h"
#include "db/types.h"
#include "json/jsonb.h"

/* The code and its SQL disagree: the data can't be trusted. */
static _Noreturn void
bug(const char *what, const char *column)
{
	log_event(LOG_LEVEL_ERROR, "bug", LOG_FIELDS({"what", what, 0}, {"column", column, 0}));
	abort();
}

static char *
value_at(const struct rows *rows, size_t i, int column)
{
	if (rows->result == NULL || i >= rows->count || column < 0 ||
	    column >= PQnfields(rows->result))
		bug("no such value", NULL);
	return PQgetvalue(rows->result, (int)i, column);
}

static int64_t
read_number(const char *value, int width)
{
	const unsigned char *at = (const unsigned char *)value;
	uint64_t bits = 0;

	for (int i = 0; i < width; i++)
		bits = bits << 8 | at[i];
	if (width == 2)
		return (int16_t)bits;
	if (width == 4)
		return (int32_t)bits;
	return (int64_t)bits;
}

static bool
is_text(Oid type)
{
	return type == OID_TEXT || type == OID_BPCHAR || type == OID_VARCHAR || type == OID_NAME ||
	       type == OID_JSON || type == OID_JSONB;
}

static void
want(const struct rows *rows, int column, bool fits)
{
	if (!fits)
		bug("another type", PQfname(rows->result, column));
}

bool
row_is_null(const struct rows *rows, size_t i, int column)
{
	(void)value_at(rows, i, column);
	return PQgetisnull(rows->result, (int)i, column) == 1;
}

int64_t
row_int(const struct rows *rows, size_t i, int column)
{
	const char *value = value_at(rows, i, column);
	Oid type = PQftype(rows->result, column);

	want(rows, column, type == OID_INT8 || type == OID_INT4 || type == OID_INT2);
	return read_number(value, PQgetlength(rows->result, (int)i, column));
}

/*
 * A numeric is sent as digits to the base of 10000, the highest first, after their number, the
 * weight of the first one, the sign and the number of decimals.
 */
wide_int
row_wide(const struct rows *rows, size_t i, int column)
{
	enum { BASE = 10000, NEGATIVE = 0x4000, HEAD = 4, WIDTH = 2 };
	const char *at = value_at(rows, i, column);
	wide_int value = 0;
	int64_t head[HEAD];

	want(rows, column, PQftype(rows->result, column) == OID_NUMERIC);
	if (PQgetisnull(rows->result, (int)i, column))
		return 0;
	for (int h = 0; h < HEAD; h++, at += WIDTH)
		head[h] = read_number(at, WIDTH);
	if (head[0] > head[1] + 1 || (head[2] != 0 && head[2] != NEGATIVE))
		bug("not an integer", PQfname(rows->result, column));
	for (int64_t d = 0; d <= (head[0] > 0 ? head[1] : -1); d++) {
		int64_t digit = d < head[0] ? read_number(at + d * WIDTH, WIDTH) : 0;

		if (__builtin_mul_overflow(value, BASE, &value) ||
		    __builtin_add_overflow(value, digit, &value))
			bug("number too large", PQfname(rows->result, column));
	}
	return head[2] == NEGATIVE ? -value : value;
}

bool
row_bool(const struct rows *rows, size_t i, int column)
{
	const char *value = value_at(rows, i, column);

	want(rows, column, PQftype(rows->result, column) == OID_BOOL);
	return *value != 0;
}

/* libpq also ends binary values with a NUL, so a text can be used in place. */
const char *
row_text(const struct rows *rows, size_t i, int column)
{
	char *value = value_at(rows, i, column);
	Oid type = PQftype(rows->result, column);

	want(rows, column, is_text(type));
	if (PQgetisnull(rows->result, (int)i, column))
		return NULL;
	if (type != OID_JSONB)
		return value;
	json_from_jsonb(value + 1);
	return value + 1;
}

unsigned
row_word(const struct rows *rows, size_t i, int column, const char *const *words)
{
	const char *text = row_text(rows, i, column);
	unsigned value = word_find(words, text);

	if (value == 0 && text != NULL)
		(void)ensure_at(rows->fault, false, "the word is known", __FILE__, __LINE__);
	return value;
}

struct uuid
row_uuid(const struct rows *rows, size_t i, int column)
{
	const char *value = value_at(rows, i, column);
	struct uuid id = {{0}};

	want(rows, column, PQftype(rows->result, column) == OID_UUID);
	if (PQgetlength(rows->result, (int)i, column) == (int)sizeof id.bytes)
		memcpy(id.bytes, value, sizeof id.bytes);
	return id;
}

struct instant
row_time(const struct rows *rows, size_t i, int column)
{
	const char *value = value_at(rows, i, column);
	struct instant t = {0};

	want(rows, column, PQftype(rows->result, column) == OID_TIMESTAMPTZ);
	if (PQgetisnull(rows->result, (int)i, column))
		return t;
	t.us = read_number(value, 8);
	/* The ends of the range mean plus and minus infinity. */
	if (t.us > INT64_MAX - POSTGRES_EPOCH_US)
		t.us = INT64_MAX;
	else if (t.us != INT64_MIN)
		t.us += POSTGRES_EPOCH_US;
	return t;
}

struct bytes
row_bytes(const struct rows *rows, size_t i, int column)
{
	const char *value = value_at(rows, i, column);

	want(rows, column, PQftype(rows->result, column) == OID_BYTEA);
	if (PQgetisnull(rows->result, (int)i, column))
		return (struct bytes){NULL, 0};
	return (struct bytes){value, (size_t)PQgetlength(rows->result, (int)i, column)};
}

static void
scan_value(const struct rows *rows, size_t i, int column, const struct column *as, void *member)
{
	switch (as->type) {
	case COLUMN_INT:
		*(int64_t *)member = row_int(rows, i, column);
		break;
	case COLUMN_WIDE:
		*(wide_int *)member = row_wide(rows, i, column);
		break;
	case COLUMN_BOOL:
		*(bool *)member = row_bool(rows, i, column);
		break;
	case COLUMN_TEXT:
		*(const char **)member = row_text(rows, i, column);
		break;
	case COLUMN_ENUM:
		*(unsigned *)member = row_word(rows, i, column, as->words);
		break;
	case COLUMN_UUID:
		*(struct uuid *)member = row_uuid(rows, i, column);
		break;
	case COLUMN_TIME:
		*(struct instant *)member = row_time(rows, i, column);
		break;
	case COLUMN_BYTES:
		*(struct bytes *)member = row_bytes(rows, i, column);
		break;
	}
}

/* Once for a result is enough. */
static void
check_names(const struct rows *rows, const struct column *columns, size_t n)
{
	for (size_t c = 0; c < n; c++) {
		const char *name = PQfname(rows->result, (int)c);

		if (name == NULL || strcmp(name, columns[c].name) != 0)
			bug("another column", columns[c].name);
	}
}

void
rows_scan(const struct rows *rows, size_t i, const struct column *columns, size_t n, void *out)
{
	if (i == 0)
		check_names(rows, columns, n);
	for (size_t c = 0; c < n; c++)
		scan_value(rows, i, (int)c, &columns[c], (char *)out + columns[c].offset);
}
