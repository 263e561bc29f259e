#include "app/seal/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/seal/tree.h"
#include "base/arena.h"
#include "base/file.h"
#include "base/word.h"
#include "tlog/checkpoint.h"

enum { SCRATCH_MAX = 16 * 1024 * 1024, LOOKED_AT = 256, FOLDER_MODE = 0755, FILE_MODE = 0644 };

/* A tree that is being published. */
struct work {
	int dir; /* of this tree */
	enum mode mode;
	struct arena *scratch;
	struct checkpoint before; /* published so far; size 0: nothing */
	struct checkpoint after;
};

static enum err
failed(struct ctx *ctx, const char *path)
{
	return fault(&ctx->fault, ERR_INTERNAL, NULL, "seals: %s: %s", path,
		     strerrordesc_np(errno));
}

/* With any umask: the web server must read them. */
static enum err
make_folder(struct ctx *ctx, int dir, const char *name)
{
	if (mkdirat(dir, name, FOLDER_MODE) == 0 ? fchmodat(dir, name, FOLDER_MODE, 0) != 0
						 : errno != EEXIST)
		return failed(ctx, name);
	return ERR_OK;
}

static enum err
make_folders(struct ctx *ctx, int dir, const char *path)
{
	char name[TILE_PATH_MAX];

	for (const char *end = strchr(path, '/'); end != NULL; end = strchr(end + 1, '/')) {
		text_copy(name, (size_t)(end - path) + 1, path);
		TRY(make_folder(ctx, dir, name));
	}
	return ERR_OK;
}

/* Readers see the old file or the new one, also after a crash. We hold the lock: nobody else writes. */
static enum err
replace(struct ctx *ctx, int dir, const char *path, const void *data, size_t length)
{
	static const char fresh[] = ".new";
	bool written;
	int fd;

	TRY(make_folders(ctx, dir, path));
	(void)unlinkat(dir, fresh, 0);
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
	if (fd < 0)
		return failed(ctx, fresh);
	written = file_write(fd, data, length) && fchmod(fd, FILE_MODE) == 0 && fsync(fd) == 0;
	written = close(fd) == 0 && written;
	if (!written || renameat(dir, fresh, dir, path) != 0)
		return failed(ctx, path);
	return ERR_OK;
}

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
	return replace(ctx, work->dir, path, tile->hashes, (size_t)width * sizeof(struct hash));
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

/* Partial tiles of earlier checkpoints, once the full one is there. */
static void
remove_partial(const struct work *work, int64_t level, int64_t number)
{
	char path[TILE_PATH_MAX];

	for (int64_t width = 1; width < TILE_WIDTH; width++)
		(void)unlinkat(work->dir, tile_path(path, level, number, width), 0);
	*strrchr(path, '/') = '\0';
	(void)unlinkat(work->dir, path, AT_REMOVEDIR);
}

static enum err
write_level(struct ctx *ctx, struct work *work, int64_t level)
{
	int64_t hashes = work->before.size >> (TILE_HEIGHT * level);
	int64_t number = hashes / TILE_WIDTH;
	bool was_partial = hashes % TILE_WIDTH != 0;
	int64_t width;

	for (; (width = tile_width(work->after.size, level, number)) > 0; number++) {
		TRY(copy_tile(ctx, work, level, number, width));
		if (was_partial && width == TILE_WIDTH)
			remove_partial(work, level, number);
		was_partial = false;
	}
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
	return ERR_OK;
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
	for (int64_t level = 0; level < TILE_LEVELS; level++)
		TRY(write_level(ctx, work, level));
	return replace(ctx, work->dir, "checkpoint", tree.checkpoint, strlen(tree.checkpoint));
}

static enum err
publish_mode(struct ctx *ctx, int top, enum mode mode)
{
	const char *name = word_text(mode_words, mode);
	struct work work = {.mode = mode};
	enum err err;

	TRY(make_folder(ctx, top, name));
	work.dir = openat(top, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (work.dir < 0)
		return failed(ctx, name);
	work.scratch = arena_new(SCRATCH_MAX);
	err = publish_tree(ctx, &work);
	arena_free(work.scratch);
	(void)close(work.dir);
	return err;
}

enum err
publish_seals(struct ctx *ctx, const char *dir)
{
	enum err err = ERR_OK;
	int top;

	TRY(make_folder(ctx, AT_FDCWD, dir));
	top = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (top < 0)
		return failed(ctx, dir);
	if (flock(top, LOCK_EX | LOCK_NB) == 0)
		for (enum mode mode = MODE_TEST; mode <= MODE_LIVE; mode++) {
			enum err failure = publish_mode(ctx, top, mode);

			if (failure != ERR_OK)
				err = failure;
		}
	(void)close(top);
	return err;
}
