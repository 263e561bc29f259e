/*
 * scan.h - the tokens of a JSON text, for reader.c only.
 *
 * Strict RFC 8259 and RFC 3629. A lenient scan, for texts of other systems, also accepts known
 * flaws in strings: control characters, and bytes that are not UTF-8.
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
	/* Reason and position of the refusal; reason is a constant suitable for clients. */
	const char *reason;
	size_t offset;
};

/* Record a refusal, at the current byte or elsewhere; false. */
bool scan_refuse(struct scan *s, const char *reason);
bool scan_refuse_at(struct scan *s, size_t offset, const char *reason);

/* The current byte; NUL at the end (a NUL byte is refused anywhere). */
char scan_peek(const struct scan *s);
/* Skip this byte, if it is the current one. */
bool scan_take(struct scan *s, char c);
void scan_space(struct scan *s);
bool scan_word(struct scan *s, const char *word) MUST_CHECK;

/* Forms of numbers. */
enum scan_number {
	SCAN_INTEGER, /* 18 digits at most */
	SCAN_DECIMAL, /* the same with a point */
	SCAN_NUMBER,  /* any other: more digits, an exponent, negative zero */
};

/* The current number; the scan moves to its end. */
bool scan_number(struct scan *s, enum scan_number *kind) MUST_CHECK;

/*
 * The current string, including its opening quotation mark, unescaped into out, which needs as many
 * bytes as the string has in the text, and ends with NUL. A string that a C string of UTF-8 can't
 * represent (with \u0000, a lone surrogate, or flaws that only a lenient scan accepts) is odd: then
 * out has the escapes of JSON, always the same ones for the same characters.
 */
bool scan_string(struct scan *s, char *out, size_t *length, bool *odd) MUST_CHECK;
/*
 * The same for the name of a member: flaws don't make it odd. A name is compared as it is written,
 * with question marks in place of its flaws; otherwise an object could have a name twice.
 */
bool scan_name(struct scan *s, char *out, size_t *length, bool *odd) MUST_CHECK;

#endif
