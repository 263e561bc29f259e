#include "crypto/hmac.h"

#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
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

/* A context that has taken the key in, and is copied for each digest. */
struct hmac_key {
	EVP_MAC_CTX *keyed;
};

struct hmac_key *
hmac_key_new(struct bytes key)
{
	struct hmac_key *prepared = malloc(sizeof(*prepared));
	const unsigned char *secret = (const unsigned char *)(key.length > 0 ? key.data : "");
	char name[] = "SHA256";
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end()};

	check(prepared != NULL);
	prepared->keyed = EVP_MAC_CTX_new(fetched_hmac());
	check(prepared->keyed != NULL &&
	      EVP_MAC_init(prepared->keyed, secret, key.length, params) == 1);
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
	EVP_MAC_CTX *context = EVP_MAC_CTX_dup(key->keyed);

	check(context != NULL && EVP_MAC_update(context, data, length) == 1 &&
	      EVP_MAC_final(context, out, NULL, SHA256_SIZE) == 1);
	EVP_MAC_CTX_free(context);
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
