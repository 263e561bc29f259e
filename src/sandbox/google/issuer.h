/*
 * issuer.h - the keys of an OpenID provider: signed ID tokens, valid and deliberately invalid, and
 * the set of public keys to verify them with. Thread-safe.
 */
#ifndef SANDBOX_GOOGLE_ISSUER_H
#define SANDBOX_GOOGLE_ISSUER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "json/writer.h"

struct arena;
struct issuer;

/* With a new RSA key of 2048 bits; NULL on failure. */
struct issuer *issuer_new(void);
void issuer_free(struct issuer *issuer);
/* Sign with a new key from now on; the previous one stays in the set. */
bool issuer_rotate(struct issuer *issuer) MUST_CHECK;

struct id_claims {
	const char *issuer;
	const char *audience;
	const char *subject;
	const char *email;
	const char *name;
	const char *nonce; /* or NULL */
	int64_t issued_s;
	int64_t expires_s;
};

/* The ID token. wrong: the error to inject, as named by the control; NULL: none. */
const char *issuer_sign(struct issuer *issuer, struct arena *arena, const struct id_claims *claims,
			const char *wrong);
/* {"keys":[...]} of RFC 7517. */
void issuer_write_keys(struct issuer *issuer, struct arena *arena, struct jw *w);

#endif
