/* text.h - bounded helpers for bytes and UTF-8 text. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

struct arena;

/* Bytes owned by others. */
struct bytes {
	const void *data;
	size_t length;
};

bool text_equal(const char *a, const char *b);
/* Equality ignoring the case of ASCII letters. */
bool text_equal_any_case(const char *a, const char *b);
/* FNV-1a over 64 bits, for hash tables; it begins with TEXT_HASH, or with the hash of what is before. */
#define TEXT_HASH UINT64_C(14695981039346656037)
uint64_t text_hash(uint64_t hash, const char *text);
bool text_starts_with(const char *text, const char *prefix);
/* Copy a text, or as much of it as fits into size bytes with its end. */
void text_copy(char *out, size_t size, const char *text);
/* Index of text in a NULL-terminated list, or -1. */
int text_index(const char *const *list, const char *text);

/* Bytes of the well-formed UTF-8 character that text begins with; 0 if there is none. */
size_t utf8_next(const char *text, size_t length);
/* Well-formed UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(const char *text, size_t length);
/* How many bytes from the first on are ASCII that JSON has unescaped in a string: no control characters,
 * quotation marks and backslashes. */
size_t text_plain_run(const char *text, size_t length);
/* Code points in valid UTF-8. */
size_t utf8_count(const char *text);
/* Whether there is a C0 control, DEL or a C1 control in valid UTF-8. */
bool text_has_control(const char *text);
/* Lower-case ASCII letters in place of upper-case ones, in the arena. */
char *text_lower(struct arena *arena, const char *text);
/* A name from code as words: "admin_credit" is "Admin credit". In the arena. */
char *text_words(struct arena *arena, const char *name);
/* Without leading and trailing ASCII white space, in the arena. */
char *text_trim(struct arena *arena, const char *text);

/* Lower-case hexadecimal in the arena. */
char *hex_encode(struct arena *arena, const void *bytes, size_t length);
/* The byte of two hexadecimal digits, or -1. Reads no further than the first that is none. */
int hex_pair(const char *text);
/* Decode exactly length bytes from 2*length digits of either case. */
bool hex_decode(void *out, size_t length, const char *text) MUST_CHECK;
/* Base32 without padding (RFC 4648 section 6), as it is typed into other programs. */
char *base32_encode(struct arena *arena, const void *bytes, size_t length);
/* Base64 with padding (RFC 4648 section 4). */
char *base64_encode(struct arena *arena, const void *bytes, size_t length);
/* Strict, with padding: its decoded bytes. */
bool base64_decode(struct arena *arena, const char *text, struct bytes *out) MUST_CHECK;
/* Base64url without padding (RFC 4648 section 5). */
char *base64url_encode(struct arena *arena, const void *bytes, size_t length);
/* Strict: no padding, no foreign bytes, unused bits zero. */
bool base64url_decode(struct arena *arena, const char *text, struct bytes *out) MUST_CHECK;

/* Percent-decode a path segment or query part; plus_is_space for queries. False if malformed,
 * not UTF-8 or with a NUL. */
bool percent_decode(struct arena *arena, const char *text, size_t length, bool plus_is_space,
		    char **out) MUST_CHECK;

/* Percent-encode all but RFC 3986's unreserved characters: for query strings and form bodies. */
char *percent_encode(struct arena *arena, const char *text);

/* Removes HTML tags and surrounding white space, in the arena. */
char *text_plain(struct arena *arena, const char *text);

/* A decimal integer, whole text, no sign but '-', within 64 bits. */
bool integer_parse(int64_t *out, const char *text) MUST_CHECK;
/* An integer in decimal; it ends with the buffer. */
enum { INTEGER_TEXT_MAX = 21 };
const char *integer_text(char buf[INTEGER_TEXT_MAX], int64_t value);

struct arena;

/* so_far with a part behind it that begins with its length, so that no two lists of parts give the same
 * text: for digests. NULL is an empty part. */
const char *text_append_part(struct arena *arena, const char *so_far, const char *part);

#endif
