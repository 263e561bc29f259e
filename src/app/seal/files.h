/*
 * files.h - files of a folder that are replaced together. Each is written at once, and synced and named when
 * all are: a sync that follows another one costs little.
 */
#ifndef APP_SEAL_FILES_H
#define APP_SEAL_FILES_H

#include <stddef.h>

#include "base/arena.h"
#include "base/ctx.h"

struct files;

/* Below dir, which the caller keeps open. The caller is the only one who writes there. */
struct files *files_new(struct arena *arena, int dir);
/* Write one; path is relative, and its folders are made. Those before it may get their names now. */
enum err files_add(struct ctx *ctx, struct files *files, const char *path, const void *data,
		   size_t length) MUST_CHECK;
/* Sync all, then name them: readers see the old file or the new one, also after a crash. */
enum err files_finish(struct ctx *ctx, struct files *files) MUST_CHECK;
/* Leave those that have no name yet. */
void files_abandon(struct files *files);
/* A folder that a web server can read, with any umask. It may be there already. */
enum err files_folder(struct ctx *ctx, int dir, const char *name) MUST_CHECK;
/* The system refused something about this path; errno says why. */
enum err files_failed(struct ctx *ctx, const char *path);

#endif
