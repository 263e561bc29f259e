#include <config.h>

#include "crypto/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "crypto/hmac.h"
#include "crypto/random.h"

enum {
	PROBLEM_MAX = 256,
	PATH_MAX_BYTES = 1024,
	REQUIRED = 2, /* uses whose file must be there */
	USES = 3,
	FILE_MAX = 2048,
	HEX_SIZE = 2 * KEY_SIZE,
};

struct key {
	char id[KEY_ID_MAX];
	unsigned char secret[KEY_SIZE];
};

struct keyring {
	struct key keys[USES][KEYS_MAX]; /* the first of each use is the active one */
	size_t count[USES];
	unsigned char pepper[KEY_SIZE];
	struct hmac_key *pepper_hmac; /* the same, prepared */
};

static const char *const file_names[USES] = {
	[KEY_TOKEN] = "jwt.keys", [KEY_BOX] = "box.keys", [KEY_SEAL] = "seal.keys"};
static const char pepper_name[] = "pepper.key";

static bool
file_path(char path[PATH_MAX_BYTES], const char *dir, const char *name, char problem[PROBLEM_MAX])
{
	int length = snprintf(path, PATH_MAX_BYTES, "%s/%s", dir, name);

	if (length >= 0 && length < PATH_MAX_BYTES)
		return true;
	(void)snprintf(problem, PROBLEM_MAX, "the folder's name is too long");
	return false;
}

/* A regular file of a reasonable size that only owner and group can read. */
static bool
check_file(int fd, const char *path, char problem[PROBLEM_MAX])
{
	struct stat about;
	const char *wrong = NULL;

	if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode))
		wrong = "is not a regular file";
	else if ((about.st_mode & (S_IRWXO | S_IWGRP | S_IXGRP)) != 0)
		wrong = "is accessible to others; its mode must be 0600 or 0640";
	else if (about.st_size >= FILE_MAX)
		wrong = "is too large";
	if (wrong != NULL)
		(void)snprintf(problem, PROBLEM_MAX, "%.160s %s", path, wrong);
	return wrong == NULL;
}

static bool
read_all(int fd, char text[FILE_MAX])
{
	size_t length = 0;
	ssize_t n;

	do {
		n = read(fd, text + length, FILE_MAX - 1 - length);
		if (n > 0)
			length += (size_t)n;
	} while (n > 0 && length < FILE_MAX - 1);
	text[length] = '\0';
	return n == 0 && strlen(text) == length;
}

static bool
read_file(const char *dir, const char *name, char text[FILE_MAX], char problem[PROBLEM_MAX])
{
	char path[PATH_MAX_BYTES];
	bool taken;
	int fd;

	if (!file_path(path, dir, name, problem))
		return false;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		(void)snprintf(problem, PROBLEM_MAX, "%.160s can't be opened: %s", path,
			       strerrordesc_np(errno));
		return false;
	}
	taken = check_file(fd, path, problem);
	if (taken && !read_all(fd, text)) {
		(void)snprintf(problem, PROBLEM_MAX, "%.160s can't be read", path);
		taken = false;
	}
	(void)close(fd);
	return taken;
}

/* 64 digits at the end of the line. */
static bool
parse_secret(unsigned char secret[KEY_SIZE], const char *text, size_t length)
{
	char digits[HEX_SIZE + 1];
	bool taken;

	if (length != HEX_SIZE)
		return false;
	memcpy(digits, text, HEX_SIZE);
	digits[HEX_SIZE] = '\0';
	taken = hex_decode(secret, KEY_SIZE, digits);
	secret_wipe(digits, sizeof(digits));
	return taken;
}

