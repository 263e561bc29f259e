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

/* Called for each migration before it is applied (done false) and after. */
typedef void migrate_progress(void *arg, const char *name, bool done);

/* Apply the missing migrations of dir with the owner's conninfo. False with a one-line message
 * in problem; applied migrations are kept. */
bool migrate_apply(const char *conninfo, const char *dir, migrate_progress *progress, void *arg,
		   char problem[512]) MUST_CHECK;
/* Number of pending migrations in dir; -1 with problem set. */
int migrate_pending(const char *conninfo, const char *dir, char problem[512]);

#endif
