/*
 * No statement reads a whole table that grows, whatever the planner knows of its size.
 *
 * A plan is kept while tables grow, and after a restore nothing is known of them. So every statement of the
 * programs is planned as it is at run time, with tables of several sizes: never filled, emptied, small, and
 * large without statistics. Pages are added to the files, which is all that the planner looks at.
 */
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attributes.h"
#include "base/text.h"
#include "db/statement.h"
#include "tests/support/cmocka.h"
#include "tests/support/fixture.h"
#include "json/reader.h"

enum { COMMAND_MAX = 4096, PLAN_MEMORY_MAX = 64 * 1024 * 1024 };
/* Of each table and index; the large ones hold eight million rows of a hundred bytes. */
enum { PAGES_SMALL = 20, PAGES_LARGE = 130000 };

struct scene {
	PGconn *pg;
	const char *statement;
	int found;
};

/* Tables that do not grow with use: a row for each kind, release, key or process, or for the few minutes
 * in which something is counted. Tables of the server are left to it. */
static const char *const bounded[] = {
	"book_audit",
	"chart",
	"day_count",
	"event_feed",
	"instance",
	"job", /* what is done is deleted */
	"job_runner",
	"journal_archive",
	"journal_period",
	"key_fingerprint",
	"mail_count",
	"migration",
	"oauth_flow",
	"pg_authid",
	"pg_class",
	"pg_database",
	"pg_index",
	"pg_sequence",
	"pg_tablespace",
	"product",
	"rate_count",
	"seal_feed",
	"seal_key",
	"seal_tree",
	"api_key_use",
	"sign_in_guard",
	"token_request",
	"verification",
	NULL,
};

/* Statements that read one of them all the same. */
static const struct {
	const char *statement;
	const char *table;
	const char *why;
} exceptions[] = {
	{"account_due", "users", "in the order of an index: users who have left"},
	{"attention_deliveries", "webhook_delivery", "cowry doctor"},
	{"backlog_seals", "transaction", "what is not sealed yet"},
	{"bank_forget", "bank_payment",
	 "a planner without statistics; once, when a person is erased"},
	{"chart_balances", "ledger", "all ledgers of a mode: one for each project"},
	{"chart_entries", "ledger", "the same"},
	{"funding_set_email_key", "funding", "cowry migrate"},
	{"gauges_events", "transaction", "what has no event yet"},
	{"gauges_books", "ledger", "two for each project, once a minute"},
	{"ledger_trial_balance", "account", "the sum of all balances"},
	{"ledger_trial_balance", "ledger", "the same"},
	{"merchant_unpaid", "drop_payment", "once a day"},
	{"merchant_unpaid", "merchant", "once a day"},
	{"restored_payments", "payment", "cowry restored"},
	{"schedule_move", "webhook_delivery", "when the clock has stepped back"},
	{"schedule_move", "webhook_lane", "the same"},
	{"seal_waiting", "transaction", "what is not sealed yet"},
	{"sealed_passing", "idempotency", "cowry secrets"},
	{"unresolved_list", "review", "a list in the order of its index, with filters"},
	{"user_count", "users", "administrators search for a part of a name"},
	{"user_list", "users", "the same"},
};

/* Pages in the order of an index, which is followed: a sort would read all that the page is taken from. */
static const char *const in_order[] = {"payment_list", NULL};

static bool
is_exception(const char *statement, const char *table)
{
	for (size_t i = 0; i < COUNT(exceptions); i++)
		if (text_equal(exceptions[i].statement, statement) &&
		    text_equal(exceptions[i].table, table))
			return true;
	return text_index(bounded, table) >= 0;
}

static const char *
member(const struct json_object *node, const char *name)
{
	bool present;
	const struct json_object *value = json_member(node, name, &present);

	return value != NULL ? json_text_value(value) : "";
}

/* An index of what waits: done work leaves it. */
static bool
is_of_waiting(struct scene *s, const char *index)
{
	const char *const values[] = {index};
	PGresult *result =
		PQexecParams(s->pg,
			     "SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
			     " WHERE c.relname = $1 AND i.indpred IS NOT NULL"
			     "   AND pg_get_expr(i.indpred, i.indrelid) !~ 'IS NOT NULL'",
			     1, NULL, values, NULL, NULL, 0);
	bool found = PQntuples(result) == 1;

	PQclear(result);
	return found;
}

/* Columns with so few values that each is in a large part of the rows. */
static const char *const common[] = {"currency", "kind",   "level", "mode",
				     "state",    "status", "type"};

/* It selects by one of these alone. */
static bool
is_common(const char *condition)
{
	const char *end = strchr(condition, ' ');
	size_t length = end != NULL ? (size_t)(end - condition) - 1 : 0;

	if (condition[0] != '(' || strstr(condition, " AND ") != NULL)
		return false;
	for (size_t i = 0; i < COUNT(common); i++)
		if (strlen(common[i]) == length && strncmp(condition + 1, common[i], length) == 0)
			return true;
	return false;
}

/* Everything from some value on, or up to one. */
static bool
is_open(const char *condition)
{
	return strstr(condition, " = ") == NULL &&
	       (strchr(condition, '<') == NULL) != (strchr(condition, '>') == NULL);
}

static bool
reads_all(struct scene *s, const struct json_object *node, bool limited)
{
	const char *type = member(node, "Node Type");
	const char *condition = member(node, "Index Cond");

	if (text_equal(type, "Seq Scan"))
		return true;
	if (strstr(type, "Index") == NULL ||
	    (condition[0] != '\0' && !is_common(condition) && (limited || !is_open(condition))))
		return false;
	/* The first rows in the order of an index. */
	if (limited && member(node, "Filter")[0] == '\0' && strncmp(type, "Index", 5) == 0)
		return false;
	return !is_of_waiting(s, member(node, "Index Name"));
}

