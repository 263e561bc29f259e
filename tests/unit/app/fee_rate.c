/* Fees of amounts: by tables, and what holds of any. */
#include "app/wallet/fee_rate.h"

#include "base/money.h"
#include "ledger/kernel.h"
#include "tests/support/cmocka.h"

#define PERCENT INT64_C(1000000)

enum { CASES = 10000 };

static struct fee_rate
rate_of(enum fee_tiers mode, int64_t minimum, int64_t maximum)
{
	return (struct fee_rate){.mode = mode, .minimum = minimum, .maximum = maximum};
}

static void
add_tier(struct fee_rate *rate, int64_t up_to, int64_t flat, int64_t share)
{
	rate->tiers[rate->count++] = (struct fee_tier){up_to, flat, share};
}

static int64_t
fee(const struct fee_rate *rate, int64_t amount)
{
	int64_t fee = -1;

	assert_true(fee_rate_of(rate, amount, &fee));
	return fee;
}

static void
test_flat_and_percent(void **state)
{
	struct fee_rate rate = rate_of(FEE_VOLUME, 0, INT64_MAX);

	(void)state;
	add_tier(&rate, 0, 30, 29 * PERCENT / 10);
	assert_int_equal(fee(&rate, 10000), 320);
	assert_int_equal(fee(&rate, 1), 30);
	rate.tiers[0] = (struct fee_tier){0, 0, 0};
	assert_int_equal(fee(&rate, INT64_MAX), 0);
}

/* Half a minor unit is rounded up, less than that down. */
static void
test_odd_cents(void **state)
{
	static const struct {
		int64_t amount, share, fee;
	} rows[] = {
		{49, PERCENT, 0},
		{50, PERCENT, 1},
		{149, PERCENT, 1},
		{150, PERCENT, 2},
		{1, SHARE_WHOLE, 1},
		{1, SHARE_WHOLE / 2, 1},
		{1, SHARE_WHOLE / 2 - 1, 0},
		{333, 3333333, 11},
		{49999999, 1, 0},
		{50000000, 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct fee_rate rate = rate_of(FEE_VOLUME, 0, INT64_MAX);

		add_tier(&rate, 0, 0, rows[i].share);
		assert_int_equal(fee(&rate, rows[i].amount), rows[i].fee);
		rate.mode = FEE_GRADUATED;
		assert_int_equal(fee(&rate, rows[i].amount), rows[i].fee);
	}
}

static void
test_bounds(void **state)
{
	struct fee_rate rate = rate_of(FEE_VOLUME, 25, 100);

	(void)state;
	add_tier(&rate, 0, 0, PERCENT);
	assert_int_equal(fee(&rate, 1), 25);
	assert_int_equal(fee(&rate, 2500), 25);
	assert_int_equal(fee(&rate, 2600), 26);
	assert_int_equal(fee(&rate, 10000), 100);
	assert_int_equal(fee(&rate, INT64_MAX), 100);
	rate.maximum = 25;
	assert_int_equal(fee(&rate, 1), 25);
}

static void
test_tiers(void **state)
{
	struct fee_rate rate = rate_of(FEE_VOLUME, 0, INT64_MAX);

	(void)state;
	add_tier(&rate, 1000, 10, 2 * PERCENT);
	add_tier(&rate, 5000, 20, PERCENT);
	add_tier(&rate, 0, 5, 0);
	assert_int_equal(fee(&rate, 1000), 30);
	assert_int_equal(fee(&rate, 1001), 30);
	assert_int_equal(fee(&rate, 5000), 70);
	assert_int_equal(fee(&rate, 5001), 5);
	rate.mode = FEE_GRADUATED;
	assert_int_equal(fee(&rate, 1000), 30);
	assert_int_equal(fee(&rate, 1050), 51);
	assert_int_equal(fee(&rate, 5000), 90);
	assert_int_equal(fee(&rate, 5001), 95);
}

/* What each tier leaves is not rounded by itself: three halves are one and a half. */
static void
test_rounded_once(void **state)
{
	struct fee_rate rate = rate_of(FEE_GRADUATED, 0, INT64_MAX);

	(void)state;
	add_tier(&rate, 50, 0, PERCENT);
	add_tier(&rate, 100, 0, PERCENT);
	add_tier(&rate, 0, 0, PERCENT);
	assert_int_equal(fee(&rate, 150), 2);
	assert_int_equal(fee(&rate, 149), 1);
}

static void
test_large_amounts(void **state)
{
	struct fee_rate rate = rate_of(FEE_VOLUME, 0, INT64_MAX);
	int64_t none;

	(void)state;
	add_tier(&rate, 0, 0, SHARE_WHOLE);
	assert_int_equal(fee(&rate, INT64_MAX), INT64_MAX);
	rate.tiers[0].share = SHARE_WHOLE / 2;
	assert_int_equal(fee(&rate, INT64_MAX), INT64_MAX / 2 + 1);
	rate.tiers[0].flat = INT64_MAX / 2;
	assert_int_equal(fee(&rate, INT64_MAX), INT64_MAX);
	rate.tiers[0].flat++;
	assert_false(fee_rate_of(&rate, INT64_MAX, &none));
	rate.maximum = INT64_MAX - 1;
	assert_int_equal(fee(&rate, INT64_MAX), INT64_MAX - 1);
}

/* SplitMix64. */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static struct fee_rate
any_rate(uint64_t *seed)
{
	struct fee_rate rate =
		rate_of(next(seed) % 2 == 0 ? FEE_VOLUME : FEE_GRADUATED, 0, INT64_MAX);
	size_t tiers = 1 + next(seed) % 4;
	int64_t end = 0;

	for (size_t i = 0; i < tiers; i++) {
		end += 1 + (int64_t)(next(seed) % 1000);
		add_tier(&rate, i + 1 < tiers ? end : 0, (int64_t)(next(seed) % 50),
			 (int64_t)(next(seed) % (SHARE_WHOLE + 1)));
	}
	return rate;
}

static size_t
tier_of(const struct fee_rate *rate, int64_t unit)
{
	size_t i = 0;

	while (rate->tiers[i].up_to != 0 && unit > rate->tiers[i].up_to)
		i++;
	return i;
}

/* The exact fee times SHARE_WHOLE, unit by unit of the amount. */
static wide_int
exact(const struct fee_rate *rate, int64_t amount)
{
	size_t before = FEE_TIERS_MAX;
	wide_int sum = 0;

	for (int64_t unit = 1; unit <= amount; unit++) {
		size_t i = tier_of(rate, rate->mode == FEE_GRADUATED ? unit : amount);

		if (i != before)
			sum += (wide_int)rate->tiers[i].flat * SHARE_WHOLE;
		sum += rate->tiers[i].share;
		before = i;
	}
	return sum;
}

/* The fee is the number of minor units that is nearest to the exact one, and of two the higher one. */
static void
test_nearest(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < CASES; i++) {
		struct fee_rate rate = any_rate(&seed);
		int64_t amount = 1 + (int64_t)(next(&seed) % 4000);
		wide_int off = exact(&rate, amount) - (wide_int)fee(&rate, amount) * SHARE_WHOLE;

		assert_true(off >= -SHARE_WHOLE / 2 && off < SHARE_WHOLE / 2);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flat_and_percent), cmocka_unit_test(test_odd_cents),
		cmocka_unit_test(test_bounds),           cmocka_unit_test(test_tiers),
		cmocka_unit_test(test_rounded_once),     cmocka_unit_test(test_large_amounts),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
