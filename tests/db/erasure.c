/* Every table that has a column of a person is erased with them, or is known to be kept. */
#include "tests/support/cmocka.h"

#include <regex.h>
#include <stdio.h>
#include <string.h>

#include "db/statement.h"
#include "tests/support/fixture.h"

/* The statements of app/privacy/erasure.c, and what ends a merchant and cards. */
static const enum statement_id erasing[] = {
	SQL_account_end,    SQL_account_erase_traces, SQL_account_erase_person,
	SQL_account_erased, SQL_account_erase_papers, SQL_drop_payments_forget,
	SQL_bank_forget,    SQL_card_forget,
};

static const struct {
	const char *table;
	const char *why;
} kept[] = {
	{"audit_log", "what administrators did; its detail names nobody"},
	{"code_guard", "counters that end within a day"},
	{"journal_entry", "the operator's books"},
	{"metadata_revision", "which administrator added it"},
	{"payment", "the books of the wallet, without a name"},
	{"personal_wallet", "which wallet is whose account; both are empty of data"},
	{"review", "who decided"},
	{"voucher", "the books of the voucher"},
	{"voucher_redemption", "the books of the voucher"},
	{"wallet", "which account of the books it is"},
};

/* Tables with a foreign key to a person, or a column that may hold an address of theirs. */
static const char people_tables[] =
	"SELECT coalesce(string_agg(DISTINCT c.relname, ' ' ORDER BY c.relname), '')"
	"  FROM pg_class c"
	"  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
	"  LEFT JOIN pg_constraint f ON f.conrelid = c.oid AND f.contype = 'f'"
	"       AND f.confrelid = 'cowry.users'::regclass AND a.attnum = ANY (f.conkey)"
	" WHERE c.relnamespace = 'cowry'::regnamespace AND c.relkind = 'r'"
	"   AND (f.oid IS NOT NULL"
	"        OR a.attname IN ('email_key', 'email', 'phone', 'user_id', 'document_digest')"
	"           AND c.relname <> 'project_account')";

static bool
names(const char *sql, const char *table)
{
	char pattern[128];
	regex_t regex;
	bool found;

	(void)snprintf(pattern, sizeof(pattern), "(UPDATE|DELETE FROM) %s([^a-z_]|$)", table);
	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	found = regexec(&regex, sql, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static bool
is_erased(const char *table)
{
	for (size_t i = 0; i < COUNT(erasing); i++)
		if (names(statement_get(erasing[i])->text, table))
			return true;
	return false;
}

static bool
is_kept(const char *table)
{
	for (size_t i = 0; i < COUNT(kept); i++)
		if (strcmp(kept[i].table, table) == 0)
			return true;
	return false;
}

/* The first table that is neither, or NULL. */
static const char *
forgotten_table(struct fixture *f)
{
	char *tables = arena_strdup(f->ctx.arena,
				    fixture_value(f->ctx.arena, f->superuser_url, people_tables));
	char *rest = NULL;

	assert_true(tables[0] != '\0');
	for (char *t = strtok_r(tables, " ", &rest); t != NULL; t = strtok_r(NULL, " ", &rest))
		if (!is_erased(t) && !is_kept(t))
			return t;
	return NULL;
}

static void
test_every_table(void **state)
{
	const char *table = forgotten_table(*state);

	if (table != NULL)
		fail_msg("%s: add it to erasure.sql, or to what is kept here", table);
}

/* A table that somebody adds is found. */
static void
test_new_table(void **state)
{
	struct fixture *f = *state;

	fixture_sql(f->owner_url, "CREATE TABLE cowry.planted (who bigint REFERENCES cowry.users)");
	assert_string_equal(forgotten_table(f), "planted");
	fixture_sql(f->owner_url, "DROP TABLE cowry.planted");
}

/* What is listed as kept is there, and not erased. */
static void
test_kept(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(kept); i++) {
		const char *sql = arena_printf(
			f->ctx.arena, "SELECT to_regclass('cowry.%s') IS NOT NULL", kept[i].table);

		assert_string_equal(fixture_value(f->ctx.arena, f->superuser_url, sql), "t");
		assert_false(is_erased(kept[i].table));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_table),
		cmocka_unit_test(test_new_table),
		cmocka_unit_test(test_kept),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
