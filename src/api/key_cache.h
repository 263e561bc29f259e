/*
 * key_cache.h - what API keys stand for, by digest: owner, project, books, mode.
 *
 * None of this ever changes for a key, so it may be remembered. Whether the key is
 * still good may not: who is found here is unverified until a query has said so.
 */
#ifndef API_KEY_CACHE_H
#define API_KEY_CACHE_H

#include <stdbool.h>

#include "base/ctx.h"
#include "crypto/hmac.h"

struct key_cache;

/* NULL if the system has no memory. */
struct key_cache *key_cache_new(void);
void key_cache_free(struct key_cache *cache);

/* Whom the key stands for, if it was seen before. */
bool key_cache_find(struct key_cache *cache, const unsigned char digest[SHA256_SIZE],
		    struct principal *who);
/* Remember; an older key may have to make room. */
void key_cache_put(struct key_cache *cache, const unsigned char digest[SHA256_SIZE],
		   const struct principal *who);

#endif
