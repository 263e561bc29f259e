#include "base/word.h"

#include <assert.h>
#include <stddef.h>

#include "base/text.h"

const char *
word_text(const char *const *words, unsigned value)
{
	if (value == 0)
		return NULL;
	for (unsigned i = 0; i < value; i++)
		assert(words[i] != NULL);
	return words[value - 1];
}

unsigned
word_find(const char *const *words, const char *text)
{
	return text != NULL ? (unsigned)(text_index(words, text) + 1) : 0;
}
