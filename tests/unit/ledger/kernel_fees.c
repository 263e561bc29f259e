/* Fees in the kernel: postings that are not part of the order. */
#include "tests/support/cmocka.h"
#include "tests/support/ledger_scene.h"

enum { FEES = C, ORIGINAL = 5 };

/* A transaction from A to B with a fee from one of them. */
static struct ledger_transaction *
charged(struct scene *s, const char *reference, int64_t amount, int bearer, int64_t fee)
{
	struct ledger_transaction *t = scene_add(s, reference, A, B, amount);

	scene_add_posting(s, t, bearer, FEES, fee);
	t->has_fee = true;
	return t;
}

/* Gives back of what was given to B, by a transaction of 100 with a fee from one of both. */
static struct ledger_transaction *
reversal(struct scene *s, const char *reference, int64_t amount, int bearer, int64_t fee)
{
	struct ledger_transaction *t = scene_add(s, reference, FEES, bearer, fee);

	scene_add_posting(s, t, B, A, amount);
	t->has_fee = true;
	t->reverses = ORIGINAL;
	t->reversible = 100;
	return t;
}

static void
test_bearers(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = charged(s, "r1", 60, A, 10);

	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_int_equal(t->results[1].from_balance, 30);
	scene_expect_account(s, A, 30, 30, 12);
	scene_expect_account(s, B, 110, 0, 21);
	scene_expect_account(s, FEES, 10, 0, 31);
}

/* The payee pays out of what it gets. */
static void
test_payee(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = charged(s, "r1", 70, B, 120);

	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	scene_expect_account(s, A, 30, 30, 11);
	scene_expect_account(s, B, 0, 0, 22);
	scene_expect_account(s, FEES, 120, 0, 31);
}

static void
test_not_covered(void **state)
{
	struct scene *s = *state;

	(void)charged(s, "r1", 70, A, 1);
	scene_expect_refused(s, ERR_INSUFFICIENT_FUNDS);
}

static void
test_more_than_allowed(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = charged(s, "r1", 60, A, 10);

	t->has_fee_most = true;
	t->fee_most = 9;
	scene_expect_refused(s, ERR_FEE_EXCEEDS_MAXIMUM);
	t->fee_most = 10;
	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
}

/* What was posted is the answer, whatever the fee is by now. */
static void
test_replayed(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = charged(s, "r1", 60, A, 10);

	t->has_fee_most = true;
	scene_know(s, "r1", scene_content);
	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_true(t->replayed);
	scene_expect_untouched(s);
}

/* A fee of 7 for 100, in three parts: 33% are 2, 66% are 4, and the rest at the end. */
static void
test_given_back_in_parts(void **state)
{
	struct scene *s = *state;
	const int64_t amounts[] = {33, 33, 34};
	const int64_t fees[] = {2, 2, 3};

	scene_open_account(s, B, 100, 0);
	scene_open_account(s, FEES, 7, 0);
	for (size_t i = 0; i < COUNT(amounts); i++)
		(void)reversal(s, i == 0 ? "r1" : i == 1 ? "r2" : "r3", amounts[i], A, 7);
	scene_apply(s);
	for (size_t i = 0; i < COUNT(amounts); i++) {
		assert_int_equal(s->transactions[i].err, ERR_OK);
		assert_int_equal(s->results[i][0].amount, fees[i]);
		assert_int_equal(s->results[i][1].amount, amounts[i]);
	}
	scene_expect_account(s, A, 207, 30, 16);
	scene_expect_account(s, B, 0, 0, 23);
	scene_expect_account(s, FEES, 0, 0, 33);
}

/* What others gave back before counts, and a part that comes to nothing is left out. */
static void
test_nothing_of_the_fee(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = reversal(s, "r1", 9, A, 10);

	scene_reverse(s, ORIGINAL, 90);
	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_int_equal(t->results[0].amount, 0);
	scene_expect_account(s, A, 109, 30, 11);
	scene_expect_account(s, FEES, 0, 0, 30);
	assert_false(s->accounts[FEES - 1].changed);
}

/* Who got 100 and paid 20 of it gives back 100, since 20 come back first. */
static void
test_payee_gives_back(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t;

	scene_open_account(s, B, 80, 0);
	scene_open_account(s, FEES, 20, 0);
	t = reversal(s, "r1", 100, B, 20);
	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	scene_expect_account(s, A, 200, 30, 11);
	scene_expect_account(s, B, 0, 0, 22);
	scene_expect_account(s, FEES, 0, 0, 31);
}

static void
test_large_amounts(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t;

	scene_open_account(s, A, 0, 0);
	scene_open_account(s, B, INT64_MAX, 0);
	scene_open_account(s, FEES, INT64_MAX - 1, 0);
	t = reversal(s, "r1", INT64_MAX / 2, B, INT64_MAX - 1);
	s->accounts[B - 1].balance = INT64_MAX / 2;
	t->reversible = INT64_MAX;
	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_int_equal(t->results[0].amount, INT64_MAX / 2 - 1);
	scene_expect_account(s, A, INT64_MAX / 2, 0, 11);
}

static struct ledger_transaction *
captured(struct scene *s, int64_t amount, int64_t fee, bool keeps)
{
	struct ledger_transaction *t = charged(s, "r1", amount, A, fee);

	t->hold = ID(50);
	t->keeps_hold = keeps;
	return t;
}

/* The rest of a hold that ends may pay the fee. */
static void
test_capture(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = captured(s, 20, 80, false);

	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_int_equal(s->holds[0].captured, 20);
	scene_expect_account(s, A, 0, 0, 12);
}

/* What stays held does not pay it. */
static void
test_capture_that_keeps(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t;

	(void)captured(s, 20, 71, true);
	scene_expect_refused(s, ERR_INSUFFICIENT_FUNDS);
	s->batch.transaction_count = 0;
	t = captured(s, 20, 70, true);
	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_true(t->kept_hold);
	scene_expect_account(s, A, 10, 10, 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_bearers),
		TEST(test_payee),
		TEST(test_not_covered),
		TEST(test_more_than_allowed),
		TEST(test_replayed),
		TEST(test_given_back_in_parts),
		TEST(test_nothing_of_the_fee),
		TEST(test_payee_gives_back),
		TEST(test_large_amounts),
		TEST(test_capture),
		TEST(test_capture_that_keeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
