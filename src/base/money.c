#include "base/money.h"

#include <stdlib.h>
#include <string.h>

#include "base/attributes.h"
#include "base/text.h"

static const struct currency currencies[] = {
#define CURRENCY(code, exponent, name) {code, exponent, name},
#include "base/currency.def"
#undef CURRENCY
};

size_t
currency_count(void)
{
	return COUNT(currencies);
}

const struct currency *
currency_at(size_t i)
{
	return i < currency_count() ? &currencies[i] : NULL;
}

static int
compare_code(const void *code, const void *currency)
{
	return strcmp(code, ((const struct currency *)currency)->code);
}

const struct currency *
currency_find(const char *code)
{
	return bsearch(code, currencies, currency_count(), sizeof(currencies[0]), compare_code);
}

const struct currency *
currency_find_any_case(const char *code)
{
	char upper[sizeof(currencies[0].code)];

	if (strlen(code) != sizeof(upper) - 1)
		return NULL;
	for (size_t i = 0; i < sizeof(upper); i++)
		upper[i] = code[i] >= 'a' && code[i] <= 'z' ? (char)(code[i] - 'a' + 'A') : code[i];
	return currency_find(upper);
}

/* The number of leading digits of text. */
static size_t
count_digits(const char *text, size_t length)
{
	size_t count = 0;

	while (count < length && text[count] >= '0' && text[count] <= '9')
		count++;
	return count;
}

enum money_problem
decimal_parse(struct decimal *out, const char *text, size_t length)
{
	size_t whole = count_digits(text, length);
	size_t decimals = 0;
	int64_t coefficient = 0;

	if (whole == 0 || whole > DECIMAL_INTEGER_DIGITS_MAX || (whole > 1 && text[0] == '0'))
		return MONEY_NOT_A_NUMBER;
	if (whole < length) {
		decimals = count_digits(text + whole + 1, length - whole - 1);
		if (text[whole] != '.' || decimals == 0 || whole + 1 + decimals != length ||
		    whole + decimals > DECIMAL_DIGITS_MAX)
			return MONEY_NOT_A_NUMBER;
	}
	for (size_t i = 0; i < length; i++)
		if (i != whole)
			coefficient = coefficient * 10 + (text[i] - '0');
	*out = (struct decimal){coefficient, (unsigned char)decimals, true};
	return MONEY_OK;
}

enum money_problem
decimal_scale(int64_t *out, struct decimal value, int decimals)
{
	int64_t scaled = value.coefficient;

	if (!value.present)
		return MONEY_NOT_A_NUMBER;
	if (value.scale > decimals)
		return MONEY_DECIMALS;
	for (int i = value.scale; i < decimals; i++)
		if (__builtin_mul_overflow(scaled, 10, &scaled))
			return MONEY_OVERFLOW;
	*out = scaled;
	return MONEY_OK;
}

enum money_problem
money_from_decimal(struct money *out, struct decimal value, const struct currency *currency)
{
	int64_t minor;
	enum money_problem problem = decimal_scale(&minor, value, currency->exponent);

	if (problem == MONEY_OK)
		*out = (struct money){minor, currency};
	return problem;
}

bool
money_add(struct money *out, struct money a, struct money b)
{
	int64_t sum;

	if (a.currency != b.currency || __builtin_add_overflow(a.minor, b.minor, &sum))
		return false;
	*out = (struct money){sum, a.currency};
	return true;
}

enum { POWERS = 19 };

/* 10 to the power of n; false if it exceeds 64 bits. */
static bool
power_of_ten(int n, int64_t *out)
{
	*out = 1;
	for (int i = 0; i < n && i < POWERS; i++)
		if (__builtin_mul_overflow(*out, 10, out))
			return false;
	return n < POWERS;
}

bool
money_convert(struct money *out, struct money m, struct decimal rate,
	      const struct currency *currency)
{
	int shift = rate.scale + m.currency->exponent - currency->exponent;
	int64_t product;
	int64_t power;
	int64_t rest;

	if (__builtin_mul_overflow(m.minor, rate.coefficient, &product) ||
	    !power_of_ten(shift < 0 ? -shift : shift, &power))
		return false;
	if (shift < 0) {
		*out = (struct money){0, currency};
		return !__builtin_mul_overflow(product, power, &out->minor);
	}
	rest = product % power;
	*out = (struct money){product / power + (rest >= power - rest), currency};
	return true;
}

__extension__ typedef unsigned __int128 wide_uint;

/* Take the last digit from a number. Division of 128 bits is slow, and few numbers need it. */
static unsigned
last_digit(wide_uint *number)
{
	uint64_t narrow = (uint64_t)*number;
	unsigned digit;

	if (*number != narrow) {
		digit = (unsigned)(*number % 10);
		*number /= 10;
		return digit;
	}
	*number = narrow / 10;
	return (unsigned)(narrow % 10);
}

/* An integer as text with a point before its last decimals digits. */
static const char *
with_point(char buf[MONEY_TEXT_MAX], wide_int value, size_t decimals)
{
	wide_uint rest = value < 0 ? 0 - (wide_uint)value : (wide_uint)value;
	char reversed[MONEY_TEXT_MAX];
	size_t length = 0;
	size_t digits = 0;

	for (; rest > 0 || digits <= decimals; digits++) {
		if (digits == decimals && decimals > 0)
			reversed[length++] = '.';
		reversed[length++] = (char)('0' + last_digit(&rest));
	}
	if (value < 0)
		reversed[length++] = '-';
	for (size_t i = 0; i < length; i++)
		buf[i] = reversed[length - 1 - i];
	buf[length] = '\0';
	return buf;
}

static const char *
without_zeros(char buf[MONEY_TEXT_MAX])
{
	size_t length = strlen(buf);

	if (strchr(buf, '.') == NULL)
		return buf;
	while (buf[length - 1] == '0')
		length--;
	if (buf[length - 1] == '.')
		length--;
	buf[length] = '\0';
	return buf;
}

const char *
money_text(char buf[MONEY_TEXT_MAX], struct money m)
{
	return with_point(buf, m.minor, m.currency != NULL ? m.currency->exponent : 0);
}

const char *
total_text(char buf[MONEY_TEXT_MAX], struct total t)
{
	return with_point(buf, t.minor, t.currency != NULL ? t.currency->exponent : 0);
}

const char *
money_text_short(char buf[MONEY_TEXT_MAX], struct money m)
{
	(void)money_text(buf, m);
	return without_zeros(buf);
}

const char *
total_text_short(char buf[MONEY_TEXT_MAX], struct total t)
{
	(void)total_text(buf, t);
	return without_zeros(buf);
}

const char *
decimal_text(char buf[MONEY_TEXT_MAX], struct decimal value)
{
	(void)with_point(buf, value.coefficient, value.scale);
	return without_zeros(buf);
}
