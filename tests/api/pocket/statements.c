/* Statements: periods, sums, formats, and access. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/money.h"

static struct tenant acme;
static struct tenant other;

static int
setup(void **state)
{
	return tenants_setup(state, &acme, &other);
}

static struct answer
statement(struct client *c, const char *credential, const char *wallet, const char *query,
	  const char *accept)
{
	struct ask ask = {
		.method = "GET",
		.target = client_text(c, "/v1/wallets/%s/statement%s", wallet, query),
		.credential = credential,
	};

	ask.headers[HEADER_ACCEPT] = accept;
	return client_send(c, &ask);
}

/* Make the whole history of a wallet older by this number of days. */
static void
age(struct client *c, const char *wallet, int days)
{
	client_sql(c,
		   "ALTER TABLE cowry.transaction DISABLE TRIGGER transaction_grows;"
		   " UPDATE cowry.transaction SET created_at = created_at - interval '%d days'"
		   " WHERE transaction_id IN (SELECT transaction_id FROM cowry.posting p JOIN"
		   " cowry.account a ON a.account_id IN (p.from_id, p.to_id)"
		   " WHERE a.public_id = '%s');"
		   " ALTER TABLE cowry.transaction ENABLE TRIGGER transaction_grows",
		   days, wallet);
}

static void
test_sums(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100.00");
	const char *friend = wallet_new(c, acme.test_key, "NGN");
	const char *today = client_value(c, "SELECT (now() AT TIME ZONE 'UTC')::date::text");
	struct answer a;

	age(c, wallet, 10);
	a = fund(c, "credit", acme.test_key, wallet, "50.25", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	a = transfer(c, acme.test_key, wallet, friend, "20.25", "=cmd-1", "");
	expect_status(&a, 201);
	a = statement(c, acme.test_key, wallet, client_text(c, "?from=%s&to=%s", today, today),
		      NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.walletId", wallet);
	expect_text(&a, "data.currency", "NGN");
	expect_text(&a, "data.openingBalance", "100.00");
	expect_text(&a, "data.closingBalance", "130.00");
	expect_text(&a, "data.totalIn", "50.25");
	expect_text(&a, "data.totalOut", "20.25");
	expect_text(&a, "data.count", "2");
	expect_text(&a, "data.lines.0.direction", "in");
	expect_text(&a, "data.lines.0.balance", "150.25");
	expect_text(&a, "data.lines.1.direction", "out");
	expect_text(&a, "data.lines.1.reference", "=cmd-1");
	a = statement(c, acme.test_key, wallet, "", NULL);
	expect_text(&a, "data.openingBalance", "0.00");
	expect_text(&a, "data.closingBalance", "130.00");
	expect_text(&a, "data.count", "3");
	a = statement(c, acme.test_key, wallet, "?from=2020-01-01&to=2020-06-30", NULL);
	expect_text(&a, "data.closingBalance", "0.00");
	expect_text(&a, "data.count", "0");
}

/* A period between two shown times includes both; turnover may be wider than a balance. */
static void
test_shown_times(void **state)
{
	struct client *c = *state;
	const char *key = acme.test_key;
	const char *wallet = wallet_with(c, key, "CLF", "900000000000000");
	const char *first;
	struct answer a =
		fund(c, "debit", key, wallet, "900000000000000", "CLF", fresh_reference(c), "");

	expect_status(&a, 201);
	first = answer_at(&a, "data.createdAt");
	a = fund(c, "credit", key, wallet, "900000000000000", "CLF", fresh_reference(c), "");
	expect_status(&a, 201);
	a = statement(c, key, wallet,
		      client_text(c, "?from=%s&to=%s", first, answer_at(&a, "data.createdAt")),
		      NULL);
	expect_status(&a, 200);
	assert_true(atoi(answer_at(&a, "data.count")) >= 2);
	expect_text(&a, "data.closingBalance", "900000000000000.0000");
	a = statement(c, key, wallet, client_text(c, "?from=%s&to=%s", first, first), NULL);
	expect_status(&a, 200);
	assert_true(atoi(answer_at(&a, "data.count")) >= 1);
	a = statement(c, key, wallet, "", NULL);
	expect_text(&a, "data.totalIn", "1800000000000000.0000");
	expect_text(&a, "data.totalOut", "900000000000000.0000");
	expect_text(&a, "data.closingBalance", "900000000000000.0000");
}

/* 1970-01-01 is a time like any other. */
static void
test_epoch(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "1.00");
	struct answer a = statement(c, acme.test_key, wallet,
				    "?from=1969-12-01&to=1970-01-01T00:00:00Z", NULL);

	expect_status(&a, 200);
	expect_text(&a, "data.count", "0");
	expect_text(&a, "data.from", "1969-12-01T00:00:00.000Z");
	expect_text(&a, "data.to", "1970-01-01T00:00:01.000Z");
	a = statement(c, acme.test_key, wallet, "?from=1970-01-01T00:00:00Z", NULL);
	expect_field(&a, "from"); /* more than a year ago */
}

/* Journal entries dated ahead of our clock are included in a statement until now. */
static void
test_journal_ahead(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "1.00");
	struct answer a;

	client_sql(c,
		   "UPDATE cowry.account SET last_at = last_at + interval '1 hour'"
		   " WHERE public_id = '%s'",
		   wallet);
	a = fund(c, "credit", acme.test_key, wallet, "2", "NGN", fresh_reference(c), "");
	expect_status(&a, 201);
	a = statement(c, acme.test_key, wallet, "", NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.closingBalance", "3.00");
	assert_true(strcmp(answer_at(&a, "data.to"), answer_at(&a, "data.lines.1.time")) > 0);
}

static void
test_csv(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "10.00");
	const char *friend = wallet_new(c, acme.test_key, "NGN");
	struct answer a = transfer(c, acme.test_key, wallet, friend, "1.00", "-1=1.csv", "");

	expect_status(&a, 201);
	a = statement(c, acme.test_key, wallet, "", "text/csv");
	expect_status(&a, 200);
	assert_string_equal(a.reply.content_type, "text/csv; charset=utf-8");
	assert_non_null(strstr(answer_header(&a, "Content-Disposition"), ".csv\""));
	assert_true(text_starts_with(
		a.body.data, "time,type,reference,amount,balance,currency,transaction\r\n"));
	assert_non_null(strstr(a.body.data, ",\"transfer\",\"'-1=1.csv\",-1.00,9.00,\"NGN\","));
	assert_non_null(strstr(a.body.data, "\"closing balance\",\"\",,9.00,\"NGN\",\r\n"));
}

