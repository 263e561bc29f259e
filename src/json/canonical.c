/* Writes values as text. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "json/value.h"
#include "json/writer.h"

enum { ZEROS_MAX = 40, EXPONENT_DIGITS_MAX = 15 };

/* A decomposed number: digits without zeros at either end, times a power of ten. */
struct number {
	bool negative;
	char *digits;
	size_t count;
	int64_t exponent;
};

/* "e+5" and the like; false if it is too large for calculations. */
static bool
add_exponent(int64_t *exponent, const char *text)
{
	bool negative = text[1] == '-';
	const char *digits = text + 1 + strspn(text + 1, "+-");
	int64_t value;

	digits += strspn(digits, "0");
	if (strlen(digits) > EXPONENT_DIGITS_MAX)
		return false;
	value = strtoll(digits, NULL, 10);
	*exponent += negative ? -value : value;
	return true;
}

/* False if its exponent is too large for calculations. */
static bool
take_apart(struct arena *arena, const char *text, struct number *out)
{
	size_t leading;
	bool decimals = false;

	*out = (struct number){.negative = text[0] == '-'};
	text += out->negative;
	out->digits = arena_alloc(arena, strlen(text) + 1);
	for (; (*text >= '0' && *text <= '9') || *text == '.'; text++) {
		if (*text == '.') {
			decimals = true;
			continue;
		}
		out->digits[out->count++] = *text;
		out->exponent -= decimals;
	}
	leading = strspn(out->digits, "0");
	out->digits += leading;
	out->count -= leading;
	while (out->count > 0 && out->digits[out->count - 1] == '0') {
		out->digits[--out->count] = '\0';
		out->exponent++;
	}
	return out->count == 0 || *text == '\0' || add_exponent(&out->exponent, text);
}

static const char *
zeros(struct arena *arena, size_t count)
{
	char *text = arena_alloc(arena, count + 1);

	memset(text, '0', count);
	return text;
}

/* Without exponent; NULL if that takes too many zeros. */
static const char *
plain(struct arena *arena, const struct number *n)
{
	const char *sign = n->negative ? "-" : "";
	size_t whole; /* digits before the point */

	if (n->count == 0)
		return arena_printf(arena, "%s0", sign);
	if (n->exponent > ZEROS_MAX || n->exponent < -(int64_t)(n->count + ZEROS_MAX))
		return NULL;
	if (n->exponent >= 0)
		return arena_printf(arena, "%s%s%s", sign, n->digits,
				    zeros(arena, (size_t)n->exponent));
	if (n->exponent <= -(int64_t)n->count)
		return arena_printf(arena, "%s0.%s%s", sign,
				    zeros(arena, (size_t)-n->exponent - n->count), n->digits);
	whole = n->count - (size_t)-n->exponent;
	return arena_printf(arena, "%s%.*s.%s", sign, (int)whole, n->digits, n->digits + whole);
}

const char *
json_plain_number(struct arena *arena, const struct json_object *number)
{
	const char *text = json_text_value(number);
	struct number n;

	return take_apart(arena, text, &n) ? plain(arena, &n) : NULL;
}

/* 100.10, 100.1 and 1.001e2 are one value, as are 7.0 and 7. */
static const char *
canonical_number(struct arena *arena, const char *text)
{
	const char *without;
	struct number n;

	if (!take_apart(arena, text, &n))
		return text;
	without = plain(arena, &n);
	return without != NULL ? without
			       : arena_printf(arena, "%s%se%" PRId64, n.negative ? "-" : "",
					      n.digits, n.exponent);
}

static int
compare_names(const void *a, const void *b)
{
	const struct json_object *const *left = a;
	const struct json_object *const *right = b;

	int order = strcmp((*left)->name, (*right)->name);

	return order != 0 ? order : (*left)->odd_name - (*right)->odd_name;
}

/* Forms of output. */
struct form {
	struct jw w;
	bool canonical;
};

static void write_value(struct form *form, const char *name, const struct json_object *value);

static void
write_members(struct form *form, const struct json_object *object)
{
	const struct json_object **members =
		arena_array(form->w.arena, object->count + 1U, sizeof(struct json_object *));

	for (size_t i = 0; i < object->count; i++)
		members[i] = &object->as.items[i];
	if (form->canonical && object->count > 1)
		qsort(members, object->count, sizeof(struct json_object *), compare_names);
	for (size_t i = 0; i < object->count; i++) {
		if (members[i]->odd_name)
			jw_escaped_name(&form->w);
		write_value(form, members[i]->name, members[i]);
	}
}

static const char *
number_text(const struct form *form, const struct json_object *value)
{
	/* An integer has one form only. */
	if (!form->canonical || value->kind == JSON_INTEGER)
		return value->as.text;
	return canonical_number(form->w.arena, value->as.text);
}

/* The reader bounds the depth, and with it the recursion. */
static void
write_value(struct form *form, const char *name, const struct json_object *value)
{
	struct jw *w = &form->w;

	switch (json_kind(value)) {
	case JSON_NULL:
	case JSON_UNCLEAR:
		jw_null(w, name);
		break;
	case JSON_BOOL:
		jw_bool(w, name, value->as.truth);
		break;
	case JSON_INTEGER:
	case JSON_DECIMAL:
	case JSON_NUMBER:
		jw_json(w, name, number_text(form, value));
		break;
	case JSON_TEXT:
		jw_text(w, name, value->as.text);
		break;
	case JSON_ODD_TEXT:
		jw_escaped(w, name, value->as.text);
		break;
	case JSON_LIST:
		jw_list(w, name);
		for (size_t i = 0; i < value->count; i++)
			write_value(form, NULL, &value->as.items[i]);
		jw_close(w);
		break;
	case JSON_OBJECT:
		jw_object(w, name);
		write_members(form, value);
		jw_close(w);
		break;
	}
}

static const char *
write_as(struct arena *arena, const struct json_object *value, bool canonical)
{
	struct form form = {.canonical = canonical};
	struct bytes text;

	jw_init(&form.w, arena, 256);
	write_value(&form, NULL, value);
	/* A value that was read can be written: its depth is bounded, its texts are UTF-8. */
	return jw_finish(&form.w, &text) ? text.data : "null";
}

const char *
json_compact(struct arena *arena, const struct json_object *value)
{
	return write_as(arena, value, false);
}

const char *
json_canonical(struct arena *arena, const struct json_object *value)
{
	return write_as(arena, value, true);
}
