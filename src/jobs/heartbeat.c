/*
 * Records in the database that this runner is alive, and for monitoring its memory. The last beat also
 * tells when the clock of the database has stepped back.
 */
#include <inttypes.h>

#include "base/log.h"
#include "base/metrics.h"
#include "db/db.h"
#include "db/row.h"
#include "jobs/job.h"
#include "runtime/app.h"

enum { LEASE_MAX_S = 120 }; /* of a job's claim, or of deliveries */

static enum err
follow_clock(struct ctx *ctx)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_schedule_follow, &rows, PARAMS(p_int(LEASE_MAX_S))));
	if (rows.count > 0)
		log_event(LOG_LEVEL_WARN, "clock_stepped_back",
			  LOG_FIELDS({"seconds", NULL, row_int(&rows, 0, 0)}));
	return ERR_OK;
}

static enum err
run(struct ctx *ctx, bool *found)
{
	*found = false;
	metrics_note_memory(ctx->app->metrics);
	TRY(follow_clock(ctx));
	return db_run(ctx, SQL_runner_beat, NULL, PARAMS(p_text(ctx->app->name)));
}

const struct periodic_job job_heartbeat = {.name = "heartbeat", .pause_ms = 1000, .run = run};
