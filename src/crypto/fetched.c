#include "crypto/fetched.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

/* Set once, by whichever thread needs them first. */
static struct {
	pthread_once_t once;
	EVP_MD *sha256;
	EVP_MAC *hmac;
	EVP_CIPHER *aes_256_gcm;
} fetched = {.once = PTHREAD_ONCE_INIT};

static void
fetch(void)
{
	fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	fetched.hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	fetched.aes_256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	if (fetched.sha256 == NULL || fetched.hmac == NULL || fetched.aes_256_gcm == NULL) {
		(void)fputs("fetched: OpenSSL lacks an algorithm\n", stderr);
		abort();
	}
}

const EVP_MD *
fetched_sha256(void)
{
	(void)pthread_once(&fetched.once, fetch);
	return fetched.sha256;
}

EVP_MAC *
fetched_hmac(void)
{
	(void)pthread_once(&fetched.once, fetch);
	return fetched.hmac;
}

const EVP_CIPHER *
fetched_aes_256_gcm(void)
{
	(void)pthread_once(&fetched.once, fetch);
	return fetched.aes_256_gcm;
}
