/* Deletes rows after their retention period, and erases users' data; opens reviews for money
 * that is left on their accounts. */
#include <stddef.h>
#include <string.h>

#include "app/people/guard.h"
#include "app/privacy/closing.h"
#include "app/privacy/erasure.h"
#include "app/wallet/statement_file.h"
#include "base/attributes.h"
#include "base/config.h"
#include "db/row.h"
#include "jobs/job.h"
#include "runtime/app.h"

enum { ROWS_AT_ONCE = 1000 };

/* What is kept for a number of days by setting; 0: for ever. */
static const struct {
	enum statement_id statement;
	size_t days;
} rules[] = {
	{SQL_event_retention, offsetof(struct config, event_days)},
	{SQL_mail_retention, offsetof(struct config, mail_days)},
	{SQL_parked_job_retention, offsetof(struct config, parked_job_days)},
	{SQL_audit_retention, offsetof(struct config, audit_days)},
	{SQL_provider_event_retention, offsetof(struct config, provider_event_days)},
};

/* Each statement is a transaction of its own, and holds its locks no longer. */
static enum err
remove_some(struct ctx *ctx, enum statement_id statement, const struct param *params, size_t count,
	    bool *found)
{
	struct rows rows;

	TRY(db_run(ctx, statement, &rows, params, count));
	*found |= row_int(&rows, 0, 0) >= ROWS_AT_ONCE;
	return ERR_OK;
}

static enum err
apply_rules(struct ctx *ctx, bool *found)
{
	for (size_t i = 0; i < COUNT(rules); i++) {
		int64_t days;

		memcpy(&days, (const char *)ctx->app->config + rules[i].days, sizeof days);
		if (days > 0)
			TRY(remove_some(ctx, rules[i].statement,
					PARAMS(p_int(days), p_int(ROWS_AT_ONCE)), found));
	}
	return ERR_OK;
}

static enum err
run(struct ctx *ctx, bool *found)
{
	bool forgotten = false;
	bool reviewed = false;
	bool swept = false;
	bool expired = false;

	*found = false;
	TRY(remove_some(ctx, SQL_retention_sweep, PARAMS(p_int(ROWS_AT_ONCE)), found));
	TRY(erasure_due(ctx, &forgotten));
	TRY(closing_review_due(ctx, &reviewed));
	TRY(guard_sweep(ctx, &swept));
	TRY(statement_file_forget(ctx, &expired));
	*found |= forgotten || reviewed || swept || expired;
	TRY(apply_rules(ctx, found));
	TRY(remove_some(ctx, SQL_limit_sweep, PARAMS(p_int(ROWS_AT_ONCE)), found));
	return remove_some(ctx, SQL_quote_sweep, PARAMS(p_int(ROWS_AT_ONCE)), found);
}

const struct periodic_job job_retention = {.name = "retention", .pause_ms = 60000, .run = run};
