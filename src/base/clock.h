/* clock.h - points in time, and their text form (ISO 8601, UTC, milliseconds). */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attributes.h"

/* Microseconds since 1970-01-01T00:00:00Z; 0 means "no time". */
struct instant {
	int64_t us;
};

/*
 * A time with its precision: all instants with these digits, so that "at or before" means the whole
 * day, second or millisecond that was written. Any time is possible, also 1970-01-01; not given is
 * all zero.
 */
struct moment {
	bool given;
	struct instant first;
	struct instant last;
};

enum { INSTANT_TEXT_MAX = 32 };
#define SECOND_US INT64_C(1000000)

/* The source of time; tests replace it. */
typedef struct instant clock_now(void);

struct instant clock_system(void);
/* Nanoseconds of a clock that never jumps, for durations. */
int64_t clock_monotonic_ns(void);

/* "2026-01-31T09:30:00.123Z" */
const char *instant_text(char buf[INSTANT_TEXT_MAX], struct instant t);
/*
 * RFC 3339: date, T or space, time, optional fraction, Z or numeric offset; a
 * date alone is midnight UTC. False for anything else and for impossible dates.
 */
bool instant_parse(struct instant *out, const char *text) MUST_CHECK;
/* The same: a date is a day, whole seconds are seconds, one to three decimals are milliseconds,
 * more are microseconds. */
bool moment_parse(struct moment *out, const char *text) MUST_CHECK;
/* This instant alone. */
struct moment moment_at(struct instant t);

#endif
