/* Limits: what transactions and holds take of them, and what a refusal says. */
#include "tests/support/cmocka.h"
#include "tests/support/ledger_scene.h"

/* One limit, which accounts of the scene may have. */
static struct ledger_limit limit;
static struct ledger_limit *limits[] = {&limit};

static int
setup(void **state)
{
	limit = (struct ledger_limit){
		.limit_id = 1,
		.public_id = ID(70),
		.measure = LIMIT_SUM,
		.direction = LIMIT_OUT,
		.span = LIMIT_DAY,
		.currency = "NGN",
		.most = 40,
		.ends_at = {NOW + 1},
	};
	return scene_setup(state);
}

static void
give(struct scene *s, int account)
{
	s->accounts[account - 1].limits = limits;
	s->accounts[account - 1].limit_count = 1;
	s->batch.limits = &limit;
	s->batch.limit_count = 1;
}

static void
post(struct scene *s, enum transaction_type type, int from, int to, int64_t amount)
{
	static const char *const references[BATCH_MAX] = {"r1", "r2", "r3", "r4"};

	scene_add(s, references[s->batch.transaction_count], from, to, amount)->type = type;
}

/* Each transaction of a batch leaves less for those after it; one that is refused takes nothing. */
static void
test_in_order(void **state)
{
	struct scene *s = *state;

	give(s, A);
	post(s, TRANSACTION_TRANSFER, A, B, 30);
	post(s, TRANSACTION_TRANSFER, A, B, 11);
	post(s, TRANSACTION_TRANSFER, A, C, 10);
	post(s, TRANSACTION_TRANSFER, B, A, 80);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_int_equal(s->transactions[1].err, ERR_LIMIT);
	assert_int_equal(s->transactions[1].exceeded.left, 10);
	assert_int_equal(s->transactions[1].exceeded.wanted, 1);
	assert_true(uuid_equal(s->transactions[1].exceeded.id, ID(70)));
	assert_int_equal(s->transactions[2].err, ERR_OK);
	assert_int_equal(s->transactions[3].err, ERR_OK);
	assert_true(limit.used == 40 && limit.added == 40);
	assert_int_equal(limit.postings, 3);
	scene_expect_account(s, A, 140, 30, 13);
}

static void
test_policies(void **state)
{
	static const struct {
		enum transaction_type type;
		bool settles;
		enum err err;
		int used;
	} rows[] = {
		{TRANSACTION_TRANSFER, false, ERR_LIMIT, 0},
		{TRANSACTION_DEBIT, true, ERR_OK, 41},
		{TRANSACTION_WITHDRAWAL, false, ERR_OK, 41},
		{TRANSACTION_REVERSAL, false, ERR_OK, 0},
		{TRANSACTION_ADMIN_DEBIT, false, ERR_OK, 0},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct scene *s = *state;

		give(s, A);
		post(s, rows[i].type, A, B, 41);
		s->transactions[0].settles = rows[i].settles;
		scene_apply(s);
		assert_int_equal(s->transactions[0].err, rows[i].err);
		assert_true(limit.used == rows[i].used);
		(void)scene_teardown(state);
		(void)setup(state);
	}
}

/* Two accounts have it together; what does not raise their balance is allowed, also above the limit. */
static void
test_balance(void **state)
{
	struct scene *s = *state;

	limit.measure = LIMIT_BALANCE;
	limit.direction = (enum limit_direction)0;
	limit.span = (enum limit_span)0;
	limit.most = 149;
	limit.used = 150;
	give(s, A);
	give(s, B);
	post(s, TRANSACTION_TRANSFER, A, B, 70);
	post(s, TRANSACTION_TRANSFER, B, C, 20);
	post(s, TRANSACTION_TRANSFER, C, A, 20);
	post(s, TRANSACTION_TRANSFER, C, A, 19);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_int_equal(s->transactions[1].err, ERR_OK);
	assert_int_equal(s->transactions[2].err, ERR_LIMIT);
	assert_int_equal(s->transactions[2].exceeded.left, 19);
	assert_int_equal(s->transactions[2].exceeded.wanted, 0);
	assert_int_equal(s->transactions[3].err, ERR_OK);
	assert_true(limit.used == 149);
}

static void
test_count_of_lines(void **state)
{
	struct scene *s = *state;
	struct ledger_transaction *t;

	limit.measure = LIMIT_COUNT;
	limit.currency = NULL;
	limit.most = 1;
	give(s, A);
	t = scene_add(s, "r1", A, B, 1);
	scene_add_posting(s, t, A, C, 1);
	post(s, TRANSACTION_TRANSFER, A, C, 1);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_int_equal(s->transactions[1].err, ERR_LIMIT);
	assert_true(limit.used == 1);
}

/* What is captured was held before, and takes nothing more. */
static void
test_capture(void **state)
{
	struct scene *s = *state;

	s->holds[0].type = TRANSACTION_CAPTURE;
	limit.held = 30;
	limit.used = 10;
	give(s, A);
	scene_add(s, "r1", A, B, 20)->hold = ID(50);
	s->transactions[0].type = TRANSACTION_CAPTURE;
	post(s, TRANSACTION_TRANSFER, A, B, 11);
	post(s, TRANSACTION_TRANSFER, A, B, 10);
	scene_apply(s);
	assert_int_equal(s->transactions[0].err, ERR_OK);
	assert_int_equal(s->transactions[1].err, ERR_LIMIT);
	assert_int_equal(s->transactions[2].err, ERR_OK);
	assert_true(limit.held == 0 && limit.used == 40);
}

/* What must become free; 0 where that would not help. */
static void
test_holds(void **state)
{
	struct scene *s = *state;
	struct ledger_exceeded e;

	limit.used = 25;
	limit.held = 10;
	give(s, A);
	assert_int_equal(limits_hold(s->accounts, TRANSACTION_CAPTURE, 5, &e), ERR_OK);
	assert_int_equal(limits_hold(s->accounts, TRANSACTION_CAPTURE, 6, &e), ERR_LIMIT);
	assert_int_equal(e.left, 5);
	assert_int_equal(e.wanted, 1);
	assert_int_equal(limits_hold(s->accounts, TRANSACTION_CAPTURE, 31, &e), ERR_LIMIT);
	assert_int_equal(e.wanted, 0);
	limit.types = UINT64_C(1) << TRANSACTION_PURCHASE;
	assert_int_equal(limits_hold(s->accounts, TRANSACTION_CAPTURE, 6, &e), ERR_OK);
	assert_int_equal(limits_hold(s->accounts, TRANSACTION_PURCHASE, 6, &e), ERR_LIMIT);
	limits_release(s->accounts, TRANSACTION_PURCHASE, 4, false);
	assert_true(limit.held == 6);
	assert_int_equal(limits_hold(s->accounts, TRANSACTION_PURCHASE, 9, &e), ERR_OK);
}

/* The words by which the database reads the journal. */
static void
test_counted(void **state)
{
	const struct scene *s = *state;
	size_t n;
	const char *const *words = limits_counted(s->arena, &n);

	assert_true(n > 10);
	assert_string_equal(words[0], "transfer");
	for (size_t i = 0; i < n; i++)
		assert_string_not_equal(words[i], "reversal");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_in_order),       TEST(test_policies), TEST(test_balance),
		TEST(test_count_of_lines), TEST(test_capture),  TEST(test_holds),
		TEST(test_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
