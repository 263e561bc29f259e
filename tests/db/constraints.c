/*
 * Refusals of the database itself, in case our own code fails: by the roles' rights, by triggers
 * and by constraints. Each row is tried and rolled back.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "ledger/account.h"
#include "tests/support/books.h"
#include "tests/support/cmocka.h"

enum role { WORKER, OWNER, AUDITOR, ROLES };

struct wall {
	void *books;
	PGconn *sessions[ROLES];
};

#define DENIED     "42501" /* no right to do that */
#define TRIGGER    "23001" /* restrict violation: our own trigger */
#define NO_PARENT  "23503" /* foreign key */
#define DUPLICATE  "23505" /* unique */
#define UNCHECKED  "23514" /* check constraint */
#define NO_PROBLEM "00000"

struct attempt {
	enum role role;
	const char *sql;
	const char *state;
	const char *constraint; /* NULL: none is named */
};

static PGconn *
session(const char *url)
{
	const char *const names[] = {"dbname", "options", NULL};
	const char *const values[] = {url, "-c search_path=cowry", NULL};
	PGconn *pg = PQconnectdbParams(names, values, 1);

	assert_int_equal(PQstatus(pg), CONNECTION_OK);
	return pg;
}

/* A view of one row names what the attempts are about. */
static void
name_things(struct books *b)
{
	char x[UUID_TEXT_MAX];
	char y[UUID_TEXT_MAX];
	char dollars[UUID_TEXT_MAX];
	char elsewhere[UUID_TEXT_MAX];
	struct uuid wallet = books_wallet(b, 100);
	int64_t live = 0;

	assert_int_equal(ledger_of(b->ctx, 0, MODE_LIVE, &live), ERR_OK);
	(void)books_hold(b, wallet, 10, 3600);
	fixture_sql(
		b->fixture->superuser_url,
		arena_printf(
			b->ctx->arena,
			"CREATE VIEW cowry.t AS "
			"SELECT x.account_id AS x, y.account_id AS y, d.account_id AS dollars,"
			"       e.account_id AS elsewhere, x.ledger_id AS ledger,"
			"       p.transaction_id AS txn, h.hold_id AS hold, h.reference AS held_by "
			"  FROM cowry.account x, cowry.account y, cowry.account d, cowry.account e,"
			"       cowry.posting p, cowry.hold h "
			" WHERE x.public_id = '%s' AND y.public_id = '%s' AND d.public_id = '%s'"
			"   AND e.public_id = '%s' AND p.to_id = x.account_id;"
			"GRANT SELECT ON cowry.t TO cowry_worker, cowry_owner",
			uuid_text(x, wallet), uuid_text(y, books_wallet(b, 0)),
			uuid_text(dollars, books_wallet_in(b, b->ledger_id, "USD", 0)),
			uuid_text(elsewhere, books_wallet_in(b, live, "NGN", 0))));
}

static int
setup(void **state)
{
	struct wall *wall = calloc(1, sizeof(*wall));
	struct books *b;

	if (wall == NULL || books_setup(&wall->books) != 0)
		return -1;
	b = wall->books;
	name_things(b);
	wall->sessions[WORKER] = session(b->fixture->url);
	wall->sessions[OWNER] = session(b->fixture->owner_url);
	wall->sessions[AUDITOR] = session(b->fixture->auditor_url);
	*state = wall;
	return 0;
}

static int
teardown(void **state)
{
	struct wall *wall = *state;
	void *books = wall->books;

	for (size_t i = 0; i < ROLES; i++)
		PQfinish(wall->sessions[i]);
	free(wall);
	return books_teardown(&books);
}

static void
run(PGconn *pg, const char *sql)
{
	PQclear(PQexec(pg, sql));
}

static const char *
field(const PGresult *result, int code, const char *absent)
{
	const char *text = PQresultErrorField(result, code);

	return text != NULL ? text : absent;
}

static void
try(const struct wall *wall, const struct attempt *attempt)
{
	PGconn *pg = wall->sessions[attempt->role];
	PGresult *result;
	const char *state;
	const char *constraint;

	run(pg, "BEGIN");
	result = PQexec(pg, attempt->sql);
	state = field(result, PG_DIAG_SQLSTATE, NO_PROBLEM);
	constraint = field(result, PG_DIAG_CONSTRAINT_NAME, "");
	if (strcmp(state, attempt->state) != 0 ||
	    (attempt->constraint != NULL && strcmp(constraint, attempt->constraint) != 0))
		fail_msg("%s\n gave %s %s: %s", attempt->sql, state, constraint,
			 PQresultErrorMessage(result));
	PQclear(result);
	run(pg, "ROLLBACK");
}

