/* signature.h - Ed25519 signatures (RFC 8032), by OpenSSL. */
#ifndef CRYPTO_SIGNATURE_H
#define CRYPTO_SIGNATURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"

/* A private key is its seed of 32 random bytes. */
enum { SIGNATURE_SEED_SIZE = 32, SIGNATURE_PUBLIC_SIZE = 32, SIGNATURE_SIZE = 64 };

/* The public key of a seed. */
void signature_public(const unsigned char seed[SIGNATURE_SEED_SIZE],
		      unsigned char out[SIGNATURE_PUBLIC_SIZE]);
/* Deterministic: the same seed and data give the same signature. */
void signature_make(const unsigned char seed[SIGNATURE_SEED_SIZE], const void *data, size_t length,
		    unsigned char out[SIGNATURE_SIZE]);
bool signature_valid(const unsigned char key[SIGNATURE_PUBLIC_SIZE], const void *data,
		     size_t length, const unsigned char signature[SIGNATURE_SIZE]) MUST_CHECK;

#endif
