#include <config.h>

#include "base/id.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/types.h>
#include <time.h>

#include "base/text.h"

/* Random bytes drawn ahead, one system call for many ids. */
struct pool {
	size_t left;
	unsigned char bytes[256];
};

static _Thread_local struct pool pool;

/* A forked child draws its own: its only thread is a copy of the one that forked. */
static void
forget(void)
{
	pool.left = 0;
}

static __attribute__((constructor)) void
forget_in_children(void)
{
	if (pthread_atfork(NULL, NULL, forget) != 0)
		abort();
}

static void
refill(void)
{
	/* Up to 256 bytes are returned completely and uninterrupted once the kernel's generator
	 * is seeded. */
	if (getrandom(pool.bytes, sizeof(pool.bytes), 0) != (ssize_t)sizeof(pool.bytes)) {
		(void)fputs("id: no random bytes\n", stderr);
		abort();
	}
	pool.left = sizeof(pool.bytes);
}

static void
draw(void *out, size_t length)
{
	if (length > sizeof(pool.bytes))
		abort();
	if (pool.left < length)
		refill();
	pool.left -= length;
	memcpy(out, pool.bytes + pool.left, length);
	memset(pool.bytes + pool.left, 0, length); /* nothing is returned twice */
}

struct uuid
uuid_v7(void)
{
	struct timespec now;
	struct uuid id;
	uint64_t ms;
	uint64_t fraction; /* of the millisecond, in 1/4096 */

	(void)clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	fraction = (uint64_t)now.tv_nsec % 1000000 * 4096 / 1000000;
	for (int i = 0; i < 6; i++)
		id.bytes[i] = (unsigned char)(ms >> (40 - 8 * i) & 0xFF);
	id.bytes[6] = (unsigned char)(0x70 | fraction >> 8);
	id.bytes[7] = (unsigned char)(fraction & 0xFF);
	draw(id.bytes + 8, 8);
	id.bytes[8] = (unsigned char)(0x80 | (id.bytes[8] & 0x3F));
	return id;
}

struct uuid
uuid_v8(const unsigned char digest[16])
{
	struct uuid id;

	memcpy(id.bytes, digest, sizeof(id.bytes));
	id.bytes[6] = (unsigned char)(0x80 | (id.bytes[6] & 0x0F));
	id.bytes[8] = (unsigned char)(0x80 | (id.bytes[8] & 0x3F));
	return id;
}

/* How many bytes of an id are between its hyphens, in the order of the text. */
static const unsigned char groups[] = {4, 2, 2, 2, 6};

const char *
uuid_text(char buf[UUID_TEXT_MAX], struct uuid id)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *byte = id.bytes;
	char *out = buf;

	for (size_t g = 0; g < COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g]; i++, byte++) {
			*out++ = digits[*byte >> 4];
			*out++ = digits[*byte & 15];
		}
		*out++ = '-';
	}
	out[-1] = '\0';
	return buf;
}

bool
uuid_parse(struct uuid *out, const char *text)
{
	struct uuid id = {{0}};
	unsigned char *byte = id.bytes;

	for (size_t g = 0; g < COUNT(groups); g++) {
		for (size_t i = 0; i < groups[g]; i++, text += 2) {
			int value = hex_pair(text);

			if (value < 0)
				return false;
			*byte++ = (unsigned char)value;
		}
		if (*text++ != (g + 1 < COUNT(groups) ? '-' : '\0'))
			return false;
	}
	*out = id;
	return true;
}

bool
uuid_is_nil(struct uuid id)
{
	static const struct uuid nil;

	return uuid_equal(id, nil);
}

bool
uuid_equal(struct uuid a, struct uuid b)
{
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

int
uuid_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct uuid));
}
