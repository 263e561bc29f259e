#include "tests/support/rsa.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct rsa {
	EVP_PKEY *key;
};

static void
need(bool condition, const char *what)
{
	if (condition)
		return;
	(void)fprintf(stderr, "rsa: %s\n", what);
	exit(1);
}

struct rsa *
rsa_new(unsigned bits)
{
	struct rsa *rsa = calloc(1, sizeof(*rsa));

	need(rsa != NULL, "memory");
	rsa->key = EVP_RSA_gen(bits);
	need(rsa->key != NULL, "key");
	return rsa;
}

void
rsa_free(struct rsa *rsa)
{
	if (rsa == NULL)
		return;
	EVP_PKEY_free(rsa->key);
	free(rsa);
}

static struct bytes
number(struct arena *arena, const struct rsa *rsa, const char *name)
{
	BIGNUM *value = NULL;
	unsigned char *bytes;
	int length;

	need(EVP_PKEY_get_bn_param(rsa->key, name, &value) == 1, name);
	length = BN_num_bytes(value);
	bytes = arena_alloc(arena, (size_t)length);
	(void)BN_bn2bin(value, bytes);
	BN_free(value);
	return (struct bytes){bytes, (size_t)length};
}

struct bytes
rsa_modulus(struct arena *arena, const struct rsa *rsa)
{
	return number(arena, rsa, OSSL_PKEY_PARAM_RSA_N);
}

struct bytes
rsa_jwks(struct arena *arena, const struct rsa *rsa, const char *kid)
{
	struct bytes n = rsa_modulus(arena, rsa);
	struct bytes e = number(arena, rsa, OSSL_PKEY_PARAM_RSA_E);
	const char *text = arena_printf(
		arena,
		"{\"keys\":[{\"kty\":\"EC\",\"kid\":\"elliptic\",\"crv\":\"P-256\"},"
		"{\"kty\":\"RSA\",\"use\":\"sig\",\"alg\":\"RS256\",\"kid\":\"%s\",\"n\":\"%s\","
		"\"e\":\"%s\"}]}",
		kid, base64url_encode(arena, n.data, n.length),
		base64url_encode(arena, e.data, e.length));

	return (struct bytes){text, strlen(text)};
}

/* What OpenSSL wrote into memory. */
static struct bytes
written(struct arena *arena, BIO *bio)
{
	char *data = NULL;
	long length = BIO_get_mem_data(bio, &data);
	struct bytes bytes = {arena_copy(arena, data, (size_t)length), (size_t)length};

	BIO_free(bio);
	return bytes;
}

struct bytes
rsa_public_pem(struct arena *arena, const struct rsa *rsa)
{
	BIO *bio = BIO_new(BIO_s_mem());

	need(PEM_write_bio_PUBKEY(bio, rsa->key) == 1, "PEM");
	return written(arena, bio);
}

struct bytes
rsa_public_der(struct arena *arena, const struct rsa *rsa)
{
	BIO *bio = BIO_new(BIO_s_mem());

	need(i2d_PUBKEY_bio(bio, rsa->key) == 1, "DER");
	return written(arena, bio);
}

const char *
rsa_token(struct arena *arena, const struct rsa *rsa, const char *header, const char *claims)
{
	const char *text =
		arena_printf(arena, "%s.%s", base64url_encode(arena, header, strlen(header)),
			     base64url_encode(arena, claims, strlen(claims)));
	unsigned char signature[1024];
	size_t length = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	need(EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, rsa->key) == 1 &&
		     EVP_DigestSign(ctx, signature, &length, (const unsigned char *)text,
				    strlen(text)) == 1,
	     "signature");
	EVP_MD_CTX_free(ctx);
	return arena_printf(arena, "%s.%s", text, base64url_encode(arena, signature, length));
}
