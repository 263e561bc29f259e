/* A condition of ours that does not hold ends what met it, commits nothing, and nothing else. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/ensure.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"

/* What a kernel with a mistake in it would decide. */
static void (*mistake)(struct ledger_batch *batch);

/* NOLINTBEGIN(bugprone-reserved-identifier): the linker's names for what it replaces */
void __real_ledger_apply(struct arena *arena, struct ledger_batch *batch);
void __wrap_ledger_apply(struct arena *arena, struct ledger_batch *batch);
/* NOLINTEND(bugprone-reserved-identifier) */

void
__wrap_ledger_apply(struct arena *arena, struct ledger_batch *batch)
{
	__real_ledger_apply(arena, batch);
	if (mistake != NULL)
		mistake(batch);
}

static void
make_money(struct ledger_batch *batch)
{
	batch->accounts[0].balance++;
}

static void
pass_the_floor(struct ledger_batch *batch)
{
	for (size_t i = 0; i < batch->account_count; i++)
		if (batch->accounts[i].has_floor)
			batch->accounts[i].held += 1000;
}

static void
hold_less_than_nothing(struct ledger_batch *batch)
{
	batch->accounts[0].held = -1;
}

static void
expect_broken(struct ctx *ctx, const char *condition)
{
	assert_int_equal(ctx->fault.err, ERR_INTERNAL);
	assert_string_equal(ctx->fault.detail, condition);
	assert_non_null(ctx->fault.file);
	ctx->fault = (struct fault){0};
}

/* Alone and by group commit; and the next posting is as good as ever. */
static void
test_kernel(void **state)
{
	static void (*const mistakes[])(struct ledger_batch *) = {make_money, pass_the_floor,
								  hold_less_than_nothing};
	struct books *b = *state;
	struct uuid from = books_wallet(b, 100);
	struct uuid to = books_wallet(b, 0);

	for (size_t i = 0; i < COUNT(mistakes); i++) {
		mistake = mistakes[i];
		assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), from, to, 1),
				 ERR_INTERNAL);
		mistake = NULL;
		b->ctx->fault = (struct fault){0};
		assert_int_equal(books_balance(b, from), 100);
		assert_int_equal(books_balance(b, to), 0);
	}
	assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), from, to, 1), ERR_OK);
	assert_int_equal(books_balance(b, to), 1);
}

static void
test_outside_a_transaction(void **state)
{
	struct books *b = *state;
	struct ledger_transaction *t = books_order(b, b->ctx, books_reference(b->ctx),
						   books_wallet(b, 1), books_wallet(b, 0), 1);

	assert_int_equal(ledger_post(b->ctx, &t, 1), ERR_INTERNAL);
	expect_broken(b->ctx, "ensure: ctx->db != NULL");
}

static enum err
break_and_go_on(struct ctx *ctx, void *arg)
{
	struct ledger_transaction *t = arg;

	TRY(ledger_post(ctx, &t, 1));
	if (ensure(ctx, arg == NULL) != ERR_OK)
		fault_clear(&ctx->fault); /* as who takes a failure for nothing */
	return ERR_OK;
}

/* Nothing is committed after it, whatever was made of it. */
static void
test_no_commit(void **state)
{
	struct books *b = *state;
	struct uuid from = books_wallet(b, 1);
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), from, books_wallet(b, 0), 1);

	assert_int_equal(db_transact(b->ctx, break_and_go_on, t), ERR_INTERNAL);
	expect_broken(b->ctx, "ensure: arg == NULL");
	assert_int_equal(books_balance(b, from), 1);
}

static enum err
ask_within(struct ctx *ctx, void *arg)
{
	(void)arg;
	return db_insist(ctx, ask_within, NULL);
}

static void
test_within_a_transaction(void **state)
{
	struct books *b = *state;

	assert_int_equal(db_transact(b->ctx, ask_within, NULL), ERR_INTERNAL);
	expect_broken(b->ctx, "ensure: ctx->db == NULL");
	db_defer(b->ctx, SQL_ping, NO_PARAMS);
	expect_broken(b->ctx, "ensure: db != NULL");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_kernel, books_check),
		cmocka_unit_test_teardown(test_outside_a_transaction, books_check),
		cmocka_unit_test_teardown(test_no_commit, books_check),
		cmocka_unit_test_teardown(test_within_a_transaction, books_check),
	};

	return cmocka_run_group_tests(tests, books_setup, books_teardown);
}
