/*
 * scan.h - the words of a JSON text, one after the other, for reader.c only.
 *
 * RFC 8259 and RFC 3629 to the letter. A lenient scan, for what others write in their own way, also
 * takes what they are known to put into strings: control characters, and bytes that are not UTF-8.
 */
#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct scan {
	const char *text;
	size_t length;
	size_t at;
	bool lenient;
	/* Why and where the text was refused; reason is a constant fit for clients. */
	const char *reason;
	size_t offset;
};

/* Record a refusal, at the byte at hand or elsewhere; false. */
bool scan_refuse(struct scan *s, const char *reason);
bool scan_refuse_at(struct scan *s, size_t offset, const char *reason);

/* The byte at hand; NUL at the end (a NUL byte is refused wherever it stands). */
char scan_peek(const struct scan *s);
/* Step over this byte, if it is at hand. */
bool scan_take(struct scan *s, char c);
void scan_space(struct scan *s);
bool scan_word(struct scan *s, const char *word) MUST_CHECK;

/* How a number is written. */
enum scan_number {
	SCAN_INTEGER, /* 18 digits at most */
	SCAN_DECIMAL, /* the same with a point */
	SCAN_NUMBER,  /* any other: more digits, an exponent, negative zero */
};

/* The number at hand; it ends where the scan stands then. */
bool scan_number(struct scan *s, enum scan_number *kind) MUST_CHECK;

/*
 * The string at hand, its opening quotation mark included, unescaped into out, which takes as many
 * bytes as the string has in the text, and ends with NUL. One that no C string of UTF-8 can hold
 * (it has \u0000, a surrogate that stands alone, or what only a lenient scan takes) is odd: out has
 * the escapes of JSON then, always the same ones for the same characters.
 */
bool scan_string(struct scan *s, char *out, size_t *length, bool *odd) MUST_CHECK;

#endif
