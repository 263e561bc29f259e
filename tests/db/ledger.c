/* The ledger on the real database; after each test the books are checked. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ledger/account.h"
#include "ledger/balance.h"
#include "ledger/hold.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

/* A list of transactions for ledger_post(). */
struct batch {
	struct ledger_transaction **list;
	size_t n;
};

static enum err
post(struct ctx *ctx, void *arg)
{
	const struct batch *batch = arg;

	return ledger_post(ctx, batch->list, batch->n);
}

static void
test_posts(void **state)
{
	struct books *b = *state;
	struct uuid from = books_wallet(b, 100);
	struct uuid to = books_wallet(b, 0);
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), from, to, 30);

	t->metadata = "{\"why\": \"test\"}";
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_false(t->replayed);
	assert_true(t->transaction_id > 0 && !uuid_is_nil(t->public_id) && t->created_at.us > 0);
	assert_int_equal(t->results[0].from_balance, 70);
	assert_int_equal(t->results[0].to_balance, 30);
	assert_int_equal(t->results[0].from_sequence, 2);
	assert_int_equal(t->results[0].to_sequence, 1);
	assert_int_equal(books_balance(b, from), 70);
	assert_int_equal(books_balance(b, to), 30);
	assert_int_equal(books_sequence(b, to), 1);
}

static void
test_replays(void **state)
{
	struct books *b = *state;
	struct uuid from = books_wallet(b, 100);
	struct uuid to = books_wallet(b, 0);
	const char *reference = books_reference(b->ctx);
	struct ledger_transaction *first = books_order(b, b->ctx, reference, from, to, 30);
	struct ledger_transaction *again = books_order(b, b->ctx, reference, from, to, 30);

	assert_int_equal(ledger_submit(b->ctx, first), ERR_OK);
	assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), from, to, 70), ERR_OK);
	assert_int_equal(ledger_submit(b->ctx, again), ERR_OK);
	assert_true(again->replayed);
	assert_int_equal(again->transaction_id, first->transaction_id);
	assert_true(uuid_equal(again->public_id, first->public_id));
	assert_int_equal(again->created_at.us, first->created_at.us);
	assert_memory_equal(again->results, first->results, sizeof(*first->results));
	assert_int_equal(books_move(b, b->ctx, reference, from, to, 31), ERR_DUPLICATE_REFERENCE);
	assert_int_equal(b->ctx->fault.err, ERR_DUPLICATE_REFERENCE);
	assert_int_equal(books_balance(b, to), 100);
}

/* The refusals of a batch, and that its other transactions are posted. */
static void
test_batch(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 50);
	struct uuid y = books_wallet(b, 0);
	struct uuid dollars = books_wallet_in(b, b->ledger_id, "USD", 0);
	const char *twice = books_reference(b->ctx);
	struct ledger_transaction *list[] = {
		books_order(b, b->ctx, books_reference(b->ctx), x, y, 51),
		books_order(b, b->ctx, twice, x, y, 50),
		books_order(b, b->ctx, twice, x, y, 50),
		books_order(b, b->ctx, twice, x, y, 1),
		books_order(b, b->ctx, books_reference(b->ctx), y, y, 1),
		books_order(b, b->ctx, books_reference(b->ctx), y, dollars, 1),
		books_order(b, b->ctx, books_reference(b->ctx), y, uuid_v7(), 1),
		books_order(b, b->ctx, books_reference(b->ctx), y, x, 20),
	};
	static const enum err expected[] = {
		ERR_INSUFFICIENT_FUNDS,  ERR_OK,          ERR_OK,
		ERR_DUPLICATE_REFERENCE, ERR_SAME_WALLET, ERR_CURRENCY_MISMATCH,
		ERR_NOT_FOUND,           ERR_OK,
	};
	struct batch batch = {list, COUNT(list)};

	assert_int_equal(db_transact(b->ctx, post, &batch), ERR_OK);
	for (size_t i = 0; i < COUNT(list); i++)
		assert_int_equal(list[i]->err, expected[i]);
	assert_true(list[2]->replayed);
	assert_int_equal(list[2]->transaction_id, list[1]->transaction_id);
	assert_int_equal(books_balance(b, x), 20);
	assert_int_equal(books_balance(b, y), 30);
}

