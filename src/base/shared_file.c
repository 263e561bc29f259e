#include "base/shared_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

/* Locked, shared, by all that use the file; and for the moment in which its use begins. */
enum { USE_BYTE = SHARED_FILE_PARTS, BEGIN_BYTE };
enum { OPEN_ATTEMPTS = 10, BEGIN_WAIT_MS = 1000 };

static bool
set_lock(int fd, short type, int64_t byte)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_SETLK, &lock) == 0;
}

bool
shared_file_lock(int fd, short type, int64_t byte)
{
	return set_lock(fd, type, byte);
}

bool
shared_file_is_locked(int fd, int64_t byte)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};

	return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

int64_t
shared_file_take_part(int fd)
{
	int64_t part = 0;

	while (part < SHARED_FILE_PARTS && !set_lock(fd, F_WRLCK, part))
		part++;
	return part;
}

bool
shared_file_allocate(int fd, const char *path, int64_t offset, int64_t bytes,
		     char problem[SHARED_FILE_PROBLEM_MAX])
{
	int error = posix_fallocate(fd, offset, bytes);

	if (error != 0)
		(void)snprintf(problem, SHARED_FILE_PROBLEM_MAX, "%.200s: %s", path,
			       strerrordesc_np(error));
	return error == 0;
}

/* Held by others for no longer than it takes to write a few bytes. */
static bool
lock_begin(int fd)
{
	static const struct timespec pause = {0, 1000000};
	int64_t deadline_ns = clock_monotonic_ns() + BEGIN_WAIT_MS * INT64_C(1000000);

	while (!set_lock(fd, F_WRLCK, BEGIN_BYTE)) {
		if (clock_monotonic_ns() > deadline_ns)
			return false;
		(void)nanosleep(&pause, NULL);
	}
	return true;
}

/* In use from here on: nobody else removes it. */
static bool
use(int fd, shared_file_begin *begin)
{
	struct stat about;
	bool used;

	if (begin != NULL && !lock_begin(fd))
		return false;
	used = set_lock(fd, F_RDLCK, USE_BYTE) && fstat(fd, &about) == 0 && about.st_nlink > 0;
	if (used && begin != NULL && set_lock(fd, F_WRLCK, USE_BYTE))
		used = begin(fd) && set_lock(fd, F_RDLCK, USE_BYTE);
	if (begin != NULL)
		(void)set_lock(fd, F_UNLCK, BEGIN_BYTE);
	return used;
}

static int
open_in_use(const struct shared_file *file)
{
	for (int i = 0; i < OPEN_ATTEMPTS; i++) {
		int fd = open(file->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, file->mode);

		if (fd < 0)
			return -1;
		if (use(fd, file->begin))
			return fd;
		(void)close(fd); /* another process has just removed it */
	}
	errno = EBUSY;
	return -1;
}

/* Remove the files of other layouts that no process uses. */
static void
sweep(const char *path, const char *prefix)
{
	const char *own = strrchr(path, '/') + 1;
	char folder[PATH_MAX];
	struct dirent *entry;
	DIR *dir;

	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(own - path), path);
	dir = opendir(folder);
	while (dir != NULL && (entry = readdir(dir)) != NULL) { /* NOLINT(concurrency-mt-unsafe) */
		int fd;

		if (strncmp(entry->d_name, prefix, strlen(prefix)) != 0 ||
		    strcmp(entry->d_name, own) == 0)
			continue;
		fd = openat(dirfd(dir), entry->d_name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			continue;
		if (set_lock(fd, F_WRLCK, USE_BYTE))
			(void)unlinkat(dirfd(dir), entry->d_name, 0);
		(void)close(fd);
	}
	if (dir != NULL)
		(void)closedir(dir);
}

int
shared_file_open(const struct shared_file *file, char problem[SHARED_FILE_PROBLEM_MAX])
{
	int fd;

	sweep(file->path, file->prefix);
	fd = open_in_use(file);
	if (fd < 0)
		(void)snprintf(problem, SHARED_FILE_PROBLEM_MAX, "%.200s: %s", file->path,
			       strerrordesc_np(errno));
	return fd;
}
