#include "base/luhn.h"

#include <string.h>

char
luhn_digit(const char *digits, size_t n)
{
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int digit = digits[n - 1 - i] - '0';

		if (i % 2 == 0)
			digit = digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

bool
luhn_valid(const char *text)
{
	size_t length = strlen(text);

	return length > 1 && strspn(text, "0123456789") == length &&
	       text[length - 1] == luhn_digit(text, length - 1);
}
