/*
 * env_file.h - the file of settings, in the format of systemd's EnvironmentFile=.
 *
 * What systemd documents (systemd.exec(5)) is read as systemd reads it: comments, quotation marks,
 * backslashes, continued lines. What it would drop or read otherwise than it looks is refused: a line
 * that is no assignment, a name that can't be a variable's, text behind a closing quotation mark, a
 * comment that ends with a backslash. Messages give the number of the line, and never a value.
 */
#ifndef BASE_ENV_FILE_H
#define BASE_ENV_FILE_H

#include <stdbool.h>

#include "base/attributes.h"
#include "base/text.h"

struct arena;

struct env_assignment {
	const char *name;
	const char *value;
	unsigned line;
	struct env_assignment *next;
};

/* Assignments in the order of the file. */
struct env_file {
	struct env_assignment *first;
};

enum env_file_state {
	ENV_FILE_READ,
	ENV_FILE_ABSENT, /* there is no such file */
	ENV_FILE_DENIED, /* this user may not read it */
	ENV_FILE_WRONG,  /* it is malformed, or could not be read */
};

/* Parse the text of a file. False with a one-line message in problem if it is malformed. Everything is
 * allocated in the arena. */
bool env_file_parse(struct arena *arena, struct bytes text, struct env_file *out,
		    char problem[256]) MUST_CHECK;
/* Read and parse a file. A message, which begins with the path, is left in problem unless the file was
 * read. */
enum env_file_state env_file_read(struct arena *arena, const char *path, struct env_file *out,
				  char problem[256]) MUST_CHECK;
/* The value of a variable: that of its last assignment, or NULL. */
const char *env_file_value(const struct env_file *file, const char *name);

#endif