static void
test_pdf(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "1000.00");
	const char *friend = wallet_new(c, acme.test_key, "NGN");
	struct answer a;

	for (int i = 0; i < 60; i++) {
		a = transfer(c, acme.test_key, wallet, friend, "1.00", fresh_reference(c), "");
		expect_status(&a, 201);
	}
	a = statement(c, acme.test_key, wallet, "", "application/pdf, text/html;q=0.9");
	expect_status(&a, 200);
	assert_string_equal(a.reply.content_type, "application/pdf");
	assert_true(a.body.length > 1000);
	assert_memory_equal(a.body.data, "%PDF-", 5);
	assert_non_null(memmem(a.body.data, a.body.length, "/Count 2", 8));
	assert_non_null(memmem(a.body.data, a.body.length, "%%EOF", 5));
}

static void
test_forms(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	static const struct {
		const char *accept;
		const char *type; /* NULL: JSON */
	} cases[] = {
		{"*/*", NULL},
		{"application/json", NULL},
		{"text/csv;q=0.5, application/json;q=0.4", "text/csv; charset=utf-8"},
		{"text/csv;q=0.4, application/json;q=0.5", NULL},
		{"text/*", "text/csv; charset=utf-8"},
		{"APPLICATION/PDF", "application/pdf"},
		{"application/*;q=0.2, text/csv;q=0.1", NULL},
		{"application/json;q=0, application/pdf;q=0.001", "application/pdf"},
	};
	struct answer a;

	for (size_t i = 0; i < COUNT(cases); i++) {
		a = statement(c, acme.test_key, wallet, "", cases[i].accept);
		expect_status(&a, 200);
		if (cases[i].type != NULL)
			assert_string_equal(a.reply.content_type, cases[i].type);
		else
			assert_null(a.reply.content_type);
	}
	a = statement(c, acme.test_key, wallet, "", "text/html");
	expect_refusal(&a, 406, "NOT_ACCEPTABLE");
	a = statement(c, acme.test_key, wallet, "", "text/csv;q=0");
	expect_refusal(&a, 406, "NOT_ACCEPTABLE");
	a = statement(c, acme.test_key, NOBODY, "", "text/csv");
	expect_refusal(&a, 404, "NOT_FOUND");
}

static void
test_periods(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = statement(c, acme.test_key, wallet, "?from=yesterday!", NULL);

	expect_field(&a, "from");
	a = statement(c, acme.test_key, wallet, "?to=2026-02-30", NULL);
	expect_field(&a, "to");
	a = statement(c, acme.test_key, wallet, "?from=2026-02-02&to=2026-02-01", NULL);
	expect_field(&a, "from");
	a = statement(c, acme.test_key, wallet, "?from=2019-01-01&to=2020-02-01", NULL);
	expect_field(&a, "from");
	a = statement(c, acme.test_key, wallet, "?from=2020-01-01&to=2020-01-01", NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.to", "2020-01-02T00:00:00.000Z");
}

static void
test_who_may(void **state)
{
	struct client *c = *state;
	struct person admin = person_admin(c, "statement-admin@example.com");
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "5.00");
	struct answer a = statement(c, other.test_key, wallet, "", NULL);

	expect_refusal(&a, 404, "NOT_FOUND");
	a = statement(c, acme.live_key, wallet, "", NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = statement(c, acme.owner.access, wallet, "", NULL);
	expect_refusal(&a, 404, "NOT_FOUND");
	a = statement(c, admin.access, wallet, "", NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.closingBalance", "5.00");
	a = statement(c, NULL, wallet, "", NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_statements, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_sums),    client_test(test_shown_times),
		client_test(test_epoch),   client_test(test_journal_ahead),
		client_test(test_csv),     client_test(test_pdf),
		client_test(test_forms),   client_test(test_periods),
		client_test(test_who_may), client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
