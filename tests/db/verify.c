/* Ledgers with one violation for each check: exactly that check reports it. */
#include <string.h>

#include "base/arena.h"
#include "ledger/account.h"
#include "ledger/ledger.h"
#include "ledger/verify.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

/* Triggers and foreign keys do not hold for a replica. */
#define AS_REPLICA "SET session_replication_role = replica; SET search_path = cowry; "

/* A view of one row names what is broken; what there is is saved. */
#define SAVE                                                                           \
	"CREATE SCHEMA saved;"                                                         \
	"CREATE TABLE saved.account AS TABLE cowry.account;"                           \
	"CREATE TABLE saved.transaction AS TABLE cowry.transaction;"                   \
	"CREATE TABLE saved.posting AS TABLE cowry.posting;"                           \
	"CREATE TABLE saved.hold AS TABLE cowry.hold;"                                 \
	"CREATE TABLE saved.hold_capture AS TABLE cowry.hold_capture;"                 \
	"CREATE TABLE saved.transaction_fee AS TABLE cowry.transaction_fee;"           \
	"CREATE TABLE saved.reversed_transaction AS TABLE cowry.reversed_transaction;" \
	"ALTER TABLE cowry.account DROP CONSTRAINT account_above_floor;"
#define RESTORE                                                                               \
	AS_REPLICA "DELETE FROM hold; DELETE FROM posting; DELETE FROM transaction;"          \
		   "DELETE FROM hold_capture; DELETE FROM reversed_transaction;"              \
		   "DELETE FROM transaction_fee;"                                             \
		   "DELETE FROM account;"                                                     \
		   "INSERT INTO account OVERRIDING SYSTEM VALUE SELECT * FROM saved.account;" \
		   "INSERT INTO transaction SELECT * FROM saved.transaction;"                 \
		   "INSERT INTO posting SELECT * FROM saved.posting;"                         \
		   "INSERT INTO hold OVERRIDING SYSTEM VALUE SELECT * FROM saved.hold;"       \
		   "INSERT INTO hold_capture SELECT * FROM saved.hold_capture;"               \
		   "INSERT INTO transaction_fee SELECT * FROM saved.transaction_fee;"         \
		   "UPDATE fee_schedule SET ledger_id = (SELECT ledger_id FROM ledger"        \
		   " WHERE project_id IS NULL AND mode = 'test');"                            \
		   "INSERT INTO reversed_transaction SELECT * FROM saved.reversed_transaction;"

/* A schedule of the tests' ledger; its id. */
#define FEE_VERSION                                                                         \
	"WITH s AS (INSERT INTO cowry.fee_schedule (public_id, ledger_id, type, currency)"  \
	" SELECT gen_random_uuid(), ledger_id, 'transfer', 'NGN' FROM cowry.ledger"         \
	"  WHERE project_id IS NULL AND mode = 'test' RETURNING fee_schedule_id)"           \
	" INSERT INTO cowry.fee_version (fee_schedule_id, number, effective_from, bearer, " \
	"on_reversal, tier_mode, minimum, maximum)"                                         \
	" SELECT fee_schedule_id, 1, now(), 'payer', 'refund', 'volume', 3, 3 FROM s"       \
	" RETURNING fee_version_id"

static enum err
post_two(struct ctx *ctx, void *arg)
{
	return ledger_post(ctx, arg, 2);
}

/* A transaction of 10 with a fee of 3, of which 1 is given back with 5. */
static void
charge(struct books *b, struct uuid x, struct uuid y)
{
	struct uuid fees = ledger_system_account(b->ledger_id, ACCOUNT_FEE_REVENUE, "NGN");
	const struct posting charged[] = {{x, y, 10}, {x, fees, 3}};
	const struct posting back[] = {{fees, x, 3}, {y, x, 5}};
	struct ledger_transaction *t = books_order(b, b->ctx, books_reference(b->ctx), x, y, 10);
	struct ledger_transaction *r = books_order(b, b->ctx, books_reference(b->ctx), y, x, 5);

	t->fee_version = books_number(b, FEE_VERSION);
	t->postings = charged;
	r->reversible = 10;
	r->fee_version = t->fee_version;
	r->postings = back;
	t->has_fee = r->has_fee = true;
	t->count = r->count = 2;
	t->results = r->results = NULL;
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	r->reverses = t->transaction_id;
	assert_int_equal(ledger_submit(b->ctx, r), ERR_OK);
}

