#include "json/strict.h"

#include <string.h>

#include "base/text.h"

/* Where the reading stands. After a refusal nothing is read any more. */
struct gate {
	const char *text;
	size_t length;
	size_t at;
	unsigned depth;
	bool foreign; /* numbers may be as others write them */
	struct json_refusal *why;
};

/* What fits into 64 bits, a double and jsonb alike. */
enum { FOREIGN_DIGITS_MAX = 19, FOREIGN_DECIMALS_MAX = 40, FOREIGN_EXPONENT_DIGITS_MAX = 2 };

/* A key as it was written, without its quotation marks. */
struct key {
	const char *text;
	size_t length;
	bool escaped;
};

static bool read_value(struct gate *g);

static bool
refuse_at(struct gate *g, size_t offset, const char *reason)
{
	g->why->offset = offset;
	g->why->reason = reason;
	return false;
}

static bool
refuse(struct gate *g, const char *reason)
{
	if (g->at >= g->length)
		reason = "The text ends too early";
	return refuse_at(g, g->at, reason);
}

/* The byte at hand; NUL at the end (a NUL byte is refused wherever it stands). */
static char
peek(const struct gate *g)
{
	return g->at < g->length ? g->text[g->at] : '\0';
}

static bool
take(struct gate *g, char c)
{
	if (g->at >= g->length || g->text[g->at] != c)
		return false;
	g->at++;
	return true;
}

static void
skip_space(struct gate *g)
{
	while (g->at < g->length && strchr(" \t\n\r", g->text[g->at]) != NULL &&
	       g->text[g->at] != '\0')
		g->at++;
}

/* The four digits after \u, or -1. */
static long
hex4(const char *text)
{
	unsigned char bytes[2];
	char digits[5];

	memcpy(digits, text, 4);
	digits[4] = '\0';
	return hex_decode(bytes, 2, digits) ? bytes[0] * 256L + bytes[1] : -1;
}

static long
read_hex4(struct gate *g)
{
	long unit = g->length - g->at >= 4 ? hex4(g->text + g->at) : -1;

	if (unit >= 0)
		g->at += 4;
	return unit;
}

/* What follows \u: a character, or a high surrogate and its low one. */
static bool
read_unicode_escape(struct gate *g)
{
	size_t start = g->at;
	long unit = read_hex4(g);

	if (unit < 0)
		return refuse(g, "\\u needs four hexadecimal digits");
	if (unit == 0)
		return refuse_at(g, start, "\\u0000 is not allowed");
	if (unit < 0xD800 || unit > 0xDFFF)
		return true;
	if (unit > 0xDBFF || !take(g, '\\') || !take(g, 'u'))
		return refuse_at(g, start, "A surrogate stands alone");
	unit = read_hex4(g);
	if (unit < 0xDC00 || unit > 0xDFFF)
		return refuse_at(g, start, "A surrogate stands alone");
	return true;
}

static bool
read_escape(struct gate *g)
{
	char c = peek(g);

	if (c == 'u') {
		g->at++;
		return read_unicode_escape(g);
	}
	if (c == '\0' || strchr("\"\\/bfnrt", c) == NULL)
		return refuse(g, "This escape is not known");
	g->at++;
	return true;
}

/* A string; key, if wanted, is told where it stands. */
static bool
read_string(struct gate *g, struct key *key)
{
	size_t start = ++g->at;
	bool escaped = false;

	while (!take(g, '"')) {
		size_t n = utf8_next(g->text + g->at, g->length - g->at);

		if (n == 0)
			return refuse(g, "The text is not valid UTF-8");
		if ((unsigned char)g->text[g->at] < 0x20)
			return refuse(g, "A control character in a string must be escaped");
		escaped = escaped || g->text[g->at] == '\\';
		g->at += n;
		if (g->text[g->at - 1] == '\\' && !read_escape(g))
			return false;
	}
	if (key != NULL)
		*key = (struct key){g->text + start, g->at - 1 - start, escaped};
	return true;
}

