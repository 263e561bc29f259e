#include "crypto/idtoken.h"

#include <string.h>

#include "base/arena.h"
#include "crypto/hmac.h"
#include "tests/support/cmocka.h"
#include "tests/support/rsa.h"
#include "tests/support/vectors.h"

#define HEADER "{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"one\"}"
#define ISSUER "https://accounts.google.com"
#define CLIENT "cowry.apps.example"
#define NONCE  "n-0S6_WzA2Mj"
#define ISSUED "\"iss\":\"" ISSUER "\",\"aud\":\"" CLIENT "\",\"azp\":\"" CLIENT "\""
#define WHO    "\"sub\":\"110169484474386276334\",\"email\":\"ada@example.com\""
#define PROVEN "\"email_verified\":true"
#define TIMES  "\"iat\":1000000,\"exp\":1003600"
#define NONCED "\"nonce\":\"" NONCE "\""
#define CLAIMS "{" ISSUED "," WHO "," PROVEN "," TIMES "," NONCED ",\"name\":\"Ada\"}"

static struct {
	struct arena *arena;
	struct rsa *rsa;
	struct rsa *other;
	struct bytes jwks;
} x;

static int
setup(void **state)
{
	(void)state;
	x.arena = arena_new(64 << 20);
	x.rsa = rsa_new(2048);
	x.other = rsa_new(2048);
	x.jwks = rsa_jwks(x.arena, x.rsa, "one");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	rsa_free(x.rsa);
	rsa_free(x.other);
	arena_free(x.arena);
	return 0;
}

static const struct idtoken_terms terms = {
	.issuer = ISSUER,
	.other_issuer = "accounts.google.com",
	.audience = CLIENT,
	.nonce = NONCE,
	.now = {1000000 * SECOND_US},
};

/* NULL if the token is taken; else why it was not. */
static const char *
refusal_with(struct bytes jwks, const struct idtoken_terms *wanted, const char *token)
{
	struct fault f = {0};
	struct idtoken who;
	enum err err = idtoken_check(x.arena, &f, jwks, wanted, token, &who);

	if (err == ERR_OK)
		return NULL;
	assert_int_equal(err, ERR_UNAUTHORIZED);
	assert_string_equal(f.message, err_message(ERR_UNAUTHORIZED));
	assert_true(text_starts_with(f.detail, "id token: "));
	return arena_strdup(x.arena, f.detail + strlen("id token: "));
}

static const char *
refusal(const char *token)
{
	return refusal_with(x.jwks, &terms, token);
}

static void
expect_with(struct bytes jwks, const char *token, const char *why)
{
	const char *found = refusal_with(jwks, &terms, token);

	assert_non_null(found);
	assert_string_equal(found, why);
}

static void
expect(const char *token, const char *why)
{
	expect_with(x.jwks, token, why);
}

static const char *
sign(const char *header, const char *claims)
{
	return rsa_token(x.arena, x.rsa, header, claims);
}

static void
takes_what_google_signs(void **state)
{
	struct fault f = {0};
	struct idtoken who;

	(void)state;
	assert_int_equal(idtoken_check(x.arena, &f, x.jwks, &terms, sign(HEADER, CLAIMS), &who),
			 ERR_OK);
	assert_string_equal(who.subject, "110169484474386276334");
	assert_string_equal(who.email, "ada@example.com");
	assert_string_equal(who.name, "Ada");
	assert_null(who.picture);
	assert_true(idtoken_key_known(x.arena, x.jwks, sign(HEADER, CLAIMS)));
	assert_null(refusal(sign("{\"alg\":\"RS256\",\"kid\":\"one\"}", CLAIMS)));
}

static void
minds_the_issuer(void **state)
{
	static const char short_form[] = "{\"iss\":\"accounts.google.com\",\"aud\":\"" CLIENT
					 "\"," WHO "," PROVEN "," TIMES "," NONCED "}";
	struct idtoken_terms strict = terms;

	(void)state;
	assert_null(refusal(sign(HEADER, short_form)));
	strict.other_issuer = NULL;
	assert_null(refusal_with(x.jwks, &strict, sign(HEADER, CLAIMS)));
	assert_string_equal(refusal_with(x.jwks, &strict, sign(HEADER, short_form)), "issuer");
}

