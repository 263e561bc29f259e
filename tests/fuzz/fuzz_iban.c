/* Account numbers: accepted ones have the common form, and no other character of the same kind
 * is accepted in a place. */
#include <string.h>

#include "app/bank/iban.h"
#include "base/arena.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 64 << 20 };

static void
check_valid(struct arena *arena, const char *iban)
{
	size_t length = strlen(iban);
	char *changed = arena_strdup(arena, iban);

	REQUIRE(length >= 15 && length <= IBAN_LENGTH_MAX);
	REQUIRE(bban_valid(iban, iban + 4));
	REQUIRE(strcmp(iban_plain(arena, iban), iban) == 0);
	for (size_t i = 2; i < length; i++) {
		const char *class = iban[i] <= '9' ? "0123456789" : "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

		for (const char *p = class; *p != '\0'; p++) {
			changed[i] = *p;
			REQUIRE(*p == iban[i] || !iban_valid(changed));
		}
		changed[i] = iban[i];
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT);
	const char *iban = iban_plain(arena, arena_strndup(arena, (const char *)data, size));

	if (iban_valid(iban))
		check_valid(arena, iban);
	if (strlen(iban) > 2)
		(void)bban_valid(iban, iban + 2);
	arena_free(arena);
	return 0;
}
