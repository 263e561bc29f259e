/* Jobs of the queue, for administrators. */
#include "api/page.h"
#include "api/pocket/pocket.h"
#include "app/operation/job_control.h"
#include "app/wallet/wallet.h"

static const char *const statuses[] = {"waiting", "running", "parked", NULL};

struct list_query {
	struct page_query page;
	const char *kind;
	const char *status;
};

static const struct field query_fields[] = {
	PAGE_FIELDS(struct list_query),
	FIELD(struct list_query, kind, .name = "kind", .min = 1, .max = 64,
	      .doc = "Only jobs of this kind.", .example = "\"mail\""),
	FIELD(struct list_query, status, .name = "status", .choices = statuses,
	      .doc = "Only jobs in this state."),
};

static const struct field job_fields[] = {
	FIELD(struct queue_entry, job_id, .name = "id", .required = true, .example = "4711"),
	FIELD(struct queue_entry, kind, .name = "kind", .required = true, .example = "\"mail\""),
	FIELD(struct queue_entry, subject, .name = "subject", .required = true,
	      .doc = "Id of the object that the job is about.",
	      .example = "\"0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55\""),
	FIELD(struct queue_entry, status, .name = "status", .required = true, .choices = statuses,
	      .doc = "A parked job has failed permanently, or was set aside; it waits for a "
		     "decision.",
	      .example = "\"parked\""),
	FIELD(struct queue_entry, attempts, .name = "attempts", .required = true,
	      .doc = "Attempts since the job was last started or retried.", .example = "3"),
	FIELD(struct queue_entry, problem, .name = "problem", .keep_null = true,
	      .doc = "Reason why the last attempt failed.",
	      .example = "\"mail: smtp: Couldn't connect to server (answer 0)\""),
	FIELD(struct queue_entry, created_at, .name = "createdAt", .required = true),
	FIELD(struct queue_entry, due_at, .name = "dueAt", .required = true,
	      .doc = "Earliest time of the next attempt."),
};

static const struct schema list_query = SCHEMA(struct list_query, "JobQuery", query_fields);
static const struct schema job_out = SCHEMA(struct queue_entry, "Job", job_fields);

static enum err
list_jobs(struct call *call, const void *in, void *out)
{
	const struct list_query *query = call->query;
	struct queue_filter filter = {query->kind, query->status, query->page.after,
				      page_most(&query->page)};
	struct queue_entry *jobs;
	size_t n;

	(void)in;
	TRY(queue_list(&call->ctx, &filter, &jobs, &n));
	page_fill(call, out, &query->page, jobs, n, sizeof(*jobs),
		  offsetof(struct queue_entry, job_id));
	return ERR_OK;
}

static enum err
retry_job(struct call *call, const void *in, void *out)
{
	(void)in;
	return job_retry(&call->ctx, call->params[0].text, out);
}

static enum err
park_job(struct call *call, const void *in, void *out)
{
	(void)in;
	return job_park(&call->ctx, call->params[0].text, out);
}

const struct route pocket_jobs[] = {
	{GET, "/v1/admin/jobs", "List waiting, running and parked jobs",
	 "Newest first. Completed jobs are not kept.", list_jobs, .query = &list_query,
	 .out = &job_out, .reply.list = true, .access = ACCESS_ADMIN, .status = 200,
	 .docs.tag = "Administration"},
	{POST, "/v1/admin/jobs/{id:word}/retry", "Retry a job now, with all its attempts",
	 "A running job runs once more afterwards. Recorded in the audit log.", retry_job,
	 .out = &job_out, .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Administration"},
	{POST, "/v1/admin/jobs/{id:word}/park", "Park a job",
	 "The job is not attempted until it is retried, or until its object needs it again. "
	 "Recorded in the audit log.",
	 park_job, .out = &job_out, .access = ACCESS_ADMIN, .effect = EFFECT_WRITE, .status = 200,
	 .docs.tag = "Administration"},
	{0},
};
