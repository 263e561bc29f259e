/*
 * Limits under concurrency: many threads of two processes take of the same ones, by transfers, batches and
 * holds. As many succeed as a limit allows, in any order. COWRY_TEST_SEED changes the order.
 */
#include <stdio.h>

#include "base/arena.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "tests/support/ledger_stage.h"
#include "tests/support/poll.h"

#ifndef BOOKS_SETUP
#define BOOKS_SETUP books_setup
#endif

enum { MOST = 37, TRIES = 6, DAY_S = 86400 };

static int64_t
account_id(const struct books *b, struct uuid wallet)
{
	char id[UUID_TEXT_MAX];

	return books_number(
		b, arena_printf(b->ctx->arena,
				"SELECT account_id FROM cowry.account WHERE public_id = '%s'",
				uuid_text(id, wallet)));
}

/* The wallets of a stage belong to a new person, so that limits find them. */
static int64_t
give_to_person(const struct stage *stage, size_t wallets)
{
	const struct books *b = stage->books;
	int64_t user =
		books_number(b, "INSERT INTO cowry.users (public_id, email, email_key, name) "
				"SELECT u, u, u, 'Ada' FROM (SELECT gen_random_uuid() AS u) x "
				"RETURNING user_id");

	for (size_t i = 0; i < wallets; i++)
		fixture_sql(b->fixture->url,
			    arena_printf(b->ctx->arena,
					 "INSERT INTO cowry.wallet (account_id, user_id) "
					 "VALUES (%lld, %lld)",
					 (long long)account_id(b, stage->wallets[i]),
					 (long long)user));
	return user;
}

/* A rule of test money in NGN for one person: "per, measure, direction, types, currency, span, zone", and the most. */
static int64_t
rule(const struct books *b, const char *scope, int64_t subject, const char *what, int64_t most)
{
	fixture_sql(b->fixture->url,
		    "INSERT INTO cowry.limited_ledger SELECT ledger_id FROM cowry.ledger "
		    "WHERE project_id IS NULL AND mode = 'test' ON CONFLICT DO NOTHING");
	return books_number(
		b,
		arena_printf(
			b->ctx->arena,
			"INSERT INTO cowry.limit_rule (public_id, mode, scope, subject, per, measure, "
			"direction, types, currency, span, zone, most) VALUES (gen_random_uuid(), "
			"'test', '%s', %lld, %s, %lld) RETURNING limit_id",
			scope, (long long)subject, what, (long long)most));
}

static void
end_rule(const struct books *b, int64_t limit_id)
{
	fixture_sql(
		b->fixture->url,
		arena_printf(b->ctx->arena,
			     "UPDATE cowry.limit_rule SET ended_at = now() WHERE limit_id = %lld",
			     (long long)limit_id));
}

#define OUT_DAY    "'customer', 'sum', 'out', NULL, 'NGN', 'day', 'Africa/Lagos'"
#define COUNT_DAY  "'customer', 'count', 'out', NULL, NULL, 'day', NULL"
#define OUT_OF_ONE "'wallet', 'sum', 'out', NULL, 'NGN', 'hour', NULL"

static enum err
move(const struct stage *stage, size_t from, size_t to, int64_t amount)
{
	const struct books *b = stage->books;

	return books_move(b, b->ctx, books_reference(b->ctx), stage->wallets[from],
			  stage->wallets[to], amount);
}

static void
drain_from(struct actor *actor, size_t from)
{
	const struct stage *s = actor->stage;

	for (int i = 0; i < TRIES; i++)
		submit(actor, books_order(s->books, &actor->ctx, books_reference(&actor->ctx),
					  s->wallets[from], s->wallets[9], 1));
}

static void
drain_one(struct actor *actor)
{
	drain_from(actor, 0);
}

static void
drain_several(struct actor *actor)
{
	drain_from(actor, actor->index % 5);
}

/* The wallets of one person, and one of somebody else that money goes to. */
static int64_t
set_limited(struct stage *stage, struct books *books, int64_t balance)
{
	set_stage(stage, books, WALLETS_MAX, balance);
	return give_to_person(stage, 9);
}

static void
check_all_used(const struct stage *stage)
{
	assert_int_equal(stage->answers[ERR_OK], MOST);
	assert_int_equal(stage->answers[ERR_LIMIT], THREADS * TRIES - MOST);
	assert_int_equal(books_balance(stage->books, stage->wallets[9]), 1000 + MOST);
}

static void
test_one_wallet(void **state)
{
	struct stage stage;

	(void)set_limited(&stage, *state, 1000);
	(void)rule(*state, "wallet", account_id(*state, stage.wallets[0]), OUT_OF_ONE, MOST);
	play(&stage, drain_one);
	check_all_used(&stage);
}

