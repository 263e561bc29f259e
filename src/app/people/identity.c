#include "app/people/identity.h"

#include <string.h>

#include "base/arena.h"
#include "base/luhn.h"
#include "base/text.h"
#include "base/word.h"

#define DIGITS "0123456789"
#define SPACE  " \t\n\r\f\v"

enum {
	PHONE_DIGITS_MIN = 8,
	PHONE_DIGITS_MAX = 15,
	ZA_PHONE_DIGITS = 11, /* with the country's 27 */
	ZA_LOCAL_DIGITS = 10, /* with the leading 0 */
	ZA_ID_DIGITS = 13,
	ZA_STATUS_AT = 10, /* 0 citizen, 1 permanent resident, 2 refugee */
};

const char *const document_type_words[] = {"south_african_id", "passport", NULL};

static char *
without(struct arena *arena, const char *text, const char *dropped)
{
	char *out = arena_alloc(arena, strlen(text) + 1);
	size_t n = 0;

	for (const char *p = text; *p != '\0'; p++)
		if (strchr(dropped, *p) == NULL)
			out[n++] = *p;
	return out;
}

/* Digits alone, the first not 0; the numbers of South Africa all have one length. */
static bool
international_valid(const char *digits)
{
	size_t length = strlen(digits);

	if (strspn(digits, DIGITS) != length || digits[0] == '0')
		return false;
	if (text_starts_with(digits, "27"))
		return length == ZA_PHONE_DIGITS && digits[2] != '0';
	return length >= PHONE_DIGITS_MIN && length <= PHONE_DIGITS_MAX;
}

const char *
phone_e164(struct arena *arena, const char *text)
{
	const char *number = without(arena, text, " -.()");
	bool local = number[0] == '0' && strlen(number) == ZA_LOCAL_DIGITS;

	if (local)
		number = arena_printf(arena, "+27%s", number + 1);
	return number[0] == '+' && international_valid(number + 1) ? number : NULL;
}

static int
two_digits(const char *text)
{
	return (text[0] - '0') * 10 + text[1] - '0';
}

/* YYMMDD: every fourth year is a leap year, for 00 may be 2000. */
static bool
date_valid(const char *text)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int month = two_digits(text + 2);
	int day = two_digits(text + 4);
	int leap = month == 2 && two_digits(text) % 4 == 0;

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + leap;
}

static bool
south_african_id_valid(const char *text)
{
	return strlen(text) == ZA_ID_DIGITS && luhn_valid(text) && date_valid(text) &&
	       text[ZA_STATUS_AT] <= '2';
}

const char *
document_number(struct arena *arena, enum document_type type, const char *text)
{
	char *number = without(arena, text, SPACE);

	if (type == DOCUMENT_SOUTH_AFRICAN_ID)
		return south_african_id_valid(number) ? number : NULL;
	for (char *p = number; *p != '\0'; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return number[0] != '\0' ? number : NULL;
}

const char *
document_key(struct arena *arena, enum document_type type, const char *number)
{
	const char *digits = without(arena, number, " -./");

	if (south_african_id_valid(digits)) {
		type = DOCUMENT_SOUTH_AFRICAN_ID;
		number = digits;
	}
	return arena_printf(arena, "%s %s", word_text(document_type_words, type), number);
}

void
name_split(struct arena *arena, const char *name, const char **first, const char **last)
{
	const char *trimmed = text_trim(arena, name);
	size_t length = strcspn(trimmed, SPACE);

	*first = arena_strndup(arena, trimmed, length);
	*last = trimmed + length + strspn(trimmed + length, SPACE);
}
