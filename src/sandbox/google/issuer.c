#include "sandbox/google/issuer.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "crypto/hmac.h"
#include "sandbox/code.h"

enum { RSA_BITS = 2048, KEY_NAME = 24, KEYS_KEPT = 2, DAY_S = 86400 };

struct signing_key {
	EVP_PKEY *key; /* NULL: none yet */
	char id[KEY_NAME + 1];
};

struct issuer {
	pthread_mutex_t mutex;
	struct signing_key keys[KEYS_KEPT]; /* the first one signs */
};

static bool
key_make(struct signing_key *out)
{
	out->key = EVP_RSA_gen(RSA_BITS);
	random_code(out->id, KEY_NAME);
	return out->key != NULL;
}

struct issuer *
issuer_new(void)
{
	struct issuer *issuer = calloc(1, sizeof(*issuer));

	if (issuer == NULL)
		return NULL;
	(void)pthread_mutex_init(&issuer->mutex, NULL);
	if (!key_make(&issuer->keys[0])) {
		issuer_free(issuer);
		return NULL;
	}
	return issuer;
}

void
issuer_free(struct issuer *issuer)
{
	if (issuer == NULL)
		return;
	for (int i = 0; i < KEYS_KEPT; i++)
		EVP_PKEY_free(issuer->keys[i].key);
	(void)pthread_mutex_destroy(&issuer->mutex);
	free(issuer);
}

bool
issuer_rotate(struct issuer *issuer)
{
	struct signing_key fresh;

	if (!key_make(&fresh))
		return false;
	(void)pthread_mutex_lock(&issuer->mutex);
	EVP_PKEY_free(issuer->keys[1].key);
	issuer->keys[1] = issuer->keys[0];
	issuer->keys[0] = fresh;
	(void)pthread_mutex_unlock(&issuer->mutex);
	return true;
}

static const char *
number_base64url(struct arena *arena, const EVP_PKEY *key, const char *name)
{
	BIGNUM *number = NULL;
	unsigned char bytes[RSA_BITS / 8];
	int length = 0;

	if (EVP_PKEY_get_bn_param(key, name, &number) == 1 &&
	    BN_num_bytes(number) <= (int)sizeof(bytes))
		length = BN_bn2bin(number, bytes);
	BN_free(number);
	return base64url_encode(arena, bytes, (size_t)length);
}

void
issuer_write_keys(struct issuer *issuer, struct arena *arena, struct jw *w)
{
	(void)pthread_mutex_lock(&issuer->mutex);
	jw_object(w, NULL);
	jw_list(w, "keys");
	for (int i = 0; i < KEYS_KEPT && issuer->keys[i].key != NULL; i++) {
		const struct signing_key *key = &issuer->keys[i];

		jw_object(w, NULL);
		jw_text(w, "kty", "RSA");
		jw_text(w, "use", "sig");
		jw_text(w, "alg", "RS256");
		jw_text(w, "kid", key->id);
		jw_text(w, "n", number_base64url(arena, key->key, OSSL_PKEY_PARAM_RSA_N));
		jw_text(w, "e", number_base64url(arena, key->key, OSSL_PKEY_PARAM_RSA_E));
		jw_close(w);
	}
	jw_close(w);
	jw_close(w);
	(void)pthread_mutex_unlock(&issuer->mutex);
}

/* The written text, as base64url. */
static const char *
part(struct arena *arena, struct jw *w)
{
	struct bytes text = {"", 0};

	if (!jw_finish(w, &text))
		return "";
	return base64url_encode(arena, text.data, text.length);
}

static const char *
header_part(struct arena *arena, const char *algorithm, const char *key_id)
{
	struct jw w;

	jw_init(&w, arena, 128);
	jw_object(&w, NULL);
	jw_text(&w, "alg", algorithm);
	jw_text(&w, "kid", key_id);
	jw_text(&w, "typ", "JWT");
	jw_close(&w);
	return part(arena, &w);
}

static const char *
claims_part(struct arena *arena, const struct id_claims *claims, bool verified)
{
	struct jw w;

	jw_init(&w, arena, 512);
	jw_object(&w, NULL);
	jw_text(&w, "iss", claims->issuer);
	jw_text(&w, "azp", claims->audience);
	jw_text(&w, "aud", claims->audience);
	jw_text(&w, "sub", claims->subject);
	jw_text(&w, "email", claims->email);
	jw_bool(&w, "email_verified", verified);
	if (claims->nonce != NULL)
		jw_text(&w, "nonce", claims->nonce);
	jw_text(&w, "name", claims->name);
	jw_integer(&w, "iat", claims->issued_s);
	jw_integer(&w, "exp", claims->expires_s);
	jw_close(&w);
	return part(arena, &w);
}

static const char *
sign_rsa(struct arena *arena, EVP_PKEY *key, const char *text, bool spoil)
{
	unsigned char signature[RSA_BITS / 8] = {0};
	size_t length = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
	    EVP_DigestSign(ctx, signature, &length, (const unsigned char *)text, strlen(text)) != 1)
		length = 0;
	EVP_MD_CTX_free(ctx);
	signature[7] ^= spoil;
	return base64url_encode(arena, signature, length);
}

/* A forged signature that uses the public key as an HMAC secret. */
static const char *
sign_with_public(struct arena *arena, EVP_PKEY *key, const char *text)
{
	unsigned char digest[SHA256_SIZE];
	BIO *pem = BIO_new(BIO_s_mem());
	char *bytes = NULL;
	long length = 0;

	if (pem != NULL && PEM_write_bio_PUBKEY(pem, key) == 1)
		length = BIO_get_mem_data(pem, &bytes);
	hmac_sha256((struct bytes){bytes, (size_t)length}, text, strlen(text), digest);
	BIO_free(pem);
	return base64url_encode(arena, digest, sizeof(digest));
}

static void
falsify(struct id_claims *claims, const char *wrong)
{
	if (text_equal(wrong, "wrong_aud"))
		claims->audience = "another-client.apps.googleusercontent.com";
	if (text_equal(wrong, "wrong_iss"))
		claims->issuer = "https://accounts.example";
	if (text_equal(wrong, "wrong_nonce"))
		claims->nonce = "another-nonce";
	if (text_equal(wrong, "expired")) {
		claims->issued_s -= DAY_S;
		claims->expires_s -= DAY_S;
	}
}

const char *
issuer_sign(struct issuer *issuer, struct arena *arena, const struct id_claims *claims,
	    const char *wrong)
{
	struct id_claims said = *claims;
	const char *algorithm = "RS256";
	const char *text;
	const char *signature = "";

	if (wrong == NULL)
		wrong = "";
	falsify(&said, wrong);
	if (text_equal(wrong, "alg_none"))
		algorithm = "none";
	if (text_equal(wrong, "hs256_public_key"))
		algorithm = "HS256";
	(void)pthread_mutex_lock(&issuer->mutex);
	text = arena_printf(
		arena, "%s.%s",
		header_part(arena, algorithm,
			    text_equal(wrong, "unknown_kid") ? "unknown" : issuer->keys[0].id),
		claims_part(arena, &said, !text_equal(wrong, "unverified_email")));
	if (text_equal(algorithm, "RS256"))
		signature = sign_rsa(arena, issuer->keys[0].key, text,
				     text_equal(wrong, "bad_signature"));
	else if (text_equal(algorithm, "HS256"))
		signature = sign_with_public(arena, issuer->keys[0].key, text);
	(void)pthread_mutex_unlock(&issuer->mutex);
	return arena_printf(arena, "%s.%s", text, signature);
}
