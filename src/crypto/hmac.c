#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/fetched.h"

/* Digests of bytes in memory only fail if the library is broken. */
static void
check(bool succeeded)
{
	if (!succeeded) {
		(void)fputs("hmac: OpenSSL failed\n", stderr);
		abort();
	}
}

void
sha256(const void *data, size_t length, unsigned char out[SHA256_SIZE])
{
	check(EVP_Digest(data, length, out, NULL, fetched_sha256(), NULL) == 1);
}

void
sha256_parts(const struct bytes *parts, size_t count, unsigned char out[SHA256_SIZE])
{
	EVP_MD_CTX *work = EVP_MD_CTX_new();
	bool taken = work != NULL && EVP_DigestInit_ex2(work, fetched_sha256(), NULL) == 1;

	for (size_t i = 0; taken && i < count; i++)
		taken = EVP_DigestUpdate(work, parts[i].data, parts[i].length) == 1;
	check(taken && EVP_DigestFinal_ex(work, out, NULL) == 1);
	EVP_MD_CTX_free(work);
}

static void
take_key(EVP_MAC_CTX *context, struct bytes key)
{
	const unsigned char *secret = (const unsigned char *)(key.length > 0 ? key.data : "");

	check(EVP_MAC_init(context, secret, key.length, NULL) == 1);
}

static EVP_MAC_CTX *
context_of(char *algorithm)
{
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, algorithm, 0),
		OSSL_PARAM_construct_end()};
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(fetched_hmac());

	check(context != NULL && EVP_MAC_CTX_set_params(context, params) == 1);
	return context;
}

/* A context that has taken the key in. */
static EVP_MAC_CTX *
keyed_context(struct bytes key, char *algorithm)
{
	EVP_MAC_CTX *keyed = context_of(algorithm);

	take_key(keyed, key);
	return keyed;
}

static void
digest(EVP_MAC_CTX *keyed, const void *data, size_t length, unsigned char *out, size_t size)
{
	check(keyed != NULL && EVP_MAC_update(keyed, data, length) == 1 &&
	      EVP_MAC_final(keyed, out, NULL, size) == 1);
	EVP_MAC_CTX_free(keyed);
}

void
hmac_sha1(struct bytes key, const void *data, size_t length, unsigned char out[SHA1_SIZE])
{
	char name[] = "SHA1";

	digest(keyed_context(key, name), data, length, out, SHA1_SIZE);
}

void
hmac_sha256(struct bytes key, const void *data, size_t length, unsigned char out[SHA256_SIZE])
{
	char name[] = "SHA256";

	digest(keyed_context(key, name), data, length, out, SHA256_SIZE);
}

void
hmac_sha512(struct bytes key, const void *data, size_t length, unsigned char out[SHA512_SIZE])
{
	char name[] = "SHA512";

	digest(keyed_context(key, name), data, length, out, SHA512_SIZE);
}

/* Its context is copied for each digest. */
struct hmac_key {
	EVP_MAC_CTX *keyed;
};

struct hmac_key *
hmac_key_new(struct bytes key)
{
	struct hmac_key *prepared = malloc(sizeof(*prepared));
	char name[] = "SHA256";

	check(prepared != NULL);
	prepared->keyed = keyed_context(key, name);
	return prepared;
}

void
hmac_key_free(struct hmac_key *key)
{
	if (key == NULL)
		return;
	EVP_MAC_CTX_free(key->keyed);
	free(key);
}

void
hmac_key_digest(const struct hmac_key *key, const void *data, size_t length,
		unsigned char out[SHA256_SIZE])
{
	digest(EVP_MAC_CTX_dup(key->keyed), data, length, out, SHA256_SIZE);
}

struct hmac_context {
	EVP_MAC_CTX *keyed;
};

struct hmac_context *
hmac_context_new(void)
{
	struct hmac_context *context = malloc(sizeof(*context));
	char name[] = "SHA256";

	check(context != NULL);
	context->keyed = context_of(name);
	return context;
}

void
hmac_context_free(struct hmac_context *context)
{
	if (context == NULL)
		return;
	EVP_MAC_CTX_free(context->keyed);
	free(context);
}

void
hmac_context_key(struct hmac_context *context, struct bytes key)
{
	take_key(context->keyed, key);
}

/* Without a key, EVP_MAC_init() begins again with the last one. */
void
hmac_context_digest(struct hmac_context *context, const void *data, size_t length,
		    unsigned char out[SHA256_SIZE])
{
	check(EVP_MAC_init(context->keyed, NULL, 0, NULL) == 1 &&
	      EVP_MAC_update(context->keyed, data, length) == 1 &&
	      EVP_MAC_final(context->keyed, out, NULL, SHA256_SIZE) == 1);
}

bool
secret_equal(const void *a, const void *b, size_t length)
{
	return CRYPTO_memcmp(a, b, length) == 0;
}

bool
hmac_sha512_verify_hex(struct bytes key, const void *data, size_t length, const char *hex)
{
	unsigned char expected[SHA512_SIZE];
	unsigned char given[SHA512_SIZE];

	if (!hex_decode(given, sizeof(given), hex))
		return false;
	hmac_sha512(key, data, length, expected);
	return secret_equal(expected, given, sizeof(expected));
}

void
secret_wipe(void *secret, size_t length)
{
	OPENSSL_cleanse(secret, length);
}
