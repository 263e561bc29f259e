/* Reversals and captures in parts, one after the other and at once; and conditions. */
#include "base/arena.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"
#include "tests/support/ledger_stage.h"

/* In parts, the sum of which is counted by the database. */
static void
test_reversal_in_parts(void **state)
{
	static const struct {
		int64_t amount;
		enum err err;
	} parts[] = {{4, ERR_OK}, {7, ERR_EXCEEDS_REST}, {6, ERR_OK}, {1, ERR_ALREADY_REVERSED}};
	struct books *b = *state;
	struct uuid x = books_wallet(b, 10);
	struct uuid y = books_wallet(b, 5);
	struct ledger_transaction *t = books_order(b, b->ctx, books_reference(b->ctx), x, y, 10);

	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct ledger_transaction *back =
			books_order(b, b->ctx, books_reference(b->ctx), y, x, parts[i].amount);

		back->reverses = t->transaction_id;
		back->reversible = 10;
		fault_clear(&b->ctx->fault);
		assert_int_equal(ledger_submit(b->ctx, back), parts[i].err);
	}
	assert_int_equal(books_balance(b, x), 10);
	assert_int_equal(books_number(b, arena_printf(b->ctx->arena,
						      "SELECT reversed - moved + 1 FROM "
						      "cowry.reversed_transaction "
						      "WHERE transaction_id = %lld",
						      (long long)t->transaction_id)),
			 1);
}

static enum err
post_two(struct ctx *ctx, void *arg)
{
	return ledger_post(ctx, arg, 2);
}

/* One part of a hold and its end in a batch, and another part before them. */
static void
test_captures_in_parts(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct hold hold = books_hold(b, x, 60, 3600);
	struct ledger_transaction *t[3];

	for (size_t i = 0; i < COUNT(t); i++) {
		t[i] = books_order(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 20);
		t[i]->hold = hold.public_id;
		t[i]->keeps_hold = true;
	}
	t[2]->keeps_hold = false;
	assert_int_equal(ledger_submit(b->ctx, t[0]), ERR_OK);
	assert_int_equal(books_held(b, x), 40);
	assert_int_equal(hold_get(b->ctx, b->ledger_id, hold.public_id, &hold), ERR_OK);
	assert_int_equal(hold.status, HOLD_ACTIVE);
	assert_int_equal(hold.amount, 40);
	assert_int_equal(hold.captured_before, 20);
	assert_true(uuid_is_nil(hold.transaction));
	assert_int_equal(hold.closed_at.us, 0);
	assert_int_equal(db_transact(b->ctx, post_two, &t[1]), ERR_OK);
	assert_int_equal(t[1]->err, ERR_OK);
	assert_int_equal(t[2]->err, ERR_OK);
	assert_int_equal(books_balance(b, x), 40);
	assert_int_equal(books_held(b, x), 0);
	assert_int_equal(hold_get(b->ctx, b->ledger_id, hold.public_id, &hold), ERR_OK);
	assert_int_equal(hold.status, HOLD_CAPTURED);
	assert_int_equal(hold.captured_before + hold.captured, 60);
	assert_true(uuid_equal(hold.transaction, t[2]->public_id));
}

/* What is left after a part is released, and no more. */
static void
test_void_after_a_part(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct hold hold = books_hold(b, x, 60, 3600);
	struct hold other = books_hold(b, x, 15, 3600);
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 20);

	t->hold = hold.public_id;
	t->keeps_hold = true;
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_int_equal(books_held(b, x), 55);
	assert_int_equal(books_void(b, b->ctx, hold.public_id), ERR_OK);
	assert_int_equal(books_held(b, x), 15);
	assert_int_equal(books_balance(b, x), 80);
	assert_int_equal(books_void(b, b->ctx, other.public_id), ERR_OK);
}

static void
take_back(struct actor *actor)
{
	const struct stage *s = actor->stage;
	struct ledger_transaction *t =
		books_order(s->books, &actor->ctx, books_reference(&actor->ctx), s->wallets[1],
			    s->wallets[0], 10);

	t->reverses = s->reverses;
	t->reversible = s->reversible;
	submit(actor, t);
}