static void
try_all(void **state, const struct attempt *attempts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		try(*state, &attempts[i]);
}

static void
test_the_journal_only_grows(void **state)
{
	static const struct attempt attempts[] = {
		{WORKER, "UPDATE transaction SET type = 'x'", DENIED, NULL},
		{WORKER, "DELETE FROM transaction", DENIED, NULL},
		{WORKER, "TRUNCATE transaction CASCADE", DENIED, NULL},
		{WORKER, "UPDATE posting SET amount = 1", DENIED, NULL},
		{WORKER, "DELETE FROM posting", DENIED, NULL},
		{WORKER, "TRUNCATE posting", DENIED, NULL},
		{OWNER, "UPDATE transaction SET type = 'x'", TRIGGER, NULL},
		{OWNER, "DELETE FROM transaction", TRIGGER, NULL},
		{OWNER, "DELETE FROM transaction WHERE false", TRIGGER, NULL},
		{OWNER, "TRUNCATE transaction CASCADE", TRIGGER, NULL},
		{OWNER, "UPDATE posting SET amount = 1", TRIGGER, NULL},
		{OWNER, "DELETE FROM posting", TRIGGER, NULL},
		{OWNER, "TRUNCATE posting", TRIGGER, NULL},
	};

	try_all(state, attempts, COUNT(attempts));
}

static void
test_rights_of_the_worker(void **state)
{
	static const struct attempt attempts[] = {
		{WORKER,
		 "UPDATE account SET balance = balance, held = held, sequence = sequence, "
		 "status = status",
		 NO_PROBLEM, NULL},
		{WORKER, "UPDATE account SET floor = NULL", DENIED, NULL},
		{WORKER, "UPDATE account SET kind = 2", DENIED, NULL},
		{WORKER, "UPDATE account SET currency = 'USD'", DENIED, NULL},
		{WORKER, "UPDATE account SET ledger_id = 1", DENIED, NULL},
		{WORKER, "UPDATE account SET public_id = gen_random_uuid()", DENIED, NULL},
		{WORKER, "DELETE FROM account", DENIED, NULL},
		{WORKER, "TRUNCATE account CASCADE", DENIED, NULL},
		{WORKER, "UPDATE hold SET amount = amount - 1", TRIGGER, NULL},
		{WORKER, "UPDATE hold SET captured_before = captured_before + 1", TRIGGER, NULL},
		{WORKER, "UPDATE reversed_transaction SET transaction_id = 1", DENIED, NULL},
		{WORKER, "DELETE FROM reversed_transaction", DENIED, NULL},
		{WORKER, "UPDATE hold_capture SET hold_id = 1", DENIED, NULL},
		{WORKER, "DELETE FROM hold_capture", DENIED, NULL},
		{WORKER, "UPDATE transaction_fee SET amount = 1", DENIED, NULL},
		{WORKER, "DELETE FROM transaction_fee", DENIED, NULL},
		{WORKER, "UPDATE fee_version SET minimum = 0", DENIED, NULL},
		{WORKER, "UPDATE fee_tier SET flat = 0", DENIED, NULL},
		{WORKER, "UPDATE fee_schedule SET type = 'debit'", DENIED, NULL},
		{WORKER, "DELETE FROM fee_terms", DENIED, NULL},
		{WORKER, "UPDATE hold SET expires_at = now()", DENIED, NULL},
		{WORKER, "UPDATE hold SET account_id = 1", DENIED, NULL},
		{WORKER, "DELETE FROM hold", DENIED, NULL},
		{WORKER, "UPDATE ledger SET mode = 'live'", DENIED, NULL},
		{WORKER, "DELETE FROM ledger", DENIED, NULL},
		{WORKER, "INSERT INTO chart VALUES (99, '9', 'x', 'asset', 'debit')", DENIED, NULL},
		{WORKER, "UPDATE chart SET code = '9'", DENIED, NULL},
		{WORKER, "DELETE FROM chart", DENIED, NULL},
		{WORKER, "UPDATE wallet SET number = '1234567890123'", DENIED, NULL},
		{WORKER, "DELETE FROM wallet", DENIED, NULL},
		{WORKER, "CREATE TABLE mine (n int)", DENIED, NULL},
		{WORKER, "CREATE TABLE public.mine (n int)", DENIED, NULL},
		{WORKER, "ALTER TABLE posting DISABLE TRIGGER ALL", DENIED, NULL},
		{WORKER, "DROP TABLE posting", DENIED, NULL},
		{WORKER, "SET LOCAL session_replication_role = replica", DENIED, NULL},
	};

	try_all(state, attempts, COUNT(attempts));
}

