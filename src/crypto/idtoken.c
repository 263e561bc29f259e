#include "crypto/idtoken.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "crypto/hmac.h"
#include "json/reader.h"

enum {
	MODULUS_BYTES_MIN = 256,
	MODULUS_BYTES_MAX = 1024,
	EXPONENT_BYTES_MAX = 8,
	KEY_NAME_MAX = 255,
	TEXT_BYTES_MAX = 2048,
};

/* A parsed token. */
struct segments {
	struct json_object *header;
	struct json_object *claims;
	struct bytes signed_text; /* header and claims as sent */
	struct bytes signature;
};

static struct json_object *
read_object(struct arena *arena, const char *text, size_t length)
{
	struct json_object *object = NULL;
	struct fault ignored = {0};

	if (json_read(arena, &ignored, text, length, &object) != ERR_OK)
		return NULL;
	return json_kind(object) == JSON_OBJECT ? object : NULL;
}

static struct json_object *
read_segment(struct arena *arena, const char *segment, size_t length)
{
	struct bytes json;

	if (!base64url_decode(arena, arena_strndup(arena, segment, length), &json))
		return NULL;
	return read_object(arena, json.data, json.length);
}

/* Exactly three segments, of which the first two are objects. */
static bool
take_apart(struct arena *arena, const char *token, struct segments *out)
{
	const char *claims = strchr(token, '.');
	const char *signature = claims != NULL ? strchr(claims + 1, '.') : NULL;

	if (signature == NULL || !base64url_decode(arena, signature + 1, &out->signature))
		return false;
	out->signed_text = (struct bytes){token, (size_t)(signature - token)};
	out->header = read_segment(arena, token, (size_t)(claims - token));
	out->claims = read_segment(arena, claims + 1, (size_t)(signature - claims - 1));
	return out->header != NULL && out->claims != NULL;
}

/* A member that is a text of some length; NULL for anything else. */
static const char *
text_member(struct json_object *object, const char *name)
{
	struct json_object *value = json_member(object, name, NULL);
	const char *text = json_kind(value) == JSON_TEXT ? json_text_value(value) : NULL;

	return text != NULL && text[0] != '\0' && strlen(text) <= TEXT_BYTES_MAX ? text : NULL;
}

static bool
text_member_is(struct json_object *object, const char *name, const char *wanted)
{
	const char *text = text_member(object, name);

	return text != NULL && text_equal(text, wanted);
}

/* A member that is absent, or this text. */
static bool
text_member_allows(struct json_object *object, const char *name, const char *wanted)
{
	bool present;

	(void)json_member(object, name, &present);
	return !present || text_member_is(object, name, wanted);
}

/* The key that the header names, if its algorithm is allowed; else the reason. */
static const char *
check_header(struct json_object *header, const char **kid)
{
	bool critical;

	if (!text_member_is(header, "alg", "RS256"))
		return "algorithm";
	if (!text_member_allows(header, "typ", "JWT"))
		return "type";
	(void)json_member(header, "crit", &critical);
	if (critical)
		return "critical header";
	*kid = text_member(header, "kid");
	return *kid != NULL && strlen(*kid) <= KEY_NAME_MAX ? NULL : "no key id";
}

static struct json_object *
find_key(struct arena *arena, struct bytes jwks, const char *kid)
{
	struct json_object *set = read_object(arena, jwks.data, jwks.length);
	struct json_object *keys = json_member(set, "keys", NULL);
	size_t n = json_kind(keys) == JSON_LIST ? json_list_length(keys) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *key = json_list_item(keys, i);

		if (json_kind(key) == JSON_OBJECT && text_member_is(key, "kid", kid) &&
		    text_member_is(key, "kty", "RSA") && text_member_allows(key, "use", "sig") &&
		    text_member_allows(key, "alg", "RS256"))
			return key;
	}
	return NULL;
}

static void
release_number(void *number)
{
	BN_free(number);
}

static void
release_key(void *key)
{
	EVP_PKEY_free(key);
}

static BIGNUM *
number_member(struct arena *arena, struct json_object *key, const char *name, size_t least,
	      size_t most)
{
	const char *text = text_member(key, name);
	struct bytes bytes;
	BIGNUM *number;

	if (text == NULL || !base64url_decode(arena, text, &bytes) || bytes.length < least ||
	    bytes.length > most)
		return NULL;
	number = BN_bin2bn(bytes.data, (int)bytes.length, NULL);
	if (number != NULL)
		arena_adopt(arena, number, release_number);
	return number;
}

/* An RSA key of a modulus and an exponent. */
static EVP_PKEY *
build_key(struct arena *arena, BIGNUM *modulus, BIGNUM *exponent)
{
	OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *key = NULL;

	if (builder != NULL && ctx != NULL &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		params = OSSL_PARAM_BLD_to_param(builder);
	if (params != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1)
		arena_adopt(arena, key, release_key);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_BLD_free(builder);
	return key;
}

static EVP_PKEY *
read_key(struct arena *arena, struct json_object *jwk)
{
	BIGNUM *modulus = number_member(arena, jwk, "n", MODULUS_BYTES_MIN, MODULUS_BYTES_MAX);
	BIGNUM *exponent = number_member(arena, jwk, "e", 1, EXPONENT_BYTES_MAX);

	if (modulus == NULL || exponent == NULL || BN_num_bits(modulus) < MODULUS_BYTES_MIN * 8 ||
	    !BN_is_odd(exponent) || BN_is_one(exponent))
		return NULL;
	return build_key(arena, modulus, exponent);
}

static bool
verify(EVP_PKEY *key, const struct segments *token)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		    EVP_DigestVerify(ctx, token->signature.data, token->signature.length,
				     token->signed_text.data, token->signed_text.length) == 1;

	EVP_MD_CTX_free(ctx);
	ERR_clear_error(); /* others read the thread's queue: libcurl */
	return good;
}

