#include "base/text.h"

#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool
text_equal(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

bool
text_equal_any_case(const char *a, const char *b)
{
	while (*a != '\0' && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

uint64_t
text_hash(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return hash;
}

bool
text_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void
text_copy(char *out, size_t size, const char *text)
{
	size_t length = strnlen(text, size - 1);

	memcpy(out, text, length);
	out[length] = '\0';
}

int
text_index(const char *const *list, const char *text)
{
	for (int i = 0; list[i] != NULL; i++)
		if (text_equal(list[i], text))
			return i;
	return -1;
}

static bool
is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

size_t
utf8_next(const char *text, size_t length)
{
	const unsigned char *s = (const unsigned char *)text;

	if (length == 0)
		return 0;
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xC2 || length < 2 || !is_tail(s[1]))
		return 0;
	if (s[0] < 0xE0)
		return 2;
	if (length < 3 || !is_tail(s[2]))
		return 0;
	if (s[0] < 0xF0) {
		bool overlong = s[0] == 0xE0 && s[1] < 0xA0;
		bool surrogate = s[0] == 0xED && s[1] > 0x9F;

		return overlong || surrogate ? 0 : 3;
	}
	if (s[0] > 0xF4 || length < 4 || !is_tail(s[3]))
		return 0;
	if ((s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] > 0x8F))
		return 0;
	return 4;
}

/* Eight bytes at a time, each in a byte of a word. */
enum { WORD = 8 };
#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

static uint64_t
word_at(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return word;
}

/* Whether all of them are plain. A subtraction sets the highest bit of a byte that is less; it then borrows
 * from the next one, but the answer is known by then. */
static bool
is_plain_word(uint64_t word)
{
	uint64_t control = word - EACH(0x20);
	uint64_t quotation_mark = (word ^ EACH('"')) - EACH(1);
	uint64_t backslash = (word ^ EACH('\\')) - EACH(1);

	return ((word | control | quotation_mark | backslash) & EACH(0x80)) == 0;
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

size_t
text_plain_run(const char *text, size_t length)
{
	size_t run = 0;

	while (length - run >= WORD && is_plain_word(word_at(text + run)))
		run += WORD;
	/* The rest together with bytes before it that are plain. */
	if (length - run < WORD && length >= WORD && is_plain_word(word_at(text + length - WORD)))
		return length;
	while (run < length && is_plain((unsigned char)text[run]))
		run++;
	return run;
}

bool
utf8_valid(const char *text, size_t length)
{
	while (length > 0) {
		size_t n;

		if (length >= WORD && (word_at(text) & EACH(0x80)) == 0)
			n = WORD;
		else
			n = utf8_next(text, length);

		if (n == 0)
			return false;
		text += n;
		length -= n;
	}
	return true;
}

size_t
utf8_count(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		if (!is_tail((unsigned char)*text))
			count++;
	return count;
}

bool
text_has_control(const char *text)
{
	for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s++)
		if (*s < 0x20 || *s == 0x7F || (*s == 0xC2 && s[1] >= 0x80 && s[1] <= 0x9F))
			return true;
	return false;
}

char *
text_lower(struct arena *arena, const char *text)
{
	char *copy = arena_strdup(arena, text);

	for (char *c = copy; *c != '\0'; c++)
		*c = lower(*c);
	return copy;
}

char *
text_words(struct arena *arena, const char *name)
{
	char *words = arena_strdup(arena, name);

	for (char *p = words; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	if (words[0] >= 'a' && words[0] <= 'z')
		words[0] = (char)(words[0] - 'a' + 'A');
	return words;
}

char *
text_trim(struct arena *arena, const char *text)
{
	size_t length;

	while (is_space(*text))
		text++;
	length = strlen(text);
	while (length > 0 && is_space(text[length - 1]))
		length--;
	return arena_strndup(arena, text, length);
}

/* Length of the tag that the text begins with, to its end if it is never closed; 0: there is
 * none. */
static size_t
tag_length(const char *text)
{
	char next = text[0] == '<' ? text[1] : '\0';
	size_t length;

	if (!((next | 32) >= 'a' && (next | 32) <= 'z') && (next == '\0' || !strchr("/!?", next)))
		return 0;
	length = strcspn(text, ">");
	return length + (text[length] == '>');
}

/* Removing tags may create new ones: repeat until there are none. */
char *
text_plain(struct arena *arena, const char *text)
{
	char *plain = arena_strdup(arena, text);
	bool found;

	do {
		char *end = plain;

		found = false;
		for (const char *p = plain; *p != '\0';) {
			size_t tag = tag_length(p);

			found = found || tag > 0;
			if (tag == 0)
				*end++ = *p++;
			p += tag;
		}
		*end = '\0';
	} while (found);
	return text_trim(arena, plain);
}

bool
integer_parse(int64_t *out, const char *text)
{
	bool negative = text[0] == '-';
	int64_t value = 0;

	if (negative)
		text++;
	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		int digit = *text - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, negative ? -digit : digit, &value))
			return false;
	}
	*out = value;
	return true;
}

const char *
integer_text(char buf[INTEGER_TEXT_MAX], int64_t value)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char *at = &buf[INTEGER_TEXT_MAX - 1];

	*at = '\0';
	do
		*--at = (char)('0' + rest % 10);
	while ((rest /= 10) > 0);
	if (value < 0)
		*--at = '-';
	return at;
}

const char *
text_append_part(struct arena *arena, const char *so_far, const char *part)
{
	size_t length = part != NULL ? strlen(part) : 0;
	char buf[INTEGER_TEXT_MAX];
	const char *const pieces[] = {so_far, integer_text(buf, (int64_t)length), ":", part, ";"};

	return arena_join(arena, pieces, COUNT(pieces));
}
