/* replay.c - run a fuzz target over its corpus, one TAP line a file, without libFuzzer. */
#include <config.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "tests/support/vectors.h"

/* An exact copy in its own block, so that sanitizers detect reads beyond its end. */
static bool
replay_file(const char *path)
{
	size_t length = 0;
	char *text = read_whole(path, &length);
	char *exact = malloc(length > 0 ? length : 1);
	bool read = text != NULL && exact != NULL;

	if (read) {
		memcpy(exact, text, length);
		(void)LLVMFuzzerTestOneInput((const uint8_t *)exact, length);
	}
	free(exact);
	free(text);
	return read;
}

static int
by_name(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int
main(void)
{
	const char *source = getenv("srcdir");
	char folder[VECTOR_PATH_MAX];
	char path[VECTOR_PATH_MAX + 256];
	struct dirent **entries = NULL;
	int failed = 0;
	int count;

	(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/corpus/" TARGET,
		       source != NULL ? source : ".");
	count = scandir(folder, &entries, by_name, alphasort);
	for (int i = 0; i < count; i++) {
		bool passed;

		(void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
		passed = replay_file(path);
		failed += !passed;
		(void)printf("%sok %d - %s\n", passed ? "" : "not ", i + 1, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	(void)printf("1..%d\n", count > 0 ? count : 1);
	return count > 0 && failed == 0 ? 0 : 1;
}
