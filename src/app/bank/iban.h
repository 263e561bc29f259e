/* iban.h - account numbers by ISO 13616, as its registry has them for each country (iban.def). */
#ifndef APP_BANK_IBAN_H
#define APP_BANK_IBAN_H

#include <stdbool.h>

struct arena;

enum { IBAN_LENGTH_MAX = 34 };

/* Without spaces, in capital letters: as it is stored. */
const char *iban_plain(struct arena *arena, const char *text);
/* A country of the registry, check digits from 02 to 98 that are right (ISO 7064), digits and letters where the
 * country has them, and its own check digits, where all its banks keep to them. The text is plain. */
bool iban_valid(const char *text);
/* The same of a number within its country, "NO", which is what follows its IBAN's check digits. */
bool bban_valid(const char *country, const char *text);

#endif
