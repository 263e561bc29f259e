#pragma once

/* A text that grows. All zeros is an empty one; data is to be freed. */
#include <stddef.h>

struct buffer {
	char *data;
	size_t length;
	size_t size;
};

/* These exit with a message without memory, or if the file can't be read. */
void buffer_append(struct buffer *buffer, const char *data, size_t length);
char *buffer_read_file(const char *name);
