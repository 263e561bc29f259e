/*
 * rotation.h - changes to the key files.
 *
 * A new key is added behind the others: accepted, but not used. Once every process has it, it
 * is put in front and becomes the active one. Once nothing is left that an older key sealed or
 * signed, that one is dropped. Files are replaced whole, by rename, with owner and mode kept.
 */
#ifndef CRYPTO_ROTATION_H
#define CRYPTO_ROTATION_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/clock.h"
#include "crypto/keyring.h"

enum { FINGERPRINT_MAX = 9 };

/* The ids of all keys in their order, in short: processes with the same one have the same keys. */
const char *rotation_fingerprint(char out[FINGERPRINT_MAX], const struct keyring *keys);
/* When a key was made, which its id tells; 0 where it does not. */
struct instant rotation_birth(const char *key_id);
/* The id of the key that waits to become active, or NULL. */
const char *rotation_waiting(const struct keyring *keys, enum key_use use);

/* All of these: false with one clear line in problem if nothing was changed. */
bool rotation_add(const char *dir, enum key_use use, char problem[256]) MUST_CHECK;
bool rotation_activate(const char *dir, enum key_use use, char problem[256]) MUST_CHECK;
/* Never the active one, nor one that waits. */
bool rotation_drop(const char *dir, enum key_use use, const char *key_id,
		   char problem[256]) MUST_CHECK;
/* When a key file was last changed; 0 if it can't be told. */
struct instant rotation_changed(const char *dir, enum key_use use);

#endif
