#include "crypto/random.h"

#include <limits.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

void
random_bytes(void *out, size_t length)
{
	if (length > INT_MAX || RAND_bytes(out, (int)length) != 1) {
		(void)fputs("random: no random bytes\n", stderr);
		abort();
	}
}
