/* secrets.h - secrets of webhook signatures, from a file that only its owner can read. */
#ifndef SANDBOX_SECRETS_H
#define SANDBOX_SECRETS_H

#include <stdbool.h>

#include "base/attributes.h"

struct arena;

/* Paystack's webhooks are signed by the key of the call they are about. */
struct secrets {
	const char *flutterwave_secret_hash;
	const char *paga_secret;
	const char *fingra_secret;
};

/*
 * Read a JSON object with these members, in the format of credentials.json of `dev`; other members
 * are ignored. False with a one-line message in problem.
 */
bool secrets_read(struct arena *arena, const char *path, struct secrets *out,
		  char problem[256]) MUST_CHECK;

#endif
