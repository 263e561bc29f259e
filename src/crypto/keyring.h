/*
 * keyring.h - the keys of the server, read from files that only the server can read.
 *
 * A folder holds jwt.keys, pepper.key and box.keys. A *.keys file has a line "<key id> <64 hex
 * digits>" per key: the first is the active one, the others are accepted (rotation.h changes that).
 * pepper.key is one line of 64 hex digits. Keys are 32 random bytes. Nothing here is ever logged.
 *
 * seal.keys has the private keys of the seals, each of which signs. Only job runners need it: it may be
 * missing or empty, and is none of the files that the database can't be used without.
 */
#ifndef CRYPTO_KEYRING_H
#define CRYPTO_KEYRING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attributes.h"
#include "base/text.h"

struct keyring;

enum { KEY_SIZE = 32, KEY_ID_MAX = 33, KEYS_MAX = 8, KEYED_DIGEST_SIZE = 32 };

enum key_use { KEY_TOKEN, KEY_BOX, KEY_SEAL };

/* Read the folder. NULL with a one-line message in problem if a file is missing, accessible to
 * others than its owner (and group), or malformed. */
struct keyring *keyring_load(const char *dir, char problem[256]);
/* Create the folder's missing key files (0600); existing ones are not changed. False with
 * problem set. */
bool keyring_create(const char *dir, char problem[256]) MUST_CHECK;
/* The names of the required files, by number from 0; NULL past the last one. */
const char *keyring_file_name(size_t number);
/* Whether a folder has a file of this name, of any kind. */
bool keyring_has_file(const char *dir, const char *name);
void keyring_free(struct keyring *keys);

/* The active key of a use that is required, and its id. */
struct bytes keyring_active(const struct keyring *keys, enum key_use use, const char **id);
/* The key with an id; length 0 if there is none. */
struct bytes keyring_find(const struct keyring *keys, enum key_use use, const char *id);
/* The id of a key by its place in the file, from 0; NULL past the end. */
const char *keyring_id(const struct keyring *keys, enum key_use use, size_t i);
/* The file of a use, in the folder. */
const char *keyring_file(enum key_use use);
/* An id for a new key, which contains its time of creation: "t1767225600123-9f3c". */
void keyring_new_id(char id[KEY_ID_MAX]);
/* A key by a digest that does not reveal it. */
struct key_print {
	const char *file; /* "box.keys" */
	const char *id;   /* empty for the pepper */
	bool active;
	unsigned char digest[KEYED_DIGEST_SIZE];
};
/* The keys of the required files, by number from 0; false past the last one. */
bool keyring_print(const struct keyring *keys, size_t number, struct key_print *out);
/* HMAC-SHA-256 under the pepper: the stored and searched form of API keys and one-time codes. */
void keyring_digest(const struct keyring *keys, const void *data, size_t length,
		    unsigned char out[KEYED_DIGEST_SIZE]);

#endif
