/*
 * replica.h - reading from replicas.
 *
 * How old the data of a replica is follows from positions in the WAL: a replica that has replayed the
 * position at which the primary was at a time has everything that was committed until then. The
 * primary's position is asked for a few times within the lag that is allowed.
 */
#ifndef DB_REPLICA_H
#define DB_REPLICA_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "db/db.h"

/* lag_ms: how old the data may be. Opens nothing yet; NULL if out of memory. */
struct replica *replica_new(const struct db_options *options, int64_t lag_ms);
void replica_free(struct replica *r);

/* Run the calls on the replica of ctx->database. False if it is away or too old, or if there was any
 * error, because the primary may have none: run them there. */
bool replica_run(struct ctx *ctx, const struct db_call *calls, size_t n) MUST_CHECK;

#endif
