/*
 * No text is a token except one with our signature. The input is used as it is, and as header and
 * claims that are signed with our key, so that the checks behind the signature are reached:
 * "header", a NUL byte, "claims".
 */
#include <config.h>

#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "crypto/token.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/keys.h"

#define ISSUER "https://pay.example"

enum { LIMIT = 64 << 20 };

static const struct instant now = {1000000 * SECOND_US};

static void
check(const struct keyring *keys, struct arena *arena, const char *token, bool is_signed)
{
	struct claims claims;
	struct fault f = {0};
	enum err err = token_check(keys, arena, &f, ISSUER, now, token, &claims);

	REQUIRE(err == ERR_UNAUTHORIZED || (err == ERR_OK && is_signed));
	if (err == ERR_OK)
		REQUIRE(claims.expires.us > now.us - TOKEN_SKEW_S * SECOND_US &&
			text_equal(claims.issuer, ISSUER) && claims.role != NULL);
}

static const char *
sign(const struct keyring *keys, struct arena *arena, const char *text, size_t size)
{
	size_t header = strnlen(text, size);
	size_t claims = header < size ? header + 1 : size;
	unsigned char signature[SHA256_SIZE];
	const char *token = arena_printf(arena, "%s.%s", base64url_encode(arena, text, header),
					 base64url_encode(arena, text + claims, size - claims));

	hmac_sha256(keyring_find(keys, KEY_TOKEN, "a"), token, strlen(token), signature);
	return arena_printf(arena, "%s.%s", token,
			    base64url_encode(arena, signature, sizeof(signature)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct keyring *keys;
	struct arena *arena = arena_new(LIMIT);
	const char *text = (const char *)data;

	if (keys == NULL)
		keys = test_keyring();
	REQUIRE(keys != NULL);
	check(keys, arena, arena_strndup(arena, text, size), false);
	check(keys, arena, sign(keys, arena, text, size), true);
	arena_free(arena);
	return 0;
}
