#include "base/money.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static const struct currency currencies[] = {
#define CURRENCY(code, exponent, name) {code, exponent, name},
#include "base/currency.def"
#undef CURRENCY
};

size_t
currency_count(void)
{
	return sizeof(currencies) / sizeof(currencies[0]);
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

/* How many digits text begins with. */
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
money_from_decimal(struct money *out, struct decimal value, const struct currency *currency)
{
	int64_t minor = value.coefficient;

	if (!value.present)
		return MONEY_NOT_A_NUMBER;
	if (value.scale > currency->exponent)
		return MONEY_DECIMALS;
	for (int i = value.scale; i < currency->exponent; i++)
		if (__builtin_mul_overflow(minor, 10, &minor))
			return MONEY_OVERFLOW;
	*out = (struct money){minor, currency};
	return MONEY_OK;
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

const char *
money_text(char buf[MONEY_TEXT_MAX], struct money m)
{
	size_t exponent = m.currency != NULL ? m.currency->exponent : 0;
	uint64_t rest = m.minor < 0 ? 0 - (uint64_t)m.minor : (uint64_t)m.minor;
	char reversed[MONEY_TEXT_MAX];
	size_t length = 0;
	size_t digits = 0;

	for (; rest > 0 || digits <= exponent; rest /= 10, digits++) {
		if (digits == exponent && exponent > 0)
			reversed[length++] = '.';
		reversed[length++] = (char)('0' + rest % 10);
	}
	if (m.minor < 0)
		reversed[length++] = '-';
	for (size_t i = 0; i < length; i++)
		buf[i] = reversed[length - 1 - i];
	buf[length] = '\0';
	return buf;
}

const char *
money_text_short(char buf[MONEY_TEXT_MAX], struct money m)
{
	size_t length;

	(void)money_text(buf, m);
	if (strchr(buf, '.') == NULL)
		return buf;
	length = strlen(buf);
	while (buf[length - 1] == '0')
		length--;
	if (buf[length - 1] == '.')
		length--;
	buf[length] = '\0';
	return buf;
}
