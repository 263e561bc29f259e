#include "crypto/rotation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crypto/hmac.h"
#include "crypto/random.h"

enum {
	PROBLEM_MAX = 256,
	FOLDER_NAME_MAX = 1024,
	HEX_SIZE = 2 * KEY_SIZE,
	LINE_MAX_BYTES = KEY_ID_MAX + 1 + HEX_SIZE + 1,
	TEXT_MAX = KEYS_MAX * LINE_MAX_BYTES + 1,
};

static bool
failed(char problem[PROBLEM_MAX], const char *what)
{
	(void)snprintf(problem, PROBLEM_MAX, "%.180s", what);
	return false;
}

static bool
failed_at(char problem[PROBLEM_MAX], const char *what, const char *name)
{
	(void)snprintf(problem, PROBLEM_MAX, "%.100s %.60s: %s", what, name,
		       strerrordesc_np(errno));
	return false;
}

const char *
rotation_fingerprint(char out[FINGERPRINT_MAX], const struct keyring *keys)
{
	char text[2 * KEYS_MAX * KEY_ID_MAX + 2];
	unsigned char digest[SHA256_SIZE];
	size_t length = 0;
	const char *id;

	for (int use = KEY_TOKEN; use <= KEY_BOX; use++)
		for (size_t i = 0; (id = keyring_id(keys, (enum key_use)use, i)) != NULL; i++)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s",
						   i > 0 ? " " : "\n", id);
	sha256(text, length, digest);
	(void)snprintf(out, FINGERPRINT_MAX, "%02x%02x%02x%02x", digest[0], digest[1], digest[2],
		       digest[3]);
	return out;
}

struct instant
rotation_birth(const char *key_id)
{
	char digits[KEY_ID_MAX];
	int64_t ms;
	size_t length = strspn(key_id, "t0123456789");

	if (key_id[0] != 't' || key_id[length] != '-')
		return (struct instant){0};
	memcpy(digits, key_id + 1, length - 1);
	digits[length - 1] = '\0';
	if (!integer_parse(&ms, digits) || ms > INT64_C(253402300799000)) /* the year 9999 */
		return (struct instant){0};
	return (struct instant){ms * 1000};
}

const char *
rotation_waiting(const struct keyring *keys, enum key_use use)
{
	const char *newest = keyring_id(keys, use, 0);
	const char *active = newest;
	const char *id;

	for (size_t i = 1; (id = keyring_id(keys, use, i)) != NULL; i++)
		if (rotation_birth(id).us > rotation_birth(newest).us)
			newest = id;
	return newest != active ? newest : NULL;
}

static void
add_line(char text[TEXT_MAX], const char *id, struct bytes secret)
{
	size_t at = strlen(text);

	at += (size_t)snprintf(text + at, TEXT_MAX - at, "%s ", id);
	for (size_t i = 0; i < secret.length; i++)
		at += (size_t)snprintf(text + at, TEXT_MAX - at, "%02x",
				       ((const unsigned char *)secret.data)[i]);
	(void)snprintf(text + at, TEXT_MAX - at, "\n");
}

/* The lines of a key file, with the one of an id first and without another; NULL: unused. */
static void
write_lines(char text[TEXT_MAX], const struct keyring *keys, enum key_use use, const char *first,
	    const char *without)
{
	const char *id;

	text[0] = '\0';
	if (first != NULL)
		add_line(text, first, keyring_find(keys, use, first));
	for (size_t i = 0; (id = keyring_id(keys, use, i)) != NULL; i++)
		if ((first == NULL || strcmp(id, first) != 0) &&
		    (without == NULL || strcmp(id, without) != 0))
			add_line(text, id, keyring_find(keys, use, id));
}

/* Write a file that replaces the old one, with its owner and mode. */
static bool
fill(int fd, const char *text, const struct stat *old)
{
	size_t length = strlen(text);

	return (fchown(fd, old->st_uid, old->st_gid) == 0 ||
		(old->st_uid == geteuid() && old->st_gid == getegid())) &&
	       fchmod(fd, old->st_mode & (S_IRUSR | S_IWUSR | S_IRGRP)) == 0 &&
	       write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
}

