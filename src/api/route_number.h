/*
 * route_number.h - numbers of routes, for metrics.
 *
 * The dialects come first, each standing for its requests without a route, then the routes in the
 * order of the tables.
 */
#ifndef API_ROUTE_NUMBER_H
#define API_ROUTE_NUMBER_H

#include "base/metrics.h"

struct dialect;
struct route;

/* A route; NULL for the requests of the dialect that have none. */
struct numbered_route {
	const struct dialect *dialect;
	const struct route *route;
};

size_t route_number_count(void);
/* The list of all of them, by number. NULL if out of memory. */
struct numbered_route *route_number_list(void);
/* The number of a dialect itself. */
size_t route_number_of(const struct dialect *dialect);
/* Options of metrics_open() for these routes. */
struct metrics_options route_number_options(const char *folder, enum metric_program program);

#endif
