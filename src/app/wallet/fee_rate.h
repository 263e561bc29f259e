/*
 * fee_rate.h - the fee of an amount: tiers, each with a flat amount and a share of the amount.
 *
 * Exact and without I/O. All is added up before it is rounded once, half up, to the minor unit; then it is raised to the
 * minimum, or lowered to the maximum. A larger amount of the same tier never has a smaller fee.
 */
#ifndef APP_WALLET_FEE_RATE_H
#define APP_WALLET_FEE_RATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attributes.h"

enum fee_tiers {
	FEE_VOLUME = 1, /* the tier that the amount falls into is for all of it */
	FEE_GRADUATED,  /* each tier is for the part of the amount within it */
};

extern const char *const fee_tiers_words[];

enum { FEE_TIERS_MAX = 20 };

struct fee_tier {
	int64_t up_to; /* included, in minor units; 0: without end */
	int64_t flat;
	int64_t share; /* of SHARE_WHOLE */
};

struct fee_rate {
	enum fee_tiers mode;
	int64_t minimum;
	int64_t maximum; /* INT64_MAX: none */
	size_t count;
	struct fee_tier tiers[FEE_TIERS_MAX]; /* in order; only the last one is without end */
};

/* The fee of an amount above 0, in its minor units. False if there is no number for it. */
bool fee_rate_of(const struct fee_rate *rate, int64_t amount, int64_t *fee) MUST_CHECK;

#endif
