/*
 * code.h - the codes of vouchers: their forms, and their generation.
 *
 * The code has 16 digits, the last one by Luhn; anyone who has it can redeem the voucher. A
 * reference, MMVOUCHER_<milliseconds>_<6 characters>, only identifies a voucher. An EasyPay number,
 * 14 digits, is paid for in cash at a till: 9, the receiver's four digits, eight digits, and Luhn's
 * digit for the twelve after the 9.
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

/* The form that a text has, and the text without spaces between digits. For numbers, only the
 * length is checked. */
enum voucher_form voucher_form_of(const char *text, char out[VOUCHER_REFERENCE_SIZE]);
/* Whether 14 digits are an EasyPay number. */
bool easypay_number_valid(const char *digits);
/* Whether a text is four digits. */
bool easypay_receiver_valid(const char *text);

/* New ones, from random bytes of the system. The code is unique; the other two may be taken. */
void voucher_code_make(char out[VOUCHER_DIGITS + 1]);
void voucher_reference_make(char out[VOUCHER_REFERENCE_SIZE], int64_t ms);
void easypay_number_make(char out[EASYPAY_DIGITS + 1], const char *receiver);

/* In groups: "1093 2371 6105 6632" and "9 1234 6042 6333 9"; NULL of NULL. */
const char *voucher_code_display(struct arena *arena, const char *code);
const char *easypay_number_display(struct arena *arena, const char *number);

#endif
