#include "app/operation/readiness.h"

#include "db/row.h"
#include "db/schema.def"

int64_t
schema_wanted(void)
{
	return SCHEMA_WANTED;
}

struct readiness
readiness_ask(struct ctx *ctx)
{
	struct readiness out = {0};
	int64_t latency_ns;
	struct rows rows;

	/* A database without our schema answers, but not this. */
	if (db_run(ctx, SQL_readiness, &rows, NO_PARAMS) != ERR_OK) {
		fault_clear(&ctx->fault);
		out.database = db_ping(ctx, &latency_ns) == ERR_OK;
		return out;
	}
	out.database = row_bool(&rows, 0, 1);
	out.schema = row_int(&rows, 0, 0) >= schema_wanted();
	out.job_runner = row_bool(&rows, 0, 2);
	return out;
}

bool
readiness_complete(const struct readiness *readiness)
{
	return readiness->database && readiness->schema && readiness->job_runner;
}
