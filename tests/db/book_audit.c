/* The continuous audit: what is damaged is found and named, and stops postings in its ledger only. */
#include <string.h>

#include "app/operation/book_audit.h"
#include "app/operation/decision.h"
#include "base/arena.h"
#include "base/word.h"
#include "ledger/account.h"
#include "ledger/inspection.h"
#include "ledger/ledger.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

/* Triggers and foreign keys do not hold for a replica. */
#define AS_REPLICA "SET session_replication_role = replica; SET search_path = cowry; "

enum { STEPS_MOST = 200 };

static struct books *b;
static struct config config;
static struct uuid wallet, other;

static int
setup(void **state)
{
	if (books_setup(state) != 0)
		return -1;
	b = *state;
	config = *b->ctx->app->config;
	config.book_audit_share = 2;
	config.book_audit_hours = 24;
	wallet = books_wallet(b, 1000);
	other = books_wallet(b, 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(books_move(b, b->ctx, books_reference(b->ctx), wallet, other, 10),
				 ERR_OK);
	return 0;
}

static void
sql(const char *text)
{
	fixture_sql(b->fixture->superuser_url, text);
}

static const char *
value(const char *text)
{
	return fixture_value(b->ctx->arena, b->fixture->superuser_url, text);
}

static void
damage(const char *text)
{
	sql(arena_printf(b->ctx->arena, AS_REPLICA "%s", text));
}

/* A step of a process with these settings, now. */
static enum err
step(void)
{
	struct ctx ctx = books_ctx(b, 0);
	struct app app = *ctx.app;
	enum err err;

	sql("UPDATE cowry.book_audit SET due_at = '-infinity'");
	app.config = &config;
	ctx.app = &app;
	err = book_audit_step(&ctx);
	fixture_ctx_end(&ctx);
	return err;
}

static int64_t
round_now(void)
{
	return books_number(b, "SELECT round FROM cowry.book_audit");
}

/* To the end of the round that is being read, and one more. */
static void
read_round(void)
{
	int64_t until = round_now() + 2;

	for (int i = 0; i < STEPS_MOST && round_now() < until; i++)
		assert_int_equal(step(), ERR_OK);
	assert_int_equal(round_now(), until);
}

static int64_t
open_differences(void)
{
	return books_number(b,
			    "SELECT count(*) FROM cowry.book_difference WHERE resolved_at IS NULL");
}

static enum err
move_in(int64_t amount)
{
	struct ctx ctx = books_ctx(b, 1);
	enum err err = books_move(b, &ctx, books_reference(&ctx), wallet, other, amount);

	fixture_ctx_end(&ctx);
	return err;
}

struct decision {
	bool approved;
	struct review review;
};

static enum err
decide(struct ctx *ctx, void *arg)
{
	struct decision *decision = arg;
	struct uuid id;

	assert_true(uuid_parse(&id, value("SELECT public_id FROM cowry.review WHERE kind = "
					  "'ledger' AND status = 'open'")));
	return review_decide(ctx, id, decision->approved, "explained", &decision->review);
}

static enum err
resolve(bool approved)
{
	struct ctx ctx = books_ctx(b, 0);
	struct decision decision = {.approved = approved};
	enum err err = db_transact(&ctx, decide, &decision);

	fixture_ctx_end(&ctx);
	return err;
}

static void
test_clean_books(void **state)
{
	(void)state;
	read_round();
	assert_int_equal(open_differences(), 0);
	assert_string_equal(value("SELECT ended_at IS NOT NULL AND previous_at IS NOT NULL"
				  " FROM cowry.book_audit"),
			    "t");
}

/* Pieces of one row find what large ones find. */
static void
test_pieces(void **state)
{
	struct inspection i = {.rows = 1};
	int64_t permille = 0;
	int64_t steps = 0;

	(void)state;
	do {
		assert_int_equal(inspection_step(b->ctx, &i), ERR_OK);
		assert_int_equal(i.count, 0);
		assert_true(i.permille >= permille && i.permille <= 1000);
		permille = i.permille;
		steps++;
	} while (!i.ended);
	assert_int_equal(permille, 1000);
	assert_true(steps > 2 * books_number(b, "SELECT count(*) FROM cowry.transaction"));
	i = (struct inspection){.part = "of_another_release", .after_id = 7, .rows = 1};
	assert_int_equal(inspection_step(b->ctx, &i), ERR_OK);
	assert_int_equal(i.after_id, 1);
}

/* One reads at a time, and not before the next piece is due. */
static void
test_one_at_a_time(void **state)
{
	struct ctx ctx = books_ctx(b, 0);
	struct app app = *ctx.app;

	(void)state;
	app.config = &config;
	ctx.app = &app;
	assert_int_equal(step(), ERR_OK);
	sql("UPDATE cowry.book_audit SET due_at = clock_timestamp() + interval '1 hour',"
	    " after_id = 0, last_id = 77, part = 'check_running'");
	assert_int_equal(book_audit_step(&ctx), ERR_OK);
	assert_int_equal(books_number(b, "SELECT after_id FROM cowry.book_audit"), 0);
	config.book_audit_share = 0;
	assert_int_equal(step(), ERR_OK);
	assert_int_equal(books_number(b, "SELECT after_id FROM cowry.book_audit"), 0);
	config.book_audit_share = 2;
	assert_int_equal(step(), ERR_OK);
	assert_true(books_number(b, "SELECT after_id FROM cowry.book_audit") > 0);
	fixture_ctx_end(&ctx);
}

static const struct {
	const char *damage;
	const char *repair;
	const char *check;
	const char *words;
} damages[] = {
	{"UPDATE posting SET amount = amount + 1 WHERE transaction_id = 3",
	 "UPDATE posting SET amount = amount - 1 WHERE transaction_id = 3", "running",
	 "instead of"},
	{"UPDATE account SET balance = balance + 1 WHERE account_id = 2",
	 "UPDATE account SET balance = balance - 1 WHERE account_id = 2", "balances", "instead of"},
	{"UPDATE account SET held = held + 1 WHERE account_id = 2",
	 "UPDATE account SET held = held - 1 WHERE account_id = 2", "holds", "instead of 0"},
	{"CREATE TABLE public.kept AS SELECT * FROM posting WHERE transaction_id = 4;"
	 "DELETE FROM posting WHERE transaction_id = 4",
	 "INSERT INTO posting SELECT * FROM public.kept; DROP TABLE public.kept", "transactions",
	 "has 0 postings"},
};

/* Found and named once, resolved, and found again if it comes back. */
static void
test_damages(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(damages); i++) {
		const char *found = arena_printf(
			b->ctx->arena,
			"SELECT count(*) FROM cowry.book_difference WHERE resolved_at IS NULL AND"
			" check_name = '%s' AND problem LIKE '%%%s%%' AND problem ~ '%s'",
			damages[i].check, damages[i].words, "[0-9a-f]{8}-[0-9a-f]{4}-");

		for (int again = 0; again < 2; again++) {
			damage(damages[i].damage);
			read_round();
			if (books_number(b, found) == 0)
				fail_msg(
					"%s was not found, but %s", damages[i].damage,
					value("SELECT string_agg(check_name || problem, chr(59)) FROM cowry.book_difference"));
			assert_int_equal(
				books_number(b, "SELECT count(*) FROM cowry.review WHERE kind ="
						" 'ledger' AND status = 'open'"),
				1);
			damage(damages[i].repair);
			assert_int_equal(resolve(false), ERR_CONFLICT);
			assert_int_equal(resolve(true), ERR_OK);
			assert_int_equal(open_differences(), 0);
			read_round();
			assert_int_equal(open_differences(), 0);
		}
	}
}

