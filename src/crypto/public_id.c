#include "crypto/public_id.h"

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "crypto/random.h"

enum { RANDOM_BYTES = 8 };

const char *
drop_id_new(struct arena *arena, const char *prefix)
{
	unsigned char bytes[RANDOM_BYTES];

	random_bytes(bytes, sizeof(bytes));
	return arena_printf(arena, "%s_%s", prefix, hex_encode(arena, bytes, sizeof(bytes)));
}

bool
drop_id_valid(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	if (strncmp(text, prefix, length) != 0 || text[length] != '_')
		return false;
	text += length + 1;
	return strlen(text) == (size_t)2 * RANDOM_BYTES &&
	       strspn(text, "0123456789abcdef") == (size_t)2 * RANDOM_BYTES;
}
