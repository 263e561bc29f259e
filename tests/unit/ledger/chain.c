/* Which postings continue the history of an account. */
#include "ledger/chain.h"
#include "tests/support/cmocka.h"

enum { FIRST = 100, COUNT_OF = 3 };

static int
setup(void **state)
{
	struct chain *chain = chain_new(FIRST, COUNT_OF);

	*state = chain;
	return chain != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	chain_free(*state);
	return 0;
}

static bool
follow(void **state, struct chain_link link)
{
	return chain_follow(*state, &link);
}

/* The number of the last posting; -1: not in the range. */
static int64_t
last_of(void **state, int64_t account_id)
{
	int64_t sequence;
	int64_t balance;

	return chain_end(*state, account_id, &sequence, &balance) ? sequence : -1;
}

static void
test_history(void **state)
{
	assert_int_equal(last_of(state, 101), 0);
	assert_true(follow(state, (struct chain_link){101, 1, 50, 50, 10}));
	assert_true(follow(state, (struct chain_link){103, 1, -50, -50, 10}));
	assert_true(follow(state, (struct chain_link){101, 2, -20, 30, 10}));
	assert_true(follow(state, (struct chain_link){101, 3, 1, 31, 11}));
	assert_int_equal(last_of(state, 101), 3);
	assert_int_equal(last_of(state, 102), 0);
}

static void
test_breaks(void **state)
{
	assert_false(follow(state, (struct chain_link){101, 2, 50, 50, 10}));
	assert_false(follow(state, (struct chain_link){101, 2, 50, 100, 10}));
	assert_false(follow(state, (struct chain_link){101, 3, 50, 149, 10}));
	assert_false(follow(state, (struct chain_link){101, 4, 1, 150, 9}));
	assert_false(follow(state, (struct chain_link){101, 0, 0, 150, 9}));
}

/* The next posting is held against the one that was wrong. */
static void
test_goes_on(void **state)
{
	assert_false(follow(state, (struct chain_link){102, 7, 50, 1000, 10}));
	assert_true(follow(state, (struct chain_link){102, 8, 50, 1050, 10}));
}

static void
test_floor(void **state)
{
	chain_set_floor(*state, 101, 0);
	chain_set_floor(*state, 99, 0);
	assert_true(follow(state, (struct chain_link){101, 1, 5, 5, 1}));
	assert_true(follow(state, (struct chain_link){101, 2, -5, 0, 1}));
	assert_false(follow(state, (struct chain_link){101, 3, -1, -1, 1}));
	assert_true(follow(state, (struct chain_link){102, 1, -1, -1, 1}));
}

static void
test_limits(void **state)
{
	assert_true(follow(state, (struct chain_link){102, 1, INT64_MAX, INT64_MAX, 1}));
	assert_false(follow(state, (struct chain_link){102, 2, 1, INT64_MIN, 1}));
	assert_false(follow(state, (struct chain_link){102, INT64_MIN, 0, INT64_MIN, 1}));
}

/* Other accounts are not its business. */
static void
test_range(void **state)
{
	assert_true(follow(state, (struct chain_link){100, 9, 1, 5, 1}));
	assert_true(follow(state, (struct chain_link){104, 9, 1, 5, 1}));
	assert_true(follow(state, (struct chain_link){INT64_MAX, 9, 1, 5, 1}));
	assert_true(follow(state, (struct chain_link){INT64_MIN, 9, 1, 5, 1}));
	assert_int_equal(last_of(state, 100), -1);
	assert_int_equal(last_of(state, 104), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_history, setup, teardown),
		cmocka_unit_test_setup_teardown(test_breaks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_goes_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_floor, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_range, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