/* What was explained is not reported again as long as it is there. */
static void
test_explained(void **state)
{
	(void)state;
	damage("UPDATE account SET held = held + 7 WHERE account_id = 2");
	read_round();
	assert_int_equal(open_differences(), 1);
	read_round();
	assert_int_equal(open_differences(), 1);
	assert_int_equal(resolve(true), ERR_OK);
	read_round();
	assert_int_equal(open_differences(), 0);
	damage("UPDATE account SET held = held - 7 WHERE account_id = 2");
	read_round();
}

/* Only where the difference is; what was posted before is told; and until it is resolved. */
static void
test_stop(void **state)
{
	struct ctx ctx = books_ctx(b, 1);
	int64_t live;
	struct uuid x, y;
	const char *reference = books_reference(&ctx);
	struct ledger_transaction *t;

	(void)state;
	live = books_number(b, "SELECT ledger_id FROM cowry.ledger WHERE project_id IS NULL AND"
			       " mode = 'live'");
	x = books_wallet_in(b, live, "NGN", 100);
	y = books_wallet_in(b, live, "NGN", 0);
	assert_int_equal(books_move(b, &ctx, reference, wallet, other, 1), ERR_OK);
	damage("UPDATE account SET held = held + 1 WHERE account_id = 2");
	read_round();
	assert_int_equal(open_differences(), 1);
	assert_int_equal(move_in(1), ERR_OK); /* not stopped by default */
	assert_int_equal(resolve(true), ERR_OK);
	damage("UPDATE account SET held = held + 1 WHERE account_id = 2");
	config.book_audit_stops = true;
	read_round();
	config.book_audit_stops = false;
	assert_int_equal(open_differences(), 1);
	assert_int_equal(move_in(1), ERR_LEDGER_STOPPED);
	assert_int_equal(books_move(b, &ctx, reference, wallet, other, 1), ERR_OK);
	t = books_order(b, &ctx, books_reference(&ctx), x, y, 5);
	t->ledger_id = live;
	assert_int_equal(ledger_submit(&ctx, t), ERR_OK);
	assert_int_equal(resolve(true), ERR_OK);
	assert_int_equal(move_in(1), ERR_OK);
	assert_int_equal(books_number(b, "SELECT count(*) FROM cowry.audit_log WHERE action ="
					 " 'review_approve'") > 0,
			 1);
	damage("UPDATE account SET held = held - 2 WHERE account_id = 2");
	read_round();
	fixture_ctx_end(&ctx);
}

