/*
 * reseal.h - seal anew, under the active key, what older keys sealed.
 *
 * All that is sealed at rest stands in one table in reseal.c, but for what ends by itself
 * within a day. Rows are done some at a time, each batch in a transaction of its own, so that it
 * may be broken off and begun again at any point.
 */
#ifndef APP_OPERATION_RESEAL_H
#define APP_OPERATION_RESEAL_H

#include <stddef.h>

#include "base/ctx.h"

struct reseal_count {
	const char *name; /* of the table and column */
	int64_t done;
	int64_t broken; /* could not be opened by any key, and stay as they are */
};

/* The columns, by number from 0; *more is false past the last one. */
enum err reseal_column(struct ctx *ctx, size_t number, struct reseal_count *out,
		       bool *more) MUST_CHECK;
/* How many values are still under a key, of those that are not sealed anew. */
enum err reseal_passing(struct ctx *ctx, const char *key_id, int64_t *out) MUST_CHECK;
/* How many connections belong to processes whose keys are not the ones that the folder has. */
enum err reseal_strangers(struct ctx *ctx, const char *fingerprint, int64_t *out) MUST_CHECK;

#endif
