/* tally.h - pairs of sums by key, added up from many rows: what was found and what was expected. */
#ifndef LEDGER_TALLY_H
#define LEDGER_TALLY_H

#include <stddef.h>

#include "base/money.h"

struct arena;
struct tally;

struct tally_line {
	const char *key;
	wide_int found;
	wide_int expected;
};

/* In the arena, with a copy of each key. */
struct tally *tally_new(struct arena *arena);
void tally_add(struct tally *tally, const char *key, wide_int found, wide_int expected);
/* The i-th line, in no particular order; NULL past the end. */
const struct tally_line *tally_at(const struct tally *tally, size_t i);

#endif
