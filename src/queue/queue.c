#include "queue/queue.h"

#include "base/arena.h"
#include "base/ensure.h"
#include "base/fault_point.h"
#include "base/log.h"
#include "db/row.h"
#include "queue/claims.h"
#include "runtime/app.h"

/* After an outage of the database a job is retried soon, whatever its backoff. */
enum { AFTER_OUTAGE_S = 1 };

struct claim {
	int64_t job_id;
	const char *subject;
	int64_t attempts;
	int64_t claims; /* distinguishes this claim from a later one */
	struct instant created_at;
	struct instant due_at;
};

static const struct column claim_columns[] = {
	COLUMN(struct claim, job_id),     COLUMN(struct claim, subject),
	COLUMN(struct claim, attempts),   COLUMN(struct claim, claims),
	COLUMN(struct claim, created_at), COLUMN(struct claim, due_at),
};

static const struct column entry_columns[] = {
	COLUMN(struct queue_entry, job_id),     COLUMN(struct queue_entry, kind),
	COLUMN(struct queue_entry, subject),    COLUMN(struct queue_entry, status),
	COLUMN(struct queue_entry, attempts),   COLUMN(struct queue_entry, problem),
	COLUMN(struct queue_entry, created_at), COLUMN(struct queue_entry, due_at),
};

enum err
queue_add(struct ctx *ctx, const char *kind, const char *subject, int64_t delay_s)
{
	if (ctx->db == NULL)
		return db_run(ctx, SQL_job_add, NULL,
			      PARAMS(p_text(kind), p_text(subject), p_int(delay_s)));
	db_defer(ctx, SQL_job_add,
		 PARAMS(p_text(arena_strdup(ctx->arena, kind)),
			p_text(arena_strdup(ctx->arena, subject)), p_int(delay_s)));
	return ERR_OK;
}

static void
log_job(enum log_level level, const char *event, const struct queue_job *job)
{
	log_event(level, event,
		  LOG_FIELDS({"kind", job->kind, 0}, {"job", NULL, job->job_id},
			     {"attempts", NULL, job->attempts},
			     {"why", job->problem != NULL ? job->problem : "", 0}));
}

/* Why an attempt failed, in our own words. */
static const char *
problem_of(struct ctx *ctx, enum err err)
{
	const struct fault *f = &ctx->fault;

	if (f->err != err)
		return err_message(err);
	return arena_strdup(ctx->arena, f->detail[0] != '\0' ? f->detail : f->message);
}

/* An attempt and its result. */
struct run {
	const struct queue_kind *kind;
	struct claim claim;
	struct queue_job job;
	enum queue_verdict verdict;
	bool outage;
};

/* A job may run long after the request that caused it, and again and again: it has a trace of its own,
 * with the id of its object, or a new one. */
static void
begin_trace(struct ctx *ctx, const struct queue_job *job)
{
	struct uuid id;

	trace_begin(&ctx->trace, uuid_parse(&id, job->subject) ? id : uuid_v7());
}

static void
run_handler(struct ctx *ctx, struct run *run)
{
	struct queue_job *job = &run->job;
	enum err err;

	begin_trace(ctx, job);

	run->verdict = QUEUE_AGAIN;
	if (job->attempts > run->kind->tries_max) {
		job->problem = "no runner completed it";
		run->verdict = QUEUE_PARK;
		return;
	}
	err = run->kind->run(ctx, job, &run->verdict);
	if (err == ERR_OK)
		err = ensure_held(&ctx->fault);
	if (err != ERR_OK) {
		run->verdict = QUEUE_AGAIN;
		run->outage = ctx->fault.outage;
		job->problem = problem_of(ctx, err);
		log_job(LOG_LEVEL_WARN, "job_failed", job);
		ctx->fault = (struct fault){0}; /* what comes now is recorded in any case */
	}
	if (run->verdict == QUEUE_AGAIN && !run->outage && job->attempts >= run->kind->tries_max)
		run->verdict = QUEUE_PARK;
	if (run->verdict == QUEUE_PARK)
		log_job(LOG_LEVEL_WARN, "job_parked", job);
}

/* Two statements in one transaction: the second sees rows added before the first took effect. */
static enum err
finish(struct ctx *ctx, const struct claim *claim)
{
	const struct param params[] = {p_int(claim->job_id), p_int(claim->claims)};
	const struct db_call calls[] = {
		{SQL_job_done, NULL, params, 2},
		{SQL_job_restart, NULL, params, 2},
	};

	return db_pipeline(ctx, calls, 2);
}

