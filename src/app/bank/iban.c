#include "app/bank/iban.h"

#include <stddef.h>
#include <string.h>

#include "app/bank/iban_check.h"
#include "base/arena.h"
#include "base/attributes.h"

enum { CHECK_AT = 2, BBAN_AT = 4, MODULUS = 97, LETTERS_FROM = 10 };

static const struct country {
	char code[3];
	const char *structure; /* "4!n6!n1!n" */
	enum bban_check check;
} countries[] = {
#define IBAN(code, structure, check) {#code, structure, BBAN_##check},
#include "app/bank/iban.def"
#undef IBAN
};

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

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_of(char class, char c)
{
	return (class != 'a' && is_digit(c)) || (class != 'n' && c >= 'A' && c <= 'Z');
}

/* Whether the text matches the structure: counts of characters, each with a class. */
static bool
fits(const char *structure, const char *text)
{
	while (*structure != '\0') {
		int count = 0;
		char class;

		for (; is_digit(*structure); structure++)
			count = count * 10 + (*structure - '0');
		class = structure[1]; /* after "!" */
		structure += 2;
		for (; count > 0 && is_of(class, *text); count--)
			text++;
		if (count > 0)
			return false;
	}
	return *text == '\0';
}

static const struct country *
country_of(const char *text)
{
	for (size_t i = 0; i < COUNT(countries); i++)
		if (strncmp(countries[i].code, text, 2) == 0)
			return &countries[i];
	return NULL;
}

/* The remainder of the digits so far, with one character more; a letter is two digits. */
static unsigned
append(unsigned remainder, char character)
{
	if (character >= 'A')
		return (remainder * 100 + (unsigned)(character - 'A') + LETTERS_FROM) % MODULUS;
	return (remainder * 10 + (unsigned)(character - '0')) % MODULUS;
}

/* 00, 01 and 99 leave the same remainders as 97, 98 and 02, and are never issued. */
static bool
check_digits_valid(const char *text)
{
	size_t length = strlen(text);
	unsigned remainder = 0;
	int digits;

	if (!is_digit(text[CHECK_AT]) || !is_digit(text[CHECK_AT + 1]))
		return false;
	digits = (text[CHECK_AT] - '0') * 10 + (text[CHECK_AT + 1] - '0');
	if (digits < 2 || digits > 98)
		return false;
	for (size_t i = 0; i < length; i++)
		remainder = append(remainder, text[(i + BBAN_AT) % length]);
	return remainder == 1;
}

bool
iban_valid(const char *text)
{
	const struct country *country = country_of(text);

	return country != NULL && strlen(text) > BBAN_AT &&
	       fits(country->structure, text + BBAN_AT) && check_digits_valid(text) &&
	       bban_check(country->check, text + BBAN_AT);
}

bool
bban_valid(const char *country, const char *text)
{
	const struct country *found = country_of(country);

	return found != NULL && fits(found->structure, text) && bban_check(found->check, text);
}
