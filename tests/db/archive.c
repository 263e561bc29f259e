/* Old months of the journal are moved, exported, detached and attached: what the ledger promises holds
 * all the time. */
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/operation/archive.h"
#include "app/wallet/wallet.h"
#include "base/arena.h"
#include "ledger/balance.h"
#include "ledger/ledger.h"
#include "ledger/verify.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

enum { LINES = 9, TIMES = 7 };

static struct books *b;
static struct uuid x, y;
static struct ctx owner;
static struct database owner_database;
static char path[64];

/* What the ledger says of the wallet x: its whole history, and its balance at some times. */
struct view {
	struct wallet_line lines[LINES];
	size_t count;
	struct ledger_position at[TIMES];
};

static const char *const times[TIMES] = {
	"2019-12-31T23:59:59Z", "2020-01-01T12:00:00Z", "2020-01-02T12:00:00Z",
	"2020-01-31T23:59:59Z", "2020-02-01T12:00:00Z", "2020-02-28T00:00:00Z",
	"2100-01-01T00:00:00Z",
};

static void
sql(const char *text)
{
	fixture_sql(b->fixture->superuser_url, text);
}

static struct view
look(void)
{
	struct view view = {0};
	struct wallet_line *lines;
	int64_t account = books_number(
		b, arena_printf(b->ctx->arena,
				"SELECT account_id FROM cowry.account WHERE public_id = '%s'",
				uuid_text((char[UUID_TEXT_MAX]){0}, x)));

	assert_int_equal(wallet_lines(b->ctx, account, 0, LINES, &lines, &view.count), ERR_OK);
	memcpy(view.lines, lines, view.count * sizeof *lines);
	for (int i = 0; i < TIMES; i++) {
		struct instant at;

		assert_true(instant_parse(&at, times[i]));
		assert_int_equal(ledger_position_at(b->ctx, x, at, &view.at[i]), ERR_OK);
	}
	return view;
}

static void
expect_view(const struct view *want)
{
	struct view have = look();

	assert_int_equal(have.count, want->count);
	for (size_t i = 0; i < want->count; i++) {
		assert_int_equal(have.lines[i].sequence, want->lines[i].sequence);
		assert_int_equal(have.lines[i].balance.minor, want->lines[i].balance.minor);
		assert_int_equal(have.lines[i].amount.minor, want->lines[i].amount.minor);
		assert_int_equal(have.lines[i].direction, want->lines[i].direction);
		assert_string_equal(have.lines[i].reference, want->lines[i].reference);
	}
	for (int i = 0; i < TIMES; i++) {
		assert_int_equal(have.at[i].balance, want->at[i].balance);
		assert_int_equal(have.at[i].sequence, want->at[i].sequence);
	}
}

/* A transfer from x to y that was posted in another time. */
static struct ledger_transaction *
submit(const char *reference, int64_t amount)
{
	struct ledger_transaction *t = books_order(b, b->ctx, reference, x, y, amount);

	fault_clear(&b->ctx->fault);
	t->err = ledger_submit(b->ctx, t);
	fault_clear(&b->ctx->fault);
	return t;
}

/* The same reference is answered as before, and not used for something else. */
static void
expect_references(const char *reference, int64_t amount, bool replays)
{
	int64_t before = books_number(b, "SELECT count(*) FROM cowry.transaction");
	struct ledger_transaction *t = submit(reference, amount);

	if (replays) {
		assert_int_equal(t->err, ERR_OK);
		assert_true(t->replayed);
		assert_true(t->results[0].from_sequence > 0);
	} else {
		assert_int_not_equal(t->err, ERR_OK);
	}
	assert_int_not_equal(submit(reference, amount + 1)->err, ERR_OK);
	assert_int_equal(books_number(b, "SELECT count(*) FROM cowry.transaction"), before);
}

static enum err
as_owner(enum err err)
{
	if (err != ERR_OK)
		print_message("%s; %s\n", owner.fault.message, owner.fault.detail);
	fault_clear(&owner.fault);
	return err;
}

