#include "db/migration_file.h"

#include <dirent.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "base/text.h"

enum { PROBLEM_MAX = 512, NUMBER_DIGITS = 4, DIGEST_SIZE = 32, FILE_MAX = 16 << 20 };

static const char alone_line[] = "-- no-transaction\n";

static bool PRINTF_LIKE(2, 3) refuse(char problem[PROBLEM_MAX], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(problem, PROBLEM_MAX, fmt, args);
	va_end(args);
	return false;
}

static int
number_of(const char *name)
{
	int number = 0;

	for (int i = 0; i < NUMBER_DIGITS; i++) {
		if (name[i] < '0' || name[i] > '9')
			return 0;
		number = 10 * number + (name[i] - '0');
	}
	return name[NUMBER_DIGITS] == '_' ? number : 0;
}

static int
is_migration(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return length > 4 && text_equal(entry->d_name + length - 4, ".sql");
}

/* Files whose numbers are 1, 2, 3 and so on; anything else is an error. */
static bool
list_files(struct arena *arena, const char *dir, struct migration_file **files, size_t *count,
	   char problem[PROBLEM_MAX])
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_migration, alphasort);
	bool good = true;

	if (n < 0)
		return refuse(problem, "%s: can't be read", dir);
	*files = arena_array(arena, (size_t)n + 1, sizeof **files);
	for (int i = 0; i < n; i++) {
		const char *name = entries[i]->d_name;

		(*files)[i].name = arena_strdup(arena, name);
		if (good && number_of(name) != i + 1)
			good = refuse(problem, "%s/%s: number %04d was expected", dir, name, i + 1);
		free(entries[i]);
	}
	free(entries);
	*count = (size_t)n;
	return good;
}

static bool
read_file(struct arena *arena, const char *dir, struct migration_file *file,
	  char problem[PROBLEM_MAX])
{
	const char *path = arena_printf(arena, "%s/%s", dir, file->name);
	FILE *stream = fopen(path, "rbe");
	unsigned char digest[DIGEST_SIZE];
	struct stat info;
	size_t size = 0;
	char *text = NULL;

	if (stream == NULL)
		return refuse(problem, "%s: can't be read", path);
	if (fstat(fileno(stream), &info) == 0 && info.st_size < FILE_MAX) {
		text = arena_alloc(arena, (size_t)info.st_size + 1);
		size = fread(text, 1, (size_t)info.st_size, stream);
	}
	(void)fclose(stream);
	if (text == NULL || size != (size_t)info.st_size || strlen(text) != size)
		return refuse(problem, "%s: not a text file that can be read", path);
	if (EVP_Digest(text, size, digest, NULL, EVP_sha256(), NULL) != 1)
		return refuse(problem, "%s: no digest", path);
	file->text = text;
	file->sha256 = hex_encode(arena, digest, sizeof digest);
	file->alone = text_starts_with(text, alone_line);
	return true;
}

bool
migration_files(struct arena *arena, const char *dir, struct migration_file **files, size_t *count,
		char problem[PROBLEM_MAX])
{
	if (!list_files(arena, dir, files, count, problem))
		return false;
	for (size_t i = 0; i < *count; i++)
		if (!read_file(arena, dir, &(*files)[i], problem))
			return false;
	return true;
}

/* After the comments and empty lines at the beginning. */
static const char *
skip_comments(const char *text)
{
	for (text += strspn(text, " \t\n"); text_starts_with(text, "--");
	     text += strspn(text, " \t\n"))
		text += strcspn(text, "\n");
	return text;
}

const char *
migration_statement(struct arena *arena, const char **text)
{
	const char *begin = skip_comments(*text);
	const char *at = begin;
	bool quoted = false;

	for (; *at != '\0'; at++) {
		if (text_starts_with(at, "$$"))
			quoted = !quoted;
		if (!quoted && at[0] == ';' && (at[1] == '\n' || at[1] == '\0')) {
			at++;
			break;
		}
		at += text_starts_with(at, "$$");
	}
	*text = at;
	return at > begin ? arena_printf(arena, "%.*s", (int)(at - begin), begin) : NULL;
}
