/* value.h - value types used by requests, replies and database rows. */
#ifndef BASE_VALUE_H
#define BASE_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

/* An integer that may be absent, null or a value. */
struct optional_int {
	bool present;
	bool null;
	int64_t value;
};

/* A truth value that may be absent. */
struct optional_bool {
	bool present;
	bool value;
};

/* Free JSON: compact text. NULL text: absent. */
struct json_value {
	const char *text;
};

/* count consecutive strings. NULL items: absent. */
struct text_list {
	const char **items;
	size_t count;
};

/* The parts of a text between its commas; an empty text has none. */
struct text_list text_list_split(struct arena *arena, const char *text);

/* A text and its name. */
struct named_text {
	const char *name;
	const char *text;
};

/* count consecutive ones, whose names differ. */
struct named_texts {
	struct named_text *items;
	size_t count;
};

/* count consecutive structs. */
struct list {
	void *items;
	size_t count;
};

#endif
