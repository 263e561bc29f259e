/*
 * arrival.h - how long a request has waited before this process saw it.
 *
 * The web server says when it began to pass a request on, by the wall clock of the host, and how
 * long it waits for the answer. The wall clock may step, and a request may lie in the socket of
 * a process that is stopped or has no thread free. So the age is measured in two ways, and the
 * smaller one counts: by the wall clock, unless that says that the request is yet to come; and by
 * the monotonic clock, compared with the shortest way that requests took in the last minute. After
 * a step, only what was under way at that moment may be taken for older than it is.
 */
#ifndef BIN_ARRIVAL_H
#define BIN_ARRIVAL_H

#include <stdint.h>

#include "base/requester.h"

struct arrivals;

/* The clocks at the moment at which a request was read. */
struct arrival_clocks {
	int64_t monotonic_us;
	int64_t wall_us;
};

/* NULL if the system has no memory. Threads may share it. */
struct arrivals *arrivals_new(void);
void arrivals_free(struct arrivals *arrivals);

/* How long ago a request arrived. */
int64_t arrivals_age_us(struct arrivals *arrivals, int64_t arrived_us, struct arrival_clocks now);

/*
 * Until when a request may be begun and committed. arrived is the web server's time, seconds with
 * milliseconds ("1767225600.123"); within is how many seconds it waits. Two thirds of that are for
 * waiting, so that what begins can end in time. Without either there is no limit.
 */
void arrivals_judge(struct arrivals *arrivals, const char *arrived, const char *within,
		    struct requester *requester);

#endif
