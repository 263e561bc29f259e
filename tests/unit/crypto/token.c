#include <config.h>

#include "crypto/token.h"

#include <json-c/json.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "crypto/hmac.h"
#include "tests/support/cmocka.h"
#include "tests/support/keys.h"
#include "tests/support/vectors.h"

#define ISSUER   "https://pay.example"
#define HEADER   "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"a\"}"
#define USER     "0190163d-8694-739b-aea5-966c26f8ad91"
#define SESSION  "0190163d-8694-739b-aea5-966c26f8ad92"
#define IDENTITY "\"sub\":\"" USER "\",\"sid\":\"" SESSION "\",\"role\":\"user\""
#define ISSUED   "\"iss\":\"" ISSUER "\",\"aud\":\"cowry\""
#define TIMES    "\"iat\":1000000,\"nbf\":1000000,\"exp\":1000900"
#define CLAIMS   "{" ISSUED "," IDENTITY "," TIMES "}"

static const struct instant now = {1000000 * SECOND_US};

/* A token with a valid signature of the key "a" over any content. */
static const char *
forge(struct keyed *x, const char *header, const char *claims)
{
	unsigned char signature[SHA256_SIZE];
	const char *text =
		arena_printf(x->arena, "%s.%s", base64url_encode(x->arena, header, strlen(header)),
			     base64url_encode(x->arena, claims, strlen(claims)));

	hmac_sha256(keyring_find(x->keys, KEY_TOKEN, "a"), text, strlen(text), signature);
	return arena_printf(x->arena, "%s.%s", text,
			    base64url_encode(x->arena, signature, sizeof(signature)));
}

static bool
accepts_at(struct keyed *x, const char *token, int64_t seconds)
{
	struct fault f = {0};
	struct claims claims;
	struct instant t = {now.us + seconds * SECOND_US};
	enum err err = token_check(x->keys, x->arena, &f, ISSUER, t, token, &claims);

	if (err == ERR_OK)
		return true;
	assert_int_equal(err, ERR_UNAUTHORIZED);
	assert_string_equal(f.message, err_message(ERR_UNAUTHORIZED));
	assert_true(f.detail[0] != '\0');
	return false;
}

static bool
accepts(struct keyed *x, const char *token)
{
	return accepts_at(x, token, 0);
}

static const char *
sign(struct keyed *x)
{
	struct claims claims = {.role = "user", .issuer = ISSUER, .issued = now};
	struct fault f = {0};
	const char *token = NULL;

	claims.expires.us = now.us + 900 * SECOND_US;
	assert_true(uuid_parse(&claims.user, USER));
	assert_true(uuid_parse(&claims.session, SESSION));
	assert_int_equal(token_sign(x->keys, x->arena, &f, &claims, &token), ERR_OK);
	return token;
}

static void
checks_what_it_signed(void **state)
{
	struct keyed *x = *state;
	struct fault f = {0};
	struct claims claims;
	char buf[UUID_TEXT_MAX];

	assert_int_equal(token_check(x->keys, x->arena, &f, ISSUER, now, sign(x), &claims), ERR_OK);
	assert_string_equal(uuid_text(buf, claims.user), USER);
	assert_string_equal(uuid_text(buf, claims.session), SESSION);
	assert_string_equal(claims.role, "user");
	assert_string_equal(claims.issuer, ISSUER);
	assert_int_equal(claims.issued.us, now.us);
	assert_int_equal(claims.expires.us, now.us + 900 * SECOND_US);
	assert_true(accepts(x, forge(x, HEADER, CLAIMS)));
}

static void
minds_the_time(void **state)
{
	struct keyed *x = *state;
	const char *token = sign(x);

	assert_true(accepts_at(x, token, 900 + TOKEN_SKEW_S - 1));
	assert_false(accepts_at(x, token, 900 + TOKEN_SKEW_S));
	assert_true(accepts_at(x, token, -TOKEN_SKEW_S));
	assert_false(accepts_at(x, token, -TOKEN_SKEW_S - 1));
}

static void
refuses_every_other_header(void **state)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"a\"}",
		"{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"a\"}",
		"{\"alg\":\"HS384\",\"typ\":\"JWT\",\"kid\":\"a\"}",
		"{\"alg\":\"hs256\",\"typ\":\"JWT\",\"kid\":\"a\"}",
		"{\"typ\":\"JWT\",\"kid\":\"a\"}",
		"{\"alg\":1,\"typ\":\"JWT\",\"kid\":\"a\"}",
		"{\"alg\":\"HS256\",\"kid\":\"a\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWE\",\"kid\":\"a\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"b\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"c\"}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":[\"a\"]}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"a\",\"crit\":[\"exp\"]}",
		"{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"a\",\"crit\":null}",
		"{\"alg\":\"HS256\",\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"a\"}",
		"[\"HS256\"]",
		"{}",
		"",
	};

	for (size_t i = 0; i < COUNT(headers); i++)
		assert_false(accepts(*state, forge(*state, headers[i], CLAIMS)));
}

