/* Makes statements as PDF. */
#include "app/wallet/statement_file.h"
#include "jobs/job.h"

static enum err
run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	enum err err = statement_file_make(ctx, job->subject);

	/* A part of the journal was detached after it had been ordered: no attempt can read it. */
	if (err == ERR_VALIDATION) {
		fault_clear(&ctx->fault);
		err = statement_file_give_up(ctx, job->subject);
	}
	if (err == ERR_OK)
		*verdict = QUEUE_DONE;
	return err;
}

static enum err
parked(struct ctx *ctx, const char *kind, const char *subject)
{
	(void)kind;
	return statement_file_give_up(ctx, subject);
}

/* Ten million transactions take some ten minutes. */
const struct queue_kind queue_statement = {
	.name = "statement",
	.limit_s = 7200,
	.tries_max = 5,
	.backoff_s = 10,
	.backoff_max_s = 600,
	.run = run,
	.parked = parked,
};
