#include "crypto/signature.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

/* With keys of the right length, only a broken library fails. */
static void
check(bool succeeded)
{
	if (!succeeded) {
		(void)fputs("signature: OpenSSL failed\n", stderr);
		abort();
	}
}

static EVP_PKEY *
private_key(const unsigned char seed[SIGNATURE_SEED_SIZE])
{
	EVP_PKEY *key =
		EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, SIGNATURE_SEED_SIZE);

	check(key != NULL);
	return key;
}

void
signature_public(const unsigned char seed[SIGNATURE_SEED_SIZE],
		 unsigned char out[SIGNATURE_PUBLIC_SIZE])
{
	EVP_PKEY *key = private_key(seed);
	size_t length = SIGNATURE_PUBLIC_SIZE;

	check(EVP_PKEY_get_raw_public_key(key, out, &length) == 1 &&
	      length == SIGNATURE_PUBLIC_SIZE);
	EVP_PKEY_free(key);
}

void
signature_make(const unsigned char seed[SIGNATURE_SEED_SIZE], const void *data, size_t length,
	       unsigned char out[SIGNATURE_SIZE])
{
	EVP_PKEY *key = private_key(seed);
	EVP_MD_CTX *work = EVP_MD_CTX_new();
	size_t made = SIGNATURE_SIZE;

	check(work != NULL && EVP_DigestSignInit(work, NULL, NULL, NULL, key) == 1 &&
	      EVP_DigestSign(work, out, &made, data, length) == 1 && made == SIGNATURE_SIZE);
	EVP_MD_CTX_free(work);
	EVP_PKEY_free(key);
}

bool
signature_valid(const unsigned char key[SIGNATURE_PUBLIC_SIZE], const void *data, size_t length,
		const unsigned char signature[SIGNATURE_SIZE])
{
	EVP_PKEY *public =
		EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key, SIGNATURE_PUBLIC_SIZE);
	EVP_MD_CTX *work = EVP_MD_CTX_new();
	bool valid;

	check(work != NULL);
	valid = public != NULL && EVP_DigestVerifyInit(work, NULL, NULL, NULL, public) == 1 &&
		EVP_DigestVerify(work, signature, SIGNATURE_SIZE, data, length) == 1;
	EVP_MD_CTX_free(work);
	EVP_PKEY_free(public);
	return valid;
}
