/*
 * vectors.h - public test vectors, which are not part of the repository.
 *
 * They are looked for beside the checkout; where they are absent, tests run
 * their own cases only.
 */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { VECTOR_PATH_MAX = 1024 };

/* The path of a vector file or folder; false if it is absent. */
static inline bool
vector_path(char path[VECTOR_PATH_MAX], const char *name)
{
	const char *source = getenv("srcdir");

	(void)snprintf(path, VECTOR_PATH_MAX, "%s/../shared/vectors/%s",
		       source != NULL ? source : ".", name);
	return access(path, R_OK) == 0;
}

/* The whole file with a NUL behind it, to be freed; NULL if it can't be read. */
static inline char *
read_whole(const char *path, size_t *length)
{
	FILE *file = fopen(path, "rb");
	char *text = NULL;
	long size;

	if (file == NULL)
		return NULL;
	if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
		rewind(file);
		text = calloc(1, (size_t)size + 1);
		*length = text != NULL ? fread(text, 1, (size_t)size, file) : 0;
	}
	(void)fclose(file);
	return text;
}

#endif