static void
minds_the_audience(void **state)
{
	static const struct {
		const char *audience;
		bool taken;
	} rows[] = {
		{"\"aud\":\"" CLIENT "\"", true},
		{"\"aud\":[\"" CLIENT "\"]", true},
		{"\"aud\":[\"other\",\"" CLIENT "\"],\"azp\":\"" CLIENT "\"", true},
		{"\"aud\":\"other\"", false},
		{"\"aud\":\"" CLIENT ".evil\"", false},
		{"\"aud\":[\"other\",\"" CLIENT "\"]", false},
		{"\"aud\":[\"other\",\"" CLIENT "\"],\"azp\":\"other\"", false},
		{"\"aud\":\"" CLIENT "\",\"azp\":\"other\"", false},
		{"\"aud\":\"" CLIENT "\",\"azp\":null", false},
		{"\"aud\":[\"other\"],\"azp\":\"" CLIENT "\"", false},
		{"\"aud\":[\"" CLIENT "\",1],\"azp\":\"" CLIENT "\"", false},
		{"\"aud\":[]", false},
		{"\"aud\":null", false},
		{"\"aud\":{\"" CLIENT "\":1}", false},
		{"\"azp\":\"" CLIENT "\"", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *token = sign(HEADER, arena_printf(x.arena,
							      "{\"iss\":\"" ISSUER "\",%s," WHO
							      "," PROVEN "," TIMES "," NONCED "}",
							      rows[i].audience));

		if (rows[i].taken)
			assert_null(refusal(token));
		else
			expect(token, "audience");
	}
}

static const char *
at(const char *token, int64_t seconds)
{
	struct idtoken_terms later = terms;

	later.now.us += seconds * SECOND_US;
	return refusal_with(x.jwks, &later, token);
}

static void
minds_the_time(void **state)
{
	const char *token = sign(HEADER, CLAIMS);
	static const char *const wrong[] = {
		"\"iat\":1000000",
		"\"exp\":1003600",
		"\"iat\":1000000,\"exp\":\"1003600\"",
		"\"iat\":1000000,\"exp\":1003600.5",
		"\"iat\":1000000,\"exp\":999999999999999999",
		"\"iat\":1000000,\"exp\":-1",
		"\"iat\":1000000,\"exp\":999000",
		"\"iat\":1000100,\"exp\":1003600",
		"\"iat\":1000000,\"exp\":1003600,\"nbf\":1000100",
		"\"iat\":1000000,\"exp\":1003600,\"nbf\":null",
	};

	(void)state;
	assert_null(at(token, 3600 + IDTOKEN_SKEW_S - 1));
	assert_string_equal(at(token, 3600 + IDTOKEN_SKEW_S), "expired");
	assert_null(at(token, -IDTOKEN_SKEW_S));
	assert_string_equal(at(token, -IDTOKEN_SKEW_S - 1), "issued in the future");
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_non_null(refusal(
			sign(HEADER,
			     arena_printf(x.arena, "{" ISSUED "," WHO "," PROVEN "," NONCED ",%s}",
					  wrong[i]))));
	assert_null(refusal(sign(HEADER, "{" ISSUED "," WHO "," PROVEN "," NONCED "," TIMES
					 ",\"nbf\":1000050}")));
}

static void
refuses_every_other_claim(void **state)
{
	static const struct {
		const char *claims;
		const char *why;
	} rows[] = {
		{"{\"iss\":\"https://evil.example\",\"aud\":\"" CLIENT "\"," WHO "," PROVEN
		 "," TIMES "," NONCED "}",
		 "issuer"},
		{"{\"iss\":\"" ISSUER "/\",\"aud\":\"" CLIENT "\"," WHO "," PROVEN "," TIMES
		 "," NONCED "}",
		 "issuer"},
		{"{\"aud\":\"" CLIENT "\"," WHO "," PROVEN "," TIMES "," NONCED "}", "issuer"},
		{"{" ISSUED "," WHO "," PROVEN "," TIMES ",\"nonce\":\"other\"}", "nonce"},
		{"{" ISSUED "," WHO "," PROVEN "," TIMES ",\"nonce\":\"" NONCE "x\"}", "nonce"},
		{"{" ISSUED "," WHO "," PROVEN "," TIMES ",\"nonce\":null}", "nonce"},
		{"{" ISSUED "," WHO "," PROVEN "," TIMES "}", "nonce"},
		{"{" ISSUED "," WHO "," TIMES "," NONCED ",\"email_verified\":false}",
		 "email not verified"},
		{"{" ISSUED "," WHO "," TIMES "," NONCED ",\"email_verified\":\"true\"}",
		 "email not verified"},
		{"{" ISSUED "," WHO "," TIMES "," NONCED ",\"email_verified\":1}",
		 "email not verified"},
		{"{" ISSUED "," WHO "," TIMES "," NONCED "}", "email not verified"},
		{"{" ISSUED ",\"sub\":\"1\"," PROVEN "," TIMES "," NONCED "}",
		 "no subject or email"},
		{"{" ISSUED ",\"email\":\"a@b.c\"," PROVEN "," TIMES "," NONCED "}",
		 "no subject or email"},
		{"{" ISSUED ",\"sub\":7,\"email\":\"a@b.c\"," PROVEN "," TIMES "," NONCED "}",
		 "no subject or email"},
		{"{" ISSUED "," WHO "," PROVEN "," TIMES "," NONCED "," PROVEN "}",
		 "not three segments"},
		{"{" ISSUED ",\"iss\":\"" ISSUER "\"," WHO "," PROVEN "," TIMES "," NONCED "}",
		 "not three segments"},
		{"[]", "not three segments"},
		{"{}", "issuer"},
		{"", "not three segments"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		expect(sign(HEADER, rows[i].claims), rows[i].why);
}

static void
refuses_every_other_header(void **state)
{
	static const struct {
		const char *header;
		const char *why;
	} rows[] = {
		{"{\"alg\":\"none\",\"typ\":\"JWT\",\"kid\":\"one\"}", "algorithm"},
		{"{\"alg\":\"None\",\"kid\":\"one\"}", "algorithm"},
		{"{\"alg\":\"HS256\",\"kid\":\"one\"}", "algorithm"},
		{"{\"alg\":\"rs256\",\"kid\":\"one\"}", "algorithm"},
		{"{\"alg\":\"RS384\",\"kid\":\"one\"}", "algorithm"},
		{"{\"alg\":\"PS256\",\"kid\":\"one\"}", "algorithm"},
		{"{\"alg\":[\"RS256\"],\"kid\":\"one\"}", "algorithm"},
		{"{\"kid\":\"one\"}", "algorithm"},
		{"{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"one\"}", "type"},
		{"{\"alg\":\"RS256\",\"kid\":\"one\",\"crit\":[\"exp\"]}", "critical header"},
		{"{\"alg\":\"RS256\",\"kid\":\"one\",\"crit\":null}", "critical header"},
		{"{\"alg\":\"RS256\"}", "no key id"},
		{"{\"alg\":\"RS256\",\"kid\":1}", "no key id"},
		{"{\"alg\":\"RS256\",\"kid\":\"\"}", "no key id"},
		{"{\"alg\":\"RS256\",\"kid\":\"two\"}", "unknown key id"},
		{"{\"alg\":\"RS256\",\"kid\":\"elliptic\"}", "unknown key id"},
		{"{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"one\"}", "not three segments"},
		{"{\"alg\":\"RS256\",\"kid\":\"one\",\"kid\":\"one\"}", "not three segments"},
		{"[\"RS256\"]", "not three segments"},
		{"", "not three segments"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		expect(sign(rows[i].header, CLAIMS), rows[i].why);
		assert_false(idtoken_key_known(x.arena, x.jwks, sign(rows[i].header, CLAIMS)));
	}
}

/* A token with an HMAC under public data. */
static const char *
confuse(struct bytes secret, const char *header)
{
	unsigned char mac[SHA256_SIZE];
	const char *text =
		arena_printf(x.arena, "%s.%s", base64url_encode(x.arena, header, strlen(header)),
			     base64url_encode(x.arena, CLAIMS, strlen(CLAIMS)));

	hmac_sha256(secret, text, strlen(text), mac);
	return arena_printf(x.arena, "%s.%s", text, base64url_encode(x.arena, mac, sizeof(mac)));
}

static void
refuses_the_public_key_as_a_secret(void **state)
{
	static const char honest[] = "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"one\"}";
	const struct bytes secrets[] = {
		rsa_public_pem(x.arena, x.rsa),
		rsa_public_der(x.arena, x.rsa),
		rsa_modulus(x.arena, x.rsa),
		x.jwks,
		{"", 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(secrets); i++) {
		expect(confuse(secrets[i], honest), "algorithm");
		expect(confuse(secrets[i], HEADER), "signature");
	}
}

/* A text with something else in place of the first of these. */
static struct bytes
replaced(struct bytes text, const char *old, const char *new)
{
	const char *from = text.data;
	const char *place = strstr(from, old);
	const char *all = arena_printf(x.arena, "%.*s%s%s", (int)(place - from), from, new,
				       place + strlen(old));

	return (struct bytes){all, strlen(all)};
}

static void
refuses_other_keys(void **state)
{
	static const char *const sets[] = {
		"",
		"{}",
		"[]",
		"{\"keys\":{}}",
		"{\"keys\":[]}",
		"{\"keys\":[1,null,[]]}",
		"{\"keys\":[{\"kid\":\"one\",\"kty\":\"RSA\"}]}",
		"{\"keys\":[{\"kid\":\"one\",\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
		"{\"keys\":[{\"kid\":\"one\",\"kty\":\"oct\",\"k\":\"AQAB\"}]}",
	};
	const char *good = sign(HEADER, CLAIMS);
	struct rsa *small = rsa_new(1024);

	(void)state;
	expect(rsa_token(x.arena, x.other, HEADER, CLAIMS), "signature");
	for (size_t i = 0; i < COUNT(sets); i++)
		assert_non_null(
			refusal_with((struct bytes){sets[i], strlen(sets[i])}, &terms, good));
	expect_with(rsa_jwks(x.arena, small, "one"), rsa_token(x.arena, small, HEADER, CLAIMS),
		    "unusable key");
	rsa_free(small);
	expect_with(replaced(x.jwks, "\"sig\"", "\"enc\""), good, "unknown key id");
	expect_with(replaced(x.jwks, "RS256", "RS512"), good, "unknown key id");
}

static void
refuses_every_change(void **state)
{
	const char *token = sign(HEADER, CLAIMS);
	size_t length = strlen(token);
	char *copy = arena_strdup(x.arena, token);

	(void)state;
	for (size_t i = 0; i < length; i += i < 80 ? 1 : 7) {
		copy[i] = token[i] == 'A' ? 'B' : 'A';
		assert_non_null(refusal(copy));
		copy[i] = token[i];
		assert_non_null(refusal(arena_strndup(x.arena, token, i)));
	}
	assert_null(refusal(copy));
	assert_non_null(refusal(arena_strndup(x.arena, token, length - 1)));
}

static void
refuses_other_shapes(void **state)
{
	const char *token = sign(HEADER, CLAIMS);
	size_t signature = (size_t)(strrchr(token, '.') - token);
	char *many = memset(arena_alloc(x.arena, 100001), '.', 100000);
	char *padded = memset(arena_alloc(x.arena, IDTOKEN_BYTES_MAX + 1), ' ', IDTOKEN_BYTES_MAX);
	static const char *const shapes[] = {"", ".", "..", "...", "a.b.c", "a", "=.=.="};

	(void)state;
	for (size_t i = 0; i < COUNT(shapes); i++)
		expect(shapes[i], "not three segments");
	expect(many, "too long");
	expect(arena_strndup(x.arena, token, signature + 1), "signature");
	expect(arena_printf(x.arena, "%s.", token), "not three segments");
	expect(arena_printf(x.arena, "%s.x", token), "not three segments");
	expect(arena_printf(x.arena, "%s.%s", token, token), "not three segments");
	expect(arena_printf(x.arena, "%s=", token), "not three segments");
	expect(arena_printf(x.arena, " %s", token), "not three segments");
	expect(arena_printf(x.arena, "%s\n", token), "not three segments");
	expect(sign(HEADER, arena_printf(x.arena, "%s%s", CLAIMS, padded)), "too long");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_google_signs),
		cmocka_unit_test(minds_the_issuer),
		cmocka_unit_test(minds_the_audience),
		cmocka_unit_test(minds_the_time),
		cmocka_unit_test(refuses_every_other_claim),
		cmocka_unit_test(refuses_every_other_header),
		cmocka_unit_test(refuses_the_public_key_as_a_secret),
		cmocka_unit_test(refuses_other_keys),
		cmocka_unit_test(refuses_every_change),
		cmocka_unit_test(refuses_other_shapes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
