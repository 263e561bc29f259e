/* luhn.h - check digits by Luhn's method (ISO/IEC 7812-1, annex B). */
#ifndef BASE_LUHN_H
#define BASE_LUHN_H

#include <stdbool.h>
#include <stddef.h>

/* The check digit for the n digits before it. */
char luhn_digit(const char *digits, size_t n);
/* Whether a text is digits alone, the last of them the check digit of the others. */
bool luhn_valid(const char *text);

#endif
