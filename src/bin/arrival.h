/*
 * arrival.h - the time that a request has waited before this process read it.
 *
 * The web server passes the time at which it began to forward a request, by the wall clock of the
 * host, and how long it waits for the answer. The wall clock may step, and a request may wait in
 * the socket of a process that is stopped or has no free thread. So the age is measured in two
 * ways, and the smaller value is used: by the wall clock, unless the result is negative; and by the
 * monotonic clock, relative to the fastest request of the last minute. After a step, only requests
 * in progress at that moment may be considered older than they are.
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

/* NULL if out of memory. Thread-safe. */
struct arrivals *arrivals_new(void);
void arrivals_free(struct arrivals *arrivals);

/* The age of a request. */
int64_t arrivals_age_us(struct arrivals *arrivals, int64_t arrived_us, struct arrival_clocks now);

/*
 * Deadlines for starting and committing a request. arrived is the web server's time, seconds with
 * milliseconds ("1767225600.123"); within is the number of seconds that it waits. Two thirds of it
 * are for waiting, so that a started request can finish in time. Without either there is no limit.
 */
void arrivals_judge(struct arrivals *arrivals, const char *arrived, const char *within,
		    struct requester *requester);

#endif
