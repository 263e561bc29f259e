#include "app/wallet/fee_terms.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "db/row.h"
#include "runtime/app.h"

/* Ledgers have successive numbers. A process has requests of some seconds ago, for which a version may be in force that
 * has ended since. */
enum { PLACES = 1024, LATE_S = 60 };

struct entry {
	int64_t ledger_id; /* 0: empty */
	int64_t number;
	struct fee_version *versions;
	size_t count;
};

struct fee_cache {
	pthread_rwlock_t lock;
	struct entry entries[PLACES];
};

struct fee_cache *
fee_cache_new(void)
{
	struct fee_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	if (pthread_rwlock_init(&cache->lock, NULL) != 0) {
		free(cache);
		return NULL;
	}
	return cache;
}

void
fee_cache_free(struct fee_cache *cache)
{
	if (cache == NULL)
		return;
	for (size_t i = 0; i < PLACES; i++)
		free(cache->entries[i].versions);
	(void)pthread_rwlock_destroy(&cache->lock);
	free(cache);
}

static struct entry *
place(struct fee_cache *cache, int64_t ledger_id)
{
	return &cache->entries[(uint64_t)ledger_id % PLACES];
}

struct fee_terms
fee_terms_of(struct ctx *ctx, int64_t ledger_id)
{
	struct fee_cache *cache = ctx->app->fee_cache;
	const struct entry *entry = place(cache, ledger_id);
	struct fee_terms terms = {.number = 0};

	(void)pthread_rwlock_rdlock(&cache->lock);
	if (entry->ledger_id == ledger_id) {
		terms.number = entry->number;
		terms.count = entry->count;
		if (entry->count > 0)
			terms.versions = arena_copy(ctx->arena, entry->versions,
						    entry->count * sizeof(*entry->versions));
	}
	(void)pthread_rwlock_unlock(&cache->lock);
	return terms;
}

const struct fee_version *
fee_terms_find(const struct fee_terms *terms, enum transaction_type type, const char *currency,
	       struct instant at)
{
	for (size_t i = 0; i < terms->count; i++) {
		const struct fee_version *version = &terms->versions[i];

		if (version->type == type && strcmp(version->currency->code, currency) == 0 &&
		    fee_version_holds(version, at))
			return version;
	}
	return NULL;
}

/* Another ledger may lose its place: its terms are read again when they are needed. */
static void
put(struct fee_cache *cache, const struct entry *read)
{
	struct entry *entry = place(cache, read->ledger_id);
	struct fee_version *old;

	(void)pthread_rwlock_wrlock(&cache->lock);
	old = entry->versions;
	*entry = *read;
	(void)pthread_rwlock_unlock(&cache->lock);
	free(old);
}

enum err
fee_terms_read(struct ctx *ctx, int64_t ledger_id)
{
	struct entry entry = {.ledger_id = ledger_id};
	struct fee_version *versions;
	struct rows rows;

	TRY(db_run(ctx, SQL_fee_terms_read, &rows,
		   PARAMS(p_int(ledger_id),
			  p_time((struct instant){ctx->now.us - LATE_S * SECOND_US}))));
	if (rows.count > 0)
		entry.number = row_int(&rows, 0, FEE_VERSION_COLUMNS);
	versions = fee_versions_read(ctx->arena, &rows, &entry.count);
	if (entry.count > 0) {
		entry.versions = malloc(entry.count * sizeof(*versions));
		if (entry.versions == NULL)
			return fault(&ctx->fault, ERR_UNAVAILABLE, NULL, NULL);
		memcpy(entry.versions, versions, entry.count * sizeof(*versions));
	}
	put(ctx->app->fee_cache, &entry);
	return ERR_OK;
}
