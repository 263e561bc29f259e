#include "app/voucher/code.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/luhn.h"
#include "base/text.h"
#include "crypto/random.h"

enum { MS_DIGITS = 13, TAIL = 6, RECEIVER_DIGITS = 4 };

static const char digits_only[] = "0123456789";
static const char characters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char prefix[] = "MMVOUCHER_";

/* n of the first count characters, uniformly distributed. */
static void
random_text(char *out, size_t n, unsigned count)
{
	unsigned char byte;

	for (size_t i = 0; i < n;) {
		random_bytes(&byte, 1);
		if (byte < 256 / count * count)
			out[i++] = characters[byte % count];
	}
}

static bool
is_reference(const char *text)
{
	if (!text_starts_with(text, prefix))
		return false;
	text += strlen(prefix);
	return strspn(text, digits_only) == MS_DIGITS && text[MS_DIGITS] == '_' &&
	       strspn(text + MS_DIGITS + 1, characters) == TAIL &&
	       text[MS_DIGITS + 1 + TAIL] == '\0';
}

enum voucher_form
voucher_form_of(const char *text, char out[VOUCHER_REFERENCE_SIZE])
{
	size_t n = 0;

	if (is_reference(text)) {
		memcpy(out, text, VOUCHER_REFERENCE_SIZE);
		return VOUCHER_REFERENCE;
	}
	for (; *text != '\0'; text++) {
		if (*text == ' ')
			continue;
		if (*text < '0' || *text > '9' || n == VOUCHER_DIGITS)
			return VOUCHER_NO_FORM;
		out[n++] = *text;
	}
	out[n] = '\0';
	if (n == EASYPAY_DIGITS)
		return VOUCHER_EASYPAY;
	return n == VOUCHER_DIGITS ? VOUCHER_CODE : VOUCHER_NO_FORM;
}

bool
easypay_number_valid(const char *digits)
{
	return digits[0] == '9' && luhn_valid(digits + 1);
}

bool
easypay_receiver_valid(const char *text)
{
	return strspn(text, digits_only) == RECEIVER_DIGITS && text[RECEIVER_DIGITS] == '\0';
}

/* No leading 0, which programs that parse it as a number would lose. */
void
voucher_code_make(char out[VOUCHER_DIGITS + 1])
{
	do
		random_text(out, VOUCHER_DIGITS - 1, 10);
	while (out[0] == '0');
	out[VOUCHER_DIGITS - 1] = luhn_digit(out, VOUCHER_DIGITS - 1);
	out[VOUCHER_DIGITS] = '\0';
}

void
voucher_reference_make(char out[VOUCHER_REFERENCE_SIZE], int64_t ms)
{
	char tail[TAIL + 1] = "";

	random_text(tail, TAIL, sizeof(characters) - 1);
	(void)snprintf(out, VOUCHER_REFERENCE_SIZE, "%s%013lld_%s", prefix, (long long)ms, tail);
}

void
easypay_number_make(char out[EASYPAY_DIGITS + 1], const char *receiver)
{
	out[0] = '9';
	memcpy(out + 1, receiver, RECEIVER_DIGITS);
	random_text(out + 1 + RECEIVER_DIGITS, EASYPAY_DIGITS - RECEIVER_DIGITS - 2, 10);
	out[EASYPAY_DIGITS - 1] = luhn_digit(out + 1, EASYPAY_DIGITS - 2);
	out[EASYPAY_DIGITS] = '\0';
}

const char *
voucher_code_display(struct arena *arena, const char *code)
{
	return code == NULL ? NULL
			    : arena_printf(arena, "%.4s %.4s %.4s %s", code, code + 4, code + 8,
					   code + 12);
}

const char *
easypay_number_display(struct arena *arena, const char *number)
{
	return number == NULL ? NULL
			      : arena_printf(arena, "%.1s %.4s %.4s %.4s %s", number, number + 1,
					     number + 5, number + 9, number + 13);
}
