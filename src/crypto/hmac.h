/* hmac.h - SHA-256, HMAC and comparison in constant time, by OpenSSL. */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

enum { SHA1_SIZE = 20, SHA256_SIZE = 32, SHA512_SIZE = 64 };

void sha256(const void *data, size_t length, unsigned char out[SHA256_SIZE]);
/* Of several parts, one after the other. */
void sha256_parts(const struct bytes *parts, size_t count, unsigned char out[SHA256_SIZE]);
/* Only where a standard requires it (totp.h). */
void hmac_sha1(struct bytes key, const void *data, size_t length, unsigned char out[SHA1_SIZE]);
void hmac_sha256(struct bytes key, const void *data, size_t length, unsigned char out[SHA256_SIZE]);
void hmac_sha512(struct bytes key, const void *data, size_t length, unsigned char out[SHA512_SIZE]);
/* A key prepared for many digests; thread-safe. */
struct hmac_key;
struct hmac_key *hmac_key_new(struct bytes key) __attribute__((returns_nonnull));
void hmac_key_free(struct hmac_key *key);
/* HMAC-SHA-256; a fraction of the cost of hmac_sha256(), which sets everything up each time. */
void hmac_key_digest(const struct hmac_key *key, const void *data, size_t length,
		     unsigned char out[SHA256_SIZE]);
/* HMAC-SHA-256 by one thread, with a key that changes often: nothing is allocated for a key or a digest. */
struct hmac_context;
struct hmac_context *hmac_context_new(void) __attribute__((returns_nonnull));
void hmac_context_free(struct hmac_context *context);
/* The key is copied. A context has none at first. */
void hmac_context_key(struct hmac_context *context, struct bytes key);
void hmac_context_digest(struct hmac_context *context, const void *data, size_t length,
			 unsigned char out[SHA256_SIZE]);
/* Equality, in constant time. */
bool secret_equal(const void *a, const void *b, size_t length);
/* Compare a hex signature, in either case, with the HMAC-SHA512 of data. */
bool hmac_sha512_verify_hex(struct bytes key, const void *data, size_t length, const char *hex);
/* Overwrite memory; the compiler can't remove this. */
void secret_wipe(void *secret, size_t length);

#endif
