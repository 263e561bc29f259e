#include "api/key_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Digests are uniform, so their first bytes are the index. */
enum { PLACES = 4096 };

struct entry {
	unsigned char digest[SHA256_SIZE];
	struct principal who; /* kind PRINCIPAL_NONE: empty */
};

struct key_cache {
	pthread_rwlock_t lock;
	struct entry entries[PLACES];
};

struct key_cache *
key_cache_new(void)
{
	struct key_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		return NULL;
	if (pthread_rwlock_init(&cache->lock, NULL) != 0) {
		free(cache);
		return NULL;
	}
	return cache;
}

void
key_cache_free(struct key_cache *cache)
{
	if (cache == NULL)
		return;
	(void)pthread_rwlock_destroy(&cache->lock);
	free(cache);
}

static struct entry *
place(struct key_cache *cache, const unsigned char digest[SHA256_SIZE])
{
	return &cache->entries[((size_t)digest[0] << 8 | digest[1]) % PLACES];
}

bool
key_cache_find(struct key_cache *cache, const unsigned char digest[SHA256_SIZE],
	       struct principal *who)
{
	const struct entry *entry = place(cache, digest);
	bool found;

	(void)pthread_rwlock_rdlock(&cache->lock);
	found = entry->who.kind != PRINCIPAL_NONE &&
		memcmp(entry->digest, digest, SHA256_SIZE) == 0;
	if (found)
		*who = entry->who;
	(void)pthread_rwlock_unlock(&cache->lock);
	return found;
}

void
key_cache_put(struct key_cache *cache, const unsigned char digest[SHA256_SIZE],
	      const struct principal *who)
{
	struct entry *entry = place(cache, digest);

	(void)pthread_rwlock_wrlock(&cache->lock);
	memcpy(entry->digest, digest, SHA256_SIZE);
	entry->who = *who;
	(void)pthread_rwlock_unlock(&cache->lock);
}

void
key_cache_remove(struct key_cache *cache, const unsigned char digest[SHA256_SIZE])
{
	struct entry *entry = place(cache, digest);

	(void)pthread_rwlock_wrlock(&cache->lock);
	if (memcmp(entry->digest, digest, SHA256_SIZE) == 0)
		entry->who.kind = PRINCIPAL_NONE;
	(void)pthread_rwlock_unlock(&cache->lock);
}