static void
test_accounts(void **state)
{
	static const struct attempt attempts[] = {
		{WORKER, "UPDATE account SET balance = -1 WHERE account_id = (SELECT y FROM t)",
		 UNCHECKED, "account_above_floor"},
		{WORKER, "UPDATE account SET balance = 9 WHERE account_id = (SELECT x FROM t)",
		 UNCHECKED, "account_above_floor"},
		{WORKER, "UPDATE account SET held = 101 WHERE account_id = (SELECT x FROM t)",
		 UNCHECKED, "account_above_floor"},
		{WORKER, "UPDATE account SET held = -1", UNCHECKED, "account_held_check"},
		{WORKER, "UPDATE account SET sequence = -1", UNCHECKED, "account_sequence_check"},
		{WORKER, "UPDATE account SET status = 3", UNCHECKED, "account_status_check"},
		{WORKER,
		 "INSERT INTO account (public_id, ledger_id, kind, currency) "
		 "SELECT gen_random_uuid(), ledger, 99, 'NGN' FROM t",
		 NO_PARENT, "account_kind_fkey"},
		{WORKER,
		 "INSERT INTO account (public_id, ledger_id, kind, currency) "
		 "SELECT gen_random_uuid(), 999999, 1, 'NGN' FROM t",
		 NO_PARENT, "account_ledger_id_fkey"},
		{WORKER,
		 "INSERT INTO account (public_id, ledger_id, kind, currency) "
		 "SELECT gen_random_uuid(), ledger, 1, 'ngn' FROM t",
		 UNCHECKED, "account_currency_check"},
		{WORKER, "INSERT INTO ledger (mode) VALUES ('test')", DUPLICATE,
		 "ledger_project_mode"},
	};

	try_all(state, attempts, COUNT(attempts));
}

/* transaction, line, ledger, currency, from, to, amount, balances, sequences */
#define POSTING(values) "INSERT INTO posting SELECT " values " FROM t"

static void
test_postings(void **state)
{
	static const struct attempt attempts[] = {
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, y, 5, 0, 0, 9, 9"), NO_PROBLEM, NULL},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, y, 0, 0, 0, 9, 9"), UNCHECKED,
		 "posting_amount_check"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, y, -5, 0, 0, 9, 9"), UNCHECKED,
		 "posting_amount_check"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, x, 5, 0, 0, 9, 8"), UNCHECKED,
		 "posting_check"},
		{WORKER, POSTING("txn, 1, ledger, 'USD', x, y, 5, 0, 0, 9, 9"), NO_PARENT, NULL},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, dollars, 5, 0, 0, 9, 9"), NO_PARENT,
		 "posting_to_id_ledger_id_currency_fkey"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', dollars, x, 5, 0, 0, 9, 9"), NO_PARENT,
		 "posting_from_id_ledger_id_currency_fkey"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, elsewhere, 5, 0, 0, 9, 9"), NO_PARENT,
		 "posting_to_id_ledger_id_currency_fkey"},
		{WORKER, POSTING("txn, 1, ledger + 1, 'NGN', x, y, 5, 0, 0, 9, 9"), NO_PARENT,
		 NULL},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', 999999, y, 5, 0, 0, 9, 9"), NO_PARENT,
		 "posting_from_id_ledger_id_currency_fkey"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, 999999, 5, 0, 0, 9, 9"), NO_PARENT,
		 "posting_to_id_ledger_id_currency_fkey"},
		{WORKER, POSTING("999999, 1, ledger, 'NGN', x, y, 5, 0, 0, 9, 9"), NO_PARENT,
		 "posting_transaction_id_fkey"},
		{WORKER, POSTING("txn, 0, ledger, 'NGN', x, y, 5, 0, 0, 9, 9"), DUPLICATE,
		 "posting_pkey"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', y, x, 5, 0, 0, 9, 1"), DUPLICATE,
		 "posting_to_sequence"},
		{WORKER,
		 POSTING("txn, n, ledger, 'NGN', x, y, 5, 0, 0, 9, n") ", generate_series(1, 2) n",
		 DUPLICATE, "posting_from_sequence"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, y, 5, 0, 0, 0, 9"), UNCHECKED,
		 "posting_from_sequence_check"},
		{WORKER, POSTING("txn, 1, ledger, 'NGN', x, y, 5, 0, 0, 9, 0"), UNCHECKED,
		 "posting_to_sequence_check"},
	};

	try_all(state, attempts, COUNT(attempts));
}

