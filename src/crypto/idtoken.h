/*
 * idtoken.h - ID tokens of OpenID Connect: JWT with RS256 (RFC 7515, RFC 7518), verified with the
 * issuer's published keys (RFC 7517).
 *
 * The algorithm is fixed and checked first, so that a token can't choose how it is verified; a key
 * is always used as an RSA key for signatures, whatever the set says.
 */
#ifndef CRYPTO_IDTOKEN_H
#define CRYPTO_IDTOKEN_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/text.h"

struct arena;

enum { IDTOKEN_SKEW_S = 60, IDTOKEN_BYTES_MAX = 8192 };

/* The expected claims. */
struct idtoken_terms {
	const char *issuer;
	const char *other_issuer; /* a second form documented by the issuer, or NULL */
	const char *audience;     /* our client id */
	const char *nonce;        /* of the sign-in that requested the token */
	struct instant now;
};

/* The user. All of it is claimed by the issuer; name and picture may be NULL. */
struct idtoken {
	const char *subject;
	const char *email; /* verified */
	const char *name;
	const char *picture;
};

/* Whether the set of keys (the text of a JWKS) contains the key that the token names. */
bool idtoken_key_known(struct arena *arena, struct bytes jwks, const char *token);

/* Check everything: signature, iss, aud, azp, exp, iat, nbf, nonce and email_verified.
 * ERR_UNAUTHORIZED with the reason in f->detail, never in the message. */
enum err idtoken_check(struct arena *arena, struct fault *f, struct bytes jwks,
		       const struct idtoken_terms *terms, const char *token,
		       struct idtoken *out) MUST_CHECK;

#endif