static void
test_reversed_once(void **state)
{
	struct books *b = *state;

	for (int round = 0; round < 8; round++) {
		struct stage stage;
		struct ledger_transaction *t;

		set_stage(&stage, b, 2, 100);
		t = books_order(b, b->ctx, stage.reference, stage.wallets[0], stage.wallets[1], 10);
		assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
		stage.reverses = t->transaction_id;
		play(&stage, take_back);
		assert_int_equal(stage.answers[ERR_OK], 1);
		assert_int_equal(stage.answers[ERR_ALREADY_REVERSED], THREADS - 1);
		assert_int_equal(books_balance(b, stage.wallets[0]), 100);
	}
}

/* Each takes back 10 of 35, and the receiver has more than that. */
static void
test_reversed_in_parts(void **state)
{
	struct books *b = *state;

	for (int round = 0; round < 8; round++) {
		struct stage stage;
		struct ledger_transaction *t;

		set_stage(&stage, b, 2, 200);
		t = books_order(b, b->ctx, stage.reference, stage.wallets[0], stage.wallets[1], 35);
		assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
		stage.reverses = t->transaction_id;
		stage.reversible = 35;
		play(&stage, take_back);
		assert_int_equal(stage.answers[ERR_OK], 3);
		assert_int_equal(stage.answers[ERR_EXCEEDS_REST], THREADS - 3);
		assert_int_equal(books_balance(b, stage.wallets[0]), 200 - 5);
	}
}

static void
move_if_first(struct actor *actor)
{
	const struct stage *s = actor->stage;
	const struct ledger_condition first = {
		.account = s->wallets[0], .has_sequence = true, .sequence = 1};
	struct ledger_transaction *t =
		books_order(s->books, &actor->ctx, books_reference(&actor->ctx), s->wallets[0],
			    s->wallets[1], 1);

	t->conditions = &first;
	t->condition_count = 1;
	submit(actor, t);
}

/* All have seen the same history: one of them may add to it. */
static void
test_expected_sequence(void **state)
{
	for (int round = 0; round < 8; round++) {
		struct stage stage;

		set_stage(&stage, *state, 2, 100);
		play(&stage, move_if_first);
		assert_int_equal(stage.answers[ERR_OK], 1);
		assert_int_equal(stage.answers[ERR_CONDITION], THREADS - 1);
		assert_int_equal(books_balance(*state, stage.wallets[0]), 99);
	}
}

static void
capture_part(struct actor *actor)
{
	struct stage *s = actor->stage;
	struct ledger_transaction *t;

	if (actor->index == 0) {
		count(actor, books_void(s->books, &actor->ctx, s->hold));
		return;
	}
	t = books_order(s->books, &actor->ctx, books_reference(&actor->ctx), s->wallets[0],
			s->wallets[1], 10);
	t->hold = s->hold;
	t->keeps_hold = true;
	submit(actor, t);
}

/* Parts of 10 of a hold of 55, and its end in between: what was captured has moved, the rest is free. */
static void
test_captured_in_parts(void **state)
{
	struct books *b = *state;

	for (int round = 0; round < 16; round++) {
		struct stage stage;
		struct hold hold;

		set_stage(&stage, b, 2, 100);
		hold = books_hold(b, stage.wallets[0], 55, 3600);
		stage.hold = hold.public_id;
		play(&stage, capture_part);
		assert_int_equal(hold_get(b->ctx, b->ledger_id, stage.hold, &hold), ERR_OK);
		assert_int_equal(hold.status, HOLD_VOIDED);
		assert_int_equal(hold.captured_before, 10 * (stage.answers[ERR_OK] - 1));
		assert_int_equal(stage.answers[ERR_OK] + stage.answers[ERR_EXCEEDS_REST] +
					 stage.answers[ERR_HOLD_CLOSED],
				 THREADS);
		assert_int_equal(books_held(b, stage.wallets[0]), 0);
		assert_int_equal(books_balance(b, stage.wallets[0]), 100 - hold.captured_before);
		assert_int_equal(total(&stage), 200);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, books_check)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_reversal_in_parts), TEST(test_captures_in_parts),
		TEST(test_void_after_a_part), TEST(test_reversed_once),
		TEST(test_reversed_in_parts), TEST(test_expected_sequence),
		TEST(test_captured_in_parts),
	};

	return cmocka_run_group_tests(tests, books_setup, books_teardown);
}
