/*
 * The kernel against the model, on random ledgers and batches. A failure prints its seed;
 * COWRY_TEST_SEED=n runs that one alone.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/ledger_case.h"

enum { SEEDS = 20000 };

/* SplitMix64. */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static void
run_seed(uint64_t seed)
{
	uint64_t state = seed;
	uint64_t words[CASE_BYTES_MAX / sizeof(uint64_t)] = {0};
	uint8_t bytes[CASE_BYTES_MAX];
	const char *problem;

	for (size_t i = 0; i < COUNT(words); i++)
		words[i] = next(&state);
	memcpy(bytes, words, sizeof(bytes));
	problem = ledger_case_check(bytes, sizeof(bytes));
	if (problem != NULL)
		fail_msg("COWRY_TEST_SEED=%llu: %s", (unsigned long long)seed, problem);
}

static void
test_kernel_is_the_model(void **state)
{
	const char *only = getenv("COWRY_TEST_SEED");

	(void)state;
	if (only != NULL) {
		run_seed(strtoull(only, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed);
}

/* No byte at all, and each byte alone many times over. */
static void
test_dull_cases(void **state)
{
	uint8_t bytes[CASE_BYTES_MAX] = {0};

	(void)state;
	assert_null(ledger_case_check(bytes, 0));
	for (int value = 0; value <= UINT8_MAX; value++) {
		memset(bytes, value, sizeof(bytes));
		assert_null(ledger_case_check(bytes, sizeof(bytes)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_is_the_model),
		cmocka_unit_test(test_dull_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
