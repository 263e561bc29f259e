#include <config.h>

#include "bin/local_gauges.h"

#include <string.h>
#include <sys/statvfs.h>

#include "app/operation/readiness.h"
#include "bin/exposition.h"
#include "crypto/rotation.h"
#include "net/certificate.h"

enum { FOLDER_MAX = 256, FOLDERS_MAX = 16 };

static const struct labels no_labels = {{{NULL, NULL}}};

static void
write_one(FILE *out, const char *name, const char *help, int64_t value)
{
	exposition_head(out, name, "gauge", help);
	exposition_integer(out, name, "", &no_labels, value);
}

static void
write_program(FILE *out)
{
	static const char name[] = "cowry_build_info";

	exposition_head(out, name, "gauge", "The version of Cowry.");
	exposition_integer(out, name, "", &(struct labels){{{"version", PACKAGE_VERSION}}}, 1);
	write_one(out, "cowry_schema_wanted", "The last migration that this version needs.",
		  schema_wanted());
}

static void
write_keys(FILE *out, const struct keyring *keys)
{
	static const char name[] = "cowry_key_created_timestamp_seconds";
	static const struct {
		enum key_use use;
		const char *word;
	} uses[] = {{KEY_TOKEN, "token"}, {KEY_BOX, "box"}};

	exposition_head(out, name, "gauge", "When the active key was created.");
	for (size_t i = 0; i < COUNT(uses); i++) {
		struct instant birth = rotation_birth(keyring_id(keys, uses[i].use, 0));

		if (birth.us != 0)
			exposition_integer(out, name, "", &(struct labels){{{"use", uses[i].word}}},
					   birth.us / SECOND_US);
	}
}

static void
write_certificate(FILE *out, const char *path)
{
	static const char name[] = "cowry_certificate_end_timestamp_seconds";
	struct instant end;
	bool read;

	if (path[0] == '\0')
		return;
	read = certificate_file_end(path, &end);
	write_one(out, "cowry_certificate_readable",
		  "Whether COWRY_CERTIFICATE_FILE is a certificate that can be read.", read);
	exposition_head(out, name, "gauge", "When the web server's certificate ends.");
	if (read)
		exposition_integer(out, name, "", &no_labels, end.us / SECOND_US);
}

struct space {
	char folder[FOLDER_MAX];
	int64_t size;
	int64_t left; /* for users other than root */
};

/* The listed folders that exist. */
static size_t
measure(const char *folders, struct space spaces[FOLDERS_MAX])
{
	size_t n = 0;

	while (n < FOLDERS_MAX && *(folders += strspn(folders, " ")) != '\0') {
		size_t length = strcspn(folders, " ");
		struct space *space = &spaces[n];
		struct statvfs about;

		if (length < FOLDER_MAX) {
			memcpy(space->folder, folders, length);
			space->folder[length] = '\0';
			if (statvfs(space->folder, &about) == 0) {
				space->size = (int64_t)(about.f_blocks * about.f_frsize);
				space->left = (int64_t)(about.f_bavail * about.f_frsize);
				n++;
			}
		}
		folders += length;
	}
	return n;
}

static void
write_space(FILE *out, const char *folders)
{
	static const char size[] = "cowry_folder_size_bytes";
	static const char left[] = "cowry_folder_free_bytes";
	struct space spaces[FOLDERS_MAX];
	size_t n = measure(folders, spaces);

	exposition_head(out, size, "gauge", "Size of the file system of a folder.");
	for (size_t i = 0; i < n; i++)
		exposition_integer(out, size, "", &(struct labels){{{"folder", spaces[i].folder}}},
				   spaces[i].size);
	exposition_head(out, left, "gauge", "Space that is left on it.");
	for (size_t i = 0; i < n; i++)
		exposition_integer(out, left, "", &(struct labels){{{"folder", spaces[i].folder}}},
				   spaces[i].left);
}

void
local_gauges_write(FILE *out, const struct config *config, const struct keyring *keys)
{
	write_program(out);
	write_keys(out, keys);
	write_certificate(out, config->certificate_file);
	write_space(out, config->watched_folders);
}
