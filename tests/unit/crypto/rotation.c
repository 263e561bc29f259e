#include <config.h>

#include "crypto/rotation.h"

#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/keys.h"

static char folder[FOLDER_MAX];
static char why[256];

static int
setup(void **state)
{
	(void)state;
	return folder_make(folder) && folder_write(folder, "jwt.keys", "a " KEY_A "\n", 0600) &&
			       folder_write(folder, "box.keys", "a " KEY_A "\n", 0640) &&
			       folder_write(folder, "pepper.key", KEY_A, 0600)
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

static struct keyring *
load(void)
{
	struct keyring *keys = keyring_load(folder, why);

	assert_non_null(keys);
	return keys;
}

static void
goes_through_all_steps(void **state)
{
	struct keyring *before = load();
	struct keyring *added;
	struct keyring *active;
	struct keyring *after;
	char id[KEY_ID_MAX];

	(void)state;
	assert_null(rotation_waiting(before, KEY_BOX));
	assert_true(rotation_add(folder, KEY_BOX, why));
	added = load();
	(void)snprintf(id, sizeof(id), "%s", rotation_waiting(added, KEY_BOX));
	assert_string_equal(keyring_id(added, KEY_BOX, 0), "a");
	assert_string_equal(keyring_id(added, KEY_BOX, 1), id);
	assert_null(keyring_id(added, KEY_BOX, 2));
	assert_null(rotation_waiting(added, KEY_TOKEN));
	assert_true(rotation_activate(folder, KEY_BOX, why));
	active = load();
	assert_string_equal(keyring_id(active, KEY_BOX, 0), id);
	assert_string_equal(keyring_id(active, KEY_BOX, 1), "a");
	assert_null(rotation_waiting(active, KEY_BOX));
	assert_memory_equal(keyring_find(active, KEY_BOX, "a").data,
			    keyring_find(before, KEY_BOX, "a").data, KEY_SIZE);
	assert_memory_equal(keyring_find(active, KEY_BOX, id).data,
			    keyring_find(added, KEY_BOX, id).data, KEY_SIZE);
	assert_memory_not_equal(keyring_find(active, KEY_BOX, id).data,
				keyring_find(active, KEY_BOX, "a").data, KEY_SIZE);
	assert_true(rotation_drop(folder, KEY_BOX, "a", why));
	after = load();
	assert_string_equal(keyring_id(after, KEY_BOX, 0), id);
	assert_null(keyring_id(after, KEY_BOX, 1));
	keyring_free(before);
	keyring_free(added);
	keyring_free(active);
	keyring_free(after);
}

static void
keeps_mode_and_leaves_nothing(void **state)
{
	char path[FOLDER_PATH_MAX];
	struct stat about;

	(void)state;
	assert_true(folder_write(folder, ".box.keys.new", "of a run that was cut short", 0600));
	assert_true(rotation_add(folder, KEY_BOX, why));
	assert_int_equal(stat(folder_path(path, folder, "box.keys"), &about), 0);
	assert_int_equal(about.st_mode & 07777, 0640);
	assert_int_equal(stat(folder_path(path, folder, ".box.keys.new"), &about), -1);
	assert_true(rotation_add(folder, KEY_TOKEN, why));
	assert_int_equal(stat(folder_path(path, folder, "jwt.keys"), &about), 0);
	assert_int_equal(about.st_mode & 07777, 0600);
	assert_int_equal(rotation_changed(folder, KEY_TOKEN).us / SECOND_US, about.st_mtim.tv_sec);
}

static void
refuses_what_would_lose_keys(void **state)
{
	struct keyring *keys;

	(void)state;
	assert_false(rotation_activate(folder, KEY_BOX, why));
	assert_non_null(strstr(why, "no key is waiting"));
	assert_false(rotation_drop(folder, KEY_BOX, "a", why));
	assert_false(rotation_drop(folder, KEY_BOX, "b", why));
	assert_true(rotation_add(folder, KEY_BOX, why));
	assert_false(rotation_add(folder, KEY_BOX, why));
	assert_non_null(strstr(why, "waiting"));
	keys = load();
	assert_false(rotation_drop(folder, KEY_BOX, rotation_waiting(keys, KEY_BOX), why));
	keyring_free(keys);
	assert_false(rotation_add("/nonexistent", KEY_BOX, why));
	assert_true(folder_write(folder, "box.keys", "a 00", 0600));
	assert_false(rotation_activate(folder, KEY_BOX, why));
	assert_non_null(strstr(why, "malformed"));
}

/* As many keys as can be: then one must go first. */
static void
is_bounded(void **state)
{
	int added;

	(void)state;
	for (added = 0; added < KEYS_MAX - 1; added++) {
		struct instant deadline = {clock_system().us + 5 * SECOND_US};

		while (!rotation_add(folder, KEY_BOX, why)) /* ids tell milliseconds */
			assert_true(strstr(why, "clock") != NULL &&
				    clock_system().us < deadline.us);
		assert_true(rotation_activate(folder, KEY_BOX, why));
	}
	assert_false(rotation_add(folder, KEY_BOX, why));
	assert_non_null(strstr(why, "prune"));
}

static void
tells_processes_apart(void **state)
{
	char first[FINGERPRINT_MAX];
	char second[FINGERPRINT_MAX];
	char third[FINGERPRINT_MAX];
	struct keyring *keys = load();

	(void)state;
	(void)rotation_fingerprint(first, keys);
	assert_int_equal(strlen(first), FINGERPRINT_MAX - 1);
	assert_string_equal(rotation_fingerprint(second, keys), first);
	keyring_free(keys);
	assert_true(rotation_add(folder, KEY_TOKEN, why));
	keys = load();
	assert_string_not_equal(rotation_fingerprint(second, keys), first);
	keyring_free(keys);
	assert_true(rotation_activate(folder, KEY_TOKEN, why));
	keys = load();
	assert_string_not_equal(rotation_fingerprint(third, keys), second);
	keyring_free(keys);
}

static void
tells_when_keys_were_made(void **state)
{
	char id[KEY_ID_MAX];
	struct instant now = clock_system();

	(void)state;
	keyring_new_id(id);
	assert_in_range(rotation_birth(id).us, now.us - SECOND_US, now.us + SECOND_US);
	assert_int_equal(rotation_birth("t1767225600123-9f3c").us, INT64_C(1767225600123000));
	assert_int_equal(rotation_birth("a").us, 0);
	assert_int_equal(rotation_birth("t").us, 0);
	assert_int_equal(rotation_birth("t-1").us, 0);
	assert_int_equal(rotation_birth("tt-1").us, 0);
	assert_int_equal(rotation_birth("0123456789abcdef").us, 0);
	assert_int_equal(rotation_birth("t99999999999999999999-0").us, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(goes_through_all_steps, setup, teardown),
		cmocka_unit_test_setup_teardown(keeps_mode_and_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(refuses_what_would_lose_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(tells_processes_apart, setup, teardown),
		cmocka_unit_test(tells_when_keys_were_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
