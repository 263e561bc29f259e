#include "tests/bench/load/buffer.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
buffer_append(struct buffer *buffer, const char *data, size_t length)
{
	if (buffer->length + length > buffer->size) {
		buffer->size = 2 * (buffer->length + length);
		buffer->data = realloc(buffer->data, buffer->size);
		if (buffer->data == NULL)
			err(1, "memory");
	}
	memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
}

char *
buffer_read_file(const char *name)
{
	FILE *file = fopen(name, "r");
	struct buffer text = {0};
	char part[4096];
	size_t n;

	if (file == NULL)
		err(1, "%s", name);
	while ((n = fread(part, 1, sizeof(part), file)) > 0)
		buffer_append(&text, part, n);
	if (ferror(file))
		err(1, "%s", name);
	(void)fclose(file);
	buffer_append(&text, "", 1);
	return text.data;
}