/* All rows of a statement are looked at, and rows that are changed too. */
#define WITHOUT_GROWTH "ALTER TABLE posting DISABLE TRIGGER posting_grows; "

static void
test_references_of_postings(void **state)
{
	static const struct attempt attempts[] = {
		{WORKER,
		 POSTING("txn, n, ledger, 'NGN', CASE WHEN n < 3 THEN x ELSE 999999 END, y, 5, 0, 0, "
			 "8 + n, 8 + n") ", generate_series(1, 3) n",
		 NO_PARENT, "posting_from_id_ledger_id_currency_fkey"},
		{OWNER, WITHOUT_GROWTH "UPDATE posting SET amount = amount", NO_PROBLEM, NULL},
		{OWNER, WITHOUT_GROWTH "UPDATE posting SET to_id = 999999", NO_PARENT,
		 "posting_to_id_ledger_id_currency_fkey"},
		{OWNER, WITHOUT_GROWTH "UPDATE posting SET from_id = elsewhere FROM t", NO_PARENT,
		 "posting_from_id_ledger_id_currency_fkey"},
		{OWNER, WITHOUT_GROWTH "UPDATE posting SET currency = 'USD'", NO_PARENT, NULL},
		{OWNER, WITHOUT_GROWTH "UPDATE posting SET ledger_id = ledger_id + 1", NO_PARENT,
		 NULL},
		{OWNER, WITHOUT_GROWTH "UPDATE posting SET transaction_id = 999999", NO_PARENT,
		 "posting_transaction_id_fkey"},
	};

	try_all(state, attempts, COUNT(attempts));
}

/* What postings refer to stays, also without the triggers that keep the journal. */
#define FREE                                                          \
	"ALTER TABLE transaction DISABLE TRIGGER transaction_grows; " \
	"ALTER TABLE posting DISABLE TRIGGER posting_grows; "         \
	"ALTER TABLE hold DROP CONSTRAINT hold_account_id_ledger_id_currency_fkey; "

static void
test_what_postings_refer_to(void **state)
{
	static const struct attempt attempts[] = {
		{OWNER, FREE "DELETE FROM account USING t WHERE account_id = x", NO_PARENT,
		 "posting_from_id_ledger_id_currency_fkey"},
		{OWNER, FREE "DELETE FROM account USING t WHERE account_id = dollars", NO_PROBLEM,
		 NULL},
		{OWNER, FREE "UPDATE account SET account_id = 999999 FROM t WHERE account_id = x",
		 "428C9", NULL},
		{OWNER,
		 FREE "UPDATE account SET ledger_id = 1 + ledger_id FROM t WHERE account_id = x",
		 NO_PARENT, "posting_from_id_ledger_id_currency_fkey"},
		{OWNER, FREE "UPDATE account SET currency = 'USD' FROM t WHERE account_id = x",
		 NO_PARENT, "posting_from_id_ledger_id_currency_fkey"},
		{OWNER, FREE "UPDATE account SET currency = currency, ledger_id = ledger_id",
		 NO_PROBLEM, NULL},
		{OWNER,
		 FREE "UPDATE account SET currency = 'EUR' FROM t WHERE account_id = dollars",
		 NO_PROBLEM, NULL},
		{OWNER, FREE "TRUNCATE account CASCADE", NO_PARENT, NULL},
		{OWNER, FREE "DELETE FROM transaction", NO_PARENT, "posting_transaction_id_fkey"},
		{OWNER,
		 FREE "UPDATE transaction SET transaction_id = 999999 FROM t "
		      "WHERE transaction_id = txn",
		 NO_PARENT, "posting_transaction_id_fkey"},
		{OWNER, FREE "UPDATE transaction SET type = 'x'", NO_PROBLEM, NULL},
		{OWNER, FREE "TRUNCATE transaction CASCADE", NO_PARENT, NULL},
	};

	try_all(state, attempts, COUNT(attempts));
}

static const char *
state_of(PGconn *pg, const char *sql)
{
	static char state[8];
	PGresult *result = PQexec(pg, sql);

	(void)snprintf(state, sizeof state, "%s", field(result, PG_DIAG_SQLSTATE, NO_PROBLEM));
	PQclear(result);
	return state;
}

