/*
 * migrate.h - forward-only migrations.
 *
 * sql/migrations/NNNN_subject.sql, applied in order under an advisory lock, with the SHA-256 of the
 * file recorded: a file that was changed after it was applied stops everything.
 *
 * Each is one transaction. A statement that can't have its lock within a fifth of a second is given
 * up, with the transaction, and tried again after a pause, so that other sessions never wait for
 * long behind it. A file that begins with "-- no-transaction" is run statement by statement, and
 * recorded when all of its indexes are valid.
 */
#ifndef DB_MIGRATE_H
#define DB_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

/* WAITS: a lock was not free, and the migration will be tried again. */
enum migrate_step { MIGRATE_BEGINS, MIGRATE_WAITS, MIGRATE_DONE };

typedef void migrate_progress(void *arg, const char *name, enum migrate_step step);

struct migrate_options {
	const char *conninfo; /* of the owner */
	const char *dir;
	int64_t wait_ms; /* how long one migration is tried while its locks are not free */
	migrate_progress *progress; /* or NULL */
	void *arg;
};

/* Apply the missing migrations. False with a one-line message in problem; applied migrations are
 * kept. */
bool migrate_apply(const struct migrate_options *options, char problem[512]) MUST_CHECK;
/* Number of pending migrations; -1 with problem set. Needs conninfo and dir. */
int migrate_pending(const struct migrate_options *options, char problem[512]);

#endif
