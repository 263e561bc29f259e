/*
 * Many threads of two processes (two committers) on the same accounts. The answers are counted;
 * then the ledger must agree, and no deadlock may have happened. COWRY_TEST_SEED changes the order.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "tests/support/ledger_stage.h"
#include "tests/support/poll.h"

/* Processes with a queue each; or, in another program, with one for all. */
#ifndef BOOKS_SETUP
#define BOOKS_SETUP books_setup
#endif

static void
move(struct actor *actor, const char *reference, size_t from, size_t to, int64_t amount)
{
	const struct stage *stage = actor->stage;

	submit(actor, books_order(stage->books, &actor->ctx, reference, stage->wallets[from],
				  stage->wallets[to], amount));
}

enum { COVERED = 37, DRAINS = 6 };

static void
drain(struct actor *actor)
{
	for (int i = 0; i < DRAINS; i++)
		move(actor, books_reference(&actor->ctx), 0, 1, 1);
}

/* As many succeed as the balance covers, in any order. */
static void
test_no_overdraft(void **state)
{
	struct stage stage;

	set_stage(&stage, *state, 2, COVERED);
	play(&stage, drain);
	assert_int_equal(stage.answers[ERR_OK], COVERED);
	assert_int_equal(stage.answers[ERR_INSUFFICIENT_FUNDS], THREADS * DRAINS - COVERED);
	assert_int_equal(books_balance(*state, stage.wallets[0]), 0);
	assert_int_equal(books_balance(*state, stage.wallets[1]), 2 * COVERED);
}

static void
same_order(struct actor *actor)
{
	move(actor, actor->stage->reference, 0, 1, 10);
}

static void
test_one_reference_posts_once(void **state)
{
	for (int round = 0; round < 8; round++) {
		struct stage stage;

		set_stage(&stage, *state, 2, 100);
		play(&stage, same_order);
		assert_int_equal(stage.answers[ERR_OK], THREADS);
		assert_int_equal(stage.replayed, THREADS - 1);
		assert_int_equal(books_balance(*state, stage.wallets[0]), 90);
	}
}

static void
order_of_own(struct actor *actor)
{
	move(actor, actor->stage->reference, 0, 1, 1 + (int64_t)actor->index);
}

static void
test_one_content_wins(void **state)
{
	for (int round = 0; round < 8; round++) {
		struct stage stage;

		set_stage(&stage, *state, 2, 100);
		play(&stage, order_of_own);
		assert_int_equal(stage.answers[ERR_OK], 1);
		assert_int_equal(stage.replayed, 0);
		assert_int_equal(stage.answers[ERR_DUPLICATE_REFERENCE], THREADS - 1);
		assert_int_equal(total(&stage), 200);
	}
}

/* No account in common, so that only the index stands between them; and a neighbour for each. */
static void
order_on_own_accounts(struct actor *actor)
{
	size_t pair = actor->index % 5 * 2;

	if (actor->index < 5)
		move(actor, actor->stage->reference, pair, pair + 1, 1);
	else
		move(actor, books_reference(&actor->ctx), pair, pair + 1, 1);
}

static void
test_one_reference_on_many_accounts(void **state)
{
	for (int round = 0; round < 12; round++) {
		struct stage stage;

		set_stage(&stage, *state, 10, 100);
		play(&stage, order_on_own_accounts);
		assert_int_equal(stage.answers[ERR_OK], 1 + THREADS - 5);
		assert_int_equal(stage.replayed, 0);
		assert_int_equal(stage.answers[ERR_DUPLICATE_REFERENCE], 4);
	}
}

struct orders {
	struct ledger_transaction *items[WALLETS_MAX];
	size_t n;
};

static enum err
post(struct ctx *ctx, void *arg)
{
	struct orders *list = arg;

	return ledger_post(ctx, list->items, list->n);
}

/* The same references in either order, on separate accounts. */
static void
shared_references(struct actor *actor)
{
	const struct stage *s = actor->stage;
	bool turned = actor->index % 2 == 1;
	const struct uuid *w = &s->wallets[actor->index % 5 * 2];
	struct orders list = {.n = WALLETS_MAX};

	for (size_t i = 0; i < list.n; i++) {
		const char *reference = arena_printf(actor->ctx.arena, "%s-%zu", s->reference,
						     turned ? list.n - i : i + 1);

		list.items[i] = books_order(s->books, &actor->ctx, reference, w[0], w[1], 1);
	}
	count(actor, db_transact(&actor->ctx, post, &list));
}

