#include "tests/bench/load/histogram.h"

/* 2^(e+7) <= value < 2^(e+8) is divided into HISTOGRAM_STEPS slots; the first 256 values have one each. */
static unsigned
slot_of(uint64_t value)
{
	unsigned shift = 0;
	unsigned slot;

	while (value >> shift >= 2 * (uint64_t)HISTOGRAM_STEPS)
		shift++;
	slot = shift * HISTOGRAM_STEPS + (unsigned)(value >> shift);
	return slot < HISTOGRAM_SLOTS ? slot : HISTOGRAM_SLOTS - 1;
}

/* The highest value of a slot. */
static uint64_t
value_of(unsigned slot)
{
	unsigned shift = slot < 2 * HISTOGRAM_STEPS ? 0 : slot / HISTOGRAM_STEPS - 1;

	return ((uint64_t)(slot - shift * HISTOGRAM_STEPS + 1) << shift) - 1;
}

void
histogram_add(struct histogram *histogram, int64_t us)
{
	uint64_t value = us < 0 ? 0 : (uint64_t)us;

	histogram->seen[slot_of(value)]++;
	histogram->count++;
	if (value > histogram->most)
		histogram->most = value;
}

void
histogram_merge(struct histogram *into, const struct histogram *from)
{
	for (unsigned i = 0; i < HISTOGRAM_SLOTS; i++)
		into->seen[i] += from->seen[i];
	into->count += from->count;
	if (from->most > into->most)
		into->most = from->most;
}

uint64_t
histogram_quantile(const struct histogram *histogram, double part)
{
	uint64_t wanted = (uint64_t)(part * (double)histogram->count);
	uint64_t sum = 0;
	uint64_t value;

	for (unsigned i = 0; i < HISTOGRAM_SLOTS; i++) {
		sum += histogram->seen[i];
		if (sum > wanted || (sum == wanted && sum == histogram->count && sum > 0)) {
			value = value_of(i);
			return value < histogram->most ? value : histogram->most;
		}
	}
	return 0;
}