/* Many postings in one transaction: all of them or none. */
static void
test_many_postings(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, POSTINGS_MAX);
	struct posting postings[POSTINGS_MAX];
	struct posting_result results[POSTINGS_MAX];
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 1);

	for (size_t i = 0; i < POSTINGS_MAX; i++)
		postings[i] = (struct posting){x, books_wallet(b, 0), 1};
	postings[POSTINGS_MAX - 1].amount = 2;
	t->postings = postings;
	t->results = results;
	t->count = POSTINGS_MAX;
	assert_int_equal(ledger_submit(b->ctx, t), ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(books_balance(b, x), POSTINGS_MAX);
	postings[POSTINGS_MAX - 1].amount = 1;
	t->postings = postings;
	fault_clear(&b->ctx->fault);
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_int_equal(books_balance(b, x), 0);
	assert_int_equal(books_sequence(b, x), 1 + POSTINGS_MAX);
	assert_int_equal(results[POSTINGS_MAX - 1].from_sequence, 1 + POSTINGS_MAX);
}

static void
test_dry_run_posts_nothing(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 10);
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 10);
	struct batch batch = {&t, 1};

	assert_int_equal(db_dry_run(b->ctx, post, &batch), ERR_OK);
	assert_int_equal(t->err, ERR_OK);
	assert_int_equal(t->results[0].from_balance, 0);
	assert_int_equal(books_balance(b, x), 10);
}

static void
test_reversal(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 10);
	struct uuid y = books_wallet(b, 0);
	struct ledger_transaction *t = books_order(b, b->ctx, books_reference(b->ctx), x, y, 10);
	struct ledger_transaction *back;

	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	for (int i = 0; i < 2; i++) {
		back = books_order(b, b->ctx, books_reference(b->ctx), y, x, 5);
		back->reverses = t->transaction_id;
		ledger_content(b->ctx, back);
		fault_clear(&b->ctx->fault);
		assert_int_equal(ledger_submit(b->ctx, back),
				 i == 0 ? ERR_OK : ERR_ALREADY_REVERSED);
	}
	assert_int_equal(books_balance(b, x), 5);
}

/* Different contents never have the same text, wherever the boundary between the parts is. */
static void
test_content(void **state)
{
	struct books *b = *state;
	struct ledger_transaction *t = books_order(b, b->ctx, "ref", uuid_v7(), uuid_v7(), 10);
	struct ledger_transaction others[] = {*t, *t, *t, *t, *t, *t, *t, *t};
	const struct posting swapped = {t->postings->to, t->postings->from, 10};
	const struct posting more = {t->postings->from, t->postings->to, 11};

	others[0].type = TRANSACTION_CREDIT;
	others[1].metadata = "{\"a\":1}";
	others[2].reverses = 1;
	others[3].hold = uuid_v7();
	others[4].postings = &swapped;
	others[5].postings = &more;
	others[6].ledger_id++;
	others[7].keeps_hold = true;
	for (size_t i = 0; i < COUNT(others); i++) {
		ledger_content(b->ctx, &others[i]);
		assert_memory_not_equal(others[i].content, t->content, CONTENT_SIZE);
	}
	others[0] = *t;
	others[0].reference = "another";
	ledger_content(b->ctx, &others[0]);
	assert_memory_equal(others[0].content, t->content, CONTENT_SIZE);
}

static void
test_hold_and_capture(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct hold hold = books_hold(b, x, 60, 3600);
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 45);

	assert_int_equal(books_held(b, x), 60);
	assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 41),
			 ERR_INSUFFICIENT_FUNDS);
	t->hold = hold.public_id;
	fault_clear(&b->ctx->fault);
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	assert_int_equal(books_balance(b, x), 55);
	assert_int_equal(books_held(b, x), 0);
	assert_int_equal(hold_get(b->ctx, b->ledger_id, hold.public_id, &hold), ERR_OK);
	assert_int_equal(hold.status, HOLD_CAPTURED);
	assert_int_equal(hold.captured, 45);
	assert_true(uuid_equal(hold.transaction, t->public_id));
	assert_true(hold.closed_at.us > 0);
	assert_int_equal(books_void(b, b->ctx, hold.public_id), ERR_HOLD_CLOSED);
}

static enum err
post_two(struct ctx *ctx, void *arg)
{
	return ledger_post(ctx, arg, 2);
}

/* Two captures of one hold in a batch: the first one takes it. */
static void
test_captures_in_one_batch(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct hold hold = books_hold(b, x, 60, 3600);
	struct ledger_transaction *t[2];

	for (size_t i = 0; i < COUNT(t); i++) {
		t[i] = books_order(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 20);
		t[i]->hold = hold.public_id;
	}
	assert_int_equal(db_transact(b->ctx, post_two, t), ERR_OK);
	assert_int_equal(t[0]->err, ERR_OK);
	assert_int_equal(t[1]->err, ERR_HOLD_CLOSED);
	assert_int_equal(books_balance(b, x), 80);
	assert_int_equal(books_held(b, x), 0);
}

