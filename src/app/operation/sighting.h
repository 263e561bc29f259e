/*
 * sighting.h - what this host has seen of the database, in a file outside of it.
 *
 * One file for each instance, in COWRY_STATE_DIR, for all processes of the host. It is replaced
 * atomically, and never by an earlier sighting.
 */
#ifndef APP_OPERATION_SIGHTING_H
#define APP_OPERATION_SIGHTING_H

#include <stdbool.h>

#include "app/operation/instance.h"
#include "base/attributes.h"

/* Nil if nothing was seen, or the file is not readable. */
struct sighting sighting_read(const char *dir, struct uuid instance_id);
/* False with a one-line message if it can't be kept. */
bool sighting_keep(const char *dir, const struct sighting *seen, char problem[256]) MUST_CHECK;
/* instance_look or instance_beat. */
typedef enum err instance_ask(struct ctx *ctx, struct instance *out);
/*
 * Ask the database what it is, and judge it by what this process (*own) and its host have seen. Only what
 * was seen before the database was asked counts: others go on meanwhile. *own is nil at first, and of the
 * instance afterwards.
 */
enum err sighting_judge(struct ctx *ctx, instance_ask *ask, const char *dir, struct sighting *own,
			struct instance *out, enum verdict *verdict) MUST_CHECK;
/* Whether one is later than another one of the same instance. */
bool sighting_is_later(const struct sighting *seen, const struct sighting *than);

#endif
