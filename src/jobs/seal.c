/* Seals the journal, and publishes the seals. */
#include "app/seal/seal.h"
#include "app/seal/publish.h"
#include "base/config.h"
#include "jobs/job.h"
#include "runtime/app.h"

static enum err
run(struct ctx *ctx, bool *found)
{
	TRY(seal_some(ctx, found));
	if (*found || !config_publishes_seals(ctx->app->config))
		return ERR_OK;
	return publish_seals(ctx, ctx->app->config->seals_dir);
}

const struct periodic_job job_seal = {.name = "seal", .pause_ms = 1500, .run = run};
