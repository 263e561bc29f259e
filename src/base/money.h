/*
 * money.h - exact amounts.
 *
 * Internally, an amount is a 64-bit count of minor units and its ISO 4217 currency. Text becomes a
 * decimal (the digits as written) first, then money once the currency is known. Binary floating
 * point is never used.
 */
#ifndef BASE_MONEY_H
#define BASE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct currency {
	char code[4];           /* ISO 4217 alphabetic code, upper case */
	unsigned char exponent; /* decimals of the minor unit: 0 to 4 */
	const char *name;
};

struct money {
	int64_t minor;                   /* minor units */
	const struct currency *currency; /* NULL: no amount */
};

/* The sum of many amounts: wider than each of them. */
__extension__ typedef __int128 wide_int;

struct total {
	wide_int minor;                  /* minor units */
	const struct currency *currency; /* NULL: no amount */
};

/* A number as written: coefficient / 10^scale. Not present: all zero. */
struct decimal {
	int64_t coefficient;
	unsigned char scale;
	bool present;
};

enum { MONEY_TEXT_MAX = 48, DECIMAL_INTEGER_DIGITS_MAX = 15, DECIMAL_DIGITS_MAX = 18 };

enum money_problem {
	MONEY_OK,
	MONEY_NOT_A_NUMBER, /* sign, exponent, NaN, spaces, empty, too many digits */
	MONEY_DECIMALS,     /* more decimals than the currency has */
	MONEY_OVERFLOW,     /* more than 64 bits of minor units */
};

/* The currency of an exact, upper-case code; NULL if ISO 4217 has none. */
const struct currency *currency_find(const char *code);
/* Like currency_find, but in any case of letters. */
const struct currency *currency_find_any_case(const char *code);
/* All currencies in order of code; ends where i reaches currency_count(). */
const struct currency *currency_at(size_t i);
size_t currency_count(void);

/*
 * Digits, optionally a point and more digits; at most 15 digits before the
 * point and 18 in all; no sign, no exponent, no leading zero but "0" itself.
 */
enum money_problem decimal_parse(struct decimal *out, const char *text, size_t length) MUST_CHECK;
/* The number times 10^decimals, if it has no more decimals than these. */
enum money_problem decimal_scale(int64_t *out, struct decimal value, int decimals) MUST_CHECK;
/* The amount in the currency's minor units. Zero is allowed; callers check for it. */
enum money_problem money_from_decimal(struct money *out, struct decimal value,
				      const struct currency *currency) MUST_CHECK;
/* False on overflow or when the currencies differ. */
bool money_add(struct money *out, struct money a, struct money b) MUST_CHECK;

/*
 * The value of m in another currency (or a share of it, in its own) at rate units for each of its
 * units, rounded half up to the minor unit. False on overflow. m is not negative.
 */
bool money_convert(struct money *out, struct money m, struct decimal rate,
		   const struct currency *currency) MUST_CHECK;

/* Major units with all decimals of the currency: "1000.50", "7" for JPY, "-0.05". */
const char *money_text(char buf[MONEY_TEXT_MAX], struct money m);
const char *total_text(char buf[MONEY_TEXT_MAX], struct total t);
/* The same without trailing zero decimals: "1000.5", "1000". */
const char *money_text_short(char buf[MONEY_TEXT_MAX], struct money m);
const char *total_text_short(char buf[MONEY_TEXT_MAX], struct total t);
/* The number without trailing zero decimals: "11.7", "0.005". */
const char *decimal_text(char buf[MONEY_TEXT_MAX], struct decimal value);

#endif
