/* keys.h - a key ring with known keys. */
#ifndef TESTS_SUPPORT_KEYS_H
#define TESTS_SUPPORT_KEYS_H

#include "base/arena.h"
#include "crypto/keyring.h"
#include "tests/support/folder.h"

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100"

/* "a" is active and "b" is the one before; NULL if the files can't be written. */
static inline struct keyring *
test_keyring(void)
{
	char place[FOLDER_MAX];
	char problem[256];
	struct keyring *keys = NULL;

	if (!folder_make(place))
		return NULL;
	if (folder_write(place, "jwt.keys", "a " KEY_A "\nb " KEY_B "\n", 0600) &&
	    folder_write(place, "box.keys", "a " KEY_A "\nb " KEY_B "\n", 0600) &&
	    folder_write(place, "seal.keys", "a " KEY_A "\n", 0600) &&
	    folder_write(place, "pepper.key", KEY_B "\n", 0600))
		keys = keyring_load(place, problem);
	folder_remove(place);
	return keys;
}

/* What a test of sealed or signed text is given. */
struct keyed {
	struct arena *arena;
	struct keyring *keys;
};

static inline int
keyed_setup(void **state)
{
	static struct keyed keyed;

	keyed.arena = arena_new(64 << 20);
	keyed.keys = test_keyring();
	*state = &keyed;
	return keyed.keys != NULL ? 0 : -1;
}

static inline int
keyed_teardown(void **state)
{
	struct keyed *keyed = *state;

	keyring_free(keyed->keys);
	arena_free(keyed->arena);
	return 0;
}

#endif
