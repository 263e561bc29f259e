/*
 * unicode.h - what the characters of a text are, by Unicode's tables (libunistring).
 *
 * All functions take valid UTF-8.
 */
#ifndef BASE_UNICODE_H
#define BASE_UNICODE_H

#include <stdbool.h>

/* Whether something of it can be seen: a letter, digit, mark of punctuation or symbol. White space, format
 * characters, fillers and combining marks alone are nothing. */
bool text_is_visible(const char *text);
/* Whether there is a letter, of any script. */
bool text_has_letter(const char *text);
/* Whether there is a blank at one of its ends: white space of any kind, or what looks like it. */
bool text_has_outer_blank(const char *text);
/* Whether what is seen may be in another order than what is there, or begins or ends elsewhere: directional
 * controls, byte order marks, separators of lines and paragraphs, noncharacters. U+200C and U+200D, which
 * scripts need, are none of these. */
bool text_has_disguise(const char *text);
/* Whether there is a character that looks like nothing, or like another blank than U+0020. */
bool text_has_invisible(const char *text);

#endif