static enum err
park(struct ctx *ctx, void *arg)
{
	const struct run *run = arg;
	const struct claim *claim = &run->claim;
	struct rows rows;

	TRY(db_run(ctx, SQL_job_give_up, &rows,
		   PARAMS(p_int(claim->job_id), p_int(claim->claims), p_text(run->job.problem))));
	if (run->kind->parked == NULL || rows.count == 0 || !row_bool(&rows, 0, 0))
		return ERR_OK;
	return run->kind->parked(ctx, run->kind->name, claim->subject);
}

/* If the claim is still the latest; repeating it changes nothing. */
static enum err
settle(struct ctx *ctx, void *arg)
{
	struct run *run = arg;
	const struct claim *claim = &run->claim;
	int64_t backoff_s = run->outage ? AFTER_OUTAGE_S : run->kind->backoff_s;
	int64_t backoff_max_s = run->outage ? AFTER_OUTAGE_S : run->kind->backoff_max_s;

	switch (run->verdict) {
	case QUEUE_DONE:
		return finish(ctx, claim);
	case QUEUE_AGAIN:
		return db_run(ctx, SQL_job_again, NULL,
			      PARAMS(p_int(claim->job_id), p_int(claim->claims), p_int(backoff_s),
				     p_int(backoff_max_s), p_text(run->job.problem),
				     p_bool(run->outage)));
	case QUEUE_PARK:
		return db_transact(ctx, park, run);
	}
	return fault(&ctx->fault, ERR_INTERNAL, NULL, NULL);
}

/* Without renewal, a lease is as long as the work may take. */
static enum err
claim_one(struct ctx *ctx, struct run *run, bool *found)
{
	struct claims *claims = ctx->app->claims;
	int64_t *held = NULL;
	size_t n = claims != NULL ? claims_held(claims, ctx->arena, &held) : 0;
	struct rows rows;

	TRY(db_run(ctx, SQL_job_claim, &rows,
		   PARAMS(p_text(run->kind->name),
			  p_int(claims != NULL ? CLAIM_LEASE_S : run->kind->limit_s),
			  p_ints(held, n))));
	*found = rows.count > 0;
	if (!*found)
		return ERR_OK;
	rows_scan(&rows, 0, claim_columns, COLUMN_COUNT(claim_columns), &run->claim);
	if (claims != NULL)
		claims_add(claims, run->claim.job_id, run->claim.claims, run->kind->limit_s);
	return ERR_OK;
}

enum err
queue_run_one(struct ctx *ctx, const struct queue_kind *kind, bool *found)
{
	struct run run = {.kind = kind};
	const struct claim *claim = &run.claim;
	enum err err;

	TRY(ensure(ctx, ctx->db == NULL));
	TRY(claim_one(ctx, &run, found));
	if (!*found)
		return ERR_OK;
	run.job = (struct queue_job){.kind = kind->name,
				     .job_id = claim->job_id,
				     .subject = claim->subject,
				     .attempts = claim->attempts,
				     .created_at = claim->created_at,
				     .due_at = claim->due_at};
	FAULT_POINT("job-claimed");
	run_handler(ctx, &run);
	FAULT_POINT("job-run");
	err = db_insist(ctx, settle, &run);
	FAULT_POINT("job-settled");
	if (ctx->app->claims != NULL)
		claims_remove(ctx->app->claims, claim->job_id, claim->claims);
	return err;
}

enum err
queue_list(struct ctx *ctx, const struct queue_filter *filter, struct queue_entry **out, size_t *n)
{
	struct rows rows;

	TRY(db_run(ctx, SQL_job_list, &rows,
		   PARAMS(p_text(filter->kind), p_text(filter->status), p_id(filter->after),
			  p_int(filter->most))));
	*n = rows.count;
	*out = arena_array(ctx->arena, rows.count, sizeof(**out));
	for (size_t i = 0; i < rows.count; i++)
		rows_scan(&rows, i, entry_columns, COLUMN_COUNT(entry_columns), &(*out)[i]);
	return ERR_OK;
}

static enum err
change(struct ctx *ctx, enum statement_id statement, int64_t job_id, struct queue_entry *out)
{
	struct rows rows;

	TRY(db_run(ctx, statement, &rows, PARAMS(p_int(job_id))));
	rows_scan(&rows, 0, entry_columns, COLUMN_COUNT(entry_columns), out);
	return ERR_OK;
}

enum err
queue_retry(struct ctx *ctx, int64_t job_id, struct queue_entry *out)
{
	return change(ctx, SQL_job_retry, job_id, out);
}

enum err
queue_park(struct ctx *ctx, int64_t job_id, struct queue_entry *out)
{
	return change(ctx, SQL_job_park, job_id, out);
}
