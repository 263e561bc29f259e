/* random.h - unpredictable bytes from OpenSSL's CSPRNG. */
#ifndef CRYPTO_RANDOM_H
#define CRYPTO_RANDOM_H

#include <stddef.h>

/* Fill with random bytes; a machine without entropy stops the process. */
void random_bytes(void *out, size_t length);

#endif
