/* Fees in the books: posted by group commit, by the terms of their ledger only, and given back as they were taken. */
#include "base/arena.h"
#include "ledger/account.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

/* A schedule of the tests' ledger; the id of its version. */
#define NEW_VERSION                                                                         \
	"WITH s AS (INSERT INTO cowry.fee_schedule (public_id, ledger_id, type, currency)"  \
	" SELECT gen_random_uuid(), ledger_id, 'transfer', 'NGN' FROM cowry.ledger"         \
	"  WHERE project_id IS NULL AND mode = 'test' RETURNING fee_schedule_id)"           \
	" INSERT INTO cowry.fee_version (fee_schedule_id, number, effective_from, bearer, " \
	"on_reversal, tier_mode, minimum, maximum)"                                         \
	" SELECT fee_schedule_id, 1, now(), 'payee', 'refund', 'volume', 3, 3 FROM s"       \
	" RETURNING fee_version_id"

static int64_t version;

static int
setup(void **state)
{
	if (books_setup_shared(state) != 0)
		return -1;
	version = books_number(*state, NEW_VERSION);
	return 0;
}

/* A transfer whose payee pays a fee. */
static struct ledger_transaction *
charged(const struct books *b, struct uuid from, struct uuid to, int64_t amount, int64_t fee)
{
	const struct posting postings[] = {
		{from, to, amount},
		{to, ledger_system_account(b->ledger_id, ACCOUNT_FEE_REVENUE, "NGN"), fee},
	};
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), from, to, amount);

	t->postings = arena_copy(b->ctx->arena, postings, sizeof(postings));
	t->count = COUNT(postings);
	t->results = NULL;
	t->has_fee = true;
	t->fee_version = version;
	return t;
}

static int64_t
recorded(const struct books *b, const struct ledger_transaction *t)
{
	return books_number(b, arena_printf(b->ctx->arena,
					    "SELECT coalesce(sum(amount * 10 + line), 0) FROM "
					    "cowry.transaction_fee WHERE transaction_id = %lld",
					    (long long)t->transaction_id));
}

/* By the queue that processes share: what was moved comes back, of all postings. */
static void
test_posted(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct uuid y = books_wallet(b, 0);
	struct ledger_transaction *t = charged(b, x, y, 40, 3);

	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_int_equal(t->results[0].to_balance, 40);
	assert_int_equal(t->results[1].from_balance, 37);
	assert_int_equal(t->results[1].amount, 3);
	assert_int_equal(recorded(b, t), 31);
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_true(t->replayed);
	assert_int_equal(books_balance(b, x), 60);
	assert_int_equal(books_balance(b, y), 37);
}

static void
test_given_back(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 10);
	struct uuid y = books_wallet(b, 0);
	struct ledger_transaction *t = charged(b, x, y, 10, 3);
	static const int64_t parts[][2] = {{4, 10}, {5, 10}, {1, 10}};

	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	for (size_t i = 0; i < COUNT(parts); i++) {
		const struct posting back[] = {
			{t->postings[1].to, y, 3},
			{y, x, parts[i][0]},
		};
		struct ledger_transaction *r = charged(b, y, x, parts[i][0], 3);

		r->postings = back;
		r->reverses = t->transaction_id;
		r->reversible = 10;
		assert_int_equal(ledger_submit(b->ctx, r), ERR_OK);
		assert_int_equal(recorded(b, r), parts[i][1]);
	}
	assert_int_equal(books_balance(b, x), 10);
	assert_int_equal(books_balance(b, y), 0);
}

/* A refusal by the terms posts nothing, and the reference may be used again. */
static void
test_terms(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct uuid y = books_wallet(b, 0);
	struct ledger_transaction *t = charged(b, x, y, 40, 3);
	struct ledger_transaction *unaware =
		books_order(b, b->ctx, books_reference(b->ctx), x, y, 1);

	unaware->on_terms = t->on_terms = true;
	t->terms = 17;
	assert_int_equal(ledger_submit(b->ctx, t), ERR_FEES_CHANGED);
	fault_clear(&b->ctx->fault);
	assert_int_equal(ledger_submit(b->ctx, unaware), ERR_OK);
	fixture_sql(b->fixture->superuser_url,
		    "INSERT INTO cowry.fee_terms SELECT ledger_id, 17 FROM cowry.ledger"
		    " WHERE project_id IS NULL AND mode = 'test'");
	unaware->reference = books_reference(b->ctx);
	assert_int_equal(ledger_submit(b->ctx, unaware), ERR_FEES_CHANGED);
	fault_clear(&b->ctx->fault);
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_int_equal(books_balance(b, x), 59);
	unaware->on_terms = false;
	assert_int_equal(ledger_submit(b->ctx, unaware), ERR_OK);
	assert_int_equal(books_balance(b, y), 39);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_posted, books_check),
		cmocka_unit_test_teardown(test_given_back, books_check),
		cmocka_unit_test_teardown(test_terms, books_check),
	};

	return cmocka_run_group_tests(tests, setup, books_teardown);
}
