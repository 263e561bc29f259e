/* iban.h - account numbers by ISO 13616. */
#ifndef APP_IBAN_H
#define APP_IBAN_H

#include <stdbool.h>

struct arena;

enum { IBAN_LENGTH_MAX = 34 };

/* Without spaces, in capital letters: as it is stored. */
const char *iban_plain(struct arena *arena, const char *text);
/* Country, two digits, letters and digits, and the remainder by 97 is 1 (ISO 7064). The text is plain;
 * how long one of a country is, its caller knows. */
bool iban_valid(const char *text);

#endif
