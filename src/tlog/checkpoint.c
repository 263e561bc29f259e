#include "tlog/checkpoint.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

const char *
checkpoint_text(struct arena *arena, const struct checkpoint *checkpoint)
{
	return arena_printf(
		arena, "%s\n%" PRId64 "\n%s\n", checkpoint->origin, checkpoint->size,
		base64_encode(arena, checkpoint->root.bytes, sizeof(checkpoint->root.bytes)));
}

/* The next line; NULL if it is empty or does not end. */
static const char *
next_line(struct arena *arena, const char **text)
{
	size_t length = strcspn(*text, "\n");
	const char *line = *text;

	if (length == 0 || line[length] == '\0')
		return NULL;
	*text += length + 1;
	return arena_strndup(arena, line, length);
}

/* Without a sign and leading zeros. */
static bool
parse_size(const char *line, int64_t *out)
{
	char again[INTEGER_TEXT_MAX];

	return line != NULL && integer_parse(out, line) && *out >= 0 &&
	       text_equal(line, integer_text(again, *out));
}

static bool
parse_root(struct arena *arena, const char *line, struct hash *out)
{
	struct bytes root;

	if (line == NULL || !base64_decode(arena, line, &root) || root.length != sizeof(out->bytes))
		return false;
	memcpy(out->bytes, root.data, sizeof(out->bytes));
	return true;
}

bool
checkpoint_parse(struct arena *arena, const char *text, struct checkpoint *out)
{
	out->origin = next_line(arena, &text);
	if (out->origin == NULL || !parse_size(next_line(arena, &text), &out->size) ||
	    !parse_root(arena, next_line(arena, &text), &out->root))
		return false;
	while (*text != '\0')
		if (next_line(arena, &text) == NULL)
			return false;
	return true;
}

bool
checkpoint_of_note(struct arena *arena, const char *note, struct checkpoint *out)
{
	const char *end = strstr(note, "\n\n");

	return end != NULL &&
	       checkpoint_parse(arena, arena_strndup(arena, note, (size_t)(end + 1 - note)), out);
}
