/*
 * email.h - validity and equality of email addresses.
 *
 * Two addresses are equal if IDNA (UTS #46) maps their domains to the same name, and their local
 * parts are equal after NFC, ignoring the case of ASCII letters. White space, zero-width
 * characters, directional and other controls are not allowed.
 */
#ifndef BASE_EMAIL_H
#define BASE_EMAIL_H

#include <stdbool.h>

struct arena;

enum { EMAIL_BYTES_MAX = 254 /* RFC 5321 */ };

/* One @, a local part of 64 bytes at most without quotes, and a domain with a dot, or localhost. The text is
 * valid UTF-8. */
bool email_valid(const char *text);
/* The key of all spellings of one address: the domain in its DNS form, lower case. In the arena.
 * A text that is not an address is only folded (email_spelling), and equal to the key of none. */
const char *email_key(struct arena *arena, const char *text);
/* The spelling, with ASCII letters in lower case: the comparison form before addresses had keys.
 * In the arena. */
const char *email_spelling(struct arena *arena, const char *text);
/* The form for mail servers: the local part unchanged, the domain in its DNS form. In the arena;
 * NULL if it is not an address. */
const char *email_route(struct arena *arena, const char *text);

#endif
