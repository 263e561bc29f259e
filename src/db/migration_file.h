/*
 * migration_file.h - the files of a folder of migrations.
 *
 * NNNN_subject.sql, numbered from 0001 without gaps. A file whose first line is "-- no-transaction"
 * is a sequence of statements that can't run in a transaction; each ends with a semicolon at the
 * end of a line.
 */
#ifndef DB_MIGRATION_FILE_H
#define DB_MIGRATION_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

struct arena;

struct migration_file {
	const char *name; /* NNNN_subject.sql */
	const char *text;
	const char *sha256;
	bool alone; /* not in a transaction */
};

/* All files of dir; file i has number i + 1. False with a one-line message in problem. */
bool migration_files(struct arena *arena, const char *dir, struct migration_file **files,
		     size_t *count, char problem[512]) MUST_CHECK;
/* The next statement of a text, which is moved on; NULL after the last one. What stands between
 * two "$$" is not divided. */
const char *migration_statement(struct arena *arena, const char **text);

#endif
