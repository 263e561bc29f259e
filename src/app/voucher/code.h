/*
 * code.h - the codes of vouchers: their forms, and how they are made.
 *
 * The code is 16 digits, the last one Luhn's; whoever has it has the money. A reference,
 * MMVOUCHER_<milliseconds>_<6 characters>, only names a voucher. An EasyPay number, 14 digits,
 * is what a till takes cash for: 9, the receiver's four digits, eight digits, and Luhn's digit for
 * the twelve behind the 9.
 */
#ifndef APP_VOUCHER_CODE_H
#define APP_VOUCHER_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

struct arena;

enum {
	VOUCHER_DIGITS = 16,
	EASYPAY_DIGITS = 14,
	VOUCHER_REFERENCE_SIZE = 31, /* with its NUL, the longest of the three */
};

enum voucher_form { VOUCHER_NO_FORM, VOUCHER_CODE, VOUCHER_REFERENCE, VOUCHER_EASYPAY };

/* What a text has the form of, and the text without the spaces that may stand between digits. Only
 * the length of numbers is looked at. */
enum voucher_form voucher_form_of(const char *text, char out[VOUCHER_REFERENCE_SIZE]);
/* Whether 14 digits are an EasyPay number. */
bool easypay_number_valid(const char *digits);
/* Whether a text is four digits. */
bool easypay_receiver_valid(const char *text);

/* New ones, from the system's random bytes. Nobody else has the code; the other two may be taken. */
void voucher_code_make(char out[VOUCHER_DIGITS + 1]);
void voucher_reference_make(char out[VOUCHER_REFERENCE_SIZE], int64_t ms);
void easypay_number_make(char out[EASYPAY_DIGITS + 1], const char *receiver);

/* As people read them: "1093 2371 6105 6632" and "9 1234 6042 6333 9"; NULL of NULL. */
const char *voucher_code_display(struct arena *arena, const char *code);
const char *easypay_number_display(struct arena *arena, const char *number);

#endif
