#include "app/iban.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS   "0123456789"

enum { HEAD = 4, MODULUS = 97, LETTERS_FROM = 10 };

const char *
iban_plain(struct arena *arena, const char *text)
{
	char *plain = arena_strdup(arena, text);
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++)
		if (*p != ' ')
			plain[n++] = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	plain[n] = '\0';
	return plain;
}

/* The remainder of the digits so far, with one character more; a letter is two digits. */
static unsigned
append(unsigned remainder, char character)
{
	if (character >= 'A')
		return (remainder * 100 + (unsigned)(character - 'A') + LETTERS_FROM) % MODULUS;
	return (remainder * 10 + (unsigned)(character - '0')) % MODULUS;
}

bool
iban_valid(const char *text)
{
	size_t length = strlen(text);
	unsigned remainder = 0;

	if (length <= HEAD || length > IBAN_LENGTH_MAX || strspn(text, CAPITALS) < 2 ||
	    strspn(text + 2, DIGITS) < 2 || strspn(text, CAPITALS DIGITS) != length)
		return false;
	for (size_t i = 0; i < length; i++)
		remainder = append(remainder, text[(i + HEAD) % length]);
	return remainder == 1;
}
