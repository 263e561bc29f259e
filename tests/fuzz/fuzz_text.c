/* Decoders of text: whatever they accept is well-formed and comes back as it was. */
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/text.h"
#include "base/unicode.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 64 << 20 };

static void
check_decoders(struct arena *arena, const char *text, size_t size)
{
	struct bytes bytes;
	char *decoded;

	for (int plus = 0; plus < 2; plus++)
		if (percent_decode(arena, text, size, plus == 1, &decoded)) {
			REQUIRE(strlen(decoded) <= size);
			REQUIRE(utf8_valid(decoded, strlen(decoded)));
			REQUIRE(utf8_count(decoded) <= strlen(decoded));
		}
	text = arena_strndup(arena, text, size);
	if (base64url_decode(arena, text, &bytes))
		REQUIRE(text_equal(base64url_encode(arena, bytes.data, bytes.length), text));
	(void)text_has_control(text);
	if (utf8_valid(text, strlen(text))) {
		bool invisible = text_has_invisible(text);

		REQUIRE(text_is_visible(text) || !text_has_letter(text));
		REQUIRE(!text_has_disguise(text) || invisible);
		REQUIRE(!text_has_outer_blank(text) || invisible || text[0] == ' ' ||
			text[strlen(text) - 1] == ' ');
	}
	REQUIRE(text_equal_any_case(text_lower(arena, text), text));
	REQUIRE(strlen(text_trim(arena, text)) <= strlen(text));
}

static void
check_parsers(const char *text)
{
	char time[INSTANT_TEXT_MAX];
	char name[UUID_TEXT_MAX];
	struct instant t;
	struct instant again;
	struct uuid id;
	int64_t number;

	/* An offset may lead out of the years that can be written with four digits. */
	if (instant_parse(&t, text) && instant_parse(&again, instant_text(time, t)))
		REQUIRE(again.us / 1000 * 1000 == again.us && t.us - again.us >= 0 &&
			t.us - again.us < 1000);
	if (uuid_parse(&id, text))
		REQUIRE(text_equal_any_case(uuid_text(name, id), text));
	if (integer_parse(&number, text))
		REQUIRE(strlen(text) > 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT);
	const char *text = (const char *)data;

	(void)utf8_valid(text, size);
	check_decoders(arena, text, size);
	check_parsers(arena_strndup(arena, text, size));
	arena_free(arena);
	return 0;
}
