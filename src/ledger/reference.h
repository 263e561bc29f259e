/* reference.h - references that are reserved before anything is posted under them. */
#ifndef LEDGER_REFERENCE_H
#define LEDGER_REFERENCE_H

#include "base/ctx.h"

/*
 * Reserve a reference in the caller's db_transact(): until it is released, every posting under it
 * is ERR_DUPLICATE_REFERENCE. *reserved is false if it was used or is reserved. A reference that is
 * just being posted under may be reserved nevertheless: a caller that releases one before posting
 * under it must handle ERR_DUPLICATE_REFERENCE.
 */
enum err reference_reserve(struct ctx *ctx, int64_t ledger_id, const char *reference,
			   struct uuid holder, bool *reserved) MUST_CHECK;
/* Release it, if it belongs to the holder. */
enum err reference_release(struct ctx *ctx, int64_t ledger_id, const char *reference,
			   struct uuid holder) MUST_CHECK;

#endif
