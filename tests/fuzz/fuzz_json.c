/* What the gate accepts, json-c parses whole, and its canonical form passes the gate again. */
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "json/reader.h"
#include "json/strict.h"

enum { LIMIT = 64 << 20 };

static void
check_accepted(struct arena *arena, const char *text, size_t length)
{
	struct json_object *value = NULL;
	struct json_object *again = NULL;
	struct fault f = {0};
	const char *canonical;

	REQUIRE(json_read(arena, &f, text, length, &value) == ERR_OK);
	canonical = json_canonical(arena, value);
	REQUIRE(json_read(arena, &f, canonical, strlen(canonical), &again) == ERR_OK);
	REQUIRE(text_equal(json_canonical(arena, again), canonical));
	canonical = json_compact(arena, value);
	REQUIRE(json_read(arena, &f, canonical, strlen(canonical), &again) == ERR_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT);
	const char *text = (const char *)data;
	struct json_refusal why = {0};

	if (json_strict(text, size, &why))
		check_accepted(arena, text, size);
	else
		REQUIRE(why.reason != NULL && why.offset <= size);
	arena_free(arena);
	return 0;
}