struct placing {
	struct hold_order order;
	struct hold hold;
};

static enum err
place(struct ctx *ctx, void *arg)
{
	struct placing *placing = arg;

	fault_clear(&ctx->fault);
	return hold_place(ctx, &placing->order, &placing->hold);
}

static void
test_hold_place(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct placing p = {.order = books_hold_order(b, books_reference(b->ctx), x, 60, 60)};
	struct uuid first;

	assert_int_equal(db_transact(b->ctx, place, &p), ERR_OK);
	assert_false(p.hold.replayed);
	assert_int_equal(p.hold.expires_at.us - p.hold.created_at.us, 60 * SECOND_US);
	first = p.hold.public_id;
	assert_int_equal(db_transact(b->ctx, place, &p), ERR_OK);
	assert_true(p.hold.replayed);
	assert_true(uuid_equal(p.hold.public_id, first));
	p.order.content[0] ^= 1;
	assert_int_equal(db_transact(b->ctx, place, &p), ERR_DUPLICATE_REFERENCE);
	p.order.reference = books_reference(b->ctx);
	assert_int_equal(db_transact(b->ctx, place, &p), ERR_INSUFFICIENT_FUNDS);
	p.order.amount = 40;
	p.order.currency = "USD";
	assert_int_equal(db_transact(b->ctx, place, &p), ERR_CURRENCY_MISMATCH);
	p.order.currency = "NGN";
	p.order.ledger_id++;
	assert_int_equal(db_transact(b->ctx, place, &p), ERR_NOT_FOUND);
	p.order.ledger_id--;
	p.order.account = uuid_v7();
	assert_int_equal(db_transact(b->ctx, place, &p), ERR_NOT_FOUND);
	assert_int_equal(books_held(b, x), 60);
}

static void
test_void(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct hold hold = books_hold(b, x, 60, 3600);

	assert_int_equal(books_void(b, b->ctx, uuid_v7()), ERR_NOT_FOUND);
	assert_int_equal(books_void(b, b->ctx, hold.public_id), ERR_OK);
	assert_int_equal(books_void(b, b->ctx, hold.public_id), ERR_HOLD_CLOSED);
	assert_int_equal(books_held(b, x), 0);
	assert_int_equal(books_balance(b, x), 100);
}

static void
test_expiry(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct hold over = books_hold(b, x, 60, 0);
	struct hold open = books_hold(b, x, 10, 3600);
	struct ledger_transaction *t =
		books_order(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 1);
	int64_t expired;

	t->hold = over.public_id;
	assert_int_equal(ledger_submit(b->ctx, t), ERR_HOLD_CLOSED);
	fault_clear(&b->ctx->fault);
	assert_int_equal(hold_expire_due(b->ctx, NULL, &expired), ERR_OK);
	assert_int_equal(expired, 1);
	assert_int_equal(hold_expire_due(b->ctx, NULL, &expired), ERR_OK);
	assert_int_equal(expired, 0);
	assert_int_equal(books_held(b, x), 10);
	assert_int_equal(hold_get(b->ctx, b->ledger_id, over.public_id, &over), ERR_OK);
	assert_int_equal(over.status, HOLD_EXPIRED);
	assert_int_equal(hold_get(b->ctx, b->ledger_id, open.public_id, &open), ERR_OK);
	assert_int_equal(open.status, HOLD_ACTIVE);
}

static void
test_frozen_accounts(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	char id[UUID_TEXT_MAX];
	struct placing p = {.order = books_hold_order(b, books_reference(b->ctx), x, 60, 60)};

	fixture_sql(b->fixture->url,
		    arena_printf(b->ctx->arena,
				 "UPDATE cowry.account SET status = 1 WHERE public_id = '%s'",
				 uuid_text(id, x)));
	assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), x, books_funding(b), 1),
			 ERR_WALLET_INACTIVE);
	assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), books_funding(b), x, 1),
			 ERR_WALLET_INACTIVE);
	assert_int_equal(db_transact(b->ctx, place, &p), ERR_WALLET_INACTIVE);
	assert_int_equal(books_balance(b, x), 100);
}

