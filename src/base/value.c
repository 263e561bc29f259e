#include "base/value.h"

#include <string.h>

#include "base/arena.h"

struct text_list
text_list_split(struct arena *arena, const char *text)
{
	struct text_list list = {arena_array(arena, strlen(text) + 1, sizeof(const char *)), 0};

	for (const char *p = text; *p != '\0'; p += *p == ',') {
		size_t length = strcspn(p, ",");

		list.items[list.count++] = arena_strndup(arena, p, length);
		p += length;
	}
	return list;
}
