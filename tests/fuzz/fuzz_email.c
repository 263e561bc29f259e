/* Addresses: a key is an address and its own key, and what is no address has the key of none. */
#include <string.h>

#include "base/arena.h"
#include "base/email.h"
#include "base/text.h"
#include "base/unicode.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 64 << 20 };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT);
	const char *text = arena_strndup(arena, (const char *)data, size);
	bool valid = email_valid(text);

	if (utf8_valid(text, strlen(text))) {
		const char *key = email_key(arena, text);
		const char *route = email_route(arena, text);

		REQUIRE(email_valid(key) == valid);
		REQUIRE(text_equal(email_key(arena, key), key));
		REQUIRE(text_equal(email_key(arena, email_spelling(arena, text)), key));
		REQUIRE((route != NULL) == valid);
		REQUIRE(route == NULL || text_equal(email_key(arena, route), key));
		REQUIRE(!valid || (!text_has_control(text) && !text_has_invisible(text) &&
				   strchr(text, ' ') == NULL));
	}
	arena_free(arena);
	return 0;
}
