#include "sandbox/google/grants.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "sandbox/code.h"

enum { GRANTS_MAX = 256, VERIFIER_MIN = 43, VERIFIER_MAX = 128, SMALL_ARENA_MAX = 64 * 1024 };

struct grants {
	pthread_mutex_t mutex;
	size_t count; /* total number ever; a ring buffer */
	struct grant items[GRANTS_MAX];
};

struct grants *
grants_new(void)
{
	struct grants *grants = calloc(1, sizeof(*grants));

	if (grants != NULL)
		(void)pthread_mutex_init(&grants->mutex, NULL);
	return grants;
}

void
grants_free(struct grants *grants)
{
	if (grants == NULL)
		return;
	(void)pthread_mutex_destroy(&grants->mutex);
	free(grants);
}

void
grants_add(struct grants *grants, struct grant *grant, int64_t now_s)
{
	copy_text(grant->code, sizeof(grant->code), "4/");
	random_code(grant->code + 2, GRANT_CODE_MAX - 3);
	grant->expires_s = now_s + GRANT_S;
	(void)pthread_mutex_lock(&grants->mutex);
	grants->items[grants->count++ % GRANTS_MAX] = *grant;
	(void)pthread_mutex_unlock(&grants->mutex);
}

bool
grants_take(struct grants *grants, const char *code, int64_t now_s, struct grant *out)
{
	bool taken = false;

	(void)pthread_mutex_lock(&grants->mutex);
	for (size_t i = 0; i < GRANTS_MAX && !taken; i++) {
		struct grant *grant = &grants->items[i];

		if (grant->code[0] == '\0' || strcmp(grant->code, code) != 0)
			continue;
		*out = *grant;
		grant->code[0] = '\0';
		taken = true;
	}
	(void)pthread_mutex_unlock(&grants->mutex);
	return taken && now_s < out->expires_s;
}

bool
pkce_proves(const char *verifier, const char *challenge)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	size_t length = strlen(verifier);
	unsigned char digest[SHA256_SIZE];
	struct arena *arena;
	bool equal;

	if (length < VERIFIER_MIN || length > VERIFIER_MAX || strspn(verifier, allowed) != length)
		return false;
	sha256(verifier, length, digest);
	arena = arena_new(SMALL_ARENA_MAX);
	equal = text_equal(base64url_encode(arena, digest, sizeof(digest)), challenge);
	arena_free(arena);
	return equal;
}
