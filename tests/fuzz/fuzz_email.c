/* Addresses: a key is an address and its own key, and what is no address has the key of none. */
#include <stdlib.h>
#include <string.h>
#include <uninorm.h>

#include "base/arena.h"
#include "base/email.h"
#include "base/text.h"
#include "base/unicode.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 64 << 20 };

/* In NFC. Of letters that are not, a spelling folds the base, which a key does not: it composes first. */
static bool
is_composed(const char *text)
{
	size_t n = 0;
	uint8_t *composed =
		u8_normalize(UNINORM_NFC, (const uint8_t *)text, strlen(text), NULL, &n);
	bool same = composed != NULL && n == strlen(text) && memcmp(composed, text, n) == 0;

	free(composed);
	return same;
}

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
		REQUIRE(!is_composed(text) ||
			text_equal(email_key(arena, email_spelling(arena, text)), key));
		REQUIRE((route != NULL) == valid);
		REQUIRE(route == NULL || text_equal(email_key(arena, route), key));
		REQUIRE(!valid || (!text_has_control(text) && !text_has_invisible(text) &&
				   strchr(text, ' ') == NULL));
	}
	arena_free(arena);
	return 0;
}
