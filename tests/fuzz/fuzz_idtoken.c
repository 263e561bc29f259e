/*
 * No text is an ID token except one with the issuer's signature, and no set of keys stops the
 * checker. The input is taken as a token, as a set of keys, and as header and claims that are
 * signed, so that the checks behind the signature are reached: "header", a NUL byte, "claims".
 */
#include "crypto/idtoken.h"

#include <string.h>

#include "base/arena.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/rsa.h"

#define CLAIMS                                                                                 \
	"{\"iss\":\"https://issuer.example\",\"aud\":\"cowry\",\"sub\":\"1\",\"exp\":1000900," \
	"\"iat\":1000000,\"nonce\":\"n\",\"email\":\"a@b.example\",\"email_verified\":true}"

enum { LIMIT = 64 << 20 };

static void
check(struct arena *arena, struct bytes jwks, const char *token, bool is_signed)
{
	static const struct idtoken_terms terms = {
		.issuer = "https://issuer.example",
		.audience = "cowry",
		.nonce = "n",
		.now = {1000000 * SECOND_US},
	};
	struct idtoken who;
	struct fault f = {0};
	enum err err = idtoken_check(arena, &f, jwks, &terms, token, &who);

	REQUIRE(err == ERR_UNAUTHORIZED || (err == ERR_OK && is_signed));
	REQUIRE(err != ERR_OK || idtoken_key_known(arena, jwks, token));
	if (err == ERR_OK)
		REQUIRE(who.subject[0] != '\0' && who.email[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct rsa *rsa;
	struct arena *arena = arena_new(LIMIT);
	const char *text = arena_strndup(arena, (const char *)data, size);
	size_t header = strlen(text);
	const char *claims = header < size ? arena_strndup(arena, (const char *)data + header + 1,
							   size - header - 1)
					   : "";
	struct bytes jwks;

	if (rsa == NULL)
		rsa = rsa_new(2048);
	jwks = rsa_jwks(arena, rsa, "one");
	check(arena, jwks, text, false);
	check(arena, jwks, rsa_token(arena, rsa, text, claims), true);
	check(arena, (struct bytes){data, size},
	      rsa_token(arena, rsa, "{\"alg\":\"RS256\",\"kid\":\"one\"}", CLAIMS), false);
	arena_free(arena);
	return 0;
}