static size_t
skip_digits(struct gate *g)
{
	size_t start = g->at;

	while (peek(g) >= '0' && peek(g) <= '9')
		g->at++;
	return g->at - start;
}

static bool
is_zero(const char *number, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (number[i] >= '1' && number[i] <= '9')
			return false;
	return true;
}

/* [eE][+-]?[0-9]+ */
static bool
read_exponent(struct gate *g)
{
	size_t digits;

	if (!g->foreign)
		return refuse(g, "Numbers with an exponent are not accepted");
	g->at++;
	if (!take(g, '+'))
		(void)take(g, '-');
	digits = skip_digits(g);
	if (digits == 0)
		return refuse(g, "A digit is missing");
	if (digits > FOREIGN_EXPONENT_DIGITS_MAX)
		return refuse(g, "An exponent is too long");
	return true;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)? */
static bool
read_number(struct gate *g)
{
	size_t most = g->foreign ? FOREIGN_DIGITS_MAX : JSON_DIGITS_MAX;
	size_t start = g->at;
	bool negative = take(g, '-');
	size_t digits_at = g->at;
	size_t digits = skip_digits(g);

	if (digits == 0)
		return refuse(g, "A digit is missing");
	if (digits > 1 && g->text[digits_at] == '0')
		return refuse_at(g, start, "A number must not begin with a zero");
	if (take(g, '.')) {
		size_t decimals = skip_digits(g);

		if (decimals == 0)
			return refuse(g, "A digit is missing");
		digits += decimals;
		if (g->foreign)
			most = FOREIGN_DIGITS_MAX + FOREIGN_DECIMALS_MAX;
	}
	if ((peek(g) == 'e' || peek(g) == 'E') && !read_exponent(g))
		return false;
	if (digits > most)
		return refuse_at(g, start, "A number has more than 18 digits");
	if (!g->foreign && negative && is_zero(g->text + digits_at, g->at - digits_at))
		return refuse_at(g, start, "Negative zero is not accepted");
	return true;
}

static bool
read_word(struct gate *g, const char *word)
{
	size_t length = strlen(word);

	if (g->length - g->at < length || memcmp(g->text + g->at, word, length) != 0)
		return refuse_at(g, g->at, "A value is missing or not known");
	g->at += length;
	return true;
}

