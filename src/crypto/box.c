#include "crypto/box.h"

#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "crypto/fetched.h"
#include "crypto/random.h"

/*
 * A sealed value: version, length of the key id, key id, nonce, ciphertext, tag. Everything before
 * the nonce is authenticated together with the context.
 */
enum { VERSION = 1, HEAD_SIZE = 2, NONCE_SIZE = 12, TAG_SIZE = 16 };

static void
release(void *cipher)
{
	EVP_CIPHER_CTX_free(cipher);
}

/* A cipher that has only key, nonce and authenticated data. */
static EVP_CIPHER_CTX *
cipher_new(struct arena *arena, struct bytes key, const unsigned char *nonce, struct bytes head,
	   const char *context, int encrypt)
{
	EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
	size_t context_length = strlen(context);
	int n;

	if (cipher == NULL || context_length > INT_MAX ||
	    EVP_CipherInit_ex2(cipher, fetched_aes_256_gcm(), key.data, nonce, encrypt, NULL) !=
		    1 ||
	    EVP_CipherUpdate(cipher, NULL, &n, head.data, (int)head.length) != 1 ||
	    EVP_CipherUpdate(cipher, NULL, &n, (const unsigned char *)context,
			     (int)context_length) != 1) {
		(void)fputs("box: OpenSSL failed\n", stderr);
		abort();
	}
	arena_adopt(arena, cipher, release);
	return cipher;
}

static void
check(bool succeeded)
{
	if (!succeeded) {
		(void)fputs("box: sealing failed\n", stderr);
		abort();
	}
}

struct bytes
box_seal(const struct keyring *keys, struct arena *arena, const char *context, struct bytes plain)
{
	const char *id;
	struct bytes key = keyring_active(keys, KEY_BOX, &id);
	size_t id_length = strlen(id);
	size_t head = HEAD_SIZE + id_length;
	unsigned char *sealed = arena_room(arena, head + NONCE_SIZE + plain.length + TAG_SIZE);
	unsigned char *nonce = sealed + head;
	unsigned char *text = nonce + NONCE_SIZE;
	EVP_CIPHER_CTX *cipher;
	int n;

	sealed[0] = VERSION;
	sealed[1] = (unsigned char)id_length;
	memcpy(sealed + HEAD_SIZE, id, id_length); /* NOLINT: not a text */
	random_bytes(nonce, NONCE_SIZE);
	cipher = cipher_new(arena, key, nonce, (struct bytes){sealed, head}, context, 1);
	check(plain.length <= INT_MAX);
	if (plain.length > 0)
		check(EVP_CipherUpdate(cipher, text, &n, plain.data, (int)plain.length) == 1);
	check(EVP_CipherFinal_ex(cipher, text + plain.length, &n) == 1 &&
	      EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, TAG_SIZE, text + plain.length) ==
		      1);
	return (struct bytes){sealed, head + NONCE_SIZE + plain.length + TAG_SIZE};
}

/* The key that a sealed value names, and the length of its head. */
static bool
find_key(const struct keyring *keys, struct bytes sealed, struct bytes *key, size_t *head)
{
	const unsigned char *in = sealed.data;
	char id[KEY_ID_MAX];

	if (sealed.length < HEAD_SIZE || in[0] != VERSION || in[1] >= sizeof(id))
		return false;
	*head = HEAD_SIZE + (size_t)in[1];
	if (sealed.length < *head + NONCE_SIZE + TAG_SIZE)
		return false;
	memcpy(id, in + HEAD_SIZE, in[1]);
	id[in[1]] = '\0';
	*key = keyring_find(keys, KEY_BOX, id);
	return key->length == KEY_SIZE;
}

bool
box_open(const struct keyring *keys, struct arena *arena, const char *context, struct bytes sealed,
	 struct bytes *plain)
{
	const unsigned char *in = sealed.data;
	unsigned char tag[TAG_SIZE];
	struct bytes key;
	EVP_CIPHER_CTX *cipher;
	unsigned char *text;
	size_t head;
	size_t length;
	int n;

	if (!find_key(keys, sealed, &key, &head))
		return false;
	length = sealed.length - head - NONCE_SIZE - TAG_SIZE;
	if (length > INT_MAX)
		return false;
	text = arena_alloc(arena, length + 1);
	memcpy(tag, in + sealed.length - TAG_SIZE, TAG_SIZE);
	cipher = cipher_new(arena, key, in + head, (struct bytes){in, head}, context, 0);
	if (length > 0 &&
	    EVP_CipherUpdate(cipher, text, &n, in + head + NONCE_SIZE, (int)length) != 1)
		return false;
	if (EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, TAG_SIZE, tag) != 1 ||
	    EVP_CipherFinal_ex(cipher, text + length, &n) != 1)
		return false;
	*plain = (struct bytes){text, length};
	return true;
}

struct bytes
box_mark(struct arena *arena, const char *key_id)
{
	size_t length = strlen(key_id);
	unsigned char *mark = arena_alloc(arena, HEAD_SIZE + length);

	mark[0] = VERSION;
	mark[1] = (unsigned char)length;
	memcpy(mark + HEAD_SIZE, key_id, length); /* NOLINT: not a text */
	return (struct bytes){mark, HEAD_SIZE + length};
}
