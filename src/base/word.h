/*
 * word.h - enums and the words that stand for them in JSON and in the database.
 *
 * Each enum has one table, a NULL-terminated list of words in the order of its values.
 * Values begin at 1, so that 0 is an absent one. The functions take an enum as unsigned.
 */
#ifndef BASE_WORD_H
#define BASE_WORD_H

#include "base/attributes.h"

/* The word of a value, or NULL for 0. The value is one of the table's. */
const char *word_text(const char *const *words, unsigned value);
/* The value of a word, or 0 where the table does not have it, or it is NULL. */
unsigned word_find(const char *const *words, const char *text) MUST_CHECK;

#endif
