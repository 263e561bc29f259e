/* id.h - public identifiers: UUID version 7 (RFC 9562), which sort by time of creation. */
#ifndef BASE_ID_H
#define BASE_ID_H

#include <stdbool.h>

#include "base/attributes.h"

struct uuid {
	unsigned char bytes[16];
};

enum { UUID_TEXT_MAX = 37 };

struct uuid uuid_v7(void);
/* A fixed identifier for a name (RFC 9562 version 8): the same 16 bytes give the same id. */
struct uuid uuid_v8(const unsigned char digest[16]);
const char *uuid_text(char buf[UUID_TEXT_MAX], struct uuid id);
/* The 36-character form in either case of letters; nothing else. */
bool uuid_parse(struct uuid *out, const char *text) MUST_CHECK;
bool uuid_is_nil(struct uuid id);
bool uuid_equal(struct uuid a, struct uuid b);
int uuid_compare(const void *a, const void *b);

#endif
