/* Records in the database that this runner is alive. */
#include "db/db.h"
#include "jobs/job.h"
#include "runtime/app.h"

static enum err
run(struct ctx *ctx, bool *found)
{
	*found = false;
	return db_run(ctx, SQL_runner_beat, NULL, PARAMS(p_text(ctx->app->name)));
}

const struct periodic_job job_heartbeat = {"heartbeat", 10000, run};
