#include <config.h>

#include "crypto/keyring.h"

#include <string.h>

#include "crypto/hmac.h"
#include "crypto/random.h"
#include "tests/support/cmocka.h"
#include "tests/support/keys.h"

static char folder[FOLDER_MAX];

static int
setup(void **state)
{
	(void)state;
	return folder_make(folder) && folder_write(folder, "jwt.keys", "a " KEY_A "\n", 0600) &&
			       folder_write(folder, "box.keys", "x.1_-Z " KEY_B, 0640) &&
			       folder_write(folder, "pepper.key", KEY_A, 0400)
		       ? 0
		       : -1;
}

static int
teardown(void **state)
{
	(void)state;
	folder_remove(folder);
	return 0;
}

static void
reads_keys(void **state)
{
	unsigned char pepper[KEY_SIZE];
	unsigned char digest[KEYED_DIGEST_SIZE];
	unsigned char expected[SHA256_SIZE];
	char problem[256] = "";
	struct keyring *keys;
	const char *id = NULL;

	(void)state;
	assert_true(folder_write(folder, "jwt.keys", "a " KEY_A "\n\nb " KEY_B "\n", 0600));
	keys = keyring_load(folder, problem);
	assert_non_null(keys);
	assert_int_equal(keyring_active(keys, KEY_TOKEN, &id).length, KEY_SIZE);
	assert_string_equal(id, "a");
	assert_memory_equal(keyring_find(keys, KEY_TOKEN, "b").data, "\xFF\xEE\xDD\xCC", 4);
	assert_int_equal(keyring_find(keys, KEY_TOKEN, "c").length, 0);
	assert_int_equal(keyring_find(keys, KEY_TOKEN, "").length, 0);
	assert_int_equal(keyring_find(keys, KEY_BOX, "b").length, 0);
	assert_true(hex_decode(pepper, sizeof(pepper), KEY_A));
	hmac_sha256((struct bytes){pepper, sizeof(pepper)}, "text", 4, expected);
	keyring_digest(keys, "text", 4, digest);
	assert_memory_equal(digest, expected, sizeof(digest));
	keyring_digest(keys, "text", 4, digest); /* a digest leaves no trace in the next */
	assert_memory_equal(digest, expected, sizeof(digest));
	keyring_free(keys);
	keyring_free(NULL);
}

static void
refuses_open_files(void **state)
{
	static const mode_t modes[] = {0604, 0644, 0660, 0602, 0620, 0777};
	char problem[256];

	(void)state;
	for (size_t i = 0; i < COUNT(modes); i++) {
		assert_true(folder_write(folder, "pepper.key", KEY_A, modes[i]));
		assert_null(keyring_load(folder, problem));
		assert_non_null(strstr(problem, "pepper.key"));
		assert_non_null(strstr(problem, "accessible to others"));
	}
}

static void
refuses_malformed_files(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		KEY_A,
		"a " KEY_A "0",
		"a  " KEY_A,
		"a " KEY_A " ",
		"a\t" KEY_A,
		"a ",
		"a",
		"\xC3\xA4 " KEY_A,
		"a\"b " KEY_A,
		"a " KEY_A "\na " KEY_B,
		"a zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
		"0123456789012345678901234567890123 " KEY_A,
		"a " KEY_A "\r\n",
	};
	char problem[256];

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		assert_true(folder_write(folder, "jwt.keys", texts[i], 0600));
		assert_null(keyring_load(folder, problem));
		assert_non_null(strstr(problem, "jwt.keys"));
		assert_null(strstr(problem, "0102030405"));
	}
	assert_true(folder_write(folder, "jwt.keys", "a " KEY_A, 0600));
	assert_true(folder_write(folder, "pepper.key", KEY_A "\n" KEY_B, 0600));
	assert_null(keyring_load(folder, problem));
}

static void
bounds_the_number_of_keys(void **state)
{
	char text[2048];
	char problem[256];

	(void)state;
	for (int count = KEYS_MAX; count <= KEYS_MAX + 1; count++) {
		struct keyring *keys;
		size_t length = 0;

		for (int i = 0; i < count; i++)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "k%d %s\n",
						   i, KEY_A);
		assert_true(folder_write(folder, "jwt.keys", text, 0600));
		keys = keyring_load(folder, problem);
		assert_int_equal(keys != NULL, count == KEYS_MAX);
		keyring_free(keys);
	}
}

static void
needs_every_file(void **state)
{
	char path[FOLDER_PATH_MAX];
	char problem[256];

	(void)state;
	assert_int_equal(unlink(folder_path(path, folder, "box.keys")), 0);
	assert_null(keyring_load(folder, problem));
	assert_non_null(strstr(problem, "box.keys"));
	assert_null(keyring_load("/nonexistent", problem));
}

static void
makes_what_is_missing(void **state)
{
	char path[FOLDER_PATH_MAX];
	char problem[256];
	unsigned char digest[KEYED_DIGEST_SIZE];
	unsigned char expected[SHA256_SIZE];
	struct keyring *keys;
	struct stat about;
	const char *id;

	(void)state;
	assert_int_equal(unlink(folder_path(path, folder, "box.keys")), 0);
	assert_int_equal(unlink(folder_path(path, folder, "pepper.key")), 0);
	assert_true(keyring_create(folder, problem));
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	keys = keyring_load(folder, problem);
	assert_non_null(keys);
	(void)keyring_active(keys, KEY_TOKEN, &id);
	assert_string_equal(id, "a"); /* existing files stay */
	(void)keyring_active(keys, KEY_BOX, &id);
	assert_int_equal(strlen(id), 19);
	assert_int_equal(id[0], 't');
	keyring_digest(keys, "text", 4, digest);
	hmac_sha256(keyring_active(keys, KEY_BOX, &id), "text", 4, expected);
	assert_memory_not_equal(digest, expected, sizeof(digest)); /* no key serves two purposes */
	keyring_free(keys);
	assert_true(keyring_create(folder, problem));
	assert_false(keyring_create("/nonexistent/folder", problem));
}

static void
random_bytes_differ(void **state)
{
	unsigned char a[32] = {0};
	unsigned char b[32] = {0};

	(void)state;
	random_bytes(a, sizeof(a));
	random_bytes(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_open_files, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_malformed_files, setup, teardown),
		cmocka_unit_test_setup_teardown(bounds_the_number_of_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(needs_every_file, setup, teardown),
		cmocka_unit_test_setup_teardown(makes_what_is_missing, setup, teardown),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
