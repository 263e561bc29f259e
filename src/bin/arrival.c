#include <config.h>

#include "bin/arrival.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"

enum { WITHIN_MAX_S = 86400, WINDOW_US = 30 * 1000000, AHEAD_US = 1000000 };

/* By how much the monotonic clock was ahead of the web server's time when a request was read:
 * the minimum is the fastest request. Kept for two spans of time, so that it expires after a
 * while. */
struct arrivals {
	pthread_mutex_t mutex;
	int64_t since_us; /* start of the current span */
	int64_t least_us;
	int64_t before_us; /* of the previous span */
};

struct arrivals *
arrivals_new(void)
{
	struct arrivals *arrivals = calloc(1, sizeof(*arrivals));

	if (arrivals == NULL)
		return NULL;
	arrivals->least_us = INT64_MAX;
	arrivals->before_us = INT64_MAX;
	if (pthread_mutex_init(&arrivals->mutex, NULL) == 0)
		return arrivals;
	free(arrivals);
	return NULL;
}

void
arrivals_free(struct arrivals *arrivals)
{
	if (arrivals == NULL)
		return;
	(void)pthread_mutex_destroy(&arrivals->mutex);
	free(arrivals);
}

/* Include the request; returns the minimum of the last minute. */
static int64_t
least_ahead(struct arrivals *arrivals, int64_t ahead_us, int64_t now_us)
{
	int64_t least;

	(void)pthread_mutex_lock(&arrivals->mutex);
	if (now_us - arrivals->since_us >= WINDOW_US) {
		arrivals->before_us = arrivals->least_us;
		arrivals->least_us = ahead_us;
		arrivals->since_us = now_us;
	} else if (ahead_us < arrivals->least_us) {
		arrivals->least_us = ahead_us;
	}
	least = arrivals->least_us < arrivals->before_us ? arrivals->least_us : arrivals->before_us;
	(void)pthread_mutex_unlock(&arrivals->mutex);
	return least;
}

int64_t
arrivals_age_us(struct arrivals *arrivals, int64_t arrived_us, struct arrival_clocks now)
{
	int64_t ahead_us = now.monotonic_us - arrived_us;
	int64_t wall_us = now.wall_us - arrived_us;
	int64_t age_us = ahead_us - least_ahead(arrivals, ahead_us, now.monotonic_us);

	return wall_us >= -AHEAD_US && wall_us < age_us ? wall_us : age_us;
}

/* "1767225600.123" in microseconds. */
static bool
parse_arrival(const char *text, int64_t *us)
{
	static const char form[] = "0000000000.000";
	int64_t ms = 0;

	if (text == NULL || strlen(text) != sizeof(form) - 1)
		return false;
	for (const char *p = text, *f = form; *p != '\0'; p++, f++) {
		if (*f == '.' ? *p != '.' : *p < '0' || *p > '9')
			return false;
		if (*f != '.')
			ms = ms * 10 + (*p - '0');
	}
	*us = ms * 1000;
	return true;
}

void
arrivals_judge(struct arrivals *arrivals, const char *arrived, const char *within,
	       struct requester *requester)
{
	int64_t now_ns = clock_monotonic_ns();
	struct arrival_clocks now = {now_ns / 1000, clock_system().us};
	int64_t within_s;
	int64_t arrived_us;
	int64_t age_us;
	int64_t came_ns;

	if (!parse_arrival(arrived, &arrived_us) || within == NULL ||
	    !integer_parse(&within_s, within) || within_s < 1 || within_s > WITHIN_MAX_S)
		return;
	age_us = arrivals_age_us(arrivals, arrived_us, now);
	if (age_us > WITHIN_MAX_S * SECOND_US)
		age_us = WITHIN_MAX_S * SECOND_US;
	came_ns = now_ns - age_us * 1000;
	requester->begin_by_ns = came_ns + within_s * INT64_C(2000000000) / 3;
	requester->commit_by_ns = came_ns + within_s * INT64_C(1000000000);
}
