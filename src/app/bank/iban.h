/* iban.h - account numbers by ISO 13616, with the formats of its registry for each country
 * (iban.def). */
#ifndef APP_BANK_IBAN_H
#define APP_BANK_IBAN_H

#include <stdbool.h>

struct arena;

enum { IBAN_LENGTH_MAX = 34 };

/* Without spaces, in capital letters: as it is stored. */
const char *iban_plain(struct arena *arena, const char *text);
/* A country of the registry, valid check digits from 02 to 98 (ISO 7064), digits and letters in
 * the positions of the country's format, and its national check digits, if all its banks use
 * them. The text is plain. */
bool iban_valid(const char *text);
/* The same for a number within its country ("NO"): the part after the IBAN's check digits. */
bool bban_valid(const char *country, const char *text);

#endif
