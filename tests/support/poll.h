/* poll.h - waiting for a condition: asked every few milliseconds, until a deadline. */
#ifndef TESTS_SUPPORT_POLL_H
#define TESTS_SUPPORT_POLL_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/clock.h"

struct poll {
	int64_t until_ns;
};

static inline struct poll
poll_for(int seconds)
{
	return (struct poll){clock_monotonic_ns() + seconds * INT64_C(1000000000)};
}

/* Pause, then tell whether there is time to check again. A loop without a pause takes the
 * processor from what it waits for, and fills its arena. */
static inline bool
poll_again(const struct poll *poll)
{
	static const struct timespec pause = {0, 5000000};

	(void)nanosleep(&pause, NULL);
	return clock_monotonic_ns() < poll->until_ns;
}

#endif