/* Append a code point as UTF-8; enough for comparing keys. */
static size_t
put_utf8(unsigned char *out, unsigned long c)
{
	if (c < 0x80) {
		out[0] = (unsigned char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (unsigned char)(0xC0 | c >> 6);
		out[1] = (unsigned char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (unsigned char)(0xE0 | c >> 12);
		out[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (unsigned char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (unsigned char)(0xF0 | c >> 18);
	out[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (unsigned char)(0x80 | (c & 0x3F));
	return 4;
}

/* The next character of a checked key as UTF-8, unescaped; steps over it. */
static size_t
next_character(const char **at, unsigned char out[4])
{
	static const char names[] = "bfnrt";
	static const char meanings[] = "\b\f\n\r\t";
	const char *s = *at;
	unsigned long c;

	if (*s != '\\') {
		out[0] = (unsigned char)*s;
		*at = s + 1;
		return 1;
	}
	if (s[1] != 'u') {
		const char *name = strchr(names, s[1]);

		out[0] = (unsigned char)(name != NULL ? meanings[name - names] : s[1]);
		*at = s + 2;
		return 1;
	}
	c = (unsigned long)hex4(s + 2);
	*at = s + 6;
	if (c >= 0xD800 && c <= 0xDBFF) {
		c = 0x10000 + ((c - 0xD800) << 10) + ((unsigned long)hex4(s + 8) - 0xDC00);
		*at = s + 12;
	}
	return put_utf8(out, c);
}

/* The bytes that a key stands for, one at a time. */
struct unescaper {
	const char *at;
	const char *end;
	unsigned char pending[4];
	size_t next;
	size_t count;
};

static int
next_byte(struct unescaper *u)
{
	if (u->next == u->count) {
		if (u->at == u->end)
			return -1;
		u->count = next_character(&u->at, u->pending);
		u->next = 0;
	}
	return u->pending[u->next++];
}

static bool
same_key(const struct key *a, const struct key *b)
{
	struct unescaper left = {.at = a->text, .end = a->text + a->length};
	struct unescaper right = {.at = b->text, .end = b->text + b->length};
	int byte;

	if (!a->escaped && !b->escaped)
		return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
	do {
		byte = next_byte(&left);
		if (byte != next_byte(&right))
			return false;
	} while (byte >= 0);
	return true;
}

/* A member; its key must differ from the count ones before it. */
static bool
read_member(struct gate *g, struct key *keys, size_t count)
{
	size_t start = g->at;

	if (peek(g) != '"')
		return refuse(g, "A member needs a name in quotation marks");
	if (count == JSON_KEYS_MAX)
		return refuse(g, "An object has more than 64 members");
	if (!read_string(g, &keys[count]))
		return false;
	for (size_t i = 0; i < count; i++)
		if (same_key(&keys[i], &keys[count]))
			return refuse_at(g, start, "A member is repeated");
	skip_space(g);
	if (!take(g, ':'))
		return refuse(g, "A colon is missing");
	return read_value(g);
}

static bool
read_object(struct gate *g)
{
	struct key keys[JSON_KEYS_MAX];

	skip_space(g);
	if (take(g, '}'))
		return true;
	for (size_t count = 0;; count++) {
		skip_space(g);
		if (!read_member(g, keys, count))
			return false;
		skip_space(g);
		if (take(g, '}'))
			return true;
		if (!take(g, ','))
			return refuse(g, "A comma or a closing brace is missing");
	}
}

static bool
read_list(struct gate *g)
{
	skip_space(g);
	if (take(g, ']'))
		return true;
	for (;;) {
		if (!read_value(g))
			return false;
		skip_space(g);
		if (take(g, ']'))
			return true;
		if (!take(g, ','))
			return refuse(g, "A comma or a closing bracket is missing");
	}
}

static bool
read_container(struct gate *g)
{
	bool object = peek(g) == '{';
	bool taken;

	if (g->depth == JSON_DEPTH_MAX)
		return refuse(g, "Objects and lists are nested too deeply");
	g->at++;
	g->depth++;
	taken = object ? read_object(g) : read_list(g);
	g->depth--;
	return taken;
}

static bool
read_value(struct gate *g)
{
	skip_space(g);
	switch (peek(g)) {
	case '{':
	case '[':
		return read_container(g);
	case '"':
		return read_string(g, NULL);
	case 't':
		return read_word(g, "true");
	case 'f':
		return read_word(g, "false");
	case 'n':
		return read_word(g, "null");
	default:
		if (peek(g) == '-' || (peek(g) >= '0' && peek(g) <= '9'))
			return read_number(g);
		return refuse(g, "A value is missing or not known");
	}
}

static bool
pass(const char *text, size_t length, bool foreign, struct json_refusal *why)
{
	struct gate g = {.text = text, .length = length, .foreign = foreign, .why = why};

	skip_space(&g);
	if (g.at == length)
		return refuse_at(&g, 0, "The body is empty");
	if (length - g.at >= 3 && memcmp(text + g.at, "\xEF\xBB\xBF", 3) == 0)
		return refuse(&g, "A byte order mark is not accepted");
	if (peek(&g) != '{' && peek(&g) != '[')
		return refuse(&g, "The body must be an object or a list");
	if (!read_container(&g))
		return false;
	skip_space(&g);
	if (g.at != length)
		return refuse(&g, "There is more after the end");
	return true;
}

bool
json_strict(const char *text, size_t length, struct json_refusal *why)
{
	return pass(text, length, false, why);
}

bool
json_strict_foreign(const char *text, size_t length, struct json_refusal *why)
{
	return pass(text, length, true, why);
}