static void
move(const char *month)
{
	assert_int_equal(as_owner(archive_move(&owner, month, NULL, NULL)), ERR_OK);
}

/* Five transfers, which took place in January, in February, and now. */
static int
setup(void **state)
{
	struct db_options options;

	if (books_setup(state) != 0)
		return -1;
	b = *state;
	x = books_wallet(b, 1000);
	y = books_wallet(b, 0);
	for (int i = 1; i <= 5; i++)
		assert_int_equal(
			submit(arena_printf(b->ctx->arena, "order %d", i), INT64_C(10) * i)->err,
			ERR_OK);
	sql("SET session_replication_role = replica; SET search_path = cowry;"
	    "UPDATE transaction SET created_at = '2020-02-01T10:00Z' WHERE reference <> 'order 5';"
	    "UPDATE transaction SET created_at = '2020-01-01T10:00Z' WHERE transaction_id <"
	    " (SELECT transaction_id FROM transaction WHERE reference = 'order 1');"
	    "UPDATE transaction SET created_at = '2020-01-02T10:00Z' WHERE reference = 'order 1';"
	    "UPDATE transaction SET created_at = '2020-02-02T10:00Z' WHERE reference = 'order 4';"
	    "UPDATE event_feed SET done_id = journal_end(), next_id = journal_end()");
	options = b->fixture->options;
	options.conninfo = b->fixture->owner_url;
	owner_database.pool = db_pool_new(&options);
	owner = fixture_ctx(b->fixture);
	owner.database = &owner_database;
	(void)snprintf(path, sizeof path, "/tmp/cowry-archive-%d", (int)getpid());
	return 0;
}

static int
teardown(void **state)
{
	(void)unlink(path);
	db_pool_free(owner_database.pool);
	fixture_ctx_end(&owner);
	return books_teardown(state);
}

static void
test_names(void **state)
{
	(void)state;
	assert_true(archive_name_valid("2020-01"));
	assert_false(archive_name_valid("2020-13"));
	assert_false(archive_name_valid("2020-1"));
	assert_false(archive_name_valid("2020-01-01"));
	assert_false(archive_name_valid("../../x"));
}

static void
test_too_early(void **state)
{
	struct instant now = clock_system();
	char month[INSTANT_TEXT_MAX];

	(void)state;
	(void)instant_text(month, now);
	month[strlen("2020-01")] = '\0';
	assert_int_equal(as_owner(archive_move(&owner, month, NULL, NULL)), ERR_CONFLICT);
	assert_int_equal(as_owner(archive_move(&owner, "2019-01", NULL, NULL)), ERR_CONFLICT);
	sql("UPDATE cowry.event_feed SET done_id = 1");
	assert_int_equal(as_owner(archive_move(&owner, "2020-01", NULL, NULL)), ERR_CONFLICT);
	sql("UPDATE cowry.event_feed SET done_id = cowry.journal_end()");
	assert_int_equal(books_number(b, "SELECT count(*) FROM cowry.journal_period"), 0);
}

/* Not even the owner deletes a posting that the archive does not have. */
static void
test_nothing_is_lost(void **state)
{
	PGconn *pg = PQconnectdb(b->fixture->owner_url);
	PGresult *result;

	(void)state;
	result = PQexec(pg, "DELETE FROM cowry.posting");
	assert_string_equal(PQresultErrorField(result, PG_DIAG_SQLSTATE), "23001");
	PQclear(result);
	PQfinish(pg);
}

static void
test_move(void **state)
{
	struct view before = look();
	struct archive_period *periods;
	size_t n;

	(void)state;
	assert_int_equal(before.count, 6);
	move("2020-01");
	expect_view(&before);
	(void)books_check((void **)&b);
	move("2020-02");
	move("2020-02");
	expect_view(&before);
	(void)books_check((void **)&b);
	assert_int_equal(as_owner(archive_list(&owner, &periods, &n)), ERR_OK);
	assert_int_equal(n, 2);
	assert_string_equal(periods[0].name, "2020-01");
	assert_string_equal(periods[1].state, "attached");
	assert_true(periods[1].moved);
	assert_int_equal(periods[1].postings, 3);
	assert_int_equal(books_number(b, "SELECT count(*) FROM cowry.posting"), 1);
	expect_references("order 1", 10, true);
	expect_references("order 5", 50, true);
	assert_int_equal(submit("order 6", 1)->err, ERR_OK);
	(void)books_check((void **)&b);
}

