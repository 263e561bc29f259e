/*
 * strict.h - the gate that every JSON text passes before json-c sees it.
 *
 * RFC 8259 and RFC 3629 to the letter, and narrower where money asks for it:
 * no repeated keys, no exponents, at most 18 digits in a number, no "-0", no
 * \u0000, no lone surrogate, nesting 16, 64 keys an object, and nothing but an
 * object or a list at the top. json-c alone accepts NaN, single quotes, repeated
 * keys, and clamps large integers.
 */
#ifndef JSON_STRICT_H
#define JSON_STRICT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

enum { JSON_DEPTH_MAX = 16, JSON_KEYS_MAX = 64, JSON_DIGITS_MAX = 18 };

/* Why and where a text was refused; reason is a constant fit for clients. */
struct json_refusal {
	size_t offset;
	const char *reason;
};

/* Whether the length bytes are one JSON text that we take; if not, why. */
bool json_strict(const char *text, size_t length, struct json_refusal *why) MUST_CHECK;
/*
 * The same for what others write in their own way, such as payment providers: numbers may have an
 * exponent, more decimals, and 19 digits, and there is a negative zero. One of these beside the
 * amount must not keep us from reading that something was paid.
 */
bool json_strict_foreign(const char *text, size_t length, struct json_refusal *why) MUST_CHECK;

#endif
