/*
 * grants.h - authorization codes: short-lived, for one use, bound to the client and to the proof of
 * RFC 7636 (PKCE). Thread-safe; the oldest are dropped.
 */
#ifndef SANDBOX_GOOGLE_GRANTS_H
#define SANDBOX_GOOGLE_GRANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

enum { GRANT_TEXT_MAX = 256, GRANT_CODE_MAX = 49, GRANT_S = 60 };

struct grant {
	char code[GRANT_CODE_MAX];
	char redirect_uri[512];
	char challenge[64]; /* or "" */
	char nonce[GRANT_TEXT_MAX];
	char email[GRANT_TEXT_MAX];
	char scope[GRANT_TEXT_MAX];
	int64_t expires_s;
};

struct grants;

struct grants *grants_new(void);
void grants_free(struct grants *grants);
/* Fills code and expires_s. */
void grants_add(struct grants *grants, struct grant *grant, int64_t now_s);
/* Use up a code. False if it is unknown, used or expired. */
bool grants_take(struct grants *grants, const char *code, int64_t now_s,
		 struct grant *out) MUST_CHECK;

/* Whether the verifier proves an S256 challenge (RFC 7636, 4.6). */
bool pkce_proves(const char *verifier, const char *challenge);

#endif
