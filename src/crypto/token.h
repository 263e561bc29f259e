/*
 * token.h - access tokens: JWT (RFC 7519) with HS256, by libjwt, with the checks that libjwt lacks:
 * fixed algorithm, key id from our table, no critical headers, exp, nbf, iss, aud and the session's
 * id.
 */
#ifndef CRYPTO_TOKEN_H
#define CRYPTO_TOKEN_H

#include "base/clock.h"
#include "base/fault.h"
#include "base/id.h"
#include "crypto/keyring.h"

struct arena;

enum { TOKEN_SKEW_S = 30 };

struct claims {
	struct uuid user;       /* sub */
	struct uuid session;    /* sid */
	const char *role;       /* role */
	const char *issuer;     /* iss */
	struct instant issued;  /* iat, nbf */
	struct instant expires; /* exp */
};

/* Sign with the active token key; the text is in the arena. */
enum err token_sign(const struct keyring *keys, struct arena *arena, struct fault *f,
		    const struct claims *claims, const char **token) MUST_CHECK;
/* Check everything; ERR_UNAUTHORIZED with the reason in f->detail, never in the message. */
enum err token_check(const struct keyring *keys, struct arena *arena, struct fault *f,
		     const char *issuer, struct instant now, const char *token,
		     struct claims *out) MUST_CHECK;

#endif
