/* encode.c - bytes as text and back: hexadecimal, base32, base64, percent-encoding. */
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"

char *
hex_encode(struct arena *arena, const void *bytes, size_t length)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = bytes;
	char *text = arena_array(arena, length + 1, 2);

	for (size_t i = 0; i < length; i++) {
		text[2 * i] = digits[in[i] >> 4];
		text[2 * i + 1] = digits[in[i] & 15];
	}
	return text;
}

/* The value of a digit and 1; 0 of any other character. */
static const unsigned char hex_values[UCHAR_MAX + 1] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

int
hex_pair(const char *text)
{
	int high = hex_values[(unsigned char)text[0]];
	int low = high == 0 ? 0 : hex_values[(unsigned char)text[1]];

	return low == 0 ? -1 : (high - 1) << 4 | (low - 1);
}

bool
hex_decode(void *out, size_t length, const char *text)
{
	unsigned char *bytes = out;

	for (size_t i = 0; i < length; i++) {
		int byte = hex_pair(text + 2 * i);

		if (byte < 0)
			return false;
		bytes[i] = (unsigned char)byte;
	}
	return text[2 * length] == '\0';
}

#define BASE64_COMMON "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/* Six bits per digit; the text has room for padding. */
static char *
base64_digits(struct arena *arena, const char *digits, const void *bytes, size_t length)
{
	const unsigned char *in = bytes;
	char *text = arena_array(arena, length / 3 + 2, 4);
	char *out = text;
	unsigned pending = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < length; i++) {
		pending = (pending << 8 | in[i]) & 0xFFFF;
		for (bits += 8; bits >= 6; bits -= 6)
			*out++ = digits[pending >> (bits - 6) & 63];
	}
	if (bits > 0)
		*out++ = digits[pending << (6 - bits) & 63];
	*out = '\0';
	return text;
}

/* Five bits at a time, the last ones filled up with zeros. */
char *
base32_encode(struct arena *arena, const void *bytes, size_t length)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const unsigned char *from = bytes;
	char *text = arena_alloc(arena, (length * 8 + 4) / 5 + 1);
	char *to = text;

	for (size_t bit = 0; bit < length * 8; bit += 5) {
		unsigned pair = (unsigned)from[bit / 8] << 8;

		if (bit / 8 + 1 < length)
			pair |= from[bit / 8 + 1];
		*to++ = digits[pair >> (11 - bit % 8) & 0x1F];
	}
	return text;
}

char *
base64url_encode(struct arena *arena, const void *bytes, size_t length)
{
	return base64_digits(arena, BASE64_COMMON "-_", bytes, length);
}

char *
base64_encode(struct arena *arena, const void *bytes, size_t length)
{
	char *text = base64_digits(arena, BASE64_COMMON "+/", bytes, length);

	for (size_t n = strlen(text); n % 4 != 0; n++)
		text[n] = '=';
	return text;
}

static int
base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

bool
base64url_decode(struct arena *arena, const char *text, struct bytes *out)
{
	size_t length = strlen(text);
	unsigned char *bytes = arena_alloc(arena, length / 4 * 3 + 4);
	size_t count = 0;
	unsigned pending = 0;
	unsigned bits = 0;

	for (size_t i = 0; i < length; i++) {
		int digit = base64url_digit(text[i]);

		if (digit < 0)
			return false;
		pending = (pending << 6 | (unsigned)digit) & 0xFFFF;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[count++] = (unsigned char)(pending >> bits & 0xFF);
		}
	}
	if (length % 4 == 1 || (pending & ((1U << bits) - 1)) != 0)
		return false;
	*out = (struct bytes){bytes, count};
	return true;
}

bool
base64_decode(struct arena *arena, const char *text, struct bytes *out)
{
	size_t length = strlen(text);
	size_t padding = length - strcspn(text, "=");
	char *digits = arena_strndup(arena, text, length - padding);

	if (length % 4 != 0 || padding > 2 || strspn(text + length - padding, "=") != padding ||
	    strpbrk(digits, "-_") != NULL)
		return false;
	for (char *p = digits; *p != '\0'; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	return base64url_decode(arena, digits, out);
}

static bool
has_byte(const char *text, size_t length, char byte)
{
	return memchr(text, byte, length) != NULL;
}

/* Most texts: there is nothing to decode, and nothing to check. */
static bool
is_decoded(const char *text, size_t length, bool plus_is_space)
{
	return text_plain_run(text, length) == length && !has_byte(text, length, '%') &&
	       !(plus_is_space && has_byte(text, length, '+'));
}

bool
percent_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space, char **out)
{
	size_t count = 0;
	char *decoded;

	if (is_decoded(text, length, plus_is_space)) {
		*out = arena_strndup(arena, text, length);
		return true;
	}
	decoded = arena_alloc(arena, length + 1);
	for (size_t i = 0; i < length; i++) {
		int byte = (unsigned char)text[i];

		if (byte == '+' && plus_is_space) {
			byte = ' ';
		} else if (byte == '%') {
			byte = length - i > 2 ? hex_pair(text + i + 1) : -1;
			i += 2;
		}
		if (byte <= 0)
			return false;
		decoded[count++] = (char)byte;
	}
	if (!utf8_valid(decoded, count))
		return false;
	*out = decoded;
	return true;
}

char *
percent_encode(struct arena *arena, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";
	static const char digits[] = "0123456789ABCDEF";
	char *encoded = arena_array(arena, strlen(text) + 1, 3);
	char *out = encoded;

	for (const unsigned char *p = (const unsigned char *)text; *p != '\0'; p++) {
		if (strchr(unreserved, *p) != NULL) {
			*out++ = (char)*p;
			continue;
		}
		*out++ = '%';
		*out++ = digits[*p >> 4];
		*out++ = digits[*p & 15];
	}
	return encoded;
}
