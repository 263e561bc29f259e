/*
 * metrics_layout.h - how the file of metrics.h is laid out, for its writer and its reader only.
 *
 * A slot is a head and the cells of all metrics, one after the other. A histogram has its buckets
 * and their sum for each value of its label.
 */
#ifndef BASE_METRICS_LAYOUT_H
#define BASE_METRICS_LAYOUT_H

#include <stdatomic.h>

#include "base/metrics.h"

enum { METRICS_PATH_MAX = 600 };

#define METRICS_PREFIX "metrics-"

struct slot_head {
	_Alignas(64) _Atomic int64_t taken; /* ever: otherwise the slot is empty */
	_Atomic int64_t program;
	_Atomic int64_t pid;
	_Atomic int64_t started_us;
	_Alignas(64) _Atomic int64_t gauges[GAUGES];
};

struct layout {
	size_t offset[METRICS]; /* of the first cell */
	size_t a[METRICS];      /* values of the labels */
	size_t b[METRICS];      /* and of the other label; of a histogram, buckets and sum */
	size_t slot_bytes;
	char path[METRICS_PATH_MAX];
};

/* The layout, and the path of its file. */
void metrics_layout(struct layout *layout, const struct metrics_options *options);
/* A slot of a mapped file, and the cells of a slot. */
struct slot_head *metrics_slot(void *map, const struct layout *layout, size_t slot);
_Atomic int64_t *metrics_cells(struct slot_head *head);

#endif
