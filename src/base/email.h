/*
 * email.h - when an e-mail address is one, and when two are the same.
 *
 * The same are addresses whose domains IDNA (UTS #46) maps to one name, and whose local parts are equal
 * after NFC, ASCII letters in either case. White space, zero-width characters, directional and other
 * controls are allowed nowhere.
 */
#ifndef BASE_EMAIL_H
#define BASE_EMAIL_H

#include <stdbool.h>

struct arena;

enum { EMAIL_BYTES_MAX = 254 /* RFC 5321 */ };

/* One @, a local part of 64 bytes at most without quotes, and a domain with a dot, or localhost. The text is
 * valid UTF-8. */
bool email_valid(const char *text);
/* What is the same for all spellings of one address: the domain as DNS has it, lower case. In the arena. A
 * text that is no address is only folded (email_spelling), and equal to the key of none. */
const char *email_key(struct arena *arena, const char *text);
/* As it was spelled, but for the case of ASCII letters: what addresses were told apart by before they had
 * keys. In the arena. */
const char *email_spelling(struct arena *arena, const char *text);
/* As mail servers are given it: the local part as it is, the domain as DNS has it. In the arena; NULL if it is
 * no address. */
const char *email_route(struct arena *arena, const char *text);

#endif
