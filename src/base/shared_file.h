/*
 * shared_file.h - files that the processes of a machine map together.
 *
 * A file has one layout, which is part of its name: a program with another layout uses another file, and
 * removes those that nobody uses. Each process that uses a file holds a lock on it as long as it lives,
 * however it ends, and may hold locks on single bytes to own a part of the file.
 */
#ifndef BASE_SHARED_FILE_H
#define BASE_SHARED_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

/* Parts that processes own are numbered below this. */
enum { SHARED_FILE_PARTS = 64, SHARED_FILE_PROBLEM_MAX = 256 };

/* Called for the only process that uses the file, while others wait. False if it can't be used. */
typedef bool shared_file_begin(int fd);

/* Which file. */
struct shared_file {
	const char *path;
	const char *prefix;       /* of its name and of those of other layouts */
	unsigned mode;            /* permissions of a new one */
	shared_file_begin *begin; /* NULL: what was left behind is continued */
};

/*
 * Open the file, in use as long as the descriptor is open, and remove others in its folder whose names
 * begin with the prefix and that nobody uses. -1, with the reason in problem, if it can't be opened.
 */
int shared_file_open(const struct shared_file *file,
		     char problem[SHARED_FILE_PROBLEM_MAX]) MUST_CHECK;

/* Lock a byte of the file as long as the descriptor is open. False if another process holds it. */
bool shared_file_lock(int fd, short type, int64_t byte);
/* Whether another process holds a lock on the byte. */
bool shared_file_is_locked(int fd, int64_t byte);
/* Own the first part that nobody owns; SHARED_FILE_PARTS if there is none. */
int64_t shared_file_take_part(int fd);
/* Allocate space. A write to a mapped page for which there is none would end the process. */
bool shared_file_allocate(int fd, const char *path, int64_t offset, int64_t bytes,
			  char problem[SHARED_FILE_PROBLEM_MAX]) MUST_CHECK;

#endif
