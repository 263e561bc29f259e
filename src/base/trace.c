#include "base/trace.h"

#include <stdio.h>
#include <string.h>

/* version "-" trace id "-" parent id "-" flags: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01 */
enum {
	VERSION_LENGTH = 2,
	ID_AT = VERSION_LENGTH + 1,
	ID_LENGTH = 32,
	PARENT_AT = ID_AT + ID_LENGTH + 1,
	PARENT_LENGTH = 16,
	FLAGS_AT = PARENT_AT + PARENT_LENGTH + 1,
	FLAGS_LENGTH = 2,
	LENGTH = FLAGS_AT + FLAGS_LENGTH,
};

static const char digits[] = "0123456789abcdef";

/* Exactly so many lower-case digits, and then this end. */
static bool
is_hex(const char *text, size_t length, char end)
{
	return strspn(text, digits) == length && text[length] == end;
}

static bool
is_zero(const char *text, size_t length)
{
	return strspn(text, "0") >= length;
}

/* Later versions may have more behind the flags; version ff is none. */
static bool
is_valid(const char *header)
{
	size_t length = strlen(header);
	bool current = strncmp(header, "00", VERSION_LENGTH) == 0;

	if (length < LENGTH || (current && length != LENGTH) ||
	    strncmp(header, "ff", VERSION_LENGTH) == 0)
		return false;
	return is_hex(header, VERSION_LENGTH, '-') && is_hex(header + ID_AT, ID_LENGTH, '-') &&
	       !is_zero(header + ID_AT, ID_LENGTH) &&
	       is_hex(header + PARENT_AT, PARENT_LENGTH, '-') &&
	       !is_zero(header + PARENT_AT, PARENT_LENGTH) &&
	       is_hex(header + FLAGS_AT, FLAGS_LENGTH, length == LENGTH ? '\0' : '-');
}

bool
trace_read(struct trace *out, const char *header)
{
	const char *flag;

	*out = (struct trace){0};
	if (header == NULL || !is_valid(header))
		return false;
	flag = strchr(digits, header[LENGTH - 1]);
	memcpy(out->id, header + ID_AT, ID_LENGTH);
	out->sampled = (flag - digits) % 2 == 1;
	return true;
}

static void
put_hex(char *out, const unsigned char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[bytes[i] / 16];
		out[2 * i + 1] = digits[bytes[i] % 16];
	}
	out[2 * n] = '\0';
}

void
trace_begin(struct trace *out, struct uuid object)
{
	*out = (struct trace){0};
	put_hex(out->id, object.bytes, sizeof object.bytes);
}

const char *
trace_header(char buf[TRACE_HEADER_MAX], const struct trace *trace)
{
	char parent[PARENT_LENGTH + 1];
	struct uuid id = uuid_v7();

	if (trace == NULL || trace->id[0] == '\0')
		return NULL;
	/* The second half of an id is random, and never zero. */
	put_hex(parent, id.bytes + sizeof id.bytes / 2, PARENT_LENGTH / 2);
	(void)snprintf(buf, TRACE_HEADER_MAX, "00-%s-%s-%s", trace->id, parent,
		       trace->sampled ? "01" : "00");
	return buf;
}
