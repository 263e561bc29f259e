#include "queue/claims.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/clock.h"
#include "db/db.h"

struct entry {
	int64_t job_id;
	int64_t number;
	int64_t renewed_ns;
	int64_t limit_ns; /* no longer renewed: the work does not end */
};

struct claims {
	pthread_mutex_t mutex;
	size_t most;
	size_t count;
	struct entry entries[];
};

struct claims *
claims_new(size_t most)
{
	struct claims *claims = calloc(1, sizeof(*claims) + most * sizeof(claims->entries[0]));

	if (claims == NULL)
		return NULL;
	claims->most = most;
	(void)pthread_mutex_init(&claims->mutex, NULL);
	return claims;
}

void
claims_free(struct claims *claims)
{
	if (claims == NULL)
		return;
	(void)pthread_mutex_destroy(&claims->mutex);
	free(claims);
}

void
claims_add(struct claims *claims, int64_t job_id, int64_t number, int64_t limit_s)
{
	int64_t now_ns = clock_monotonic_ns();

	(void)pthread_mutex_lock(&claims->mutex);
	assert(claims->count < claims->most);
	claims->entries[claims->count++] =
		(struct entry){job_id, number, now_ns, now_ns + limit_s * INT64_C(1000000000)};
	(void)pthread_mutex_unlock(&claims->mutex);
}

void
claims_remove(struct claims *claims, int64_t job_id, int64_t number)
{
	size_t i = 0;

	(void)pthread_mutex_lock(&claims->mutex);
	while (i < claims->count &&
	       (claims->entries[i].job_id != job_id || claims->entries[i].number != number))
		i++;
	assert(i < claims->count);
	claims->entries[i] = claims->entries[--claims->count];
	(void)pthread_mutex_unlock(&claims->mutex);
}

size_t
claims_held(struct claims *claims, struct arena *arena, int64_t **job_ids)
{
	int64_t now_ns = clock_monotonic_ns();
	size_t n = 0;

	*job_ids = arena_array(arena, claims->most, sizeof(**job_ids));
	(void)pthread_mutex_lock(&claims->mutex);
	for (size_t i = 0; i < claims->count; i++)
		if (claims->entries[i].limit_ns > now_ns)
			(*job_ids)[n++] = claims->entries[i].job_id;
	(void)pthread_mutex_unlock(&claims->mutex);
	return n;
}

/* Claims not renewed since; *numbers correspond to *job_ids. */
static size_t
due(struct claims *claims, struct arena *arena, int64_t now_ns, int64_t **job_ids,
    int64_t **numbers)
{
	int64_t since_ns = now_ns - CLAIM_RENEW_MS * INT64_C(1000000);
	size_t n = 0;

	*job_ids = arena_array(arena, claims->most, sizeof(**job_ids));
	*numbers = arena_array(arena, claims->most, sizeof(**numbers));
	(void)pthread_mutex_lock(&claims->mutex);
	for (size_t i = 0; i < claims->count; i++) {
		const struct entry *entry = &claims->entries[i];

		if (entry->renewed_ns > since_ns || entry->limit_ns <= now_ns)
			continue;
		(*job_ids)[n] = entry->job_id;
		(*numbers)[n++] = entry->number;
	}
	(void)pthread_mutex_unlock(&claims->mutex);
	return n;
}

static void
note_renewed(struct claims *claims, const int64_t *job_ids, size_t n, int64_t now_ns)
{
	(void)pthread_mutex_lock(&claims->mutex);
	for (size_t i = 0; i < claims->count; i++)
		for (size_t j = 0; j < n; j++)
			if (claims->entries[i].job_id == job_ids[j])
				claims->entries[i].renewed_ns = now_ns;
	(void)pthread_mutex_unlock(&claims->mutex);
}

enum err
claims_renew(struct ctx *ctx, struct claims *claims)
{
	int64_t now_ns = clock_monotonic_ns();
	int64_t *job_ids;
	int64_t *numbers;
	size_t n = due(claims, ctx->arena, now_ns, &job_ids, &numbers);

	if (n == 0)
		return ERR_OK;
	TRY(db_run(ctx, SQL_job_renew, NULL,
		   PARAMS(p_ints(job_ids, n), p_ints(numbers, n), p_int(CLAIM_LEASE_S))));
	note_renewed(claims, job_ids, n, now_ns);
	return ERR_OK;
}