#define BLOCKED "55P03" /* lock_timeout */
#define BEGIN   "BEGIN; SET LOCAL lock_timeout = '50ms'"
/* An account that nothing else refers to, known by its floor. */
#define POST_TO_SPARE                                           \
	"INSERT INTO posting SELECT txn, 7, ledger, 'NGN', x, " \
	"(SELECT account_id FROM account WHERE floor = -77), 5, 0, 0, 77, 1 FROM t"
#define REMOVE_SPARE "DELETE FROM account WHERE floor = -77"

/* Neither goes on while the other is in progress, and the second one is refused. */
static void
test_postings_at_the_same_time(void **state)
{
	const struct wall *wall = *state;
	PGconn *worker = wall->sessions[WORKER];
	PGconn *owner = wall->sessions[OWNER];

	run(owner, "INSERT INTO account (public_id, ledger_id, kind, currency, floor) "
		   "SELECT gen_random_uuid(), ledger, 1, 'NGN', -77 FROM t");
	run(owner, BEGIN);
	assert_string_equal(state_of(owner, REMOVE_SPARE), NO_PROBLEM);
	run(worker, BEGIN);
	assert_string_equal(state_of(worker, POST_TO_SPARE), BLOCKED);
	run(worker, "ROLLBACK");
	run(owner, "ROLLBACK");

	run(worker, BEGIN);
	assert_string_equal(state_of(worker, POST_TO_SPARE), NO_PROBLEM);
	run(owner, BEGIN);
	assert_string_equal(state_of(owner, REMOVE_SPARE), BLOCKED);
	run(owner, "ROLLBACK");
	run(worker, "COMMIT");
	assert_string_equal(state_of(owner, REMOVE_SPARE), NO_PARENT);
}

/* A snapshot from before could still show an account that has gone, or not yet show a posting. */
static void
test_postings_see_what_is_committed(void **state)
{
	const struct wall *wall = *state;
	PGconn *worker = wall->sessions[WORKER];
	PGconn *owner = wall->sessions[OWNER];

	run(worker, "BEGIN ISOLATION LEVEL REPEATABLE READ");
	assert_string_equal(state_of(worker, POSTING("txn, 1, ledger, 'NGN', x, y, 5, 0, 0, 9, 9")),
			    TRIGGER);
	run(worker, "ROLLBACK");
	run(owner, "BEGIN ISOLATION LEVEL REPEATABLE READ");
	assert_string_equal(state_of(owner, "DELETE FROM account WHERE floor = -77"), TRIGGER);
	run(owner, "ROLLBACK");
}

/* reference, content, reverses */
#define TRANSACTION(values)                                                                     \
	"INSERT INTO transaction (public_id, type, created_at, ledger_id, reference, content, " \
	"reverses) SELECT gen_random_uuid(), 'x', now(), ledger, " values " FROM t"
#define DIGEST "decode(repeat('00', 32), 'hex')"

static void
test_transactions(void **state)
{
	static const struct attempt attempts[] = {
		{WORKER, TRANSACTION("'new', " DIGEST ", txn"), NO_PROBLEM, NULL},
		{WORKER,
		 TRANSACTION(
			 "(SELECT reference FROM transaction WHERE transaction_id = txn), " DIGEST
			 ", NULL::bigint"),
		 DUPLICATE, "transaction_reference"},
		{WORKER, TRANSACTION("'', " DIGEST ", NULL::bigint"), UNCHECKED,
		 "transaction_reference_check"},
		{WORKER, TRANSACTION("repeat('r', 161), " DIGEST ", NULL::bigint"), UNCHECKED,
		 "transaction_reference_check"},
		{WORKER, TRANSACTION("'new', '\\x00'::bytea, NULL::bigint"), UNCHECKED,
		 "transaction_content_check"},
		{WORKER, TRANSACTION("'new', " DIGEST ", 999999"), NO_PARENT,
		 "transaction_reverses_fkey"},
	};

	try_all(state, attempts, COUNT(attempts));
}

/* account, currency, amount, captured, status, reference, content */
#define HOLD(values)                                                                             \
	"INSERT INTO hold (public_id, created_at, expires_at, ledger_id, account_id, currency, " \
	"amount, captured, status, reference, content) "                                         \
	"SELECT gen_random_uuid(), now(), now(), ledger, " values " FROM t"