static void
test_wallets_of_a_customer(void **state)
{
	struct stage stage;
	int64_t user = set_limited(&stage, *state, 1000);

	(void)rule(*state, "customer", -user, OUT_DAY, MOST);
	play(&stage, drain_several);
	check_all_used(&stage);
}

static void
test_number_of_transactions(void **state)
{
	struct stage stage;
	int64_t user = set_limited(&stage, *state, 1000);

	(void)rule(*state, "customer", -user, COUNT_DAY, MOST);
	play(&stage, drain_several);
	check_all_used(&stage);
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

/* A batch over all wallets, in its own order. */
static void
bulk(struct actor *actor)
{
	const struct stage *s = actor->stage;

	for (int round = 0; round < TRIES; round++) {
		struct orders list = {.n = WALLETS_MAX};

		for (size_t i = 0; i < list.n; i++)
			list.items[i] =
				books_order(s->books, &actor->ctx, books_reference(&actor->ctx),
					    s->wallets[random_below(actor, 9)], s->wallets[9], 1);
		if (db_transact(&actor->ctx, post, &list) != ERR_OK)
			count(actor, ERR_INTERNAL);
		for (size_t i = 0; i < list.n; i++)
			count(actor, list.items[i]->err);
	}
}

static void
test_batches(void **state)
{
	struct stage stage;
	int64_t user = set_limited(&stage, *state, 1000);

	(void)rule(*state, "customer", -user, OUT_DAY, MOST);
	(void)rule(*state, "default", 0, OUT_OF_ONE, MOST - 10);
	play(&stage, bulk);
	assert_int_equal(stage.answers[ERR_INTERNAL], 0);
	assert_int_equal(stage.answers[ERR_OK], MOST);
	assert_int_equal(stage.answers[ERR_LIMIT], THREADS * TRIES * WALLETS_MAX - MOST);
	fixture_sql(stage.books->fixture->url,
		    "UPDATE cowry.limit_rule SET ended_at = now() WHERE scope = 'default'");
}

struct first {
	struct stage *stage;
	struct cast *cast;
};

/* A transaction that begins to count for a customer is still open while others come. */
static enum err
come_first(struct ctx *ctx, void *arg)
{
	const struct first *first = arg;
	const struct stage *s = first->stage;
	struct ledger_transaction *t = books_order(s->books, ctx, books_reference(ctx),
						   s->wallets[0], s->wallets[9], MOST - 5);
	struct poll poll = poll_for(DEADLINE_S);

	TRY(ledger_post(ctx, &t, 1));
	begin(first->stage, first->cast, drain_several);
	(void)pthread_barrier_wait(&first->stage->start);
	while (books_number(s->books,
			    "SELECT count(*) FROM pg_stat_activity WHERE "
			    "wait_event_type = 'Lock' AND datname = current_database()") == 0)
		assert_true(poll_again(&poll));
	return t->err;
}

static void
test_others_wait_for_the_first(void **state)
{
	struct books *b = *state;
	struct stage stage;
	struct cast cast;
	struct first first = {&stage, &cast};
	int64_t user = set_limited(&stage, b, 1000);

	(void)rule(b, "customer", -user, OUT_DAY, MOST);
	assert_int_equal(db_transact(b->ctx, come_first, &first), ERR_OK);
	end(&stage, &cast);
	assert_int_equal(stage.answers[ERR_OK], 5);
	assert_int_equal(stage.answers[ERR_LIMIT], THREADS * TRIES - 5);
}

struct placing {
	struct hold_order order;
	struct hold hold;
};

static enum err
place(struct ctx *ctx, void *arg)
{
	struct placing *placing = arg;

	return hold_place(ctx, &placing->order, &placing->hold);
}

static enum err
hold_on(const struct books *books, struct ctx *ctx, struct uuid wallet, int64_t amount,
	struct hold *out)
{
	struct placing placing = {
		.order = books_hold_order(books, books_reference(ctx), wallet, amount, DAY_S)};
	enum err err;

	fault_clear(&ctx->fault);
	err = db_transact(ctx, place, &placing);
	*out = placing.hold;
	return err;
}

/* Holds and transfers of the same wallets. */
static void
hold_or_drain(struct actor *actor)
{
	const struct stage *s = actor->stage;
	struct hold hold;

	for (int i = 0; i < TRIES; i++) {
		size_t wallet = random_below(actor, 9);

		if (actor->index % 2 == 0)
			count(actor, hold_on(s->books, &actor->ctx, s->wallets[wallet], 1, &hold));
		else
			submit(actor,
			       books_order(s->books, &actor->ctx, books_reference(&actor->ctx),
					   s->wallets[wallet], s->wallets[9], 1));
	}
}

static void
test_holds(void **state)
{
	struct stage stage;
	int64_t user = set_limited(&stage, *state, 1000);

	(void)rule(*state, "customer", -user, OUT_DAY, MOST);
	(void)rule(*state, "customer", -user, COUNT_DAY, MOST);
	play(&stage, hold_or_drain);
	assert_int_equal(stage.answers[ERR_OK], MOST);
	assert_int_equal(stage.answers[ERR_LIMIT], THREADS * TRIES - MOST);
}

/* A hold counts until it is voided; what is captured of it counts as a posting. */
static void
test_end_of_a_hold(void **state)
{
	struct books *b = *state;
	struct stage stage;
	struct ledger_transaction *t;
	struct hold hold;
	int64_t user = set_limited(&stage, b, 1000);

	(void)rule(b, "customer", -user, OUT_DAY, 100);
	assert_int_equal(hold_on(b, b->ctx, stage.wallets[0], 70, &hold), ERR_OK);
	assert_int_equal(move(&stage, 1, 9, 31), ERR_LIMIT);
	assert_string_equal(b->ctx->fault.limit->left, "0.30");
	assert_int_equal(books_void(b, b->ctx, hold.public_id), ERR_OK);
	assert_int_equal(move(&stage, 1, 9, 31), ERR_OK);
	assert_int_equal(hold_on(b, b->ctx, stage.wallets[0], 70, &hold), ERR_LIMIT);
	assert_int_equal(hold_on(b, b->ctx, stage.wallets[0], 69, &hold), ERR_OK);
	t = books_order(b, b->ctx, books_reference(b->ctx), stage.wallets[0], stage.wallets[9], 60);
	t->type = TRANSACTION_CAPTURE;
	t->hold = hold.public_id;
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_int_equal(move(&stage, 2, 9, 10), ERR_LIMIT);
	assert_int_equal(move(&stage, 2, 9, 9), ERR_OK);
}

/* A rule that is made later knows what was posted before; so does one that others had replaced meanwhile. */
static void
test_what_was_before(void **state)
{
	struct books *b = *state;
	struct stage stage;
	int64_t user = set_limited(&stage, b, 1000);
	int64_t own;

	assert_int_equal(move(&stage, 0, 9, 40), ERR_OK);
	assert_int_equal(move(&stage, 0, 1, 10), ERR_OK);
	(void)rule(b, "customer", -user, OUT_OF_ONE, 100);
	assert_int_equal(move(&stage, 0, 9, 51), ERR_LIMIT);
	assert_int_equal(move(&stage, 0, 9, 20), ERR_OK);
	own = rule(b, "wallet", account_id(b, stage.wallets[0]), OUT_OF_ONE, 1000);
	assert_int_equal(move(&stage, 0, 9, 25), ERR_OK);
	end_rule(b, own);
	assert_int_equal(move(&stage, 0, 9, 6), ERR_LIMIT);
	assert_string_equal(b->ctx->fault.limit->left, "0.05");
	assert_int_equal(move(&stage, 0, 9, 5), ERR_OK);
	assert_int_equal(move(&stage, 1, 9, 100), ERR_OK); /* another wallet */
}

static void
test_balance_and_amount(void **state)
{
	struct books *b = *state;
	struct stage stage;
	int64_t user = set_limited(&stage, b, 1000);

	(void)rule(b, "customer", -user, "'wallet', 'balance', NULL, NULL, 'NGN', NULL, NULL",
		   1050);
	(void)rule(b, "customer", -user, "'customer', 'balance', NULL, NULL, 'NGN', NULL, NULL",
		   9 * 1000 + 20);
	(void)rule(b, "customer", -user, "'wallet', 'amount', 'out', NULL, 'NGN', NULL, NULL", 60);
	assert_int_equal(move(&stage, 0, 1, 50), ERR_OK);
	assert_int_equal(move(&stage, 0, 1, 1), ERR_LIMIT);
	assert_int_equal(move(&stage, 0, 9, 61), ERR_LIMIT);
	assert_string_equal(b->ctx->fault.limit->measure, "amount");
	assert_int_equal(move(&stage, 9, 0, 21), ERR_LIMIT);
	assert_int_equal(move(&stage, 9, 0, 20), ERR_OK);
	assert_int_equal(move(&stage, 1, 9, 60), ERR_OK);
}

/* Only what is of the types counts; a correction never does. */
static void
test_types(void **state)
{
	struct books *b = *state;
	struct stage stage;
	struct ledger_transaction *t;
	int64_t user = set_limited(&stage, b, 1000);

	(void)rule(b, "customer", -user,
		   "'wallet', 'sum', 'out', '{debit,transfer}', 'NGN', 'month', 'UTC'", 50);
	for (int i = 0; i < 2; i++) {
		t = books_order(b, b->ctx, books_reference(b->ctx), stage.wallets[0],
				stage.wallets[9], 40);
		t->type = i == 0 ? TRANSACTION_ADMIN_DEBIT : TRANSACTION_PURCHASE;
		assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	}
	assert_int_equal(move(&stage, 0, 9, 50), ERR_OK);
	assert_int_equal(move(&stage, 0, 9, 1), ERR_LIMIT);
	t = books_order(b, b->ctx, books_reference(b->ctx), stage.wallets[0], stage.wallets[9], 7);
	t->settles = true;
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
}

/* A window that rolls frees what is old enough, the time is told, and never one that does not help. */
static void
test_rolling_window(void **state)
{
	struct books *b = *state;
	struct stage stage;
	int64_t limit;
	int64_t frees;

	(void)set_limited(&stage, b, 1000);
	limit = rule(b, "wallet", account_id(b, stage.wallets[0]), OUT_OF_ONE, 100);
	assert_int_equal(move(&stage, 0, 9, 60), ERR_OK);
	assert_int_equal(move(&stage, 0, 9, 101), ERR_LIMIT);
	assert_int_equal(b->ctx->fault.limit->frees_at.us, 0);
	assert_int_equal(move(&stage, 0, 9, 41), ERR_LIMIT);
	frees = books_number(
		b, arena_printf(b->ctx->arena,
				"SELECT (%lld / 1000000 - extract(epoch FROM now()))::bigint",
				(long long)b->ctx->fault.limit->frees_at.us));
	assert_in_range(frees, 3600 - 10, 3660);
	fixture_sql(
		b->fixture->url,
		arena_printf(
			b->ctx->arena,
			"UPDATE cowry.limit_use SET starts_at = starts_at - interval '62 minutes', "
			"ends_at = ends_at - interval '62 minutes' WHERE limit_id = %lld",
			(long long)limit));
	assert_int_equal(move(&stage, 0, 9, 100), ERR_OK);
	end_rule(b, limit);
}

/* Windows of the calendar, also where a day has 23 or 25 hours. */
static void
test_calendar(void **state)
{
	struct books *b = *state;

	assert_int_equal(
		books_number(b, "SELECT (cowry.limit_starts('day', 'Europe/Oslo', "
				"'2026-03-29 12:00+02') = timestamptz '2026-03-29 00:00+01')::int"),
		1);
	assert_int_equal(
		books_number(b, "SELECT (cowry.limit_ends('day', 'Europe/Oslo', "
				"'2026-03-29 00:00+01') = timestamptz '2026-03-30 00:00+02')::int"),
		1);
	assert_int_equal(
		books_number(b, "SELECT (cowry.limit_ends('month', 'Africa/Lagos', "
				"'2026-01-31 23:00Z') = timestamptz '2026-02-28 23:00Z')::int"),
		1);
	assert_int_equal(
		books_number(b, "SELECT (cowry.limit_starts('day', NULL, '2026-03-29 12:14:59Z') = "
				"timestamptz '2026-03-29 12:00Z')::int"),
		1);
}

/* What was added up, posting by posting, is what the journal says. */
static void
test_uses_are_the_journal(void **state)
{
	const struct books *b = *state;

	assert_true(books_number(b, "SELECT count(*) FROM cowry.limit_meter") > 5);
	assert_int_equal(
		books_number(
			b,
			"SELECT count(*) FROM cowry.limit_meter m JOIN cowry.limit_rule r USING "
			"(limit_id) CROSS JOIN LATERAL cowry.limit_state(r, m.subject, now()) s WHERE "
			"r.span IS NOT NULL AND r.ended_at IS NULL AND (m.sequence <> s.sequence OR "
			"s.used <> (SELECT coalesce(sum(p.used), 0) FROM cowry.limit_accounts(r, "
			"m.subject) AS o (account_id) CROSS JOIN LATERAL cowry.limit_posted(r, "
			"o.account_id, '{transfer,capture,purchase}') p))"),
		0);
}

static void
test_there_was_no_deadlock(void **state)
{
	struct books *b = *state;

	books_restart(b);
	assert_int_equal(books_number(b, "SELECT deadlocks FROM pg_stat_database "
					 "WHERE datname = current_database()"),
			 0);
}

#define TEST(name) cmocka_unit_test_teardown(name, books_check)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_wallet),
		TEST(test_wallets_of_a_customer),
		TEST(test_number_of_transactions),
		TEST(test_batches),
		TEST(test_others_wait_for_the_first),
		TEST(test_holds),
		TEST(test_end_of_a_hold),
		TEST(test_what_was_before),
		TEST(test_balance_and_amount),
		TEST(test_types),
		TEST(test_rolling_window),
		TEST(test_calendar),
		TEST(test_uses_are_the_journal),
		TEST(test_there_was_no_deadlock),
	};

	(void)fprintf(stderr, "COWRY_TEST_SEED=%u\n", base_seed());
	return cmocka_run_group_tests(tests, BOOKS_SETUP, books_teardown);
}
