/* Posting, refusals and replays of the kernel, rule by rule. */
#include <string.h>

#include "tests/support/cmocka.h"
#include "tests/support/ledger_scene.h"

static void
test_posts(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = scene_add(s, "r1", B, C, 20);

	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_false(t->replayed);
	assert_int_equal(t->created_at.us, NOW);
	assert_int_equal(t->transaction_id, 100);
	assert_int_equal(t->results[0].from_balance, 30);
	assert_int_equal(t->results[0].to_balance, 20);
	assert_int_equal(t->results[0].from_sequence, 21);
	assert_int_equal(t->results[0].to_sequence, 31);
	scene_expect_account(s, B, 30, 0, 21);
	scene_expect_account(s, C, 20, 0, 31);
	assert_false(s->accounts[A - 1].changed);
	assert_true(s->accounts[B - 1].changed && s->accounts[C - 1].changed);
}

/* The clock stepped back: what is posted is as late as the last posting of either account. */
static void
test_clock_steps_back(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *first = scene_add(s, "r1", A, C, 20);
	struct ledger_transaction *second = scene_add(s, "r2", B, C, 20);
	struct ledger_transaction *refused = scene_add(s, "r3", C, A, 1000);

	s->accounts[A - 1].last_at.us = NOW + 5;
	s->accounts[B - 1].last_at.us = NOW - 5;
	scene_apply(s);
	assert_int_equal(first->err, ERR_OK);
	assert_int_equal(second->err, ERR_OK);
	assert_int_equal(refused->err, ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(first->created_at.us, NOW + 5);
	assert_int_equal(second->created_at.us, NOW + 5);
	for (int i = A; i <= C; i++)
		assert_int_equal(s->accounts[i - 1].last_at.us, NOW + 5);
}

/* What has nothing to do with the accounts that are ahead is dated by the clock. */
static void
test_clock_is_of_accounts(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t = scene_add(s, "r1", B, C, 20);

	s->accounts[A - 1].last_at.us = NOW + 5;
	scene_apply(s);
	assert_int_equal(t->created_at.us, NOW);
	assert_int_equal(s->accounts[B - 1].last_at.us, NOW);
}

static void
test_empty_batch(void **state)
{
	scene_apply(*state);
	scene_expect_untouched(*state);
}

/* One row per refusal: a single transfer of the amount, under conditions set by the row. */
struct refusal {
	int from, to;
	int64_t amount;
	const char *currency; /* of the transaction */
	const char *of_to;    /* currency of account B */
	int64_t status_of_from;
	int64_t status_of_to;
	int64_t ledger_id;
	enum err err;
};

static void
test_refusals(void **state)
{
	static const struct refusal rows[] = {
		{A, B, 71, "NGN", "NGN", 0, 0, 7, ERR_INSUFFICIENT_FUNDS},
		{C, B, 1, "NGN", "NGN", 0, 0, 7, ERR_INSUFFICIENT_FUNDS},
		{A, B, INT64_MAX, "NGN", "NGN", 0, 0, 7, ERR_INSUFFICIENT_FUNDS},
		{A, NONE, 1, "NGN", "NGN", 0, 0, 7, ERR_NOT_FOUND},
		{NONE, B, 1, "NGN", "NGN", 0, 0, 7, ERR_NOT_FOUND},
		{NONE, NONE, 1, "NGN", "NGN", 0, 0, 7, ERR_NOT_FOUND},
		{A, B, 1, "NGN", "NGN", 0, 0, 8, ERR_NOT_FOUND},
		{A, B, 1, "USD", "NGN", 0, 0, 7, ERR_CURRENCY_MISMATCH},
		{A, B, 1, "NGN", "USD", 0, 0, 7, ERR_CURRENCY_MISMATCH},
		{A, B, 1, "NGN", "USD", ACCOUNT_FROZEN, 0, 7, ERR_CURRENCY_MISMATCH},
		{A, NONE, 1, "USD", "NGN", 0, 0, 7, ERR_CURRENCY_MISMATCH},
		{NONE, B, 1, "NGN", "USD", 0, 0, 7, ERR_CURRENCY_MISMATCH},
		{A, A, 1, "NGN", "NGN", 0, 0, 7, ERR_SAME_WALLET},
		{A, A, 1, "NGN", "NGN", ACCOUNT_FROZEN, 0, 7, ERR_SAME_WALLET},
		{A, A, 1000, "NGN", "NGN", 0, 0, 7, ERR_SAME_WALLET},
		{A, B, 1, "NGN", "NGN", ACCOUNT_FROZEN, 0, 7, ERR_WALLET_INACTIVE},
		{A, B, 1, "NGN", "NGN", 0, ACCOUNT_FROZEN, 7, ERR_WALLET_INACTIVE},
		{A, B, 1, "NGN", "NGN", ACCOUNT_CLOSED, 0, 7, ERR_NOT_FOUND},
		{A, B, 1, "NGN", "NGN", 0, ACCOUNT_CLOSED, 7, ERR_NOT_FOUND},
		{A, B, 1, "NGN", "USD", 0, ACCOUNT_CLOSED, 7, ERR_NOT_FOUND},
		{A, A, 1, "NGN", "NGN", ACCOUNT_CLOSED, 0, 7, ERR_NOT_FOUND},
		{A, B, 1000, "NGN", "NGN", 0, ACCOUNT_FROZEN, 7, ERR_WALLET_INACTIVE},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct refusal *row = &rows[i];
		struct scene *s = *state;
		struct ledger_transaction *t = scene_add(s, "r1", row->from, row->to, row->amount);

		t->currency = row->currency;
		t->ledger_id = row->ledger_id;
		s->accounts[A - 1].status = row->status_of_from;
		s->accounts[B - 1].status = row->status_of_to;
		s->accounts[B - 1].currency = row->of_to;
		scene_expect_refused(s, row->err);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

static void
test_spends_all_that_is_not_held(void **state)
{
	struct scene *s = *state;

	(void)scene_add(s, "r1", A, B, 70);
	(void)scene_add(s, "r2", A, B, 1);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_int_equal(s->transactions[1].err, ERR_INSUFFICIENT_FUNDS);
	scene_expect_account(s, A, 30, 30, 11);
}

static void
test_floors(void **state)
{
	static const struct {
		bool has_floor;
		int64_t floor;
		int64_t amount;
		enum err err;
	} rows[] = {
		{true, 20, 50, ERR_OK},
		{true, 20, 51, ERR_INSUFFICIENT_FUNDS},
		{true, -40, 110, ERR_OK},
		{true, -40, 111, ERR_INSUFFICIENT_FUNDS},
		{true, INT64_MIN, INT64_MAX - 50, ERR_OK},
		{true, INT64_MAX, 1, ERR_INSUFFICIENT_FUNDS},
		{false, 20, 1000000, ERR_OK},
		{false, 20, INT64_MAX - 50, ERR_OK},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene *s = *state;

		s->accounts[A - 1].has_floor = rows[i].has_floor;
		s->accounts[A - 1].floor = rows[i].floor;
		(void)scene_add(s, "r1", A, B, rows[i].amount);
		scene_apply(s);
		assert_int_equal(s->transactions[0].err, rows[i].err);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

/* The ends of 64 bits, on either side. */
static void
test_overflow(void **state)
{
	static const struct {
		int64_t from_balance;
		int64_t from_held;
		int64_t to_balance;
		int64_t amount;
		enum err err;
	} rows[] = {
		{0, 0, INT64_MAX - 1, 1, ERR_OK},
		{0, 0, INT64_MAX, 1, ERR_AMOUNT_TOO_LARGE},
		{0, 0, 0, INT64_MAX, ERR_OK},
		{0, 0, 1, INT64_MAX, ERR_AMOUNT_TOO_LARGE},
		{INT64_MIN + 1, 0, 0, 1, ERR_OK},
		{INT64_MIN, 0, 0, 1, ERR_AMOUNT_TOO_LARGE},
		{-2, 0, 0, INT64_MAX, ERR_AMOUNT_TOO_LARGE},
		{INT64_MIN + 31, 30, 0, 1, ERR_OK},
		{INT64_MIN + 30, 30, 0, 1, ERR_AMOUNT_TOO_LARGE},
		{INT64_MAX, 0, INT64_MIN, INT64_MAX, ERR_OK},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene *s = *state;

		scene_open_account(s, A, rows[i].from_balance, rows[i].from_held);
		scene_open_account(s, B, rows[i].to_balance, 0);
		s->accounts[A - 1].has_floor = false;
		(void)scene_add(s, "r1", A, B, rows[i].amount);
		scene_apply(s);
		assert_int_equal(s->transactions[0].err, rows[i].err);
		if (rows[i].err != ERR_OK) {
			scene_expect_account(s, A, rows[i].from_balance, rows[i].from_held, 10);
			scene_expect_account(s, B, rows[i].to_balance, 0, 20);
		}
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

/* Money that arrives earlier in the batch can be spent later in it, and within a transaction. */
static void
test_money_flows_through_a_batch(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t;

	(void)scene_add(s, "r1", C, A, 1);
	(void)scene_add(s, "r2", B, C, 50);
	t = scene_add(s, "r3", C, A, 40);
	scene_add_posting(s, t, A, B, 110);
	scene_add_posting(s, t, B, C, 5);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(s->transactions[1].err, ERR_OK);
	assert_int_equal(t->err, ERR_OK);
	assert_int_equal(t->results[1].from_balance, 30);
	assert_int_equal(t->results[1].from_sequence, 12);
	assert_int_equal(t->results[2].from_balance, 105);
	assert_int_equal(t->results[2].to_sequence, 33);
	scene_expect_account(s, A, 30, 30, 12);
	scene_expect_account(s, B, 105, 0, 23);
	scene_expect_account(s, C, 15, 0, 33);
}

/* A refusal at the last of several postings undoes the others. */
static void
test_all_or_nothing(void **state)
{
	static const struct {
		int from, to;
		int64_t amount;
		enum err err;
	} last[] = {
		{C, A, 61, ERR_INSUFFICIENT_FUNDS},
		{C, C, 1, ERR_SAME_WALLET},
		{C, NONE, 1, ERR_NOT_FOUND},
	};

	for (size_t i = 0; i < COUNT(last); i++) {
		struct scene *s = *state;
		struct ledger_transaction *t = scene_add(s, "r1", A, C, 20);

		scene_add_posting(s, t, B, C, 40);
		scene_add_posting(s, t, last[i].from, last[i].to, last[i].amount);
		scene_expect_refused(s, last[i].err);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

/* ...and does not affect other transactions. */
static void
test_neighbours_stand(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t;

	(void)scene_add(s, "r1", B, C, 10);
	t = scene_add(s, "r2", C, A, 10);
	scene_add_posting(s, t, C, A, 1);
	(void)scene_add(s, "r3", C, B, 10);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_int_equal(t->err, ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(s->transactions[2].err, ERR_OK);
	assert_int_equal(s->transactions[2].results[0].from_sequence, 32);
	assert_false(s->accounts[A - 1].changed);
	scene_expect_account(s, A, 100, 30, 10);
	scene_expect_account(s, B, 50, 0, 22);
}

static void
assert_replay_of_known(const struct ledger_transaction *t)
{
	assert_int_equal(t->err, ERR_OK);
	assert_true(t->replayed);
	assert_int_equal(t->transaction_id, 5);
	assert_true(uuid_equal(t->public_id, ID(55)));
	assert_int_equal(t->created_at.us, NOW - 5);
	assert_int_equal(t->results[0].from_balance, 1);
	assert_int_equal(t->results[0].to_balance, 2);
	assert_int_equal(t->results[0].from_sequence, 3);
	assert_int_equal(t->results[0].to_sequence, 4);
}

/* A replay comes before every other rule. */
static void
test_replays_what_is_known(void **state)
{
	struct scene *s = *state;

	scene_know(s, "r1", scene_content);
	(void)scene_add(s, "r1", A, B, 1);
	(void)scene_add(s, "r1", NONE, NONE, 1000);
	scene_add(s, "r1", A, A, 1)->hold = ID(NONE);
	scene_add(s, "r1", A, B, 1)->reverses = 9;
	scene_apply(s);
	for (size_t i = 0; i < BATCH_MAX; i++)
		assert_replay_of_known(&s->transactions[i]);
	scene_expect_untouched(s);
}

static void
test_replays_what_the_batch_posted(void **state)
{
	struct scene *s = *state;
	const struct ledger_transaction *t;

	(void)scene_add(s, "r1", B, C, 10);
	(void)scene_add(s, "r2", B, C, 10);
	t = scene_add(s, "r1", B, C, 10);
	scene_apply(s);
	assert_int_equal(t->err, ERR_OK);
	assert_true(t->replayed);
	assert_int_equal(t->transaction_id, 100);
	assert_true(uuid_equal(t->public_id, ID(100)));
	assert_int_equal(t->results[0].from_balance, 40);
	assert_int_equal(t->results[0].to_sequence, 31);
	scene_expect_account(s, B, 30, 0, 22);
}

static void
test_duplicates(void **state)
{
	struct scene *s = *state;

	scene_know(s, "r1", scene_other_content);
	(void)scene_add(s, "r1", A, NONE, 1);
	(void)scene_add(s, "r2", B, C, 10);
	memcpy(scene_add(s, "r2", B, C, 10)->content, scene_other_content, CONTENT_SIZE);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_DUPLICATE_REFERENCE);
	assert_int_equal(s->transactions[1].err, ERR_OK);
	assert_int_equal(s->transactions[2].err, ERR_DUPLICATE_REFERENCE);
	assert_false(s->transactions[2].replayed);
	scene_expect_account(s, B, 40, 0, 21);
}

/* Another ledger's reference is another one, and a refused transaction has taken none. */
static void
test_references_that_are_free(void **state)
{
	struct scene *s = *state;

	scene_know(s, "r1", scene_other_content);
	s->known[0].ledger_id = 8;
	(void)scene_add(s, "r1", B, C, 10);
	(void)scene_add(s, "r2", B, C, 41);
	memcpy(scene_add(s, "r2", B, C, 10)->content, scene_other_content, CONTENT_SIZE);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_false(s->transactions[0].replayed);
	assert_int_equal(s->transactions[1].err, ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(s->transactions[2].err, ERR_OK);
	assert_false(s->transactions[2].replayed);
}

static void
test_reversals(void **state)
{
	struct scene *s = *state;

	scene_reverse(s, 9, 1);
	scene_add(s, "r1", A, NONE, 1)->reverses = 9;
	scene_add(s, "r2", C, B, 1)->reverses = 8;
	scene_add(s, "r3", B, C, 1)->reverses = 8;
	scene_add(s, "r4", B, C, 1)->reverses = 8;
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_ALREADY_REVERSED);
	assert_int_equal(s->transactions[1].err, ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(s->transactions[2].err, ERR_OK);
	assert_int_equal(s->transactions[3].err, ERR_ALREADY_REVERSED);
	scene_expect_account(s, B, 49, 0, 21);
}

/* Up to what may be given back, by those of the books and of the batch together. */
static void
test_reversals_in_parts(void **state)
{
	static const struct {
		int64_t before, first, second, reversible;
		enum err errs[2];
	} rows[] = {
		{0, 20, 20, 40, {ERR_OK, ERR_OK}},
		{0, 20, 21, 40, {ERR_OK, ERR_EXCEEDS_REST}},
		{0, 40, 1, 40, {ERR_OK, ERR_ALREADY_REVERSED}},
		{0, 41, 40, 40, {ERR_EXCEEDS_REST, ERR_OK}},
		{39, 1, 1, 40, {ERR_OK, ERR_ALREADY_REVERSED}},
		{39, 2, 1, 40, {ERR_EXCEEDS_REST, ERR_OK}},
		{40, 1, 1, 40, {ERR_ALREADY_REVERSED, ERR_ALREADY_REVERSED}},
		{INT64_MAX, 1, 50, INT64_MAX, {ERR_ALREADY_REVERSED, ERR_ALREADY_REVERSED}},
		{INT64_MAX - 1, 2, 1, INT64_MAX, {ERR_EXCEEDS_REST, ERR_OK}},
		{0, 51, 50, 60, {ERR_INSUFFICIENT_FUNDS, ERR_OK}},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene *s = *state;

		if (rows[i].before > 0)
			scene_reverse(s, 8, rows[i].before);
		(void)scene_add(s, "r1", B, C, rows[i].first);
		(void)scene_add(s, "r2", B, C, rows[i].second);
		for (size_t t = 0; t < 2; t++) {
			s->transactions[t].reverses = 8;
			s->transactions[t].reversible = rows[i].reversible;
		}
		scene_apply(s);
		for (size_t t = 0; t < 2; t++)
			assert_int_equal(s->transactions[t].err, rows[i].errs[t]);
		(void)scene_teardown(state);
		(void)scene_setup(state);
	}
}

/* A reversal that is repeated after everything was given back is still that reversal. */
static void
test_repeated_reversal(void **state)
{
	struct scene *s = *state;

	scene_know(s, "r1", scene_content);
	scene_reverse(s, 8, 40);
	scene_add(s, "r1", B, C, 10)->reverses = 8;
	s->transactions[0].reversible = 40;
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_true(s->transactions[0].replayed);
	scene_expect_untouched(s);
}

/* What was posted before is still told. */
static void
test_stopped(void **state)
{
	struct scene *s = *state;

	scene_know(s, "earlier", scene_content);
	scene_add(s, "r1", B, C, 10)->stopped = true;
	scene_add(s, "earlier", B, C, 10)->stopped = true;
	scene_add(s, "r2", B, C, 10)->stopped = false;
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_LEDGER_STOPPED);
	assert_int_equal(s->transactions[1].err, ERR_OK);
	assert_true(s->transactions[1].replayed);
	assert_int_equal(s->transactions[2].err, ERR_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_posts),
		TEST(test_clock_steps_back),
		TEST(test_clock_is_of_accounts),
		TEST(test_empty_batch),
		TEST(test_refusals),
		TEST(test_spends_all_that_is_not_held),
		TEST(test_floors),
		TEST(test_overflow),
		TEST(test_money_flows_through_a_batch),
		TEST(test_all_or_nothing),
		TEST(test_neighbours_stand),
		TEST(test_replays_what_is_known),
		TEST(test_replays_what_the_batch_posted),
		TEST(test_duplicates),
		TEST(test_references_that_are_free),
		TEST(test_reversals),
		TEST(test_reversals_in_parts),
		TEST(test_repeated_reversal),
		TEST(test_stopped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
