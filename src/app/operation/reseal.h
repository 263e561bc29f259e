/*
 * reseal.h - re-encrypts, with the active key, values sealed with older keys.
 *
 * All values sealed at rest are in one table in reseal.c, except those that expire within a day.
 * Rows are processed in batches, each in its own transaction, so that it can be interrupted and
 * restarted at any point.
 */
#ifndef APP_OPERATION_RESEAL_H
#define APP_OPERATION_RESEAL_H

#include <stddef.h>

#include "base/ctx.h"

struct reseal_count {
	const char *name; /* of the table and column */
	int64_t done;
	int64_t broken; /* can't be decrypted with any key, and are not changed */
};

/* The columns, by number from 0; *more is false past the last one. */
enum err reseal_column(struct ctx *ctx, size_t number, struct reseal_count *out,
		       bool *more) MUST_CHECK;
/* Number of values that still use a key, of those that are not re-encrypted. */
enum err reseal_passing(struct ctx *ctx, const char *key_id, int64_t *out) MUST_CHECK;
/* Number of connections of processes whose keys differ from those of the folder. */
enum err reseal_strangers(struct ctx *ctx, const char *fingerprint, int64_t *out) MUST_CHECK;

#endif