static size_t
problems_since(const char *check, int64_t since)
{
	struct ledger_check_scope scope = {.since_id = since};
	const char *const *problems;
	size_t found = 0;
	size_t n;

	for (size_t i = 0; ledger_check_at(i) != NULL; i++) {
		assert_int_equal(ledger_check_run(b->ctx, i, &scope, &problems, &n), ERR_OK);
		if (strcmp(ledger_check_at(i)->name, check) == 0)
			found = n;
	}
	return found;
}

static size_t
problems_of(const char *check)
{
	return problems_since(check, 0);
}

/* What is changed in the archive is found. */
static void
test_damage(void **state)
{
	static const struct {
		const char *check;
		const char *damage;
		const char *repair;
	} damages[] = {
		{"archive", "archived_posting SET amount = amount + 1",
		 "archived_posting SET amount = amount - 1"},
		{"running", "archived_posting SET from_balance = from_balance + 1",
		 "archived_posting SET from_balance = from_balance - 1"},
		{"archive", "journal_chunk SET digest = sha256(digest || '0')", NULL},
		{"archive", "period_balance SET balance = balance + 1",
		 "period_balance SET balance = balance - 1"},
		{"archive",
		 "period_balance SET first_sequence = first_sequence + 1, last_sequence ="
		 " last_sequence + 1",
		 "period_balance SET first_sequence = first_sequence - 1, last_sequence ="
		 " last_sequence - 1"},
	};

	(void)state;
	sql("CREATE TABLE cowry.kept AS TABLE cowry.journal_chunk");
	for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
		sql(arena_printf(b->ctx->arena,
				 "SET session_replication_role = replica; SET search_path = cowry;"
				 "UPDATE %s",
				 damages[i].damage));
		if (problems_of(damages[i].check) == 0)
			fail_msg("%s", damages[i].damage);
		if (damages[i].repair == NULL)
			assert_int_equal(problems_since("archive", 1), 0);
		sql(damages[i].repair != NULL
			    ? arena_printf(b->ctx->arena,
					   "SET session_replication_role = replica;"
					   "SET search_path = cowry; UPDATE %s",
					   damages[i].repair)
			    : "UPDATE cowry.journal_chunk c SET digest = k.digest FROM cowry.kept k"
			      " WHERE k.chunk_id = c.chunk_id");
	}
	sql("DROP TABLE cowry.kept");
	(void)books_check((void **)&b);
}

static enum err
with_file(enum err (*call)(struct ctx *, const char *, FILE *, archive_progress *),
	  const char *month, const char *mode)
{
	FILE *file = fopen(path, mode);
	enum err err;

	assert_non_null(file);
	err = as_owner(call(&owner, month, file, NULL));
	assert_int_equal(fclose(file), 0);
	return err;
}

static enum err
attach(struct ctx *ctx, const char *month, FILE *file, archive_progress *progress)
{
	return archive_attach(ctx, month, NULL, file, progress);
}

static void
spoil(char from, char to)
{
	FILE *file = fopen(path, "r+e");
	int c;

	assert_non_null(file);
	while ((c = fgetc(file)) != from)
		assert_int_not_equal(c, EOF);
	assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
	(void)fputc(to, file);
	assert_int_equal(fclose(file), 0);
}

