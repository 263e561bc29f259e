/*
 * issuer.h - the keys of an OpenID provider: signed ID tokens, right and deliberately wrong,
 * and the set of public keys to check them with. Safe for all threads.
 */
#ifndef SANDBOX_GOOGLE_ISSUER_H
#define SANDBOX_GOOGLE_ISSUER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "json/writer.h"

struct arena;
struct issuer;

/* With a new RSA key of 2048 bits; NULL if there can't be one. */
struct issuer *issuer_new(void);
void issuer_free(struct issuer *issuer);
/* Sign with a new key from now on; the last one stays in the set. */
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

/* The ID token. wrong: what is to be wrong with it, as the control has it; NULL: nothing. */
const char *issuer_sign(struct issuer *issuer, struct arena *arena, const struct id_claims *claims,
			const char *wrong);
/* {"keys":[...]} of RFC 7517. */
void issuer_write_keys(struct issuer *issuer, struct arena *arena, struct jw *w);

#endif
