/*
 * unicode.h - properties of characters, by Unicode's tables (libunistring).
 *
 * All functions take valid UTF-8.
 */
#ifndef BASE_UNICODE_H
#define BASE_UNICODE_H

#include <stdbool.h>

/* Whether it has a visible character: a letter, digit, punctuation mark or symbol. White space,
 * format characters, fillers and combining marks alone are not visible. */
bool text_is_visible(const char *text);
/* Whether there is a letter, of any script. */
bool text_has_letter(const char *text);
/* Whether it begins or ends with a blank: white space of any kind, or a character that looks
 * like it. */
bool text_has_outer_blank(const char *text);
/* Whether its appearance may differ from its content in order or extent: directional controls,
 * byte order marks, separators of lines and paragraphs, noncharacters. U+200C and U+200D, which
 * scripts need, are not included. */
bool text_has_disguise(const char *text);
/* Whether there is an invisible character, or one that looks like a blank other than U+0020. */
bool text_has_invisible(const char *text);

#endif