/* One wins; those on its accounts are told so for each transaction, others for all. */
static void
test_shared_references(void **state)
{
	for (int round = 0; round < 20; round++) {
		struct stage stage;

		set_stage(&stage, *state, 10, 100);
		play(&stage, shared_references);
		assert_true(stage.answers[ERR_OK] >= 1);
		assert_int_equal(stage.answers[ERR_OK] + stage.answers[ERR_CONFLICT], THREADS);
	}
}

enum { STORM = 12 };

static void
storm(struct actor *actor)
{
	for (int i = 0; i < STORM; i++) {
		size_t from = (actor->index + (size_t)i) % 2;

		move(actor, books_reference(&actor->ctx), from, 1 - from,
		     1 + (int64_t)random_below(actor, 60));
	}
}

static void
test_opposite_transfers(void **state)
{
	struct stage stage;

	set_stage(&stage, *state, 2, 100);
	play(&stage, storm);
	assert_int_equal(stage.answers[ERR_OK] + stage.answers[ERR_INSUFFICIENT_FUNDS],
			 THREADS * STORM);
	assert_int_equal(total(&stage), 200);
}

/* A batch over all wallets, in its own order. */
static void
bulk(struct actor *actor)
{
	const struct stage *s = actor->stage;

	for (int round = 0; round < STORM; round++) {
		struct orders list = {.n = WALLETS_MAX};

		for (size_t i = 0; i < list.n; i++) {
			size_t from = random_below(actor, WALLETS_MAX);
			size_t to = (from + 1 + random_below(actor, WALLETS_MAX - 1)) % WALLETS_MAX;

			list.items[i] =
				books_order(s->books, &actor->ctx, books_reference(&actor->ctx),
					    s->wallets[from], s->wallets[to], 1);
		}
		if (actor->index % 3 == 0)
			move(actor, books_reference(&actor->ctx), random_below(actor, 5),
			     5 + random_below(actor, 5), 1);
		count(actor, db_transact(&actor->ctx, post, &list));
		for (size_t i = 0; i < list.n; i++)
			count(actor, list.items[i]->err);
	}
}

static void
test_bulk_in_random_order(void **state)
{
	struct stage stage;
	int bulks = THREADS * STORM;

	set_stage(&stage, *state, WALLETS_MAX, 5);
	play(&stage, bulk);
	assert_int_equal(stage.answers[ERR_OK] + stage.answers[ERR_INSUFFICIENT_FUNDS],
			 bulks + bulks * WALLETS_MAX + bulks / 3);
	assert_int_equal(total(&stage), 5 * WALLETS_MAX);
}

static void
end_hold(struct actor *actor)
{
	struct stage *s = actor->stage;
	struct ledger_transaction *t;
	int64_t expired = 0;

	switch (actor->index % 3) {
	case 0:
		t = books_order(s->books, &actor->ctx, books_reference(&actor->ctx), s->wallets[0],
				s->wallets[1], 20);
		t->hold = s->hold;
		submit(actor, t);
		break;
	case 1:
		count(actor, books_void(s->books, &actor->ctx, s->hold));
		break;
	default:
		if (hold_expire_due(&actor->ctx, NULL, &expired) != ERR_OK)
			count(actor, ERR_INTERNAL);
		(void)atomic_fetch_add(&s->expired, (int)expired);
	}
}

/* A hold ends once: captured or voided while it is active, voided or expired afterwards. */
static void
test_hold_ends_once(void **state)
{
	struct books *b = *state;

	for (int round = 0; round < 16; round++) {
		struct stage stage;
		struct hold hold;
		int64_t captured;

		set_stage(&stage, b, 2, 100);
		hold = books_hold(b, stage.wallets[0], 30, round % 2 == 0 ? 3600 : 0);
		stage.hold = hold.public_id;
		play(&stage, end_hold);
		assert_int_equal(stage.answers[ERR_OK] + stage.expired, 1);
		assert_int_equal(stage.answers[ERR_HOLD_CLOSED],
				 THREADS / 3 * 2 - stage.answers[ERR_OK]);
		assert_int_equal(hold_get(b->ctx, b->ledger_id, stage.hold, &hold), ERR_OK);
		captured = hold.status == HOLD_CAPTURED ? 20 : 0;
		assert_int_equal(hold.captured, captured);
		assert_int_equal(books_held(b, stage.wallets[0]), 0);
		assert_int_equal(books_balance(b, stage.wallets[0]), 100 - captured);
		assert_int_equal(total(&stage), 200);
	}
}

/* Look until SQL says more than 0, as long as the deadline allows. */
static void
wait_until(const struct books *books, const char *sql)
{
	struct poll poll = poll_for(DEADLINE_S);

	while (books_number(books, sql) == 0)
		assert_true(poll_again(&poll));
}

