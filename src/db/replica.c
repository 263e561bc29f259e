#include "db/replica.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "db/pool.h"
#include "db/row.h"

/* Positions of the primary that are remembered, and how many are taken within the allowed lag. */
enum { SAMPLES = 16, SAMPLES_PER_LAG = 4 };

/* The primary was there at a time. */
struct sample {
	int64_t position;
	int64_t at_ns;
};

struct replica {
	struct db_pool *pool;
	int64_t lag_ns;
	pthread_mutex_t mutex;
	struct sample samples[SAMPLES]; /* a ring, in order of time */
	size_t count;                   /* ever taken */
	bool asking;
};

struct replica *
replica_new(const struct db_options *options, int64_t lag_ms)
{
	struct replica *r = calloc(1, sizeof *r);

	if (r == NULL)
		return NULL;
	(void)pthread_mutex_init(&r->mutex, NULL);
	r->lag_ns = lag_ms * 1000000;
	r->pool = db_pool_new(options);
	if (r->pool != NULL)
		return r;
	replica_free(r);
	return NULL;
}

void
replica_free(struct replica *r)
{
	if (r == NULL)
		return;
	db_pool_free(r->pool);
	(void)pthread_mutex_destroy(&r->mutex);
	free(r);
}

/* Whether this thread is to ask the primary. */
static bool
is_due(struct replica *r)
{
	int64_t now_ns = clock_monotonic_ns();
	bool due;

	(void)pthread_mutex_lock(&r->mutex);
	due = !r->asking && (r->count == 0 || now_ns - r->samples[(r->count - 1) % SAMPLES].at_ns >=
						      r->lag_ns / SAMPLES_PER_LAG);
	if (due)
		r->asking = true;
	(void)pthread_mutex_unlock(&r->mutex);
	return due;
}

/* The time is that before the question, so that the data may be younger than is assumed, not older. */
static enum err
ask_primary(struct ctx *ctx, struct replica *r)
{
	struct sample sample = {.at_ns = clock_monotonic_ns()};
	struct rows rows = {0};
	struct db_call call = {SQL_wal_written, &rows, NO_PARAMS};
	enum err err = pool_run(ctx->database->pool, ctx, &call, 1);

	if (err == ERR_OK)
		sample.position = row_int(&rows, 0, 0);
	(void)pthread_mutex_lock(&r->mutex);
	if (err == ERR_OK)
		r->samples[r->count++ % SAMPLES] = sample;
	r->asking = false;
	(void)pthread_mutex_unlock(&r->mutex);
	return err;
}

/* Whether everything that was committed before the allowed lag has been replayed. */
static bool
is_young(struct replica *r, int64_t position)
{
	int64_t oldest_ns = clock_monotonic_ns() - r->lag_ns;
	bool young = false;

	(void)pthread_mutex_lock(&r->mutex);
	for (size_t i = 0; i < SAMPLES && i < r->count; i++)
		young = young ||
			(r->samples[i].at_ns >= oldest_ns && r->samples[i].position <= position);
	(void)pthread_mutex_unlock(&r->mutex);
	return young;
}

bool
replica_run(struct ctx *ctx, const struct db_call *calls, size_t n)
{
	struct replica *r = ctx->database->replica;
	struct db_call *all = arena_array(ctx->arena, n + 1, sizeof *all);
	struct rows rows = {0};

	all[0] = (struct db_call){SQL_wal_replayed, &rows, NO_PARAMS};
	for (size_t i = 0; i < n; i++)
		all[i + 1] = calls[i];
	if ((!is_due(r) || ask_primary(ctx, r) == ERR_OK) &&
	    pool_run(r->pool, ctx, all, n + 1) == ERR_OK && is_young(r, row_int(&rows, 0, 0)))
		return true;
	fault_clear(&ctx->fault);
	return false;
}
