/*
 * Records in the database that this runner is alive, and for monitoring its memory. The last beat also
 * tells when the clock of the database has stepped back.
 */
#include "base/log.h"
#include "base/metrics.h"
#include "db/db.h"
#include "db/row.h"
#include "jobs/job.h"
#include "runtime/app.h"

enum { LEASE_MAX_S = 120 }; /* of a job's claim, or of deliveries */

static enum err
follow(struct ctx *ctx, void *arg)
{
	int64_t *back_us = arg;
	struct rows rows;

	TRY(db_run(ctx, SQL_clock_step, &rows, NO_PARAMS));
	*back_us = row_int(&rows, 0, 0);
	if (*back_us == 0)
		return ERR_OK;
	return db_run(ctx, SQL_schedule_move, NULL, PARAMS(p_int(*back_us), p_int(LEASE_MAX_S)));
}

static enum err
run(struct ctx *ctx, bool *found)
{
	int64_t back_us = 0;

	*found = false;
	metrics_note_memory(ctx->app->metrics);
	TRY(db_transact(ctx, follow, &back_us));
	if (back_us > 0)
		log_event(LOG_LEVEL_WARN, "clock_stepped_back",
			  LOG_FIELDS({"seconds", NULL, back_us / SECOND_US}));
	return db_run(ctx, SQL_runner_beat, NULL, PARAMS(p_text(ctx->app->name)));
}

const struct periodic_job job_heartbeat = {.name = "heartbeat", .pause_ms = 1000, .run = run};
