/* Held money: holding, capturing, releasing. */
#include "tests/support/cmocka.h"
#include "tests/support/ledger_scene.h"

static void
test_captures(void **state)
{
	static const struct {
		int64_t amount;
		int64_t left;
	} rows[] = {{30, 70}, {1, 99}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene *s = *state;

		(void)scene_add(s, "r0", B, C, 1);
		scene_add(s, "r1", A, B, rows[i].amount)->hold = ID(50);
		scene_add(s, "r2", A, B, 1)->hold = ID(50);
		scene_apply(s);
		assert_int_equal(s->transactions[1].err, ERR_OK);
		assert_int_equal(s->transactions[2].err, ERR_HOLD_CLOSED);
		scene_expect_account(s, A, rows[i].left, 0, 11);
		assert_int_equal(s->holds[0].status, HOLD_CAPTURED);
		assert_int_equal(s->holds[0].captured, rows[i].amount);
		assert_int_equal(s->holds[0].captured_by, 1);
		assert_true(s->holds[0].changed);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

/* Parts of a hold that is kept, until it is used up, ended by a part, or released. */
static void
test_captures_of_parts(void **state)
{
	struct scene *s = *state;

	scene_add(s, "r1", A, B, 10)->hold = ID(50);
	scene_add(s, "r2", A, B, 21)->hold = ID(50);
	scene_add(s, "r3", A, B, 71)->hold = ID(50);
	scene_add(s, "r4", A, C, 71)->hold = (struct uuid){{0}};
	s->transactions[0].keeps_hold = true;
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_true(s->transactions[0].kept_hold);
	assert_int_equal(s->transactions[1].err, ERR_EXCEEDS_REST);
	assert_int_equal(s->transactions[2].err, ERR_EXCEEDS_REST);
	assert_int_equal(s->transactions[3].err, ERR_INSUFFICIENT_FUNDS);
	scene_expect_account(s, A, 90, 20, 11);
	assert_int_equal(s->holds[0].status, HOLD_ACTIVE);
	assert_int_equal(s->holds[0].amount, 20);
	assert_int_equal(s->holds[0].captured_before, 10);
	assert_int_equal(s->holds[0].captured, 0);
	assert_true(s->holds[0].changed);
	assert_int_equal(ledger_release(&s->accounts[A - 1], s->holds, HOLD_VOIDED), ERR_OK);
	scene_expect_account(s, A, 90, 0, 11);
}

static void
test_captures_until_the_end(void **state)
{
	static const struct {
		int64_t last;
		bool keeps;
		int64_t balance;
	} rows[] = {{20, true, 70}, {20, false, 70}, {5, false, 85}};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene *s = *state;

		scene_add(s, "r1", A, B, 4)->hold = ID(50);
		scene_add(s, "r2", A, B, 6)->hold = ID(50);
		scene_add(s, "r3", A, B, rows[i].last)->hold = ID(50);
		scene_add(s, "r4", A, B, 1)->hold = ID(50);
		for (size_t t = 0; t < 4; t++)
			s->transactions[t].keeps_hold = t != 2 || rows[i].keeps;
		scene_apply(s);
		for (size_t t = 0; t < 3; t++)
			assert_int_equal(s->transactions[t].err, ERR_OK);
		assert_false(s->transactions[2].kept_hold);
		assert_int_equal(s->transactions[3].err, ERR_HOLD_CLOSED);
		scene_expect_account(s, A, rows[i].balance, 0, 13);
		assert_int_equal(s->holds[0].status, HOLD_CAPTURED);
		assert_int_equal(s->holds[0].captured_before, 10);
		assert_int_equal(s->holds[0].captured, rows[i].last);
		assert_int_equal(s->holds[0].captured_by, 2);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

/* Spending everything else does not affect the held amount. */
static void
test_capture_is_always_covered(void **state)
{
	struct scene *s = *state;

	(void)scene_add(s, "r1", A, B, 70);
	scene_add(s, "r2", A, B, 30)->hold = ID(50);
	scene_apply(s);
	assert_int_equal(s->transactions[1].err, ERR_OK);
	scene_expect_account(s, A, 0, 0, 12);
}

static void
test_refused_captures(void **state)
{
	static const struct {
		int hold, from, to;
		int64_t amount;
		int64_t ledger_id, ledger_of_hold;
		int64_t status;
		int64_t expires_at;
		int64_t status_of_from;
		size_t count;
		enum err err;
	} rows[] = {
		{NONE, A, B, 1, 7, 7, 0, NOW + 1, 0, 1, ERR_NOT_FOUND},
		{50, A, B, 1, 7, 8, 0, NOW + 1, 0, 1, ERR_NOT_FOUND},
		{50, A, B, 1, 8, 8, 0, NOW + 1, 0, 1, ERR_NOT_FOUND},
		{50, B, C, 1, 7, 7, 0, NOW + 1, 0, 1, ERR_NOT_FOUND},
		{50, A, B, 1, 7, 7, 0, NOW + 1, 0, 2, ERR_NOT_FOUND},
		{50, A, B, 1, 7, 7, 0, NOW, 0, 1, ERR_HOLD_CLOSED},
		{50, A, B, 31, 7, 7, 0, NOW, 0, 1, ERR_HOLD_CLOSED},
		{50, A, B, 1, 7, 7, HOLD_CAPTURED, NOW + 1, 0, 1, ERR_HOLD_CLOSED},
		{50, A, B, 1, 7, 7, HOLD_VOIDED, NOW + 1, 0, 1, ERR_HOLD_CLOSED},
		{50, A, B, 1, 7, 7, HOLD_EXPIRED, NOW + 1, 0, 1, ERR_HOLD_CLOSED},
		{50, A, B, 31, 7, 7, 0, NOW + 1, 0, 1, ERR_EXCEEDS_REST},
		{50, A, NONE, 1, 7, 7, 0, NOW + 1, 0, 1, ERR_NOT_FOUND},
		{50, A, A, 1, 7, 7, 0, NOW + 1, 0, 1, ERR_SAME_WALLET},
		{50, A, B, 1, 7, 7, 0, NOW + 1, ACCOUNT_FROZEN, 1, ERR_WALLET_INACTIVE},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene *s = *state;
		struct ledger_transaction *t =
			scene_add(s, "r1", rows[i].from, rows[i].to, rows[i].amount);

		if (rows[i].count == 2)
			scene_add_posting(s, t, A, C, 1);
		t->hold = ID((unsigned char)rows[i].hold);
		t->ledger_id = rows[i].ledger_id;
		s->holds[0].ledger_id = rows[i].ledger_of_hold;
		s->holds[0].status = rows[i].status;
		s->holds[0].expires_at.us = rows[i].expires_at;
		s->accounts[A - 1].status = rows[i].status_of_from;
		scene_apply(s);
		assert_int_equal(t->err, rows[i].err);
		assert_int_equal(s->holds[0].status, rows[i].status);
		assert_false(s->holds[0].changed);
		scene_expect_account(s, A, 100, 30, 10);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

static void
test_spendable(void **state)
{
	static const struct {
		bool has_floor;
		int64_t floor, balance, held, spendable;
	} rows[] = {
		{true, 0, 100, 30, 70},
		{true, 0, 0, 0, 0},
		{true, 10, 5, 0, 0},
		{true, -10, 5, 0, 15},
		{true, -10, INT64_MAX, 0, INT64_MAX},
		{true, 10, INT64_MIN + 1, 0, 0},
		{true, 0, INT64_MIN, 1, 0},
		{false, 0, INT64_MIN, 0, INT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct ledger_account account = {.has_floor = rows[i].has_floor,
						       .floor = rows[i].floor,
						       .balance = rows[i].balance,
						       .held = rows[i].held};

		assert_int_equal(ledger_spendable(&account), rows[i].spendable);
	}
}

static void
test_reserve(void **state)
{
	struct scene *s = *state;
	struct ledger_account *a = &s->accounts[A - 1];

	assert_int_equal(ledger_reserve(a, 71), ERR_INSUFFICIENT_FUNDS);
	a->status = ACCOUNT_FROZEN;
	assert_int_equal(ledger_reserve(a, 71), ERR_WALLET_INACTIVE);
	a->status = ACCOUNT_ACTIVE;
	scene_expect_untouched(s);
	assert_int_equal(ledger_reserve(a, 70), ERR_OK);
	assert_true(a->changed);
	scene_expect_account(s, A, 100, 100, 10);
	assert_int_equal(ledger_reserve(a, 1), ERR_INSUFFICIENT_FUNDS);
}

static void
test_reserve_at_the_end_of_numbers(void **state)
{
	struct ledger_account a = {.held = INT64_MAX - 1};

	(void)state;
	assert_int_equal(ledger_reserve(&a, 2), ERR_AMOUNT_TOO_LARGE);
	assert_int_equal(a.held, INT64_MAX - 1);
	assert_false(a.changed);
	a = (struct ledger_account){.balance = INT64_MIN + 1};
	assert_int_equal(ledger_reserve(&a, 2), ERR_AMOUNT_TOO_LARGE);
	assert_int_equal(ledger_reserve(&a, 1), ERR_OK);
}

static void
test_release(void **state)
{
	static const enum hold_status ends[] = {HOLD_VOIDED, HOLD_EXPIRED};

	for (size_t i = 0; i < COUNT(ends); i++) {
		struct scene *s = *state;

		assert_int_equal(ledger_release(&s->accounts[A - 1], s->holds, ends[i]), ERR_OK);
		scene_expect_account(s, A, 100, 0, 10);
		assert_int_equal(s->holds[0].status, ends[i]);
		assert_true(s->accounts[A - 1].changed && s->holds[0].changed);
		assert_int_equal(ledger_release(&s->accounts[A - 1], s->holds, HOLD_VOIDED),
				 ERR_HOLD_CLOSED);
		scene_expect_account(s, A, 100, 0, 10);
		assert_int_equal(s->holds[0].status, ends[i]);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_spendable),
		TEST(test_captures),
		TEST(test_captures_of_parts),
		TEST(test_captures_until_the_end),
		TEST(test_capture_is_always_covered),
		TEST(test_refused_captures),
		TEST(test_reserve),
		TEST(test_reserve_at_the_end_of_numbers),
		TEST(test_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
