/* reference.h - references that are taken before anything is posted under them. */
#ifndef LEDGER_REFERENCE_H
#define LEDGER_REFERENCE_H

#include "base/ctx.h"

/*
 * Speak for a reference in the caller's db_transact(): until it is released, every posting under it
 * is ERR_DUPLICATE_REFERENCE. *reserved is false if it was used or is spoken for. One that was just
 * being posted under may be reserved all the same: who releases one before posting under it must
 * be ready for ERR_DUPLICATE_REFERENCE.
 */
enum err reference_reserve(struct ctx *ctx, int64_t ledger_id, const char *reference,
			   struct uuid holder, bool *reserved) MUST_CHECK;
/* Let go of it, if it is the holder's. */
enum err reference_release(struct ctx *ctx, int64_t ledger_id, const char *reference,
			   struct uuid holder) MUST_CHECK;

#endif
