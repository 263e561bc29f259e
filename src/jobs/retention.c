/* Deletes rows after their retention period, and erases users' data; opens reviews for money
 * that is left on their accounts. */
#include "app/people/guard.h"
#include "app/privacy/closing.h"
#include "app/privacy/erasure.h"
#include "db/row.h"
#include "jobs/job.h"

enum { ROWS_AT_ONCE = 1000, EVENT_DAYS = 90 };

static enum err
run(struct ctx *ctx, bool *found)
{
	struct rows rows;
	bool forgotten = false;
	bool reviewed = false;
	bool swept = false;

	TRY(db_run(ctx, SQL_retention_sweep, &rows, PARAMS(p_int(ROWS_AT_ONCE))));
	TRY(erasure_due(ctx, &forgotten));
	TRY(closing_review_due(ctx, &reviewed));
	TRY(guard_sweep(ctx, &swept));
	*found = forgotten || reviewed || swept || row_int(&rows, 0, 0) >= ROWS_AT_ONCE;
	TRY(db_run(ctx, SQL_webhook_sweep, &rows, PARAMS(p_int(EVENT_DAYS), p_int(ROWS_AT_ONCE))));
	*found |= row_int(&rows, 0, 0) >= ROWS_AT_ONCE;
	TRY(db_run(ctx, SQL_quote_sweep, &rows, PARAMS(p_int(ROWS_AT_ONCE))));
	*found |= row_int(&rows, 0, 0) >= ROWS_AT_ONCE;
	return ERR_OK;
}

const struct periodic_job job_retention = {"retention", 60000, run};
