/* folder.h - a temporary folder for a test, and files in it. */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MAX = 64, FOLDER_PATH_MAX = 512 };

static inline bool
folder_make(char folder[FOLDER_MAX])
{
	(void)snprintf(folder, FOLDER_MAX, "/tmp/cowry-test-XXXXXX");
	return mkdtemp(folder) != NULL;
}

static inline const char *
folder_path(char path[FOLDER_PATH_MAX], const char *folder, const char *name)
{
	(void)snprintf(path, FOLDER_PATH_MAX, "%s/%s", folder, name);
	return path;
}

static inline bool
folder_write(const char *folder, const char *name, const char *text, mode_t mode)
{
	char path[FOLDER_PATH_MAX];
	size_t length = strlen(text);
	int fd;
	bool written;

	(void)unlink(folder_path(path, folder, name));
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	written = write(fd, text, length) == (ssize_t)length && fchmod(fd, mode) == 0;
	return close(fd) == 0 && written;
}

/* The folder and the files in it; there are no folders in it. */
static inline void
folder_remove(const char *folder)
{
	char path[FOLDER_PATH_MAX];
	DIR *dir = opendir(folder);
	const struct dirent *entry;

	while (dir != NULL && (entry = readdir(dir)) != NULL)
		(void)unlink(folder_path(path, folder, entry->d_name));
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(folder);
}

#endif
