/*
 * instance.h - which copy of the database this is.
 *
 * A database that was restored from a backup lacks work that was acknowledged and told to others. It
 * must not be served before cowry restored has dealt with that. A standby that was promoted lacks
 * nothing, and is served at once. Both raise the timeline of PostgreSQL by one, and only what was
 * seen before tells them apart: workers add a beat to the database every second, and remember the
 * last one outside of it.
 */
#ifndef APP_OPERATION_INSTANCE_H
#define APP_OPERATION_INSTANCE_H

#include "base/clock.h"
#include "base/ctx.h"
#include "base/id.h"

struct instance {
	struct uuid instance_id;
	struct instant accepted_at; /* as what it is; later after each cowry restored */
	int64_t beat;
	struct instant beat_at;
	int64_t system_id; /* where it was when it was accepted */
	int64_t timeline;
	int64_t table_oid;
	int64_t here_system_id; /* where it is */
	int64_t here_timeline;
	int64_t here_table_oid;
	bool in_recovery; /* a standby, or a restore that has not ended */
};

/* What was seen of an instance. */
struct sighting {
	struct uuid instance_id; /* nil: nothing */
	struct instant accepted_at;
	int64_t beat;
};

enum verdict {
	VERDICT_SAME,
	VERDICT_PROMOTED, /* on a later timeline, with everything that was seen */
	VERDICT_BEHIND,   /* without something that was seen */
	VERDICT_COPY,     /* in another cluster, or created again from a dump */
	VERDICT_UNKNOWN,  /* on another timeline, and too little was seen to know why */
	VERDICT_STANDBY,  /* judged by what it is when it has been promoted */
};

enum err instance_look(struct ctx *ctx, struct instance *out) MUST_CHECK;
/* The same, after a beat was added if the last one is a second old. */
enum err instance_beat(struct ctx *ctx, struct instance *out) MUST_CHECK;
enum verdict instance_judge(const struct instance *instance, const struct sighting *seen);
/* Why it must not be served, and what to do; NULL if it may be. */
const char *verdict_problem(enum verdict verdict);
/* Record the later timeline of a promoted one. */
enum err instance_promoted(struct ctx *ctx, const struct instance *instance) MUST_CHECK;
/* As the owner: it may be served as what it is from now on. */
enum err instance_accept(struct ctx *ctx, const struct sighting *seen) MUST_CHECK;

#endif
