#include <config.h>

#include "base/env_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"

enum { FILE_MAX = 256 * 1024 };

static const char spaces[] = " \t";
static const char line_ends[] = "\r\n";
static const char name_first[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
static const char name_next[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

struct reader {
	struct arena *arena;
	const char *at;
	unsigned line;
	char *value; /* of the assignment that is read; as long as the rest of the text */
	size_t length;
	char *problem;
};

static bool
malformed(struct reader *r, unsigned line, const char *why)
{
	(void)snprintf(r->problem, 256, "line %u: %s", line, why);
	return false;
}

static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static char
take(struct reader *r)
{
	char c = *r->at++;

	r->line += c == '\n';
	return c;
}

static void
skip(struct reader *r, const char *set)
{
	while (is_one_of(*r->at, set))
		(void)take(r);
}

static void
put(struct reader *r, char c)
{
	r->value[r->length++] = c;
}

static bool
read_comment(struct reader *r)
{
	size_t length = strcspn(r->at, line_ends);

	/* Some versions of systemd take the next line as part of the comment, others don't. */
	if (r->at[length - 1] == '\\')
		return malformed(r, r->line, "a comment must not end with a backslash");
	r->at += length;
	return true;
}

/* Verbatim, over any number of lines. */
static bool
read_single_quoted(struct reader *r)
{
	unsigned line = r->line;

	(void)take(r);
	while (*r->at != '\'' && *r->at != '\0')
		put(r, take(r));
	return *r->at != '\0' ? take(r) == '\'' : malformed(r, line, "the closing ' is missing");
}

/* A backslash is one, except before what it escapes in a shell's double quotes. */
static bool
read_double_quoted(struct reader *r)
{
	unsigned line = r->line;

	(void)take(r);
	while (*r->at != '"' && *r->at != '\0') {
		char c = take(r);

		if (c == '\\' && is_one_of(*r->at, "\"\\`$"))
			put(r, take(r));
		else if (c == '\\' && *r->at == '\n')
			(void)take(r);
		else
			put(r, c);
	}
	return *r->at != '\0' ? take(r) == '"' : malformed(r, line, "the closing \" is missing");
}

/* A backslash keeps the character behind it, and continues a line; blanks at the end are dropped. */
static void
read_unquoted(struct reader *r)
{
	size_t end = r->length; /* without the blanks at the end */

	while (*r->at != '\0' && !is_one_of(*r->at, line_ends)) {
		char c = take(r);

		if (c != '\\') {
			put(r, c);
			end = is_one_of(c, spaces) ? end : r->length;
			continue;
		}
		c = *r->at != '\0' ? take(r) : '\n';
		if (!is_one_of(c, line_ends))
			put(r, c);
		end = r->length;
	}
	r->length = end;
}

static bool
read_value(struct reader *r)
{
	unsigned line = r->line;

	r->length = 0;
	skip(r, spaces);
	if (*r->at != '\'' && *r->at != '"') {
		read_unquoted(r);
		return true;
	}
	if (!(*r->at == '"' ? read_double_quoted(r) : read_single_quoted(r)))
		return false;
	skip(r, spaces);
	if (*r->at != '\0' && !is_one_of(*r->at, line_ends))
		return malformed(r, line, "there is text behind the closing quotation mark");
	return true;
}

static bool
read_assignment(struct reader *r, struct env_assignment *assignment)
{
	size_t length = is_one_of(*r->at, name_first) ? strspn(r->at, name_next) : 0;

	assignment->line = r->line;
	assignment->name = arena_strndup(r->arena, r->at, length);
	r->at += length;
	skip(r, spaces);
	if (length == 0 || *r->at != '=')
		return malformed(r, r->line, "expected NAME=value");
	r->at++;
	if (!read_value(r))
		return false;
	assignment->value = arena_strndup(r->arena, r->value, r->length);
	return true;
}

static bool
read_lines(struct reader *r, struct env_file *out)
{
	struct env_assignment **last = &out->first;

	for (skip(r, " \t\r\n"); *r->at != '\0'; skip(r, " \t\r\n")) {
		if (*r->at == '#' || *r->at == ';') {
			if (!read_comment(r))
				return false;
			continue;
		}
		*last = arena_alloc(r->arena, sizeof **last);
		if (!read_assignment(r, *last))
			return false;
		last = &(*last)->next;
	}
	return true;
}

bool
env_file_parse(struct arena *arena, struct bytes text, struct env_file *out, char problem[256])
{
	struct reader reader = {.arena = arena, .line = 1, .problem = problem};

	*out = (struct env_file){0};
	if (!utf8_valid(text.data, text.length) || memchr(text.data, '\0', text.length) != NULL) {
		(void)snprintf(problem, 256, "is not UTF-8 text");
		return false;
	}
	reader.at = arena_strndup(arena, text.data, text.length);
	reader.value = arena_alloc(arena, text.length + 1);
	return read_lines(&reader, out);
}

static bool
read_whole(struct arena *arena, FILE *file, struct bytes *text)
{
	char *data = arena_alloc(arena, FILE_MAX + 1);

	*text = (struct bytes){data, fread(data, 1, FILE_MAX + 1, file)};
	return ferror(file) == 0 && text->length <= FILE_MAX;
}

static enum env_file_state
not_opened(const char *path, char problem[256])
{
	int error = errno;

	(void)snprintf(problem, 256, "%.180s: %s", path, strerrordesc_np(error));
	if (error == ENOENT || error == ENOTDIR)
		return ENV_FILE_ABSENT;
	return error == EACCES ? ENV_FILE_DENIED : ENV_FILE_WRONG;
}

enum env_file_state
env_file_read(struct arena *arena, const char *path, struct env_file *out, char problem[256])
{
	FILE *file = fopen(path, "re");
	struct bytes text;
	char why[256];
	bool whole;

	*out = (struct env_file){0};
	if (file == NULL)
		return not_opened(path, problem);
	whole = read_whole(arena, file, &text);
	(void)fclose(file);
	if (whole && env_file_parse(arena, text, out, why))
		return ENV_FILE_READ;
	(void)snprintf(problem, 256, "%.150s: %.100s", path,
		       whole ? why : "can't be read, or is too large");
	return ENV_FILE_WRONG;
}

const char *
env_file_value(const struct env_file *file, const char *name)
{
	const char *value = NULL;

	for (const struct env_assignment *a = file->first; a != NULL; a = a->next)
		if (text_equal(a->name, name))
			value = a->value;
	return value;
}
