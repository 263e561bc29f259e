/* case_source.h - bytes from which a case of a property test is made. */
#ifndef TESTS_SUPPORT_CASE_SOURCE_H
#define TESTS_SUPPORT_CASE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The bytes that are left; zeros after the last one. */
struct source {
	const uint8_t *data;
	size_t size;
};

static inline uint8_t
take(struct source *s)
{
	if (s->size == 0)
		return 0;
	s->size--;
	return *s->data++;
}

static inline size_t
pick(struct source *s, size_t choices)
{
	return take(s) % choices;
}

/* Once in so many times. */
static inline bool
rarely(struct source *s, size_t times)
{
	return pick(s, times) == times - 1;
}

#endif
