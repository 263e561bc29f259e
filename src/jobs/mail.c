/* Sends mail that was committed to the outbox. */
#include "app/events/outbox.h"
#include "jobs/job.h"

/* A mail becomes obsolete long before its last attempt. */
enum { LIMIT_S = 120, TRIES_MAX = 200, BACKOFF_S = 2, BACKOFF_MAX_S = 900 };

static enum err
run(struct ctx *ctx, struct queue_job *job, enum queue_verdict *verdict)
{
	struct outbox_mail mail;
	struct uuid id;
	bool found;

	*verdict = QUEUE_PARK;
	job->problem = "the subject is not the id of a mail";
	if (!uuid_parse(&id, job->subject))
		return ERR_OK;
	TRY(outbox_find(ctx, id, &mail, &found));
	if (found)
		TRY(outbox_send(ctx, &mail));
	*verdict = QUEUE_DONE;
	return ERR_OK;
}

const struct queue_kind queue_mail = {
	.name = "mail",
	.limit_s = LIMIT_S,
	.tries_max = TRIES_MAX,
	.backoff_s = BACKOFF_S,
	.backoff_max_s = BACKOFF_MAX_S,
	.run = run,
};
