/* rsa.h - an issuer of ID tokens with its own key, for tests. */
#ifndef TESTS_SUPPORT_RSA_H
#define TESTS_SUPPORT_RSA_H

#include "base/text.h"

struct arena;
struct rsa;

/* A new key of so many bits; stops the program if there is none. */
struct rsa *rsa_new(unsigned bits);
void rsa_free(struct rsa *rsa);

/* A set of keys (JWKS) with the public key under this id. */
struct bytes rsa_jwks(struct arena *arena, const struct rsa *rsa, const char *kid);
/* The public key in forms that a faulty checker might take for a secret. */
struct bytes rsa_public_pem(struct arena *arena, const struct rsa *rsa);
struct bytes rsa_public_der(struct arena *arena, const struct rsa *rsa);
struct bytes rsa_modulus(struct arena *arena, const struct rsa *rsa);

/* A token of this header and these claims with a true RS256 signature. */
const char *rsa_token(struct arena *arena, const struct rsa *rsa, const char *header,
		      const char *claims);

#endif
