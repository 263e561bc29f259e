#pragma once

/*
 * How often each latency was seen, in microseconds. Values up to 256 are exact, larger ones within 0.8 %.
 * Histograms of several threads are added to one another.
 */
#include <stdint.h>

enum {
	HISTOGRAM_STEPS = 128, /* between a power of two and the next one */
	HISTOGRAM_SLOTS = 30 * HISTOGRAM_STEPS,
};

struct histogram {
	uint64_t seen[HISTOGRAM_SLOTS];
	uint64_t count;
	uint64_t most;
};

void histogram_add(struct histogram *histogram, int64_t us);
void histogram_merge(struct histogram *into, const struct histogram *from);

/* The least value that is not exceeded by that part of all, such as 0.99; 0 without any. */
uint64_t histogram_quantile(const struct histogram *histogram, double part);