/* What a statement reads: the lines after a number, and whether some of them are detached. */
static void
expect_lines(int64_t account, int64_t after, int64_t most, bool detached)
{
	struct wallet_line *lines;
	bool found;
	size_t n;

	assert_int_equal(ledger_detached(b->ctx, account, after, after + most, &found), ERR_OK);
	assert_int_equal(found, detached);
	assert_int_equal(wallet_lines_after(b->ctx, account, after, most, &lines, &n), ERR_OK);
	if (detached) {
		assert_true((int64_t)n < most);
		return;
	}
	assert_int_equal(n, most);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(lines[i].sequence, after + 1 + (int64_t)i);
}

/* Before February, in it, and after it. */
static void
expect_lines_around(bool detached)
{
	struct arena *arena = b->ctx->arena;
	long long account =
		(long long)books_number(b, "SELECT max(account_id) FROM cowry.period_balance");
	const char *where =
		arena_printf(arena,
			     "FROM cowry.period_balance JOIN cowry.journal_period p"
			     " USING (period_id) WHERE p.name = '2020-02' AND account_id = %lld",
			     account);
	int64_t first = books_number(b, arena_printf(arena, "SELECT first_sequence %s", where));
	int64_t last = books_number(b, arena_printf(arena, "SELECT last_sequence %s", where));
	int64_t all = books_number(
		b, arena_printf(arena, "SELECT sequence FROM cowry.account WHERE account_id = %lld",
				account));

	assert_true(first > 1 && last >= first && all > last);
	expect_lines(account, 0, first - 1, false);
	expect_lines(account, 0, first, detached);
	expect_lines(account, 0, all, detached);
	expect_lines(account, last - 1, all - last + 1, detached);
	expect_lines(account, last, all - last, false);
	expect_lines(account, 0, 0, false);
}

static void
test_detach_and_attach(void **state)
{
	struct view before = look();
	struct ledger_position position;
	struct wallet_line *lines;
	struct instant at;
	size_t n;

	(void)state;
	assert_int_equal(with_file(archive_export, "2020-02", "we"), ERR_OK);
	spoil('N', 'M');
	assert_int_equal(with_file(archive_detach, "2020-02", "re"), ERR_CONFLICT);
	spoil('M', 'N');
	assert_int_equal(with_file(archive_detach, "2020-01", "re"), ERR_CONFLICT);
	expect_view(&before);
	assert_int_equal(with_file(archive_detach, "2020-02", "re"), ERR_OK);
	assert_int_equal(books_number(b, "SELECT count(*) FROM cowry.archived_posting"), 1 + 1);

	/* Balances at the ends of the month are known, those within it are not. */
	for (int i = 0; i < TIMES; i++) {
		enum err want = i == 4 ? ERR_VALIDATION : ERR_OK;

		assert_true(instant_parse(&at, times[i]));
		assert_int_equal(ledger_position_at(b->ctx, x, at, &position), want);
		fault_clear(&b->ctx->fault);
		if (want == ERR_OK)
			assert_int_equal(position.balance, before.at[i].balance);
	}
	assert_int_equal(wallet_lines(b->ctx,
				      books_number(b, "SELECT max(account_id) FROM"
						      " cowry.period_balance"),
				      0, LINES, &lines, &n),
			 ERR_OK);
	assert_int_equal(n, 2);
	expect_lines_around(true);
	expect_references("order 2", 20, false);
	expect_references("order 1", 10, true);
	assert_int_equal(submit("order 7", 1)->err, ERR_OK);
	(void)books_check((void **)&b);

	spoil('N', 'M');
	assert_int_equal(with_file(attach, "2020-02", "re"), ERR_CONFLICT);
	spoil('M', 'N');
	assert_int_equal(with_file(attach, "2020-02", "re"), ERR_OK);
	expect_references("order 2", 20, true);
	(void)books_check((void **)&b);
	assert_int_equal(look().count, 8);
	assert_int_equal(look().at[4].balance, 940);
	expect_lines_around(false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),           cmocka_unit_test(test_too_early),
		cmocka_unit_test(test_nothing_is_lost), cmocka_unit_test(test_move),
		cmocka_unit_test(test_damage),          cmocka_unit_test(test_detach_and_attach),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