/* Every fourth transaction is refused by the database. */
static void
good_or_bad(struct actor *actor)
{
	if (actor->index % 4 != 3) {
		move(actor, books_reference(&actor->ctx), 0, 1, 1);
		return;
	}
	move(actor,
	     arena_printf(actor->ctx.arena, "%0200zu-%s", actor->index,
			  books_reference(&actor->ctx)),
	     0, 1, 1);
}

struct holding {
	struct stage *stage;
	struct cast *cast;
};

/* While this transaction has the account, all threads submit; those after the first of each
 * process become one batch. */
static enum err
hold_account(struct ctx *ctx, void *arg)
{
	const struct holding *holding = arg;

	TRY(db_run(ctx, SQL_account_lock, NULL, PARAMS(p_uuids(holding->stage->wallets, 1))));
	begin(holding->stage, holding->cast, good_or_bad);
	(void)pthread_barrier_wait(&holding->stage->start);
	wait_until(holding->stage->books,
		   "SELECT (count(*) >= 2)::int FROM pg_stat_activity "
		   "WHERE wait_event_type = 'Lock' AND application_name = 'cowry-committer' "
		   "AND datname = current_database()");
	return ERR_OK;
}

static void
test_bad_neighbours(void **state)
{
	struct books *b = *state;

	for (int round = 0; round < 5; round++) {
		struct stage stage;
		struct cast cast;
		struct holding holding = {&stage, &cast};

		set_stage(&stage, b, 2, 100);
		assert_int_equal(db_transact(b->ctx, hold_account, &holding), ERR_OK);
		end(&stage, &cast);
		assert_int_equal(stage.answers[ERR_OK], THREADS / 4 * 3);
		assert_int_equal(stage.answers[ERR_CONFLICT], THREADS / 4);
		assert_int_equal(books_balance(b, stage.wallets[0]), 100 - THREADS / 4 * 3);
	}
}

static void
spend_until_frozen(struct actor *actor)
{
	const struct stage *s = actor->stage;

	while (s->answers[ERR_OK] < 100000) {
		enum err err = books_move(s->books, &actor->ctx, books_reference(&actor->ctx),
					  s->wallets[0], s->wallets[1], 1);

		count(actor, err);
		if (err != ERR_OK)
			return;
	}
}

/* Frozen values do not change from then on. */
static void
test_freezing_while_spending(void **state)
{
	struct books *b = *state;
	char id[UUID_TEXT_MAX];
	struct stage stage;
	struct cast cast;
	int64_t left;

	set_stage(&stage, b, 2, 1000000);
	begin(&stage, &cast, spend_until_frozen);
	(void)pthread_barrier_wait(&stage.start);
	wait_until(b, arena_printf(b->ctx->arena,
				   "SELECT (sequence > 50)::int FROM cowry.account "
				   "WHERE public_id = '%s'",
				   uuid_text(id, stage.wallets[0])));
	fixture_sql(b->fixture->url, arena_printf(b->ctx->arena,
						  "UPDATE cowry.account SET status = 1 "
						  "WHERE public_id = '%s'",
						  uuid_text(id, stage.wallets[0])));
	left = books_balance(b, stage.wallets[0]);
	end(&stage, &cast);
	assert_int_equal(stage.answers[ERR_WALLET_INACTIVE], THREADS);
	assert_int_equal(books_balance(b, stage.wallets[0]), left);
	assert_int_equal(left, 1000000 - stage.answers[ERR_OK]);
}

/* The server counts deadlocks; sessions report theirs at their end at the latest. */
static void
test_there_was_no_deadlock(void **state)
{
	struct books *b = *state;

	books_restart(b);
	wait_until(b, "SELECT (count(*) = 0)::int FROM pg_stat_activity "
		      "WHERE datname = current_database() AND usename = 'cowry_worker'");
	assert_int_equal(books_number(b, "SELECT deadlocks FROM pg_stat_database "
					 "WHERE datname = current_database()"),
			 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, books_check)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_overdraft),          TEST(test_one_reference_posts_once),
		TEST(test_one_content_wins),      TEST(test_one_reference_on_many_accounts),
		TEST(test_shared_references),     TEST(test_opposite_transfers),
		TEST(test_bulk_in_random_order),  TEST(test_hold_ends_once),
		TEST(test_bad_neighbours),        TEST(test_freezing_while_spending),
		TEST(test_there_was_no_deadlock),
	};

	(void)fprintf(stderr, "COWRY_TEST_SEED=%u\n", base_seed());
	return cmocka_run_group_tests(tests, BOOKS_SETUP, books_teardown);
}
