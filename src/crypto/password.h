/*
 * password.h - argon2id (RFC 9106; m=19 MiB, t=2, p=1) with a limit on concurrent hashes, so that
 * sign-ins can't starve other requests.
 */
#ifndef CRYPTO_PASSWORD_H
#define CRYPTO_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"
#include "base/fault.h"

struct arena;
struct password_gate;

enum { PASSWORD_BYTES_MAX = 72 };

/* A gate that admits at_once hashes at a time. */
struct password_gate *password_gate_new(int at_once);
void password_gate_free(struct password_gate *gate);

/* The encoded hash ("$argon2id$...") in the arena. ERR_RATE_LIMITED if the gate stays full for
 * two seconds. */
enum err password_hash(struct password_gate *gate, struct arena *arena, struct fault *f,
		       const char *password, const char **encoded) MUST_CHECK;
/*
 * Compare with an encoded hash. NULL takes as long as a real one and never matches: for users that
 * do not exist or have no password.
 */
enum err password_verify(struct password_gate *gate, struct fault *f, const char *encoded,
			 const char *password, bool *matches) MUST_CHECK;
/* A bcrypt hash ("$2b$...") of at most 72 bytes, through the same gate. Only where bcrypt is
 * required: otherwise use password_hash(). */
enum err password_bcrypt(struct password_gate *gate, struct arena *arena, struct fault *f,
			 const char *text, const char **encoded) MUST_CHECK;
/* Whether the password is among the most common ones (checked without case). */
bool password_is_common(const char *password);

#endif