/* The piece of a check, without a value of another table: it must be read once, not for each row of one. */
static bool
is_piece(const struct json_object *node)
{
	const char *condition = member(node, "Index Cond");

	return strstr(condition, "> $1") != NULL && strstr(condition, " = ") == NULL;
}

/* in_loop: it is executed for each row of what stands beside it. */
static void
visit(struct scene *s, const struct json_object *node, const char *table, bool limited,
      bool in_loop)
{
	const char *type = member(node, "Node Type");
	bool present;
	const struct json_object *below = json_member(node, "Plans", &present);

	if (member(node, "Relation Name")[0] != '\0')
		table = member(node, "Relation Name");
	if (reads_all(s, node, limited) && !is_exception(s->statement, table)) {
		(void)printf("# %s: %s of %s %s\n", s->statement, type, table,
			     member(node, "Index Name"));
		s->found++;
	}
	if (text_equal(type, "Sort") && text_index(in_order, s->statement) >= 0) {
		(void)printf("# %s: a page is sorted\n", s->statement);
		s->found++;
	}
	if (text_starts_with(type, "Gather")) {
		(void)printf("# %s: other processes are started\n", s->statement);
		s->found++;
	}
	if (in_loop && is_piece(node)) {
		(void)printf("# %s: a piece of %s is read for each row\n", s->statement, table);
		s->found++;
	}
	/* A sort reads everything before the first row. */
	limited = text_equal(type, "Limit") || (limited && !text_equal(type, "Sort"));
	in_loop = in_loop && !text_equal(type, "Materialize");
	for (size_t i = 0; below != NULL && i < json_list_length(below); i++)
		visit(s, json_list_item(below, i), table, limited,
		      in_loop || (i > 0 && text_equal(type, "Nested Loop")));
}

static PGresult *
run(struct scene *s, const char *sql)
{
	PGresult *result = PQexec(s->pg, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", s->statement != NULL ? s->statement : sql,
			 PQresultErrorMessage(result));
	return result;
}

static void
explain(struct scene *s, const struct statement *statement)
{
	struct arena *arena = arena_new(PLAN_MEMORY_MAX);
	const char *arguments = "";
	struct fault fault = {0};
	struct json_object *plan;
	PGresult *result;
	const char *text;
	bool present;

	s->statement = statement->name;
	result = PQprepare(s->pg, statement->name, statement->text, statement->count,
			   statement->types);
	assert_int_equal(PQresultStatus(result), PGRES_COMMAND_OK);
	PQclear(result);
	for (int i = 0; i < statement->count; i++)
		arguments = arena_printf(arena, "%s%sNULL", arguments, i == 0 ? "" : ", ");
	result = run(s, arena_printf(arena, "EXPLAIN (FORMAT JSON) EXECUTE \"%s\"%s%s%s",
				     statement->name, statement->count > 0 ? "(" : "", arguments,
				     statement->count > 0 ? ")" : ""));
	text = PQgetvalue(result, 0, 0);
	assert_int_equal(json_read(arena, &fault, text, strlen(text), &plan), ERR_OK);
	visit(s, json_member(json_list_item(plan, 0), "Plan", &present), "", false, false);
	PQclear(result);
	arena_free(arena);
}

/* Transaction commands and SET have no plan. */
static bool
has_plan(const struct statement *statement)
{
	static const char *const first[] = {"SELECT", "WITH", "INSERT", "UPDATE", "DELETE"};

	for (size_t i = 0; i < COUNT(first); i++)
		if (text_starts_with(statement->text, first[i]))
			return true;
	return false;
}

/* The settings of a session of a server. */
static void
set_up_session(struct scene *s)
{
	const struct statement *settings = statement_get(SQL_session_settings);
	const char *const values[] = {"0", "0", "0", "mark", "off"};
	PGresult *result = PQexecParams(s->pg, settings->text, settings->count, settings->types,
					values, NULL, NULL, 0);

	assert_int_equal(PQresultStatus(result), PGRES_TUPLES_OK);
	PQclear(result);
}

static void
explain_all(struct fixture *f)
{
	struct scene s = {.pg = PQconnectdb(f->superuser_url)};

	set_up_session(&s);
	for (int i = 0; i < STATEMENT_COUNT; i++)
		if (has_plan(statement_get((enum statement_id)i)))
			explain(&s, statement_get((enum statement_id)i));
	PQfinish(s.pg);
	assert_int_equal(s.found, 0);
}

static void
grow(struct fixture *f, int pages)
{
	struct scene s = {.pg = PQconnectdb(f->superuser_url)};
	char command[COMMAND_MAX];
	PGresult *files =
		run(&s, "SELECT pg_relation_filepath(oid) FROM pg_class"
			" WHERE relnamespace = 'cowry'::regnamespace AND relkind IN ('r', 'i')");

	assert_true(PQntuples(files) > 100);
	for (int i = 0; i < PQntuples(files); i++) {
		(void)snprintf(command, sizeof command,
			       "COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; truncate -s %dK %s'",
			       pages * 8, PQgetvalue(files, i, 0));
		PQclear(run(&s, command));
	}
	PQclear(files);
	PQfinish(s.pg);
}

static void
test_new(void **state)
{
	explain_all(*state);
}

static void
test_small(void **state)
{
	grow(*state, PAGES_SMALL);
	explain_all(*state);
}

static void
test_large(void **state)
{
	grow(*state, PAGES_LARGE);
	explain_all(*state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_new),
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
