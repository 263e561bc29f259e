/*
 * box.h - sealed data at rest: AES-256-GCM under the active box key, its id and
 * a random nonce in front. The context (what the data is, whose it is) is
 * authenticated with it, so that a sealed value can't be moved elsewhere.
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
/* False if it was altered, sealed for another context, or its key is gone. A NUL follows plain. */
bool box_open(const struct keyring *keys, struct arena *arena, const char *context,
	      struct bytes sealed, struct bytes *plain) MUST_CHECK;
/* What every value begins with that was sealed under a key, and no other value. */
struct bytes box_mark(struct arena *arena, const char *key_id);

#endif