/* Readers see the old file or the new one, also after a crash. */
static bool
replace(int dir, const char *name, const char *text, char problem[PROBLEM_MAX])
{
	char fresh[64];
	struct stat old;
	bool filled;
	int fd;

	(void)snprintf(fresh, sizeof(fresh), ".%s.new", name);
	if (fstatat(dir, name, &old, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(old.st_mode))
		return failed_at(problem, "not a regular file", name);
	(void)unlinkat(dir, fresh, 0); /* of an interrupted run; we hold the lock */
	fd = openat(dir, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR);
	if (fd < 0)
		return failed_at(problem, "can't create", fresh);
	filled = fill(fd, text, &old);
	filled = close(fd) == 0 && filled;
	if (!filled || renameat(dir, fresh, dir, name) != 0) {
		(void)failed_at(problem, "can't write", name);
		(void)unlinkat(dir, fresh, 0);
		return false;
	}
	return fsync(dir) == 0 || failed_at(problem, "can't sync the folder of", name);
}

/* A change of the lines of one file: false with problem if it fails. */
typedef bool change(const struct keyring *keys, enum key_use use, const char *id,
		    char text[TEXT_MAX], char problem[PROBLEM_MAX]);

/* One change at a time, on the current content of the file. */
static bool
change_file(const char *dir_name, enum key_use use, change *make, const char *id,
	    char problem[PROBLEM_MAX])
{
	int dir = open(dir_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct keyring *keys = NULL;
	char text[TEXT_MAX];
	bool done = false;

	if (dir < 0)
		return failed_at(problem, "can't open", dir_name);
	if (flock(dir, LOCK_EX) != 0)
		(void)failed_at(problem, "can't lock", dir_name);
	else
		keys = keyring_load(dir_name, problem);
	if (keys != NULL)
		done = make(keys, use, id, text, problem) &&
		       replace(dir, keyring_file(use), text, problem);
	secret_wipe(text, sizeof(text));
	keyring_free(keys);
	(void)close(dir);
	return done;
}

static bool
add(const struct keyring *keys, enum key_use use, const char *id, char text[TEXT_MAX],
    char problem[PROBLEM_MAX])
{
	unsigned char secret[KEY_SIZE];
	char fresh[KEY_ID_MAX];

	(void)id;
	if (rotation_waiting(keys, use) != NULL)
		return failed(problem, "a key is already waiting to become active");
	if (keyring_id(keys, use, KEYS_MAX - 1) != NULL)
		return failed(problem, "the maximum number of keys is reached; prune first");
	keyring_new_id(fresh);
	if (keyring_find(keys, use, fresh).length > 0 ||
	    rotation_birth(fresh).us <= rotation_birth(keyring_id(keys, use, 0)).us)
		return failed(problem,
			      "the clock is not later than the creation of the active key");
	write_lines(text, keys, use, NULL, NULL);
	random_bytes(secret, sizeof(secret));
	add_line(text, fresh, (struct bytes){secret, sizeof(secret)});
	secret_wipe(secret, sizeof(secret));
	return true;
}

static bool
activate(const struct keyring *keys, enum key_use use, const char *id, char text[TEXT_MAX],
	 char problem[PROBLEM_MAX])
{
	const char *waiting = rotation_waiting(keys, use);

	(void)id;
	if (waiting == NULL)
		return failed(problem, "no key is waiting to become active");
	write_lines(text, keys, use, waiting, NULL);
	return true;
}

static bool
drop(const struct keyring *keys, enum key_use use, const char *id, char text[TEXT_MAX],
     char problem[PROBLEM_MAX])
{
	const char *waiting = rotation_waiting(keys, use);

	if (keyring_find(keys, use, id).length == 0)
		return failed(problem, "there is no such key");
	if (strcmp(id, keyring_id(keys, use, 0)) == 0 ||
	    (waiting != NULL && strcmp(id, waiting) == 0))
		return failed(problem, "an active or waiting key can't be dropped");
	write_lines(text, keys, use, NULL, id);
	return true;
}

bool
rotation_add(const char *dir, enum key_use use, char problem[256])
{
	return change_file(dir, use, add, NULL, problem);
}

bool
rotation_activate(const char *dir, enum key_use use, char problem[256])
{
	return change_file(dir, use, activate, NULL, problem);
}

bool
rotation_drop(const char *dir, enum key_use use, const char *key_id, char problem[256])
{
	return change_file(dir, use, drop, key_id, problem);
}

struct instant
rotation_changed(const char *dir, enum key_use use)
{
	char path[FOLDER_NAME_MAX];
	struct stat about;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, keyring_file(use));
	if (stat(path, &about) != 0)
		return (struct instant){0};
	return (struct instant){about.st_mtim.tv_sec * SECOND_US};
}