/* Incoming money, some of it moved on to another wallet and back in the same instant, a capture,
 * an open hold, a reversal, and a wallet that never had any. */
static int
setup(void **state)
{
	struct books *b;
	struct uuid x, y;
	struct ledger_transaction *pair[2];
	struct ledger_transaction *t;
	struct ledger_transaction *part;
	char ids[3][UUID_TEXT_MAX];

	if (books_setup(state) != 0)
		return -1;
	b = *state;
	x = books_wallet(b, 100);
	y = books_wallet(b, 0);
	pair[0] = books_order(b, b->ctx, books_reference(b->ctx), x, y, 50);
	pair[1] = books_order(b, b->ctx, books_reference(b->ctx), y, x, 50);
	assert_int_equal(db_transact(b->ctx, post_two, pair), ERR_OK);
	t = books_order(b, b->ctx, books_reference(b->ctx), x, y, 20);
	t->hold = books_hold(b, x, 33, 3600).public_id;
	part = books_order(b, b->ctx, books_reference(b->ctx), x, y, 3);
	part->hold = t->hold;
	part->keeps_hold = true;
	assert_int_equal(ledger_submit(b->ctx, part), ERR_OK);
	assert_int_equal(ledger_submit(b->ctx, t), ERR_OK);
	pair[0] = books_order(b, b->ctx, books_reference(b->ctx), y, x, 5);
	pair[0]->reverses = t->transaction_id;
	assert_int_equal(ledger_submit(b->ctx, pair[0]), ERR_OK);
	(void)books_hold(b, x, 10, 3600);
	charge(b, x, y);
	fixture_sql(b->fixture->superuser_url,
		    arena_printf(
			    b->ctx->arena,
			    "CREATE VIEW cowry.t AS SELECT x.account_id AS x, y.account_id AS y,"
			    " z.account_id AS z, c.transaction_id AS capture,"
			    " r.transaction_id AS reversal"
			    "  FROM cowry.account x, cowry.account y, cowry.account z,"
			    " cowry.hold c, cowry.transaction r "
			    "WHERE x.public_id = '%s' AND y.public_id = '%s' AND z.public_id = '%s'"
			    "  AND c.status = 1 AND r.reverses = c.transaction_id;" SAVE,
			    uuid_text(ids[0], x), uuid_text(ids[1], y),
			    uuid_text(ids[2], books_wallet(b, 0))));
	return 0;
}

static void
test_clean_books(void **state)
{
	(void)books_check(state);
}

static void
test_checks_have_names(void **state)
{
	size_t n = 0;

	(void)state;
	for (; ledger_check_at(n) != NULL; n++) {
		assert_true(strlen(ledger_check_at(n)->promise) > 0);
		for (size_t i = 0; i < n; i++)
			assert_string_not_equal(ledger_check_at(i)->name, ledger_check_at(n)->name);
	}
	assert_int_equal(n, 23);
	assert_null(ledger_check_at(n + 1));
}

