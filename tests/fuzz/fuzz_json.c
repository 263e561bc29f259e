/* What is read can be written, and is read as the same again: as it came, in its canonical form, and
 * as it is stored. A lenient reader takes all that a strict one takes. */
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"
#include "json/jsonb.h"
#include "json/reader.h"

enum { LIMIT = 256 << 20 };

static struct json_object *
read_again(struct arena *arena, const char *text)
{
	struct json_object *value = NULL;
	struct fault f = {0};

	REQUIRE(json_read(arena, &f, text, strlen(text), &value) == ERR_OK);
	return value;
}

static void
check_stored(struct arena *arena, const char *text)
{
	char *stored = arena_strdup(arena, json_to_jsonb(arena, text));

	json_from_jsonb(stored);
	REQUIRE(text_equal(stored, text));
}

static void
check_taken(struct arena *arena, const struct json_object *value)
{
	const char *canonical = json_canonical(arena, value);
	const char *compact = json_compact(arena, value);

	REQUIRE(text_equal(json_canonical(arena, read_again(arena, canonical)), canonical));
	REQUIRE(text_equal(json_compact(arena, read_again(arena, compact)), compact));
	REQUIRE(text_equal(json_canonical(arena, read_again(arena, compact)), canonical));
	check_stored(arena, canonical);
	check_stored(arena, compact);
}

/* What another system wrote with flaws is shown to clients without any. */
static void
check_shown(struct arena *arena, const struct json_object *lenient)
{
	const char *compact = json_compact(arena, lenient);

	if (json_depth(lenient) <= JSON_DEPTH_MAX)
		REQUIRE(text_equal(json_compact(arena, read_again(arena, compact)), compact));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT);
	const char *text = (const char *)data;
	struct json_object *value = NULL;
	struct json_object *lenient = NULL;
	struct fault f = {0};
	bool taken = json_read(arena, &f, text, size, &value) == ERR_OK;

	REQUIRE(taken || f.message[0] != '\0');
	if (taken)
		check_taken(arena, value);
	f = (struct fault){0};
	if (json_read_foreign(arena, &f, text, size, JSON_FOREIGN_MAX, &lenient) == ERR_OK)
		check_shown(arena, lenient);
	else
		REQUIRE(!taken);
	arena_free(arena);
	return 0;
}
