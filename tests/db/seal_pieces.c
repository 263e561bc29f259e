/* How much is sealed at a time is limited by transactions and by postings, so memory is, too. */
#include "tests/support/cmocka.h"

#include "app/seal/seal.h"
#include "app/seal/seal_check.h"
#include "base/arena.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/keys.h"
#include "tests/support/sealing.h"

enum { TRANSACTIONS = 40, LINES = 60 };

static int
setup(void **state)
{
	struct books *b;

	if (books_setup(state) != 0)
		return -1;
	b = *state;
	b->apps[0].keys = test_keyring();
	return b->apps[0].keys != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct books *b = *state;

	keyring_free(b->apps[0].keys);
	return books_teardown(state);
}

/* A transaction that pays one minor unit many times. */
static void
post_lines(struct books *b, struct uuid to)
{
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), books_funding(b), to, 1);
	struct posting *lines = arena_array(b->ctx->arena, LINES, sizeof(*lines));

	for (size_t i = 0; i < LINES; i++)
		lines[i] = t->postings[0];
	t->postings = lines;
	t->count = LINES;
	t->results = arena_array(b->ctx->arena, LINES, sizeof(*t->results));
	ledger_content(b->ctx, t);
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
}

static int64_t
leaves(const struct books *b)
{
	return books_number(b, "SELECT sum(size)::bigint FROM cowry.seal_tree");
}

static void
read_all(struct books *b)
{
	struct poll poll = poll_for(SEALING_SECONDS);
	bool more = true;

	while (books_number(b, "SELECT count(*) FROM cowry.transaction WHERE transaction_id >"
			       " (SELECT done_id FROM cowry.event_feed)") > 0) {
		assert_int_equal(event_stream_read(b->ctx, &more), ERR_OK);
		assert_true(more || poll_again(&poll));
	}
}

static void
test_many_lines(void **state)
{
	struct books *b = *state;
	struct uuid wallet = books_wallet(b, 0);
	const char *const *problems;
	size_t count;
	int64_t total;
	bool more;

	for (int i = 0; i < TRANSACTIONS; i++)
		post_lines(b, wallet);
	read_all(b);
	total = books_number(b, "SELECT count(*) FROM cowry.transaction");
	assert_int_equal(seal_some(b->ctx, &more), ERR_OK);
	assert_true(more);
	assert_in_range(leaves(b), 30, total - 1);
	assert_int_equal(seal_some(b->ctx, &more), ERR_OK);
	assert_false(more);
	assert_int_equal(leaves(b), total);
	assert_int_equal(seal_check(b->ctx, NULL, NULL, 0, &problems, &count), ERR_OK);
	assert_int_equal(count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_lines),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
