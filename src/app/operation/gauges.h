/*
 * gauges.h - what monitoring reads from the database.
 *
 * The metrics are read in groups, one statement each, with bounded cost. A group can fail without
 * the others, for example by the time limit of its statement.
 */
#ifndef APP_OPERATION_GAUGES_H
#define APP_OPERATION_GAUGES_H

#include <stddef.h>

#include "base/ctx.h"

enum { GAUGE_LABELS_MAX = 3, GAUGE_GROUPS = 6 };

/* A metric: its name, and those of its labels. */
struct gauge {
	const char *key; /* in sql/queries/operation/gauges.sql */
	const char *name;
	const char *labels[GAUGE_LABELS_MAX]; /* NULL: not used */
	const char *help;
	bool is_amount;  /* of money, in the currency of the third label */
	bool is_counter; /* never falls */
};

/* All metrics; NULL past the end. */
const struct gauge *gauge_at(size_t i);

struct gauge_value {
	size_t gauge; /* its place in the list */
	const char *labels[GAUGE_LABELS_MAX];
	const char *value; /* in decimal digits */
};

struct gauge_group {
	const char *name;
	bool slow; /* reads much: not to be read at each scrape */
};

/* i is less than GAUGE_GROUPS. */
const struct gauge_group *gauge_group_at(size_t i);
/* The values of a group, in the order of its statement. */
enum err gauges_read(struct ctx *ctx, size_t group, struct gauge_value **out, size_t *n) MUST_CHECK;

#endif