/* A piece that takes too long is made smaller. */
static void
test_slow_piece(void **state)
{
	struct ctx ctx = fixture_ctx(b->fixture);
	struct db_options options = b->fixture->options;
	struct database database = {0};
	struct app app = *b->ctx->app;

	(void)state;
	options.statement_timeout_ms = 300;
	database.pool = db_pool_new(&options);
	app.config = &config;
	ctx.app = &app;
	ctx.database = &database;
	sql("UPDATE cowry.book_audit SET due_at = '-infinity', piece_rows = 4, part = NULL,"
	    " after_id = 0, last_id = 0;"
	    "CREATE POLICY slow ON cowry.account USING (pg_sleep(1) IS NOT NULL);"
	    "ALTER TABLE cowry.account ENABLE ROW LEVEL SECURITY;");
	assert_int_equal(book_audit_step(&ctx), ERR_UNAVAILABLE);
	assert_int_equal(books_number(b, "SELECT piece_rows FROM cowry.book_audit"), 1);
	sql("ALTER TABLE cowry.account DISABLE ROW LEVEL SECURITY;"
	    "DROP POLICY slow ON cowry.account;");
	db_pool_free(database.pool);
	fixture_ctx_end(&ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean_books),   cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_one_at_a_time), cmocka_unit_test(test_damages),
		cmocka_unit_test(test_explained),     cmocka_unit_test(test_stop),
		cmocka_unit_test(test_slow_piece),
	};

	return cmocka_run_group_tests(tests, setup, books_teardown);
}
