/* value.h - representation of a value, for this folder only. */
#ifndef JSON_VALUE_H
#define JSON_VALUE_H

#include "json/reader.h"

/* A value, and its name if it is a member. Items and members are consecutive. */
struct json_object {
	const char *name;
	union {
		const char *text; /* of strings and numbers; of an odd string, with its escapes */
		struct json_object *items; /* of lists and objects */
		bool truth;
	} as;
	uint32_t count; /* of items */
	uint16_t hash;  /* of the name */
	uint8_t kind;
	bool odd_name;
};

#endif
