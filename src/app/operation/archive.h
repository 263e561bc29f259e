/*
 * archive.h - old months of the journal: moved to tables of their own, exported, detached, attached.
 *
 * References and transactions stay where they are, so nothing that was unique becomes possible again.
 * A period is moved in small steps; a run that was interrupted is continued by the next one. Digests of
 * all postings are stored when they are copied. A period is attached, and its postings are deleted from
 * the table that requests write to, only if its table has exactly these; it is detached only if a file
 * has them. Run by the owner's role, by one process at a time.
 *
 * These functions reset the arena of ctx.
 */
#ifndef APP_OPERATION_ARCHIVE_H
#define APP_OPERATION_ARCHIVE_H

#include <stdio.h>

#include "base/ctx.h"

struct archive_period {
	const char *name; /* "2026-01" */
	const char *state;
	int64_t first_id; /* of its transactions */
	int64_t last_id;
	bool moved; /* nothing of it is left in the table that requests write to */
	int64_t postings;
	int64_t bytes; /* of its table */
	const char *tablespace;
};

/* What is being done, and how many rows so far; may be NULL. */
typedef void archive_progress(const char *step, int64_t rows);

/* A "2026-01" that is a month. */
bool archive_name_valid(const char *name);

enum err archive_list(struct ctx *ctx, struct archive_period **out, size_t *n) MUST_CHECK;
/* Everything that is not archived yet, up to the end of a month. ERR_CONFLICT with a message if that
 * is not possible. */
enum err archive_move(struct ctx *ctx, const char *name, const char *tablespace,
		      archive_progress *progress) MUST_CHECK;
/* Write the postings of an attached period as lines. */
enum err archive_export(struct ctx *ctx, const char *name, FILE *file,
			archive_progress *progress) MUST_CHECK;
/* Drop the table of a period that the file has. */
enum err archive_detach(struct ctx *ctx, const char *name, FILE *file,
			archive_progress *progress) MUST_CHECK;
/* Bring a detached period back from its file. */
enum err archive_attach(struct ctx *ctx, const char *name, const char *tablespace, FILE *file,
			archive_progress *progress) MUST_CHECK;

#endif
