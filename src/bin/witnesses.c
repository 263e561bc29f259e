/* Files of checkpoints, as somebody else has kept them. */
#include <stdio.h>
#include <string.h>

#include "app/seal/seal_check.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "bin/cli.h"

static const char *
read_note(struct ctx *ctx, const char *path)
{
	char *text = arena_alloc(ctx->arena, NOTE_SIZE_MAX + 2);
	FILE *file = fopen(path, "re");

	if (file == NULL || fread(text, 1, NOTE_SIZE_MAX + 1, file) == 0)
		cli_fail(arena_printf(ctx->arena, "%s can't be read", path));
	(void)fclose(file);
	return text;
}

/* Of both trees. */
static void
known_keys(struct ctx *ctx, struct note_key **out, size_t *n)
{
	struct note_key *keys[2] = {NULL, NULL};
	size_t counts[2] = {0, 0};

	for (enum mode mode = MODE_TEST; mode <= MODE_LIVE; mode++) {
		struct stored_tree tree;
		size_t i = mode - MODE_TEST;

		if (tree_find(ctx, mode, &tree) != ERR_OK)
			cli_fail(ctx->fault.message);
		if (tree.origin != NULL &&
		    tree_keys(ctx, tree.origin, &keys[i], &counts[i]) != ERR_OK)
			cli_fail(ctx->fault.message);
	}
	*n = counts[0] + counts[1];
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = i < counts[0] ? keys[0][i] : keys[1][i - counts[0]];
}

static void
given_keys(struct ctx *ctx, const struct cli_list *list, struct note_key **out, size_t *n)
{
	*n = list->count;
	*out = arena_array(ctx->arena, *n, sizeof(**out));
	for (size_t i = 0; i < *n; i++)
		if (!note_key_parse(ctx->arena, list->items[i], &(*out)[i]))
			cli_fail(arena_printf(ctx->arena, "%s is not a verifier key",
					      list->items[i]));
}

void
cli_witnesses(struct ctx *ctx, const struct cli_list *files, const struct cli_list *keys,
	      struct witness *out)
{
	struct note_key *known;
	size_t n;

	if (keys->count > 0)
		given_keys(ctx, keys, &known, &n);
	else
		known_keys(ctx, &known, &n);
	for (size_t i = 0; i < files->count; i++) {
		const char *path = files->items[i];
		const char *why;
		const char *text = note_open(ctx->arena, read_note(ctx, path), known, n, &why);

		out[i] = (struct witness){.name = path};
		if (text == NULL)
			cli_fail(arena_printf(ctx->arena, "%s: %s", path, why));
		if (!checkpoint_parse(ctx->arena, text, &out[i].checkpoint))
			cli_fail(arena_printf(ctx->arena, "%s is not a checkpoint", path));
	}
}