/* The system accounts of a ledger and currency: computed, created once, all different. */
static void
test_system_accounts(void **state)
{
	struct books *b = *state;
	int64_t live;
	struct uuid ids[4];

	assert_int_equal(ledger_of(b->ctx, 0, MODE_LIVE, &live), ERR_OK);
	(void)books_wallet_in(b, live, "GHS", 5);
	(void)books_wallet_in(b, live, "GHS", 5);
	ids[0] = ledger_system_account(live, ACCOUNT_PROJECT_FUNDING, "GHS");
	ids[1] = ledger_system_account(b->ledger_id, ACCOUNT_PROJECT_FUNDING, "GHS");
	ids[2] = ledger_system_account(live, ACCOUNT_FEE_REVENUE, "GHS");
	ids[3] = ledger_system_account(live, ACCOUNT_PROJECT_FUNDING, "NGN");
	for (size_t i = 0; i < COUNT(ids); i++)
		for (size_t j = 0; j < i; j++)
			assert_false(uuid_equal(ids[i], ids[j]));
	assert_int_equal(books_balance(b, ids[0]), -10);
	assert_int_equal(books_balance(b, ids[2]), 0);
	assert_int_equal(books_number(b, "SELECT count(*) FROM cowry.account WHERE currency = "
					 "'GHS' AND floor IS NULL"),
			 5);
	assert_int_equal(books_number(b, "SELECT count(*) FROM cowry.account WHERE currency = "
					 "'GHS' AND floor = 0"),
			 2);
}

static void
test_ledger_of(void **state)
{
	struct books *b = *state;
	const char *url = b->fixture->owner_url;
	int64_t project;
	int64_t test = 0;
	int64_t live = 0;
	int64_t again = 0;

	fixture_sql(url, "INSERT INTO cowry.users (public_id, email, email_key, name) VALUES "
			 "(gen_random_uuid(), 'a@b.c', 'a@b.c', 'A')");
	fixture_sql(url, "INSERT INTO cowry.platform_account (public_id, user_id, name) SELECT "
			 "gen_random_uuid(), user_id, 'A' FROM cowry.users");
	fixture_sql(url, "INSERT INTO cowry.project (public_id, platform_account_id, name, slug) "
			 "SELECT gen_random_uuid(), platform_account_id, 'A', 'a' FROM "
			 "cowry.platform_account");
	project = books_number(b, "SELECT project_id FROM cowry.project");
	assert_int_equal(ledger_of(b->ctx, project, MODE_TEST, &test), ERR_OK);
	assert_int_equal(ledger_of(b->ctx, project, MODE_LIVE, &live), ERR_OK);
	assert_int_equal(ledger_of(b->ctx, project, MODE_TEST, &again), ERR_OK);
	assert_true(test != live && test != b->ledger_id);
	assert_int_equal(again, test);
	assert_true(ledger_of(b->ctx, project + 1, MODE_TEST, &again) != ERR_OK);
	fault_clear(&b->ctx->fault);
}

/* Accounts of another ledger can't be used, whatever the ids. */
static void
test_ledgers_never_mix(void **state)
{
	struct books *b = *state;
	struct uuid here = books_wallet(b, 10);
	struct uuid there;
	int64_t live;

	assert_int_equal(ledger_of(b->ctx, 0, MODE_LIVE, &live), ERR_OK);
	there = books_wallet_in(b, live, "NGN", 10);
	assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), here, there, 1),
			 ERR_NOT_FOUND);
	assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), there, here, 1),
			 ERR_NOT_FOUND);
	assert_int_equal(books_balance(b, there), 10);
}

/* Debits and credits of each mode and currency are equal, and are what the accounts say. */
static void
test_trial_balance(void **state)
{
	struct books *b = *state;
	struct trial_line *lines;
	size_t n;
	bool found = false;

	(void)books_wallet_in(b, b->ledger_id, "KES", 300);
	(void)books_wallet_in(b, b->ledger_id, "KES", 200);
	assert_int_equal(ledger_trial_balance(b->ctx, (enum mode)0, &lines, &n), ERR_OK);
	for (size_t i = 0; i < n; i++) {
		wide_int difference = 0;

		assert_true(lines[i].debit == 0 || lines[i].credit == 0);
		for (size_t j = 0; j < n; j++)
			if (lines[j].mode == lines[i].mode &&
			    strcmp(lines[j].currency, lines[i].currency) == 0)
				difference += lines[j].debit - lines[j].credit;
		assert_true(difference == 0);
		if (strcmp(lines[i].currency, "KES") == 0 && strcmp(lines[i].code, "2100") == 0) {
			assert_true(lines[i].credit == 500);
			assert_int_equal(lines[i].accounts, 2);
			assert_int_equal(lines[i].mode, MODE_TEST);
			assert_string_equal(lines[i].class, "liability");
			found = true;
		}
	}
	assert_true(found);
}

enum { HISTORY = 60 };

