/*
 * verification.h - the results of cowry verify, for monitoring.
 *
 * The checks are run as the auditor, which writes nothing; the result is recorded by the owner.
 */
#ifndef APP_OPERATION_VERIFICATION_H
#define APP_OPERATION_VERIFICATION_H

#include "base/clock.h"
#include "base/ctx.h"

struct verification {
	struct instant started_at;
	struct instant ended_at; /* set when it is recorded */
	bool complete;           /* of the whole journal, not only a part of it */
	int64_t violations;
	const char *run_by; /* user of the system */
};

enum err verification_record(struct ctx *ctx, const struct verification *result) MUST_CHECK;
/* The last one; ERR_NOT_FOUND if there was none. */
enum err verification_last(struct ctx *ctx, struct verification *out) MUST_CHECK;

#endif
