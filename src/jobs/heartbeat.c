/* Records in the database that this runner is alive, and for monitoring its memory. */
#include "base/metrics.h"
#include "db/db.h"
#include "jobs/job.h"
#include "runtime/app.h"

static enum err
run(struct ctx *ctx, bool *found)
{
	*found = false;
	metrics_note_memory(ctx->app->metrics);
	return db_run(ctx, SQL_runner_beat, NULL, PARAMS(p_text(ctx->app->name)));
}

const struct periodic_job job_heartbeat = {.name = "heartbeat", .pause_ms = 10000, .run = run};
