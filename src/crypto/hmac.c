#include "crypto/hmac.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
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

static void
digest(const EVP_MD *type, struct bytes key, const void *data, size_t length, unsigned char *out)
{
	const void *secret = key.length > 0 ? key.data : "";

	check(key.length <= INT_MAX &&
	      HMAC(type, secret, (int)key.length, data, length, out, NULL) != NULL);
}

void
hmac_sha256(struct bytes key, const void *data, size_t length, unsigned char out[SHA256_SIZE])
{
	digest(fetched_sha256(), key, data, length, out);
}

void
hmac_sha512(struct bytes key, const void *data, size_t length, unsigned char out[SHA512_SIZE])
{
	digest(EVP_sha512(), key, data, length, out);
}

/* Digests that have taken the key in: of the data, and of that digest (RFC 2104). They are copied from then
 * on. */
struct hmac_key {
	EVP_MD_CTX *inner;
	EVP_MD_CTX *outer;
};

enum { BLOCK = 64, INNER_PAD = 0x36, OUTER_PAD = 0x5C };

/* A digest that begins with the key, each byte of it changed. */
static EVP_MD_CTX *
begun_with(const unsigned char key[BLOCK], unsigned char pad)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char block[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	check(context != NULL && EVP_DigestInit_ex2(context, fetched_sha256(), NULL) == 1 &&
	      EVP_DigestUpdate(context, block, BLOCK) == 1);
	OPENSSL_cleanse(block, BLOCK);
	return context;
}

struct hmac_key *
hmac_key_new(struct bytes key)
{
	struct hmac_key *prepared = malloc(sizeof(*prepared));
	unsigned char block[BLOCK] = {0};

	check(prepared != NULL);
	if (key.length > BLOCK)
		sha256(key.data, key.length, block);
	else if (key.length > 0)
		memcpy(block, key.data, key.length);
	prepared->inner = begun_with(block, INNER_PAD);
	prepared->outer = begun_with(block, OUTER_PAD);
	OPENSSL_cleanse(block, BLOCK);
	return prepared;
}

void
hmac_key_free(struct hmac_key *key)
{
	if (key == NULL)
		return;
	EVP_MD_CTX_free(key->inner);
	EVP_MD_CTX_free(key->outer);
	free(key);
}

void
hmac_key_digest(const struct hmac_key *key, const void *data, size_t length,
		unsigned char out[SHA256_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();

	check(context != NULL && EVP_MD_CTX_copy_ex(context, key->inner) == 1 &&
	      EVP_DigestUpdate(context, data, length) == 1 &&
	      EVP_DigestFinal_ex(context, out, NULL) == 1 &&
	      EVP_MD_CTX_copy_ex(context, key->outer) == 1 &&
	      EVP_DigestUpdate(context, out, SHA256_SIZE) == 1 &&
	      EVP_DigestFinal_ex(context, out, NULL) == 1);
	EVP_MD_CTX_free(context);
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
