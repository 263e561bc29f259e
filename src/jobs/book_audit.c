/* The continuous audit of the books: a piece each second at most. */
#include "app/operation/book_audit.h"

#include "jobs/job.h"

static enum err
run(struct ctx *ctx, bool *found)
{
	*found = false;
	return book_audit_step(ctx);
}

const struct periodic_job job_book_audit = {.name = "book_audit", .pause_ms = 1000, .run = run};
