#include <config.h>

#include "crypto/signature.h"

#include <string.h>

#include "base/text.h"
#include "tests/support/cmocka.h"

/* RFC 8032, section 7.1. */
static const struct {
	const char *seed;
	const char *key;
	const char *message;
	const char *signature;
} vectors[] = {
	{"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	 "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
	 "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
	 "f9b46bd25bf5f0595bbe24655141438e7a100b"},
	{"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	 "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
	 "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
	 "f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
	{"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	 "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
	 "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
	 "4dc6594a7c15e9716ed28dc027beceea1ec40a"},
};

static void
signs_as_the_rfc_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		unsigned char seed[SIGNATURE_SEED_SIZE];
		unsigned char key[SIGNATURE_PUBLIC_SIZE];
		unsigned char expected_key[SIGNATURE_PUBLIC_SIZE];
		unsigned char signature[SIGNATURE_SIZE];
		unsigned char expected[SIGNATURE_SIZE];
		unsigned char message[2];
		size_t length = strlen(vectors[i].message) / 2;

		assert_true(hex_decode(seed, sizeof(seed), vectors[i].seed));
		assert_true(hex_decode(expected_key, sizeof(expected_key), vectors[i].key));
		assert_true(hex_decode(expected, sizeof(expected), vectors[i].signature));
		assert_true(hex_decode(message, length, vectors[i].message));
		signature_public(seed, key);
		assert_memory_equal(key, expected_key, sizeof(key));
		signature_make(seed, message, length, signature);
		assert_memory_equal(signature, expected, sizeof(signature));
		assert_true(signature_valid(key, message, length, signature));
	}
}

static void
each_flipped_bit_is_noticed(void **state)
{
	unsigned char seed[SIGNATURE_SEED_SIZE] = {7};
	unsigned char key[SIGNATURE_PUBLIC_SIZE];
	unsigned char signature[SIGNATURE_SIZE];
	char message[] = "a message";

	(void)state;
	signature_public(seed, key);
	signature_make(seed, message, sizeof(message), signature);
	for (size_t bit = 0; bit < 8 * sizeof(signature); bit++) {
		signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
		assert_false(signature_valid(key, message, sizeof(message), signature));
		signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
	}
	message[0] = 'A';
	assert_false(signature_valid(key, message, sizeof(message), signature));
	message[0] = 'a';
	key[3] ^= 1;
	assert_false(signature_valid(key, message, sizeof(message), signature));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signs_as_the_rfc_does),
		cmocka_unit_test(each_flipped_bit_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
