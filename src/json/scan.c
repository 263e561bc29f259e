#include "json/scan.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { DIGITS_MAX = 18 };

bool
scan_refuse_at(struct scan *s, size_t offset, const char *reason)
{
	s->offset = offset;
	s->reason = reason;
	return false;
}

bool
scan_refuse(struct scan *s, const char *reason)
{
	if (s->at >= s->length)
		reason = "Unexpected end of the text";
	return scan_refuse_at(s, s->at, reason);
}

char
scan_peek(const struct scan *s)
{
	return s->at < s->length ? s->text[s->at] : '\0';
}

bool
scan_take(struct scan *s, char c)
{
	if (s->at >= s->length || s->text[s->at] != c)
		return false;
	s->at++;
	return true;
}

void
scan_space(struct scan *s)
{
	while (s->at < s->length && (s->text[s->at] == ' ' || s->text[s->at] == '\n' ||
				     s->text[s->at] == '\r' || s->text[s->at] == '\t'))
		s->at++;
}

bool
scan_word(struct scan *s, const char *word)
{
	size_t length = strlen(word);

	if (s->length - s->at < length || memcmp(s->text + s->at, word, length) != 0)
		return scan_refuse_at(s, s->at, "A value is missing or not known");
	s->at += length;
	return true;
}

static size_t
skip_digits(struct scan *s)
{
	size_t start = s->at;

	while (scan_peek(s) >= '0' && scan_peek(s) <= '9')
		s->at++;
	return s->at - start;
}

/* [eE][+-]?[0-9]+ */
static bool
read_exponent(struct scan *s)
{
	s->at++;
	if (!scan_take(s, '+'))
		(void)scan_take(s, '-');
	return skip_digits(s) > 0 || scan_refuse(s, "A digit is missing");
}

