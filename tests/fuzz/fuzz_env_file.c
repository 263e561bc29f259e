/* Files of settings: what is accepted is the same when its values are written in single quotes. */
#include <string.h>

#include "base/arena.h"
#include "base/env_file.h"
#include "tests/fuzz/fuzz.h"

enum { LIMIT = 64 << 20 };

/* The assignments as another file; NULL if a value can't be in single quotes. */
static const char *
write_quoted(struct arena *arena, const struct env_file *file)
{
	char *text = arena_strdup(arena, "");

	for (const struct env_assignment *a = file->first; a != NULL; a = a->next) {
		if (strchr(a->value, '\'') != NULL)
			return NULL;
		text = arena_printf(arena, "%s%s='%s'\n", text, a->name, a->value);
	}
	return text;
}

static bool
same(const struct env_file *one, const struct env_file *other)
{
	const struct env_assignment *a = one->first;
	const struct env_assignment *b = other->first;

	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		if (!text_equal(a->name, b->name) || !text_equal(a->value, b->value))
			return false;
	return a == b;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(LIMIT);
	struct env_file file;
	struct env_file again;
	char problem[256] = "";

	/* What is written below is quadratic in the number of assignments. */
	if (size > 4096) {
		arena_free(arena);
		return 0;
	}
	if (env_file_parse(arena, (struct bytes){data, size}, &file, problem)) {
		const char *text = write_quoted(arena, &file);

		REQUIRE(problem[0] == '\0');
		if (text != NULL) {
			struct bytes quoted = {text, strlen(text)};

			REQUIRE(env_file_parse(arena, quoted, &again, problem));
			REQUIRE(same(&file, &again));
		}
	} else {
		REQUIRE(problem[0] != '\0' && strchr(problem, '\n') == NULL);
	}
	arena_free(arena);
	return 0;
}