/* A key id is used in token headers and sealed values: plain letters and digits. */
static bool
parse_key(struct key *key, const char *line, size_t length)
{
	static const char allowed[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
	size_t id_length = strspn(line, allowed);

	if (id_length == 0 || id_length >= KEY_ID_MAX || id_length >= length ||
	    line[id_length] != ' ')
		return false;
	memcpy(key->id, line, id_length);
	key->id[id_length] = '\0';
	return parse_secret(key->secret, line + id_length + 1, length - id_length - 1);
}

/* The next line that is not empty, and its length; NULL after the last one. */
static const char *
next_line(const char **text, size_t *length)
{
	const char *line = *text + strspn(*text, "\n");

	*length = strcspn(line, "\n");
	*text = line + *length;
	return *length > 0 ? line : NULL;
}

static bool
parse_keys(struct keyring *keys, enum key_use use, const char *text)
{
	const char *line;
	size_t length;

	while ((line = next_line(&text, &length)) != NULL) {
		struct key *key = &keys->keys[use][keys->count[use]];

		if (keys->count[use] == KEYS_MAX || !parse_key(key, line, length) ||
		    keyring_find(keys, use, key->id).length > 0)
			return false;
		keys->count[use]++;
	}
	return keys->count[use] > 0 || (int)use >= REQUIRED;
}

static bool
parse_pepper(struct keyring *keys, const char *text)
{
	size_t length;
	const char *line = next_line(&text, &length);
	size_t rest;

	return line != NULL && parse_secret(keys->pepper, line, length) &&
	       next_line(&text, &rest) == NULL;
}

static bool
load_file(struct keyring *keys, const char *dir, int number, char problem[PROBLEM_MAX])
{
	const char *name = number < USES ? file_names[number] : pepper_name;
	char text[FILE_MAX];
	bool taken = read_file(dir, name, text, problem);

	if (taken && !(number < USES ? parse_keys(keys, (enum key_use)number, text)
				     : parse_pepper(keys, text))) {
		(void)snprintf(problem, PROBLEM_MAX, "%.160s/%s is malformed", dir, name);
		taken = false;
	}
	secret_wipe(text, sizeof(text));
	return taken;
}

static bool
load(struct keyring *keys, const char *dir, char problem[PROBLEM_MAX])
{
	for (int i = 0; i <= USES; i++)
		if ((i < REQUIRED || i == USES || keyring_has_file(dir, file_names[i])) &&
		    !load_file(keys, dir, i, problem))
			return false;
	return true;
}

struct keyring *
keyring_load(const char *dir, char problem[256])
{
	struct keyring *keys = calloc(1, sizeof(*keys));

	if (keys == NULL) {
		(void)snprintf(problem, PROBLEM_MAX, "out of memory");
		return NULL;
	}
	if (load(keys, dir, problem)) {
		keys->pepper_hmac = hmac_key_new((struct bytes){keys->pepper, KEY_SIZE});
		return keys;
	}
	keyring_free(keys);
	return NULL;
}

void
keyring_free(struct keyring *keys)
{
	if (keys == NULL)
		return;
	hmac_key_free(keys->pepper_hmac);
	secret_wipe(keys, sizeof(*keys));
	free(keys);
}

static void
put_hex(char *out, const unsigned char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

void
keyring_new_id(char id[KEY_ID_MAX])
{
	unsigned char tail[2];

	random_bytes(tail, sizeof(tail));
	(void)snprintf(id, KEY_ID_MAX, "t%lld-%02x%02x", (long long)(clock_system().us / 1000),
		       tail[0], tail[1]);
}

/* A line with a new key, preceded by an id if the file has ids. */
static void
new_line(char line[FILE_MAX], bool with_id)
{
	unsigned char secret[KEY_SIZE];
	size_t at = 0;

	if (with_id) {
		keyring_new_id(line);
		at = strlen(line);
		line[at++] = ' ';
	}
	random_bytes(secret, sizeof(secret));
	put_hex(line + at, secret, sizeof(secret));
	line[at + HEX_SIZE] = '\n';
	line[at + HEX_SIZE + 1] = '\0';
	secret_wipe(secret, sizeof(secret));
}

/* Write and sync a file that must not exist yet. */
static bool
write_new(const char *path, const char *text)
{
	size_t length = strlen(text);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
	bool written;

	if (fd < 0)
		return false;
	written = write(fd, text, length) == (ssize_t)length && fsync(fd) == 0;
	return close(fd) == 0 && written;
}

/* Under another name first: a crash leaves no partial key, and linking replaces nothing. */
static bool
create_file(const char *dir, const char *name, bool with_id, char problem[PROBLEM_MAX])
{
	char path[PATH_MAX_BYTES];
	char fresh[PATH_MAX_BYTES];
	char text[FILE_MAX];
	char name_fresh[64];
	bool made;

	(void)snprintf(name_fresh, sizeof(name_fresh), ".%s.%ld", name, (long)getpid());
	if (!file_path(path, dir, name, problem) || !file_path(fresh, dir, name_fresh, problem))
		return false;
	if (access(path, F_OK) == 0)
		return true;
	(void)unlink(fresh);
	new_line(text, with_id);
	made = write_new(fresh, text) && (link(fresh, path) == 0 || errno == EEXIST);
	if (!made)
		(void)snprintf(problem, PROBLEM_MAX, "%.160s can't be created: %s", path,
			       strerrordesc_np(errno));
	secret_wipe(text, sizeof(text));
	(void)unlink(fresh);
	return made;
}

bool
keyring_create(const char *dir, char problem[256])
{
	if (mkdir(dir, S_IRWXU) != 0 && errno != EEXIST) {
		(void)snprintf(problem, PROBLEM_MAX, "%.160s can't be created: %s", dir,
			       strerrordesc_np(errno));
		return false;
	}
	for (int i = 0; i < USES; i++)
		if (!create_file(dir, file_names[i], true, problem))
			return false;
	return create_file(dir, pepper_name, false, problem);
}

struct bytes
keyring_active(const struct keyring *keys, enum key_use use, const char **id)
{
	const struct key *key = &keys->keys[use][0];

	if (id != NULL)
		*id = key->id;
	return (struct bytes){key->secret, KEY_SIZE};
}

struct bytes
keyring_find(const struct keyring *keys, enum key_use use, const char *id)
{
	for (size_t i = 0; i < keys->count[use]; i++)
		if (text_equal(keys->keys[use][i].id, id))
			return (struct bytes){keys->keys[use][i].secret, KEY_SIZE};
	return (struct bytes){NULL, 0};
}

const char *
keyring_id(const struct keyring *keys, enum key_use use, size_t i)
{
	return i < keys->count[use] ? keys->keys[use][i].id : NULL;
}

const char *
keyring_file(enum key_use use)
{
	return file_names[use];
}

void
keyring_digest(const struct keyring *keys, const void *data, size_t length,
	       unsigned char out[KEYED_DIGEST_SIZE])
{
	hmac_key_digest(keys->pepper_hmac, data, length, out);
}

const char *
keyring_file_name(size_t number)
{
	if (number < REQUIRED)
		return file_names[number];
	return number == REQUIRED ? pepper_name : NULL;
}

bool
keyring_has_file(const char *dir, const char *name)
{
	char problem[PROBLEM_MAX];
	char path[PATH_MAX_BYTES];

	return file_path(path, dir, name, problem) && access(path, F_OK) == 0;
}

bool
keyring_print(const struct keyring *keys, size_t number, struct key_print *out)
{
	static const char label[] = "cowry key fingerprint";
	struct bytes secret = {keys->pepper, KEY_SIZE};

	*out = (struct key_print){.file = pepper_name, .id = "", .active = true};
	for (size_t use = 0; use < REQUIRED; number -= keys->count[use++]) {
		if (number >= keys->count[use])
			continue;
		out->file = file_names[use];
		out->id = keys->keys[use][number].id;
		out->active = number == 0;
		secret.data = keys->keys[use][number].secret;
		number = 0;
		break;
	}
	if (number > 0)
		return false;
	hmac_sha256(secret, label, sizeof(label) - 1, out->digest);
	return true;
}
