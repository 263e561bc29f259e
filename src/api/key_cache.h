/*
 * key_cache.h - cache of the owner, project, ledger and mode of API keys, by digest.
 *
 * These never change for a key, so they may be cached. Whether the key is still valid may not, nor what
 * it is limited to: a cached principal is unverified until a query has confirmed that the key is valid and
 * has no limits.
 */
#ifndef API_KEY_CACHE_H
#define API_KEY_CACHE_H

#include <stdbool.h>

#include "base/ctx.h"
#include "crypto/hmac.h"

struct key_cache;

/* NULL if out of memory. */
struct key_cache *key_cache_new(void);
void key_cache_free(struct key_cache *cache);

/* The principal of the key, if it is cached. */
bool key_cache_find(struct key_cache *cache, const unsigned char digest[SHA256_SIZE],
		    struct principal *who);
/* Add a key; an older key may be evicted. */
void key_cache_put(struct key_cache *cache, const unsigned char digest[SHA256_SIZE],
		   const struct principal *who);
/* Remove a key, if it is there. */
void key_cache_remove(struct key_cache *cache, const unsigned char digest[SHA256_SIZE]);

#endif
