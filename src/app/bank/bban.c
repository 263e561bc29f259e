#include "app/bank/bban.h"

#include <string.h>

#include "base/arena.h"

enum { BBAN_DIGITS = 11 };

bool
is_bban(const char *text)
{
	return strlen(text) == BBAN_DIGITS && strspn(text, "0123456789") == BBAN_DIGITS;
}

const char *
bban_text(struct arena *arena, const char *bban)
{
	return arena_printf(arena, "%.4s.%.2s.%s", bban, bban + 4, bban + 6);
}

const char *
account_plain(struct arena *arena, const char *text)
{
	char *plain = arena_alloc(arena, strlen(text) + 1);
	size_t n = 0;

	for (; *text != '\0'; text++)
		if (*text >= 'a' && *text <= 'z')
			plain[n++] = (char)(*text - 'a' + 'A');
		else if (*text != ' ' && *text != '.')
			plain[n++] = *text;
	return plain;
}