static bool
is_zero(const char *number, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (number[i] >= '1' && number[i] <= '9')
			return false;
	return true;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
bool
scan_number(struct scan *s, enum scan_number *kind)
{
	size_t start = s->at;
	bool negative = scan_take(s, '-');
	size_t digits_at = s->at;
	size_t digits = skip_digits(s);

	*kind = SCAN_INTEGER;
	if (digits == 0)
		return scan_refuse(s, "A digit is missing");
	if (digits > 1 && s->text[digits_at] == '0')
		return scan_refuse_at(s, start, "A number must not begin with a zero");
	if (scan_take(s, '.')) {
		size_t decimals = skip_digits(s);

		if (decimals == 0)
			return scan_refuse(s, "A digit is missing");
		digits += decimals;
		*kind = SCAN_DECIMAL;
	}
	if (digits > DIGITS_MAX || (negative && is_zero(s->text + digits_at, s->at - digits_at)))
		*kind = SCAN_NUMBER;
	if (scan_peek(s) != 'e' && scan_peek(s) != 'E')
		return true;
	*kind = SCAN_NUMBER;
	return read_exponent(s);
}

/* The four digits after \u, or -1. */
static long
read_hex4(struct scan *s)
{
	unsigned char bytes[2];
	char digits[5];

	if (s->length - s->at < 4)
		return -1;
	memcpy(digits, s->text + s->at, 4);
	digits[4] = '\0';
	if (!hex_decode(bytes, 2, digits))
		return -1;
	s->at += 4;
	return bytes[0] * 256L + bytes[1];
}

static bool
is_surrogate(unsigned long c)
{
	return c >= 0xD800 && c <= 0xDFFF;
}

/* After \u: a character, a surrogate pair, or a lone surrogate. */
static bool
read_unicode_escape(struct scan *s, unsigned long *c)
{
	long unit = read_hex4(s);
	size_t behind = s->at;
	long low;

	if (unit < 0)
		return scan_refuse(s, "\\u needs four hexadecimal digits");
	*c = (unsigned long)unit;
	if (unit < 0xD800 || unit > 0xDBFF || !scan_take(s, '\\') || !scan_take(s, 'u')) {
		s->at = behind;
		return true;
	}
	low = read_hex4(s);
	if (low >= 0xDC00 && low <= 0xDFFF)
		*c = 0x10000 + (((unsigned long)unit - 0xD800) << 10) +
		     ((unsigned long)low - 0xDC00);
	else
		s->at = behind;
	return true;
}

static const char escapes[] = "\"\\/bfnrt";
static const char escaped[] = "\"\\/\b\f\n\r\t";

static bool
read_escape(struct scan *s, unsigned long *c)
{
	char name = scan_peek(s);
	const char *found = name != '\0' ? strchr(escapes, name) : NULL;

	if (name == 'u') {
		s->at++;
		return read_unicode_escape(s, c);
	}
	if (found == NULL)
		return scan_refuse(s, "This escape is not known");
	*c = (unsigned char)escaped[found - escapes];
	s->at++;
	return true;
}

static size_t
put_utf8(char *out, unsigned long c)
{
	size_t tail = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
	static const unsigned char heads[] = {0x00, 0xC0, 0xE0, 0xF0};

	out[0] = (char)(heads[tail] | c >> (6 * tail));
	for (size_t i = 1; i <= tail; i++)
		out[i] = (char)(0x80 | (c >> (6 * (tail - i)) & 0x3F));
	return tail + 1;
}

/* An escaped character, escaped again where necessary; never longer than before. */
static size_t
put_escaped(char *out, unsigned long c)
{
	const char *found = c != 0 && c < 0x80 && c != '/' ? strchr(escaped, (int)c) : NULL;
	char text[8];
	int length;

	if (found == NULL && c >= 0x20 && !is_surrogate(c))
		return put_utf8(out, c);
	if (found != NULL)
		length = snprintf(text, sizeof(text), "\\%c", escapes[found - escaped]);
	else
		length = snprintf(text, sizeof(text), "\\u%04lx", c);
	memcpy(out, text, (size_t)length);
	return (size_t)length;
}

/* Bytes up to a quotation mark, an escape, or an invalid character. */
static size_t
plain_run(const struct scan *s)
{
	size_t at = s->at;

	for (;;) {
		size_t n;

		at += text_plain_run(s->text + at, s->length - at);
		n = utf8_next(s->text + at, s->length - at);
		if (n < 2)
			return at - s->at;
		at += n;
	}
}

/* A byte that a lenient scan replaces with a question mark. */
static bool
read_flaw(struct scan *s)
{
	if (s->at >= s->length || !s->lenient)
		return scan_refuse(s, (unsigned char)scan_peek(s) < 0x20
					      ? "A control character in a string must be escaped"
					      : "The text is not valid UTF-8");
	s->at++;
	return true;
}

/* What a string has that a C string of UTF-8 can't represent. */
struct oddities {
	bool escapes; /* of NUL or a lone surrogate */
	bool flaws;   /* bytes that were replaced */
};

static bool
read_string(struct scan *s, bool escape, char *out, size_t *length, struct oddities *found)
{
	size_t n = 0;

	while (!scan_take(s, '"')) {
		size_t run = plain_run(s);
		unsigned long c;

		memcpy(out + n, s->text + s->at, run);
		n += run;
		s->at += run;
		if (scan_peek(s) == '"')
			continue;
		if (scan_take(s, '\\')) {
			if (!read_escape(s, &c))
				return false;
			found->escapes = found->escapes || c == 0 || is_surrogate(c);
			n += escape ? put_escaped(out + n, c) : put_utf8(out + n, c);
			continue;
		}
		if (!read_flaw(s))
			return false;
		found->flaws = true;
		out[n++] = '?';
	}
	out[n] = '\0';
	*length = n;
	return true;
}

/* A string that is odd is read again, with its escapes. */
static bool
read_with_escapes(struct scan *s, char *out, size_t *length, bool flaws_are_odd, bool *odd)
{
	struct oddities found = {0};
	size_t start = ++s->at;

	if (!read_string(s, false, out, length, &found))
		return false;
	*odd = found.escapes || (flaws_are_odd && found.flaws);
	if (!*odd)
		return true;
	s->at = start;
	return read_string(s, true, out, length, &found);
}

bool
scan_string(struct scan *s, char *out, size_t *length, bool *odd)
{
	return read_with_escapes(s, out, length, true, odd);
}

bool
scan_name(struct scan *s, char *out, size_t *length, bool *odd)
{
	return read_with_escapes(s, out, length, false, odd);
}