static void
refuses_every_other_claim(void **state)
{
	static const char *const claims[] = {
		"{\"iss\":\"https://evil.example\",\"aud\":\"cowry\"," IDENTITY "," TIMES "}",
		"{\"aud\":\"cowry\"," IDENTITY "," TIMES "}",
		"{\"iss\":\"" ISSUER "\",\"aud\":\"other\"," IDENTITY "," TIMES "}",
		"{\"iss\":\"" ISSUER "\",\"aud\":[\"cowry\"]," IDENTITY "," TIMES "}",
		"{\"iss\":\"" ISSUER "\"," IDENTITY "," TIMES "}",
		"{" ISSUED "," IDENTITY ",\"iat\":1000000,\"nbf\":1000000}",
		"{" ISSUED "," IDENTITY ",\"iat\":1000000,\"nbf\":1000000,\"exp\":\"1000900\"}",
		"{" ISSUED "," IDENTITY ",\"iat\":1000000,\"nbf\":1000000,\"exp\":1000900.5}",
		"{" ISSUED "," IDENTITY
		",\"iat\":1000000,\"nbf\":1000000,\"exp\":999999999999999999}",
		"{" ISSUED "," IDENTITY ",\"iat\":1000000,\"nbf\":1000000,\"exp\":-1}",
		"{" ISSUED "," IDENTITY ",\"iat\":1000000,\"exp\":1000900}",
		"{" ISSUED "," IDENTITY ",\"iat\":1000000,\"nbf\":1000500,\"exp\":1000900}",
		"{" ISSUED "," IDENTITY ",\"iat\":1000500,\"nbf\":1000000,\"exp\":1000900}",
		"{" ISSUED "," IDENTITY ",\"nbf\":1000000,\"exp\":1000900}",
		"{" ISSUED ",\"sub\":\"1\",\"sid\":\"" SESSION "\",\"role\":\"user\"," TIMES "}",
		"{" ISSUED ",\"sub\":\"" USER "\",\"role\":\"user\"," TIMES "}",
		"{" ISSUED ",\"sub\":\"" USER "\",\"sid\":\"" SESSION "\"," TIMES "}",
		"{" ISSUED "," IDENTITY ",\"exp\":1," TIMES "}",
		"[]",
		"{}",
		"",
	};

	for (size_t i = 0; i < COUNT(claims); i++)
		assert_false(accepts(*state, forge(*state, HEADER, claims[i])));
}

static void
refuses_every_change(void **state)
{
	struct keyed *x = *state;
	const char *token = sign(x);
	size_t length = strlen(token);
	char *copy = arena_strdup(x->arena, token);

	for (size_t i = 0; i < length; i++) {
		copy[i] = token[i] == 'A' ? 'B' : 'A';
		assert_false(accepts(x, copy));
		copy[i] = token[i];
	}
	assert_true(accepts(x, copy));
	for (size_t i = 0; i < length; i++)
		assert_false(accepts(x, arena_strndup(x->arena, token, i)));
}

static void
refuses_other_shapes(void **state)
{
	struct keyed *x = *state;
	const char *token = sign(x);
	const char *none = "eyJhbGciOiJub25lIn0.e30.";
	char *many = memset(arena_alloc(x->arena, 100001), '.', 100000);
	static const char *const shapes[] = {"", ".", "..", "...", "a.b.c", "a", "=.=.="};

	for (size_t i = 0; i < COUNT(shapes); i++)
		assert_false(accepts(x, shapes[i]));
	assert_false(accepts(x, none));
	assert_false(accepts(x, many));
	assert_false(accepts(x, arena_printf(x->arena, "%s=", token)));
	assert_false(accepts(x, arena_printf(x->arena, "%s.", token)));
	assert_false(accepts(x, arena_printf(x->arena, " %s", token)));
	assert_false(accepts(x, arena_printf(x->arena, "%s\n", token)));
	assert_false(accepts(x, arena_printf(x->arena, "%s.x", token)));
}

/* Nothing of theirs is a token of ours, under whatever name their key is known here. */
static void
refuses_wycheproof_s_tokens(void **state)
{
	char path[VECTOR_PATH_MAX];
	struct json_object *file;
	struct json_object *groups;

	if (!vector_path(path, "wycheproof_json_web_signature.json"))
		return;
	file = json_object_from_file(path);
	groups = json_object_object_get(file, "testGroups");
	for (size_t i = 0; i < json_object_array_length(groups); i++) {
		struct json_object *tests =
			json_object_object_get(json_object_array_get_idx(groups, i), "tests");

		for (size_t k = 0; k < json_object_array_length(tests); k++)
			assert_false(accepts(*state,
					     json_object_get_string(json_object_object_get(
						     json_object_array_get_idx(tests, k), "jws"))));
	}
	(void)json_object_put(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_what_it_signed),
		cmocka_unit_test(minds_the_time),
		cmocka_unit_test(refuses_every_other_header),
		cmocka_unit_test(refuses_every_other_claim),
		cmocka_unit_test(refuses_every_change),
		cmocka_unit_test(refuses_other_shapes),
		cmocka_unit_test(refuses_wycheproof_s_tokens),
	};

	return cmocka_run_group_tests(tests, keyed_setup, keyed_teardown);
}