static void
test_holds(void **state)
{
	static const struct attempt attempts[] = {
		{WORKER, HOLD("x, 'NGN', 5, 0, 0, 'new', " DIGEST), NO_PROBLEM, NULL},
		{WORKER, HOLD("x, 'NGN', 0, 0, 0, 'new', " DIGEST), UNCHECKED, "hold_amount_check"},
		{WORKER, HOLD("x, 'NGN', 5, 6, 1, 'new', " DIGEST), UNCHECKED, NULL},
		{WORKER, HOLD("x, 'NGN', 5, -1, 1, 'new', " DIGEST), UNCHECKED, NULL},
		{WORKER, HOLD("x, 'NGN', 5, 0, 4, 'new', " DIGEST), UNCHECKED, NULL},
		{WORKER, HOLD("x, 'NGN', 5, 0, 2, 'new', " DIGEST), UNCHECKED, NULL},
		{WORKER, HOLD("x, 'NGN', 5, 5, 0, 'new', " DIGEST), UNCHECKED, NULL},
		{WORKER, HOLD("x, 'USD', 5, 0, 0, 'new', " DIGEST), NO_PARENT, NULL},
		{WORKER, HOLD("elsewhere, 'NGN', 5, 0, 0, 'new', " DIGEST), NO_PARENT, NULL},
		{WORKER, HOLD("x, 'NGN', 5, 0, 0, held_by, " DIGEST), DUPLICATE, "hold_reference"},
		{WORKER, HOLD("x, 'NGN', 5, 0, 0, '', " DIGEST), UNCHECKED, "hold_reference_check"},
	};

	try_all(state, attempts, COUNT(attempts));
}

/* The auditor reads every table of the ledger and writes none of any kind. */
static void
test_rights_of_the_auditor(void **state)
{
	static const struct attempt attempts[] = {
		{AUDITOR,
		 "SELECT * FROM account, ledger, chart, transaction, posting, hold, wallet "
		 "LIMIT 1",
		 NO_PROBLEM, NULL},
		{AUDITOR, "UPDATE account SET balance = 0", DENIED, NULL},
		{AUDITOR, "INSERT INTO ledger (mode) VALUES ('test')", DENIED, NULL},
		{AUDITOR, "DELETE FROM hold", DENIED, NULL},
		{AUDITOR, "SELECT nextval('transaction_transaction_id_seq')", DENIED, NULL},
		{AUDITOR, "SELECT * FROM account FOR UPDATE", DENIED, NULL},
	};

	static const char *const rights[] = {"INSERT", "UPDATE", "DELETE", "TRUNCATE", "TRIGGER"};
	const struct books *b = ((const struct wall *)*state)->books;

	try_all(state, attempts, COUNT(attempts));
	for (size_t i = 0; i < COUNT(rights); i++)
		assert_int_equal(
			books_number(b,
				     arena_printf(b->ctx->arena,
						  "SELECT count(*) FROM pg_class "
						  "WHERE relnamespace = 'cowry'::regnamespace "
						  "AND relkind = 'r' AND "
						  "has_table_privilege('cowry_auditor', oid, '%s')",
						  rights[i])),
			0);
}

static const struct {
	const char *kind, *code, *class, *side;
} chart[] = {
#define CHART(symbol, kind, code, class, credit_normal) \
	{#kind, code, class, (credit_normal) ? "credit" : "debit"},
#include "ledger/chart.def"
#undef CHART
};

static void
test_chart(void **state)
{
	struct wall *wall = *state;
	PGresult *rows = PQexec(wall->sessions[AUDITOR],
				"SELECT kind, code, class, normal_side FROM chart ORDER BY kind");

	assert_int_equal(PQntuples(rows), COUNT(chart));
	for (int i = 0; i < (int)COUNT(chart); i++) {
		assert_string_equal(PQgetvalue(rows, i, 0), chart[i].kind);
		assert_string_equal(PQgetvalue(rows, i, 1), chart[i].code);
		assert_string_equal(PQgetvalue(rows, i, 2), chart[i].class);
		assert_string_equal(PQgetvalue(rows, i, 3), chart[i].side);
	}
	PQclear(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_journal_only_grows),
		cmocka_unit_test(test_rights_of_the_worker),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_postings),
		cmocka_unit_test(test_references_of_postings),
		cmocka_unit_test(test_what_postings_refer_to),
		cmocka_unit_test(test_postings_at_the_same_time),
		cmocka_unit_test(test_postings_see_what_is_committed),
		cmocka_unit_test(test_transactions),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_rights_of_the_auditor),
		cmocka_unit_test(test_chart),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
