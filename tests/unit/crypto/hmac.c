#include <config.h>

#include "crypto/hmac.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "tests/support/cmocka.h"
#include "tests/support/vectors.h"

static const char *
hex(const unsigned char *bytes, size_t length, char out[2 * SHA512_SIZE + 1])
{
	for (size_t i = 0; i < length; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return out;
}

/* RFC 4231, test case 2; FIPS 180-2, appendix B.1. */
static void
knows_published_answers(void **state)
{
	const struct bytes key = {"Jefe", 4};
	const char *data = "what do ya want for nothing?";
	unsigned char out[SHA512_SIZE];
	char text[2 * SHA512_SIZE + 1];

	(void)state;
	sha256("abc", 3, out);
	assert_string_equal(hex(out, SHA256_SIZE, text),
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	hmac_sha256(key, data, strlen(data), out);
	assert_string_equal(hex(out, SHA256_SIZE, text),
			    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	hmac_sha512(key, data, strlen(data), out);
	assert_string_equal(hex(out, SHA512_SIZE, text),
			    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
			    "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
	hmac_sha256((struct bytes){NULL, 0}, "", 0, out);
	assert_string_equal(hex(out, SHA256_SIZE, text),
			    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* Keys up to and beyond a block of the digest, as if they were not prepared. */
static void
prepares_keys(void **state)
{
	unsigned char secret[200];
	unsigned char expected[SHA256_SIZE];
	unsigned char out[SHA256_SIZE];
	struct hmac_context *context = hmac_context_new();

	(void)state;
	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (unsigned char)(i * 7);
	for (size_t length = 0; length <= sizeof(secret); length++) {
		const struct bytes key = {secret, length};
		struct hmac_key *prepared = hmac_key_new(key);

		hmac_context_key(context, key);
		for (size_t data = 0; data < sizeof(secret); data += 33) {
			hmac_sha256(key, secret, data, expected);
			hmac_key_digest(prepared, secret, data, out);
			assert_memory_equal(out, expected, SHA256_SIZE);
			hmac_context_digest(context, secret, data, out);
			assert_memory_equal(out, expected, SHA256_SIZE);
		}
		hmac_key_free(prepared);
	}
	hmac_key_free(NULL);
	hmac_context_free(context);
	hmac_context_free(NULL);
}

static void
verifies_hex_signatures(void **state)
{
	const struct bytes key = {"secret", 6};
	unsigned char out[SHA512_SIZE];
	char text[2 * SHA512_SIZE + 2];

	(void)state;
	hmac_sha512(key, "body", 4, out);
	(void)hex(out, SHA512_SIZE, text);
	assert_true(hmac_sha512_verify_hex(key, "body", 4, text));
	assert_false(hmac_sha512_verify_hex(key, "bodi", 4, text));
	assert_false(hmac_sha512_verify_hex((struct bytes){"secreT", 6}, "body", 4, text));
	for (char *c = text; *c != '\0'; c++)
		if (*c >= 'a')
			*c = (char)(*c - 'a' + 'A');
	assert_true(hmac_sha512_verify_hex(key, "body", 4, text));
	text[127] = text[127] == '0' ? '1' : '0';
	assert_false(hmac_sha512_verify_hex(key, "body", 4, text));
	text[127] = '\0';
	assert_false(hmac_sha512_verify_hex(key, "body", 4, text));
	assert_false(hmac_sha512_verify_hex(key, "body", 4, ""));
}

static void
compares_and_wipes(void **state)
{
	char secret[] = "secret";

	(void)state;
	assert_true(secret_equal("abc", "abd", 2));
	assert_false(secret_equal("abc", "abd", 3));
	secret_wipe(secret, sizeof(secret));
	assert_memory_equal(secret, "\0\0\0\0\0\0", 7);
}

static const char *
member(struct json_object *object, const char *name)
{
	return json_object_get_string(json_object_object_get(object, name));
}

static struct bytes
unhex(struct arena *arena, const char *text)
{
	size_t length = strlen(text) / 2;
	unsigned char *bytes = arena_alloc(arena, length);

	assert_true(hex_decode(bytes, length, text));
	return (struct bytes){bytes, length};
}

typedef void digest(struct bytes key, const void *data, size_t length, unsigned char *out);

static void
check_group(struct json_object *group, digest *hmac)
{
	struct json_object *tests = json_object_object_get(group, "tests");

	for (size_t i = 0; i < json_object_array_length(tests); i++) {
		struct json_object *test = json_object_array_get_idx(tests, i);
		struct arena *arena = arena_new(1 << 20);
		struct bytes message = unhex(arena, member(test, "msg"));
		struct bytes tag = unhex(arena, member(test, "tag"));
		unsigned char out[SHA512_SIZE];

		hmac(unhex(arena, member(test, "key")), message.data, message.length, out);
		assert_int_equal(secret_equal(out, tag.data, tag.length),
				 strcmp(member(test, "result"), "valid") == 0);
		arena_free(arena);
	}
}

static void
agrees_with_wycheproof(void **state)
{
	static const struct {
		const char *file;
		digest *hmac;
	} cases[] = {
		{"wycheproof_hmac_sha256.json", hmac_sha256},
		{"wycheproof_hmac_sha512.json", hmac_sha512},
	};
	char path[VECTOR_PATH_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct json_object *file;
		struct json_object *groups;

		if (!vector_path(path, cases[i].file))
			continue;
		file = json_object_from_file(path);
		groups = json_object_object_get(file, "testGroups");
		for (size_t k = 0; k < json_object_array_length(groups); k++)
			check_group(json_object_array_get_idx(groups, k), cases[i].hmac);
		(void)json_object_put(file);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_published_answers), cmocka_unit_test(prepares_keys),
		cmocka_unit_test(verifies_hex_signatures), cmocka_unit_test(compares_and_wipes),
		cmocka_unit_test(agrees_with_wycheproof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