/* The balance at a time is that of the last posting until then, found by a linear search. */
static void
test_balance_at(void **state)
{
	struct books *b = *state;
	struct uuid x = books_wallet(b, 0);
	struct uuid funding = books_funding(b);
	struct instant times[HISTORY];
	int64_t balances[HISTORY];
	struct ledger_position position = {-1, -1};

	assert_int_equal(ledger_position_at(b->ctx, x, clock_system(), &position), ERR_OK);
	assert_int_equal(position.balance, 0);
	assert_int_equal(position.sequence, 0);
	for (int i = 0; i < HISTORY; i++) {
		bool in = i % 3 != 2;
		struct ledger_transaction *t =
			books_order(b, b->ctx, books_reference(b->ctx), in ? funding : x,
				    in ? x : funding, 1 + (in ? i * 7919 % 50 : 0));

		assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
		times[i] = t->created_at;
		balances[i] = in ? t->results[0].to_balance : t->results[0].from_balance;
	}
	for (int i = 0; i < 2 * HISTORY; i++) {
		struct instant at = {times[i / 2].us - i % 2};
		int64_t expected = 0;
		int k = 0;

		for (; k < HISTORY && times[k].us <= at.us; k++)
			expected = balances[k];
		assert_int_equal(ledger_position_at(b->ctx, x, at, &position), ERR_OK);
		assert_int_equal(position.balance, expected);
		assert_int_equal(position.sequence, k);
	}
	assert_int_equal(ledger_position_at(b->ctx, uuid_v7(), times[0], &position), ERR_NOT_FOUND);
	fault_clear(&b->ctx->fault);
}

/* What was posted so far was posted by a clock that was an hour ahead and has been put right. */
static void
step_back(const struct books *b)
{
	fixture_sql(b->fixture->superuser_url,
		    "SET session_replication_role = replica;"
		    "UPDATE cowry.transaction SET created_at = created_at + interval '1 hour';"
		    "UPDATE cowry.account SET last_at = last_at + interval '1 hour';");
}

/* Histories stay in chronological order, balances at a time are right, and holds last as long as
 * requested. */
static void
test_clock_steps_back(void **state)
{
	enum { HOUR_S = 3600, LIFETIME_S = 600 };
	struct books *b = *state;
	struct uuid x = books_wallet(b, 100);
	struct uuid y = books_wallet(b, 0);
	struct ledger_transaction *before =
		books_order(b, b->ctx, books_reference(b->ctx), x, y, 10);
	struct ledger_transaction *after = books_order(b, b->ctx, books_reference(b->ctx), x, y, 1);
	struct ledger_position position;
	struct hold hold;

	assert_int_equal(ledger_submit(b->ctx, before), ERR_OK);
	step_back(b);
	before->created_at.us += HOUR_S * SECOND_US;
	hold = books_hold(b, x, 5, LIFETIME_S);
	assert_true(hold.created_at.us >= before->created_at.us);
	assert_int_equal(hold.expires_at.us, hold.created_at.us + LIFETIME_S * SECOND_US);
	assert_int_equal(ledger_submit(b->ctx, after), ERR_OK);
	assert_true(after->created_at.us >= hold.created_at.us);
	assert_int_equal(ledger_position_at(b->ctx, x, (struct instant){before->created_at.us - 1},
					    &position),
			 ERR_OK);
	assert_int_equal(position.balance, 100);
	assert_int_equal(ledger_position_at(b->ctx, x, after->created_at, &position), ERR_OK);
	assert_int_equal(position.balance, 89);
	/* Accounts without postings of that time use the corrected clock. */
	after = books_order(b, b->ctx, books_reference(b->ctx), y, x, 1);
	assert_int_equal(ledger_submit(b->ctx, after), ERR_OK);
	assert_true(after->created_at.us >= before->created_at.us);
}

#define TEST(name) cmocka_unit_test_teardown(name, books_check)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_posts),
		TEST(test_replays),
		TEST(test_batch),
		TEST(test_many_postings),
		TEST(test_dry_run_posts_nothing),
		TEST(test_reversal),
		TEST(test_content),
		TEST(test_hold_and_capture),
		TEST(test_captures_in_one_batch),
		TEST(test_hold_place),
		TEST(test_void),
		TEST(test_expiry),
		TEST(test_frozen_accounts),
		TEST(test_system_accounts),
		TEST(test_ledger_of),
		TEST(test_ledgers_never_mix),
		TEST(test_trial_balance),
		TEST(test_balance_at),
		TEST(test_clock_steps_back), /* the last one: the others' accounts are ahead after it */
	};

	return cmocka_run_group_tests(tests, books_setup, books_teardown);
}
