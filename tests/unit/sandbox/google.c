#include <config.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

#include "base/arena.h"
#include "base/text.h"
#include "sandbox/call.h"
#include "sandbox/google/grants.h"
#include "sandbox/google/issuer.h"
#include "tests/support/cmocka.h"
#include "json/reader.h"

static int
setup(void **state)
{
	*state = arena_new(1 << 22);
	return 0;
}

static int
teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* RFC 7636, appendix B. */
static void
pkce_as_in_the_rfc(void **state)
{
	(void)state;
	assert_true(pkce_proves("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
				"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
	assert_false(pkce_proves("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
				 "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"));
	assert_false(pkce_proves("", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"));
}

static void
codes_work_once_and_not_for_long(void **state)
{
	struct grants *grants = grants_new();
	struct grant grant = {.email = "a@b.c"};
	struct grant taken;

	(void)state;
	grants_add(grants, &grant, 1000);
	assert_false(grants_take(grants, "4/none", 1000, &taken));
	assert_true(grants_take(grants, grant.code, 1000 + GRANT_S - 1, &taken));
	assert_string_equal(taken.email, "a@b.c");
	assert_false(grants_take(grants, grant.code, 1001, &taken));
	grants_add(grants, &grant, 1000);
	assert_false(grants_take(grants, grant.code, 1000 + GRANT_S, &taken));
	grants_free(grants);
}

static struct json_object *
parse(struct arena *arena, struct bytes text)
{
	struct json_object *object = NULL;
	struct fault f = {0};

	assert_int_equal(json_read(arena, &f, text.data, text.length, &object), ERR_OK);
	return object;
}

/* The i-th part of a token. */
static struct bytes
part(struct arena *arena, const char *token, int i)
{
	struct bytes out = {"", 0};

	for (; i > 0; i--)
		token = strchr(token, '.') + 1;
	assert_true(
		base64url_decode(arena, arena_strndup(arena, token, strcspn(token, ".")), &out));
	return out;
}

static struct json_object *
claims_of(struct arena *arena, const char *token)
{
	return parse(arena, part(arena, token, 1));
}

static struct json_object *
key_set(struct arena *arena, struct issuer *issuer)
{
	bool present;
	struct bytes text;
	struct jw w;

	jw_init(&w, arena, 1024);
	issuer_write_keys(issuer, arena, &w);
	assert_true(jw_finish(&w, &text));
	return json_member(parse(arena, text), "keys", &present);
}

static BIGNUM *
number(struct arena *arena, struct json_object *key, const char *name)
{
	struct bytes bytes;

	assert_true(base64url_decode(arena, object_text(key, name), &bytes));
	return BN_bin2bn(bytes.data, (int)bytes.length, NULL);
}

static EVP_PKEY *
public_key(struct arena *arena, struct json_object *key)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = number(arena, key, "n");
	BIGNUM *e = number(arena, key, "e");
	OSSL_PARAM *params;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *made = NULL;

	assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n), 1);
	assert_int_equal(OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e), 1);
	params = OSSL_PARAM_BLD_to_param(build);
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(EVP_PKEY_fromdata(ctx, &made, EVP_PKEY_PUBLIC_KEY, params), 1);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return made;
}

/* Whether a key of the set that the token names proves it. */
static bool
verifies(struct arena *arena, struct issuer *issuer, const char *token)
{
	struct json_object *keys = key_set(arena, issuer);
	const char *id = object_text(parse(arena, part(arena, token, 0)), "kid");
	struct bytes signature = part(arena, token, 2);
	size_t signed_length = (size_t)(strrchr(token, '.') - token);
	bool good = false;

	for (size_t i = 0; i < json_list_length(keys); i++) {
		struct json_object *key = json_list_item(keys, i);
		EVP_MD_CTX *ctx;
		EVP_PKEY *public;

		if (strcmp(object_text(key, "kid"), id) != 0)
			continue;
		public = public_key(arena, key);
		ctx = EVP_MD_CTX_new();
		good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, public) == 1 &&
		       EVP_DigestVerify(ctx, signature.data, signature.length,
					(const unsigned char *)token, signed_length) == 1;
		EVP_MD_CTX_free(ctx);
		EVP_PKEY_free(public);
	}
	return good;
}

static const struct id_claims claims = {
	"https://issuer.example", "client", "1", "a@b.c", "A", "nonce", 1000, 4600};

static void
tokens_verify(void **state)
{
	struct issuer *issuer = issuer_new();
	const char *token = issuer_sign(issuer, *state, &claims, NULL);
	struct json_object *said = claims_of(*state, token);

	assert_true(verifies(*state, issuer, token));
	assert_string_equal(object_text(said, "iss"), claims.issuer);
	assert_string_equal(object_text(said, "aud"), claims.audience);
	assert_string_equal(object_text(said, "nonce"), claims.nonce);
	assert_string_equal(object_text(said, "exp"), "4600");
	assert_true(issuer_rotate(issuer));
	assert_true(verifies(*state, issuer, token));
	assert_true(verifies(*state, issuer, issuer_sign(issuer, *state, &claims, NULL)));
	assert_true(issuer_rotate(issuer));
	assert_false(verifies(*state, issuer, token));
	issuer_free(issuer);
}

static void
wrong_tokens_are_wrong(void **state)
{
	static const struct {
		const char *wrong;
		const char *claim;
		const char *value;
	} cases[] = {
		{"wrong_aud", "aud", "another-client.apps.googleusercontent.com"},
		{"wrong_iss", "iss", "https://accounts.example"},
		{"wrong_nonce", "nonce", "another-nonce"},
		{"expired", "exp", "-81800"},
	};
	static const char *const unverified[] = {"alg_none", "hs256_public_key", "unknown_kid",
						 "bad_signature"};
	struct issuer *issuer = issuer_new();
	bool present;

	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *token = issuer_sign(issuer, *state, &claims, cases[i].wrong);

		assert_true(verifies(*state, issuer, token));
		assert_string_equal(object_text(claims_of(*state, token), cases[i].claim),
				    cases[i].value);
	}
	for (size_t i = 0; i < COUNT(unverified); i++)
		assert_false(verifies(*state, issuer,
				      issuer_sign(issuer, *state, &claims, unverified[i])));
	assert_false(json_bool_value(json_member(
		claims_of(*state, issuer_sign(issuer, *state, &claims, "unverified_email")),
		"email_verified", &present)));
	issuer_free(issuer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(pkce_as_in_the_rfc, setup, teardown),
		cmocka_unit_test_setup_teardown(codes_work_once_and_not_for_long, setup, teardown),
		cmocka_unit_test_setup_teardown(tokens_verify, setup, teardown),
		cmocka_unit_test_setup_teardown(wrong_tokens_are_wrong, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
