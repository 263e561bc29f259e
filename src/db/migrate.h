/*
 * migrate.h - forward-only migrations.
 *
 * sql/migrations/NNNN_subject.sql, one transaction each, applied in order under an
 * advisory lock, with the SHA-256 of the file recorded: a file that was
 * changed after it was applied stops everything.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

/* Told of each migration before it is applied (done false) and after. */
typedef void migrate_progress(void *arg, const char *name, bool done);

/* Apply what is missing from the files in dir with the owner's conninfo. False with one clear
 * line in problem; what was applied stays. */
bool migrate_apply(const char *conninfo, const char *dir, migrate_progress *progress, void *arg,
		   char problem[512]) MUST_CHECK;
/* How many files in dir are not applied yet; -1 with problem set. */
int migrate_pending(const char *conninfo, const char *dir, char problem[512]);

#endif
