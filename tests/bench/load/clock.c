#include "tests/bench/load/clock.h"

#include <err.h>
#include <sys/timerfd.h>
#include <time.h>

int64_t
clock_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND_NS + now.tv_nsec;
}

int
clock_timer(void)
{
	int timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (timer < 0)
		err(1, "timerfd_create");
	return timer;
}

void
clock_wake(int timer, int64_t when)
{
	struct itimerspec at = {
		.it_value = {.tv_sec = when / SECOND_NS, .tv_nsec = when % SECOND_NS}};

	if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL) != 0)
		err(1, "timerfd_settime");
}
