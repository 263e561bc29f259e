/* iban_check.h - national check digits of account numbers, older than IBANs. */
#ifndef APP_BANK_IBAN_CHECK_H
#define APP_BANK_IBAN_CHECK_H

#include <stdbool.h>

enum bban_check {
	BBAN_NONE,
	BBAN_MOD_97_10, /* ISO 7064, over all of it */
	BBAN_MOD_11,    /* Norway */
	BBAN_BELGIAN,   /* the last two are the remainder by 97, or 97 */
	BBAN_RIB,       /* France and Monaco */
	BBAN_CIN,       /* Italy and San Marino */
	BBAN_SPANISH,   /* one digit for the bank and one for the account */
	BBAN_LUHN,      /* Finland */
	BBAN_POLISH,    /* the last digit of the bank's number */
};

/* Whether the check digits of a BBAN with the format of its country are valid. */
bool bban_check(enum bban_check check, const char *bban);

#endif
