#include "app/seal/publish.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/seal/files.h"
#include "app/seal/tree.h"
#include "base/arena.h"
#include "base/word.h"
#include "tlog/checkpoint.h"

enum { SCRATCH_MAX = 16 * 1024 * 1024, LOOKED_AT = 256 };

/* A tree that is being published. */
struct work {
	int dir; /* of this tree */
	struct files *files;
	enum mode mode;
	struct arena *scratch;
	struct checkpoint before; /* published so far; size 0: nothing */
	struct checkpoint after;
};

static enum err
write_tile(struct ctx *ctx, struct work *work, int64_t level, int64_t number, int64_t width)
{
	struct tile *tile = arena_alloc(ctx->arena, sizeof(*tile));
	char path[TILE_PATH_MAX];

	tile->level = level;
	tile->number = number;
	TRY(tree_tile(ctx, work->mode, tile));
	(void)tile_path(path, level, number, width);
	if (tile->width < width)
		return fault(&ctx->fault, ERR_CONFLICT, NULL, "hashes of %s are missing", path);
	return files_add(ctx, work->files, path, tile->hashes, (size_t)width * sizeof(struct hash));
}

/* The same, with memory that is free afterwards. */
static enum err
copy_tile(struct ctx *ctx, struct work *work, int64_t level, int64_t number, int64_t width)
{
	struct arena *kept = ctx->arena;
	enum err err;

	ctx->arena = work->scratch;
	err = write_tile(ctx, work, level, number, width);
	ctx->arena = kept;
	arena_reset(work->scratch);
	return err;
}

/* The number of the tile that was the last one of a level, which may have been partial. */
static int64_t
last_tile(const struct work *work, int64_t level)
{
	return (work->before.size >> (TILE_HEIGHT * level)) / TILE_WIDTH;
}

static enum err
write_level(struct ctx *ctx, struct work *work, int64_t level)
{
	int64_t number = last_tile(work, level);
	int64_t width;

	for (; (width = tile_width(work->after.size, level, number)) > 0; number++)
		TRY(copy_tile(ctx, work, level, number, width));
	return ERR_OK;
}

/* Partial tiles of earlier checkpoints, once the full one is there. */
static void
remove_partial(const struct work *work, int64_t level)
{
	int64_t number = last_tile(work, level);
	char path[TILE_PATH_MAX];

	if (tile_width(work->before.size, level, number) == 0 ||
	    tile_width(work->after.size, level, number) < TILE_WIDTH)
		return;
	for (int64_t width = 1; width < TILE_WIDTH; width++)
		(void)unlinkat(work->dir, tile_path(path, level, number, width), 0);
	*strrchr(path, '/') = '\0';
	(void)unlinkat(work->dir, path, AT_REMOVEDIR);
}

static enum err
write_grown(struct ctx *ctx, struct work *work)
{
	for (int64_t level = 0; level < TILE_LEVELS; level++)
		TRY(write_level(ctx, work, level));
	TRY(files_finish(ctx, work->files));
	for (int64_t level = 0; level < TILE_LEVELS; level++)
		remove_partial(work, level);
	return ERR_OK;
}

/* Tiles that were lost: of the many of leaves some at a time, chosen by the clock. */
static enum err
write_lost(struct ctx *ctx, struct work *work)
{
	int64_t tiles = work->after.size / TILE_WIDTH + 1;
	int64_t parts = tiles / LOOKED_AT + 1;
	int64_t first = ctx->now.us / 1000 % parts * LOOKED_AT;
	char path[TILE_PATH_MAX];
	int64_t width;

	for (int64_t level = 0; level < TILE_LEVELS; level++) {
		int64_t number = level == 0 ? first : 0;
		int64_t end = level == 0 ? first + LOOKED_AT : INT64_MAX;

		for (; number < end && (width = tile_width(work->after.size, level, number)) > 0;
		     number++)
			if (faccessat(work->dir, tile_path(path, level, number, width), F_OK, 0) !=
			    0)
				TRY(copy_tile(ctx, work, level, number, width));
	}
	return files_finish(ctx, work->files);
}

/* The published note; "" if there is none. */
static const char *
published(struct ctx *ctx, int dir)
{
	char *text = arena_alloc(ctx->arena, NOTE_SIZE_MAX + 1);
	int fd = openat(dir, "checkpoint", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t length = 0;

	if (fd < 0)
		return text;
	length = read(fd, text, NOTE_SIZE_MAX);
	(void)close(fd);
	text[length > 0 ? length : 0] = '\0';
	return text;
}

/* The tree that is published must be the beginning of the one that will be. */
static enum err
compare(struct ctx *ctx, const struct work *work)
{
	struct merkle_tree tree = tree_hashes(ctx, work->mode);
	struct hash root;

	if (work->before.size > work->after.size)
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "seals: the published checkpoint of %s has %lld transactions, the "
			     "database %lld",
			     word_text(mode_words, work->mode), (long long)work->before.size,
			     (long long)work->after.size);
	TRY(merkle_root_at(&tree, work->before.size, &root));
	if (!hash_equal(&root, &work->before.root))
		return fault(&ctx->fault, ERR_CONFLICT, NULL,
			     "seals: the published checkpoint of %s is not of this journal",
			     word_text(mode_words, work->mode));
	return ERR_OK;
}

static enum err
publish_tree(struct ctx *ctx, struct work *work)
{
	const char *note = published(ctx, work->dir);
	struct stored_tree tree;

	TRY(tree_find(ctx, work->mode, &tree));
	if (tree.checkpoint == NULL ||
	    !checkpoint_of_note(ctx->arena, tree.checkpoint, &work->after))
		return ERR_OK;
	if (text_equal(note, tree.checkpoint))
		return write_lost(ctx, work);
	if (!checkpoint_of_note(ctx->arena, note, &work->before))
		work->before = (struct checkpoint){0};
	else
		TRY(compare(ctx, work));
	TRY(write_grown(ctx, work));
	TRY(files_add(ctx, work->files, "checkpoint", tree.checkpoint, strlen(tree.checkpoint)));
	return files_finish(ctx, work->files);
}

static enum err
publish_mode(struct ctx *ctx, int top, enum mode mode)
{
	const char *name = word_text(mode_words, mode);
	struct work work = {.mode = mode};
	enum err err;

	TRY(files_folder(ctx, top, name));
	work.dir = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (work.dir < 0)
		return files_failed(ctx, name);
	work.scratch = arena_new(SCRATCH_MAX);
	work.files = files_new(ctx->arena, work.dir);
	err = publish_tree(ctx, &work);
	files_abandon(work.files);
	arena_free(work.scratch);
	(void)close(work.dir);
	return err;
}

enum err
publish_seals(struct ctx *ctx, const char *dir)
{
	enum err err = ERR_OK;
	int top;

	TRY(files_folder(ctx, AT_FDCWD, dir));
	top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return files_failed(ctx, dir);
	if (flock(top, LOCK_EX | LOCK_NB) == 0)
		for (enum mode mode = MODE_TEST; mode <= MODE_LIVE; mode++) {
			enum err failure = publish_mode(ctx, top, mode);

			if (failure != ERR_OK)
				err = failure;
		}
	(void)close(top);
	return err;
}
