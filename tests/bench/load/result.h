#pragma once

/* What came of the requests: of a thread, then of all. */
#include <stdint.h>

#include "tests/bench/load/histogram.h"

enum { STATUS_MAX = 600 };

struct result {
	struct histogram latency;
	uint64_t statuses[STATUS_MAX]; /* of all answers, also after the end of the load */
	uint64_t in_time;              /* answers within the load's time */
	uint64_t lost;                 /* requests whose connection was lost */
	uint64_t unanswered; /* due or sent, and not answered in the time after the load */
	uint64_t reconnects;
	uint64_t least; /* answers of the connection that had fewest, and most */
	uint64_t most;
};

/* What is printed besides. */
struct offer {
	unsigned connections;
	unsigned expected; /* status; any other is an error */
	double seconds;
	double rate; /* 0: closed loop */
	int64_t spent_us;
};

void result_merge(struct result *into, const struct result *from);

/* One line of JSON. */
void result_print(const struct result *result, const struct offer *offer);