static const char *
check_signature(struct arena *arena, struct bytes jwks, const struct segments *token)
{
	const char *kid = NULL;
	const char *why = check_header(token->header, &kid);
	struct json_object *jwk;
	EVP_PKEY *key;

	if (why != NULL)
		return why;
	jwk = find_key(arena, jwks, kid);
	if (jwk == NULL)
		return "unknown key id";
	key = read_key(arena, jwk);
	if (key == NULL)
		return "unusable key";
	return verify(key, token) ? NULL : "signature";
}

/* For us: alone, or among others and then with us as the authorized party. */
static bool
is_for(struct json_object *claims, const char *audience)
{
	struct json_object *value = json_member(claims, "aud", NULL);
	size_t n = json_kind(value) == JSON_LIST ? json_list_length(value) : 0;
	bool named = text_member_is(claims, "aud", audience);

	for (size_t i = 0; i < n; i++) {
		struct json_object *item = json_list_item(value, i);

		if (json_kind(item) != JSON_TEXT)
			return false;
		named |= text_equal(json_text_value(item), audience);
	}
	if (n > 1)
		return named && text_member_is(claims, "azp", audience);
	return named && text_member_allows(claims, "azp", audience);
}

/* Seconds as a whole number. */
static bool
time_member(struct json_object *object, const char *name, struct instant *out)
{
	struct json_object *value = json_member(object, name, NULL);

	return json_kind(value) == JSON_INTEGER &&
	       !__builtin_mul_overflow(json_integer_value(value), SECOND_US, &out->us);
}

static const char *
check_times(struct json_object *claims, struct instant now)
{
	const int64_t skew_us = IDTOKEN_SKEW_S * SECOND_US;
	struct instant t;
	bool present;

	if (!time_member(claims, "exp", &t) || t.us <= now.us - skew_us)
		return "expired";
	if (!time_member(claims, "iat", &t) || t.us > now.us + skew_us)
		return "issued in the future";
	(void)json_member(claims, "nbf", &present);
	if (present && (!time_member(claims, "nbf", &t) || t.us > now.us + skew_us))
		return "not valid yet";
	return NULL;
}

static bool
nonce_is(struct json_object *claims, const char *wanted)
{
	const char *nonce = text_member(claims, "nonce");
	size_t length = strlen(wanted);

	return nonce != NULL && strlen(nonce) == length && secret_equal(nonce, wanted, length);
}

static const char *
check_claims(struct json_object *claims, const struct idtoken_terms *terms, struct idtoken *out)
{
	struct json_object *verified = json_member(claims, "email_verified", NULL);
	const char *why = check_times(claims, terms->now);

	if (!text_member_is(claims, "iss", terms->issuer) &&
	    (terms->other_issuer == NULL || !text_member_is(claims, "iss", terms->other_issuer)))
		return "issuer";
	if (!is_for(claims, terms->audience))
		return "audience";
	if (why != NULL)
		return why;
	if (!nonce_is(claims, terms->nonce))
		return "nonce";
	if (json_kind(verified) != JSON_BOOL || !json_bool_value(verified))
		return "email not verified";
	*out = (struct idtoken){
		.subject = text_member(claims, "sub"),
		.email = text_member(claims, "email"),
		.name = text_member(claims, "name"),
		.picture = text_member(claims, "picture"),
	};
	return out->subject != NULL && out->email != NULL ? NULL : "no subject or email";
}

static bool
is_too_long(const char *token)
{
	return strnlen(token, IDTOKEN_BYTES_MAX + 1) > IDTOKEN_BYTES_MAX;
}

bool
idtoken_key_known(struct arena *arena, struct bytes jwks, const char *token)
{
	struct segments segments;
	const char *kid = NULL;

	return !is_too_long(token) && take_apart(arena, token, &segments) &&
	       check_header(segments.header, &kid) == NULL && find_key(arena, jwks, kid) != NULL;
}

enum err
idtoken_check(struct arena *arena, struct fault *f, struct bytes jwks,
	      const struct idtoken_terms *terms, const char *token, struct idtoken *out)
{
	struct segments segments;
	struct idtoken claims = {NULL, NULL, NULL, NULL};
	const char *why = NULL;

	if (is_too_long(token))
		why = "too long";
	else if (!take_apart(arena, token, &segments))
		why = "not three segments";
	if (why == NULL)
		why = check_signature(arena, jwks, &segments);
	if (why == NULL)
		why = check_claims(segments.claims, terms, &claims);
	if (why != NULL) {
		(void)fault(f, ERR_UNAUTHORIZED, NULL, NULL);
		(void)snprintf(f->detail, sizeof(f->detail), "id token: %s", why);
		return ERR_UNAUTHORIZED;
	}
	*out = claims;
	return ERR_OK;
}