static const struct damage {
	const char *checks; /* that report it */
	const char *sql;
} damages[] = {
	{"sums transactions", "DELETE FROM account WHERE account_id = (SELECT x FROM t)"},
	{"balances", "UPDATE account SET balance = balance + CASE account_id WHEN x THEN -5 ELSE 5 "
		     "END FROM t WHERE account_id IN (x, y)"},
	{"balances", "UPDATE account SET sequence = sequence + 1 FROM t WHERE account_id = x"},
	{"balances", "UPDATE account SET sequence = 1 FROM t WHERE account_id = z"},
	{"running", "UPDATE posting SET to_balance = to_balance + 1 FROM t WHERE to_id = x AND "
		    "to_sequence = 1"},
	{"running", "UPDATE posting SET from_balance = from_balance - 1 FROM t WHERE from_id = x"
		    " AND from_sequence = 2"},
	{"running balances",
	 "UPDATE posting SET from_sequence = 77 FROM t WHERE from_id = y AND transaction_id = "
	 "reversal"},
	{"running",
	 "UPDATE posting SET to_sequence = 2 FROM t WHERE to_id = y AND to_sequence = 1"},
	{"running captures",
	 "UPDATE posting SET amount = amount + 1 FROM t WHERE transaction_id = capture"},
	/* Spent before it arrived: no gap, right sums, but below the floor in between. */
	{"running",
	 "UPDATE posting SET to_sequence = 2, to_balance = 0 FROM t WHERE to_id = y AND "
	 "to_sequence = 1; UPDATE posting SET from_sequence = 1, from_balance = -50 FROM t WHERE "
	 "from_id = y AND from_sequence = 2"},
	{"floors", "UPDATE account SET floor = 1 FROM t WHERE account_id = z"},
	{"holds", "UPDATE account SET held = held + 1 FROM t WHERE account_id = x"},
	{"holds", "UPDATE account SET held = 0 FROM t WHERE account_id = x"},
	{"holds", "UPDATE hold SET amount = amount + 1 WHERE status = 0"},
	{"holds", "UPDATE hold SET status = 2, closed_at = now() WHERE status = 0"},
	{"captures", "UPDATE hold SET captured = captured + 1 WHERE status = 1"},
	{"captures", "UPDATE hold SET transaction_id = NULL WHERE status = 1"},
	{"captures", "UPDATE hold SET transaction_id = reversal FROM t WHERE status = 1"},
	{"captures", "UPDATE hold SET status = 2, captured = 0 WHERE status = 1"},
	{"captures", "UPDATE hold SET captured_before = captured_before + 1 WHERE status = 1"},
	{"captures", "DELETE FROM hold_capture"},
	{"captures", "UPDATE hold_capture SET transaction_id = reversal FROM t"},
	{"transactions", "INSERT INTO transaction (public_id, ledger_id, reference, type, content, "
			 "created_at) SELECT gen_random_uuid(), ledger_id, 'empty', type, content, "
			 "created_at FROM transaction LIMIT 1"},
	{"transactions reversals fees",
	 "UPDATE transaction SET transaction_id = transaction_id + 1000 WHERE transaction_id = "
	 "(SELECT max(transaction_id) FROM transaction)"},
	{"transactions", "UPDATE posting SET line = 3 FROM t WHERE transaction_id = capture"},
	{"transactions",
	 "UPDATE posting SET currency = 'USD' FROM t WHERE transaction_id = capture"},
	{"transactions", "UPDATE posting p SET ledger_id = ledger_id + 1 FROM t WHERE "
			 "p.transaction_id = capture"},
	{"reversals",
	 "UPDATE transaction r SET reverses = CASE r.transaction_id WHEN reversal THEN NULL ELSE "
	 "reversal END FROM t WHERE r.transaction_id = reversal OR r.transaction_id = (SELECT "
	 "min(transaction_id) FROM transaction)"},
	{"reversals", "UPDATE reversed_transaction SET reversed = reversed + 1"},
	{"reversals fees", "DELETE FROM reversed_transaction"},
	{"fees", "UPDATE transaction_fee SET amount = amount + 1 WHERE line = 1"},
	{"fees", "UPDATE transaction_fee SET amount = amount + 1 WHERE line = 0"},
	{"fees", "UPDATE fee_schedule SET ledger_id = (SELECT max(ledger_id) + 1 FROM ledger)"},
	{"fees", "UPDATE transaction_fee SET line = 5 WHERE line = 1"},
	{"fees", "DELETE FROM transaction_fee WHERE line = 1"},
	{"fees reversals", "DELETE FROM transaction_fee WHERE line = 0"},
	{"running",
	 "UPDATE transaction SET created_at = created_at - interval '1 day' FROM t WHERE "
	 "transaction_id = capture"},
};

static bool
is_hit(const struct damage *damage, const char *check)
{
	return strstr(damage->checks, check) != NULL;
}

static void
expect_only(const struct books *b, const struct damage *damage, int64_t rows_most,
	    int64_t accounts_most)
{
	struct ledger_check_scope scope = {.rows_most = rows_most, .accounts_most = accounts_most};

	for (size_t i = 0; ledger_check_at(i) != NULL; i++) {
		bool hit = is_hit(damage, ledger_check_at(i)->name);
		const char *const *problems;
		size_t n;

		assert_int_equal(ledger_check_run(b->ctx, i, &scope, &problems, &n), ERR_OK);
		if ((n > 0) != hit)
			fail_msg("%s: %s says %s", damage->sql, ledger_check_at(i)->name,
				 n > 0 ? problems[0] : "nothing");
		if (hit)
			assert_true(strlen(problems[0]) > 0);
	}
}

