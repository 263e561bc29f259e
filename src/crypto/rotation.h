/*
 * rotation.h - changes to the key files.
 *
 * A new key is added after the others: accepted, but not used. When every process has it, it is
 * moved to the front and becomes the active one. When no value sealed or signed with an older key
 * is left, that key is dropped. Files are replaced atomically, by rename, with owner and mode kept.
 */
#ifndef CRYPTO_ROTATION_H
#define CRYPTO_ROTATION_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "crypto/keyring.h"

enum { FINGERPRINT_MAX = 9 };

/* A short digest of the ids of all keys in their order: processes with the same digest have the
 * same keys. */
const char *rotation_fingerprint(char out[FINGERPRINT_MAX], const struct keyring *keys);
/* When a key was created, from its id; 0 if the id does not contain it. */
struct instant rotation_birth(const char *key_id);
/* The id of the key that is waiting to become active, or NULL. */
const char *rotation_waiting(const struct keyring *keys, enum key_use use);

/* All of these: false with a one-line message in problem if nothing was changed. */
bool rotation_add(const char *dir, enum key_use use, char problem[256]) MUST_CHECK;
bool rotation_activate(const char *dir, enum key_use use, char problem[256]) MUST_CHECK;
/* Never the active one, nor a waiting one. */
bool rotation_drop(const char *dir, enum key_use use, const char *key_id,
		   char problem[256]) MUST_CHECK;
/* When a key file was last changed; 0 if unknown. */
struct instant rotation_changed(const char *dir, enum key_use use);

#endif
