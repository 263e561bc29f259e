#include "app/bank/iban_check.h"

#include <stddef.h>
#include <string.h>

#include "base/luhn.h"

enum { BY_97 = 97, BY_11 = 11, LETTERS_FROM = 10 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The remainder by 97 of length characters; value maps letters to numbers. */
static unsigned
rest_by_97(const char *text, size_t length, unsigned (*value)(char letter))
{
	unsigned rest = 0;

	for (size_t i = 0; i < length; i++) {
		unsigned number = is_digit(text[i]) ? (unsigned)(text[i] - '0') : value(text[i]);

		rest = (rest * (number < LETTERS_FROM ? 10 : 100) + number) % BY_97;
	}
	return rest;
}

/* A is 10, Z is 35. */
static unsigned
iso_value(char letter)
{
	return (unsigned)(letter - 'A') + LETTERS_FROM;
}

/* A and J are 1, S is 2. */
static unsigned
rib_value(char letter)
{
	static const char values[] = "12345678912345678923456789";

	return (unsigned)(values[letter - 'A'] - '0');
}

static unsigned
weighted(const char *digits, const unsigned char *weights, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (unsigned)(digits[i] - '0') * weights[i];
	return sum;
}

static bool
is_belgian(const char *bban)
{
	enum { NUMBER = 10, ALL = 12 };

	return rest_by_97(bban + NUMBER, ALL - NUMBER, iso_value) ==
		       rest_by_97(bban, NUMBER, iso_value) &&
	       strcmp(bban + NUMBER, "00") != 0 && strcmp(bban + NUMBER, "97") <= 0;
}

/* Eleven less the remainder by eleven, with 10 as 1 and 11 as 0. */
static char
spanish_digit(unsigned sum)
{
	unsigned digit = BY_11 - sum % BY_11;

	return (char)('0' + (digit < LETTERS_FROM ? digit : BY_11 - digit));
}

/* Bank and branch, the digit for them, the digit for the account, the account. */
static bool
is_spanish(const char *bban)
{
	static const unsigned char weights[] = {1, 2, 4, 8, 5, 10, 9, 7, 3, 6};
	enum { BANK = 8, ACCOUNT_AT = 10, ACCOUNT = 10 };

	return bban[BANK] == spanish_digit(weighted(bban, weights + ACCOUNT - BANK, BANK)) &&
	       bban[BANK + 1] == spanish_digit(weighted(bban + ACCOUNT_AT, weights, ACCOUNT));
}

/* A check letter: every other character is mapped by this table. */
static bool
has_cin(const char *bban)
{
	static const unsigned char odd[] = {1,  0,  5, 7, 9, 13, 15, 17, 19, 21, 2,  4,  18,
					    20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23};
	unsigned sum = 0;

	for (size_t i = 1; bban[i] != '\0'; i++) {
		unsigned value = (unsigned)(bban[i] - (is_digit(bban[i]) ? '0' : 'A'));

		sum += i % 2 == 1 ? odd[value] : value;
	}
	return bban[0] == (char)('A' + sum % sizeof(odd));
}

static bool
is_norwegian(const char *bban)
{
	static const unsigned char weights[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};

	return weighted(bban, weights, sizeof(weights)) % BY_11 == 0;
}

static bool
is_polish(const char *bban)
{
	static const unsigned char weights[] = {3, 9, 7, 1, 3, 9, 7, 1};

	return weighted(bban, weights, sizeof(weights)) % 10 == 0;
}

bool
bban_check(enum bban_check check, const char *bban)
{
	switch (check) {
	case BBAN_NONE:
		return true;
	case BBAN_MOD_97_10:
		return rest_by_97(bban, strlen(bban), iso_value) == 1;
	case BBAN_MOD_11:
		return is_norwegian(bban);
	case BBAN_BELGIAN:
		return is_belgian(bban);
	case BBAN_RIB:
		return rest_by_97(bban, strlen(bban), rib_value) == 0;
	case BBAN_CIN:
		return has_cin(bban);
	case BBAN_SPANISH:
		return is_spanish(bban);
	case BBAN_LUHN:
		return luhn_valid(bban);
	case BBAN_POLISH:
		return is_polish(bban);
	}
	return false;
}
