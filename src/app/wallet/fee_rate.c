#include "app/wallet/fee_rate.h"

#include "base/money.h"
#include "ledger/kernel.h"

const char *const fee_tiers_words[] = {"volume", "graduated", NULL};

/* What a tier takes of a part, times SHARE_WHOLE. */
static wide_int
tier_of(const struct fee_tier *tier, int64_t part)
{
	return (wide_int)tier->flat * SHARE_WHOLE + (wide_int)part * tier->share;
}

static bool
is_within(const struct fee_tier *tier, int64_t amount)
{
	return tier->up_to == 0 || amount <= tier->up_to;
}

static wide_int
volume(const struct fee_rate *rate, int64_t amount)
{
	size_t i = 0;

	while (i + 1 < rate->count && !is_within(&rate->tiers[i], amount))
		i++;
	return tier_of(&rate->tiers[i], amount);
}

static wide_int
graduated(const struct fee_rate *rate, int64_t amount)
{
	wide_int sum = 0;
	int64_t done = 0;

	for (size_t i = 0; i < rate->count && done < amount; i++) {
		const struct fee_tier *tier = &rate->tiers[i];
		int64_t end = is_within(tier, amount) ? amount : tier->up_to;

		sum += tier_of(tier, end - done);
		done = end;
	}
	return sum;
}

bool
fee_rate_of(const struct fee_rate *rate, int64_t amount, int64_t *fee)
{
	wide_int whole =
		rate->mode == FEE_GRADUATED ? graduated(rate, amount) : volume(rate, amount);
	wide_int rounded = (whole + SHARE_WHOLE / 2) / SHARE_WHOLE;

	if (rounded < rate->minimum)
		rounded = rate->minimum;
	if (rounded > rate->maximum && rate->maximum < INT64_MAX)
		rounded = rate->maximum;
	*fee = (int64_t)rounded;
	return rounded <= INT64_MAX;
}
