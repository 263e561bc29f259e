#include "app/seal/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "tlog/tile.h"

/* As many as are open at a time. */
enum { FILES_MAX = 64, FOLDER_MODE = 0755, FILE_MODE = 0644, FRESH_MAX = 32 };

struct files {
	int dir;
	size_t n;
	struct {
		int fd;
		char path[TILE_PATH_MAX];
	} of[FILES_MAX];
	char folder[TILE_PATH_MAX]; /* the last one that was made */
};

struct files *
files_new(struct arena *arena, int dir)
{
	struct files *files = arena_alloc(arena, sizeof(*files));

	files->dir = dir;
	return files;
}

enum err
files_failed(struct ctx *ctx, const char *path)
{
	return fault(&ctx->fault, ERR_INTERNAL, NULL, "seals: %s: %s", path,
		     strerrordesc_np(errno));
}

enum err
files_folder(struct ctx *ctx, int dir, const char *name)
{
	if (mkdirat(dir, name, FOLDER_MODE) == 0 ? fchmodat(dir, name, FOLDER_MODE, 0) != 0
						 : errno != EEXIST)
		return files_failed(ctx, name);
	return ERR_OK;
}

/* The folders of a path; most paths are in the same one as that before. */
static enum err
make_folders(struct ctx *ctx, struct files *files, const char *path)
{
	const char *last = strrchr(path, '/');
	size_t length = last != NULL ? (size_t)(last - path) : 0;
	char name[TILE_PATH_MAX];

	if (strlen(files->folder) == length && strncmp(files->folder, path, length) == 0)
		return ERR_OK;
	for (const char *end = strchr(path, '/'); end != NULL; end = strchr(end + 1, '/')) {
		text_copy(name, (size_t)(end - path) + 1, path);
		TRY(files_folder(ctx, files->dir, name));
	}
	text_copy(files->folder, length + 1, path);
	return ERR_OK;
}

/* The name of a file until it is complete. */
static const char *
fresh_name(char name[FRESH_MAX], size_t i)
{
	(void)snprintf(name, FRESH_MAX, ".new-%zu", i);
	return name;
}

enum err
files_add(struct ctx *ctx, struct files *files, const char *path, const void *data, size_t length)
{
	char fresh[FRESH_MAX];
	int fd;

	if (files->n == FILES_MAX)
		TRY(files_finish(ctx, files));
	TRY(make_folders(ctx, files, path));
	(void)unlinkat(files->dir, fresh_name(fresh, files->n), 0);
	fd = openat(files->dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    FILE_MODE);
	if (fd < 0)
		return files_failed(ctx, fresh);
	files->of[files->n].fd = fd;
	text_copy(files->of[files->n].path, TILE_PATH_MAX, path);
	files->n++;
	if (!file_write(fd, data, length) || fchmod(fd, FILE_MODE) != 0)
		return files_failed(ctx, path);
	/* The system begins to write, so that syncing waits for all files at once. */
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
	return ERR_OK;
}

enum err
files_finish(struct ctx *ctx, struct files *files)
{
	char fresh[FRESH_MAX];

	for (size_t i = 0; i < files->n; i++)
		if (fsync(files->of[i].fd) != 0)
			return files_failed(ctx, files->of[i].path);
	for (size_t i = 0; i < files->n; i++)
		if (renameat(files->dir, fresh_name(fresh, i), files->dir, files->of[i].path) != 0)
			return files_failed(ctx, files->of[i].path);
	files_abandon(files);
	return ERR_OK;
}

void
files_abandon(struct files *files)
{
	for (; files->n > 0; files->n--)
		(void)close(files->of[files->n - 1].fd);
}