static void
test_each_damage_is_found(void **state)
{
	const struct books *b = *state;

	for (size_t i = 0; i < COUNT(damages); i++) {
		fixture_sql(b->fixture->superuser_url,
			    arena_printf(b->ctx->arena, AS_REPLICA "%s", damages[i].sql));
		expect_only(b, &damages[i], 0, 0);
		expect_only(b, &damages[i], 1, 0);
		expect_only(b, &damages[i], 0, 1);
		fixture_sql(b->fixture->superuser_url, RESTORE);
	}
	(void)books_check(state);
}

static size_t
problems_since(const struct books *b, const char *check, int64_t since_id)
{
	struct ledger_check_scope scope = {.since_id = since_id};
	const char *const *problems;
	size_t n = 0;

	for (size_t i = 0; ledger_check_at(i) != NULL; i++)
		if (strcmp(ledger_check_at(i)->name, check) == 0)
			assert_int_equal(ledger_check_run(b->ctx, i, &scope, &problems, &n),
					 ERR_OK);
	return n;
}

/* What was damaged before is not read again; balances are. */
static void
test_since(void **state)
{
	const struct books *b = *state;
	const char *url = b->fixture->superuser_url;
	int64_t first = 0;
	int64_t last = 0;
	struct instant then;

	assert_true(instant_parse(&then, "2000-01-01"));
	assert_int_equal(ledger_check_since(b->ctx, then, &first), ERR_OK);
	assert_int_equal(first, 1);
	assert_true(instant_parse(&then, "2100-01-01"));
	assert_int_equal(ledger_check_since(b->ctx, then, &last), ERR_OK);
	fixture_sql(url,
		    AS_REPLICA "UPDATE posting SET to_balance = to_balance + 1"
			       " WHERE transaction_id = (SELECT min(transaction_id) FROM posting)");
	fixture_sql(url,
		    AS_REPLICA "UPDATE account SET held = held + 1 FROM t WHERE account_id = x");
	assert_true(problems_since(b, "running", first) > 0);
	assert_int_equal(problems_since(b, "running", last - 1), 0);
	assert_int_equal(problems_since(b, "running", last), 0);
	assert_int_equal(problems_since(b, "holds", last), 1);
	fixture_sql(url, RESTORE);
}

struct seen {
	int64_t calls;
	int64_t done;
	int64_t total;
};

static void
see(void *arg, int64_t done, int64_t total)
{
	struct seen *seen = arg;

	assert_true(done > seen->done && done <= total);
	*seen = (struct seen){seen->calls + 1, done, total};
}

/* Reading an account takes 10 ms, and a statement may take 400: only small pieces are possible. */
static void
test_slow_pieces(void **state)
{
	const struct books *b = *state;
	const char *url = b->fixture->superuser_url;
	struct db_options options = b->fixture->options;
	struct ctx ctx = fixture_ctx(b->fixture);
	struct database database = {0};
	struct seen seen = {0};
	struct ledger_check_scope scope = {.progress = see, .arg = &seen};
	const char *const *problems;
	size_t n;

	options.statement_timeout_ms = 400;
	options.conninfo =
		arena_printf(b->ctx->arena, "%s options='-c enable_seqscan=off'", options.conninfo);
	database.pool = db_pool_new(&options);
	ctx.database = &database;
	fixture_sql(url, "SET search_path = cowry;"
			 "INSERT INTO account (public_id, ledger_id, kind, currency, floor)"
			 " SELECT gen_random_uuid(), ledger_id, kind, currency, floor"
			 "   FROM account, t, generate_series(1, 100) WHERE account_id = t.x;"
			 "CREATE POLICY slow ON account USING (pg_sleep(0.01) IS NOT NULL);"
			 "ALTER TABLE account ENABLE ROW LEVEL SECURITY;");
	assert_string_equal(ledger_check_at(4)->name, "floors");
	assert_int_equal(ledger_check_run(&ctx, 4, &scope, &problems, &n), ERR_OK);
	assert_int_equal(n, 0);
	assert_true(seen.calls > 1);
	assert_int_equal(seen.done, seen.total);
	fixture_sql(url, "ALTER TABLE cowry.account DISABLE ROW LEVEL SECURITY;"
			 "DROP POLICY slow ON cowry.account;");
	db_pool_free(database.pool);
	fixture_ctx_end(&ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_books),
		cmocka_unit_test(test_checks_have_names),
		cmocka_unit_test(test_each_damage_is_found),
		cmocka_unit_test(test_since),
		cmocka_unit_test(test_slow_pieces),
	};

	return cmocka_run_group_tests(tests, setup, books_teardown);
}
