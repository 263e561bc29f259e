/*
 * fetched.h - algorithms of OpenSSL, looked up once.
 *
 * EVP_sha256() and its like are names: each use looks the implementation up, under a lock that all threads
 * share. For this folder only.
 */
#ifndef CRYPTO_FETCHED_H
#define CRYPTO_FETCHED_H

#include <openssl/evp.h>

const EVP_MD *fetched_sha256(void) __attribute__((returns_nonnull));
EVP_MAC *fetched_hmac(void) __attribute__((returns_nonnull));
const EVP_CIPHER *fetched_aes_256_gcm(void) __attribute__((returns_nonnull));

#endif
