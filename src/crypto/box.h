/*
 * box.h - sealed data at rest: AES-256-GCM under the active box key, prefixed with its id and a
 * random nonce. The context (type and owner of the data) is authenticated with it, so that a sealed
 * value can't be moved elsewhere.
 */
#ifndef CRYPTO_BOX_H
#define CRYPTO_BOX_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/text.h"
#include "crypto/keyring.h"

struct arena;

struct bytes box_seal(const struct keyring *keys, struct arena *arena, const char *context,
		      struct bytes plain);
/* False if it was altered, sealed for another context, or its key no longer exists. A NUL
 * follows plain. */
bool box_open(const struct keyring *keys, struct arena *arena, const char *context,
	      struct bytes sealed, struct bytes *plain) MUST_CHECK;
/* The prefix of all values sealed under a key, and of no other value. */
struct bytes box_mark(struct arena *arena, const char *key_id);

#endif
