/* readiness.h - whether this server can do its work, for load balancers. */
#ifndef APP_OPERATION_READINESS_H
#define APP_OPERATION_READINESS_H

#include "base/ctx.h"

/* What is there. */
struct readiness {
	bool database;   /* it answers, and can be written: no standby, not read-only */
	bool schema;     /* it has the migrations that this program needs */
	bool job_runner; /* one was seen in the last minute */
};

/* Ask the database; a failure is an answer. */
struct readiness readiness_ask(struct ctx *ctx);
bool readiness_complete(const struct readiness *readiness);
/* The last migration that this program knows. */
int64_t schema_wanted(void);

#endif
