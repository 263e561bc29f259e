/* Releases expired holds. */
#include "app/wallet/hold.h"
#include "jobs/job.h"

static enum err
run(struct ctx *ctx, bool *found)
{
	int64_t expired = 0;

	TRY(wallet_hold_expire_due(ctx, &expired));
	*found = expired > 0;
	return ERR_OK;
}

const struct periodic_job job_hold_expiry = {.name = "hold_expiry", .pause_ms = 500, .run = run};
