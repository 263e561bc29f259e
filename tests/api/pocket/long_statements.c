/* Statements in parts: they are complete, agree with the books whatever is posted meanwhile, and never look
 * complete if they are not. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/admission.h"
#include "api/pocket/pocket.h"
#include "app/wallet/statement.h"
#include "base/arena.h"
#include "tests/support/money.h"

enum { LONG = 25000, PART = STATEMENT_PART_LINES, WAIT_MS = 10000 };

static struct tenant acme;
static const char
	*payer; /* its first posting is a credit of 1000.00; LONG - 1 of 0.01 each way follow */
static const char *payee;

static int
setup(void **state)
{
	struct client *c;

	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	c = *state;
	payer = arena_strdup(c->keep, wallet_with(c, acme.test_key, "NGN", "1000.00"));
	payee = arena_strdup(c->keep, wallet_new(c, acme.test_key, "NGN"));
	client_post_many(c, payer, payee, LONG - 1);
	return 0;
}

static struct answer
statement(struct client *c, const char *wallet, const char *accept,
	  void (*meanwhile)(struct client *))
{
	struct ask ask = {
		.method = "GET",
		.target = client_text(c, "/v1/wallets/%s/statement", wallet),
		.credential = acme.test_key,
		.meanwhile = meanwhile,
	};

	ask.headers[HEADER_ACCEPT] = accept;
	return client_send(c, &ask);
}

static size_t
count_text(const struct bytes *body, const char *text)
{
	size_t count = 0;
	const char *end = (const char *)body->data + body->length;

	for (const char *p = body->data;
	     (p = memmem(p, (size_t)(end - p), text, strlen(text))) != NULL; p++)
		count++;
	return count;
}

static bool
ends_with(const struct answer *a, const char *text)
{
	size_t length = strlen(text);

	return a->body.length >= length &&
	       memcmp((const char *)a->body.data + a->body.length - length, text, length) == 0;
}

static void
expect_long_json(const struct answer *a)
{
	expect_status(a, 200);
	assert_true(a->parts == LONG / PART && !a->broken_off);
	expect_text(a, "message", "Request successful");
	expect_text(a, "data.openingBalance", "0.00");
	expect_text(a, "data.closingBalance", "999.99");
	expect_text(a, "data.totalIn", "1124.99");
	expect_text(a, "data.totalOut", "125.00");
	expect_text(a, "data.count", "25000");
	assert_int_equal(answer_count(a, "data.lines"), LONG);
	expect_text(a, "data.lines.0.type", "credit");
	expect_text(a, "data.lines.24999.direction", "out");
	expect_text(a, "data.lines.24999.balance", "999.99");
}

static void
test_json(void **state)
{
	struct client *c = *state;
	struct answer a = statement(c, payer, NULL, NULL);

	expect_long_json(&a);
	assert_int_equal(count_text(&a.body, "\"balance\":\"1000.00\""), LONG / 2);
	assert_int_equal(count_text(&a.body, "\"message\""), 1);
	assert_int_equal(count_text(&a.body, "\"totalIn\""), 1);
	assert_true(ends_with(&a, "\"totalOut\":\"125.00\"}}"));
}

static void
test_csv(void **state)
{
	struct client *c = *state;
	struct answer a = statement(c, payee, "text/csv", NULL);

	expect_status(&a, 200);
	assert_true(a.parts == LONG / PART && !a.broken_off);
	assert_string_equal(a.reply.content_type, "text/csv; charset=utf-8");
	assert_non_null(strstr(answer_header(&a, "Content-Disposition"), ".csv\""));
	assert_int_equal(count_text(&a.body, "\r\n"), LONG - 1 + 3);
	assert_int_equal(count_text(&a.body, "time,type"), 1);
	assert_int_equal(count_text(&a.body, "\"opening balance\""), 1);
	assert_int_equal(count_text(&a.body, "\"closing balance\""), 1);
	assert_int_equal(count_text(&a.body, ",\"transfer\","), LONG - 1);
	assert_int_equal(count_text(&a.body, ",0.01,0.01,"), LONG / 2);
	assert_true(ends_with(&a, "\"closing balance\",\"\",,0.01,\"NGN\",\r\n"));
}

/* A PDF is made as a whole. */
static void
test_pdf(void **state)
{
	struct client *c = *state;
	struct answer a = statement(c, payer, "application/pdf", NULL);

	expect_field(&a, "from");
	assert_non_null(strstr(answer_at(&a, "errors.0.message"), "CSV and JSON have no limit"));
}

static void
pay(struct client *c)
{
	struct answer a = transfer(c, acme.test_key, payer, payee, "9.99", fresh_reference(c), "");

	expect_status(&a, 201);
	a = transfer(c, acme.test_key, payee, payer, "9.99", fresh_reference(c), "");
	expect_status(&a, 201);
}

/* What is posted after the first part is not in the statement, nor in its balances. */
static void
test_posted_meanwhile(void **state)
{
	struct client *c = *state;
	struct answer a = statement(c, payer, NULL, pay);

	expect_long_json(&a);
	a = statement(c, payer, NULL, NULL);
	expect_text(&a, "data.count", "25002");
	expect_text(&a, "data.totalOut", "134.99");
}

/* An answer that fits into one part is whole, as ever. */
static void
test_lengths(void **state)
{
	static const struct {
		int lines;
		size_t parts;
	} rows[] = {{PART, 1}, {PART + 1, 2}, {2 * PART, 2}};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *from = wallet_with(c, acme.test_key, "NGN", "10.00");
		struct answer a;

		client_post_many(c, from, wallet_new(c, acme.test_key, "NGN"), rows[i].lines - 1);
		a = statement(c, from, NULL, NULL);
		expect_status(&a, 200);
		assert_int_equal(a.parts, rows[i].parts);
		assert_int_equal(answer_count(&a, "data.lines"), rows[i].lines);
		a = statement(c, from, "text/csv", NULL);
		assert_int_equal(a.parts, rows[i].parts);
		assert_int_equal(count_text(&a.body, "\r\n"), rows[i].lines + 3);
		a = statement(c, from, "application/pdf", NULL);
		expect_status(&a, 200);
		assert_int_equal(a.parts, 1);
	}
}

static void
expect_broken_off(const struct answer *a)
{
	expect_status(a, 200);
	assert_true(a->broken_off);
	assert_int_equal(count_text(&a->body, "totalOut"), 0);
	assert_int_equal(count_text(&a->body, "closing balance"), 0);
}

static void
let_in(struct client *c, bool open)
{
	const char *super = getenv("COWRY_DATABASE_SUPERUSER_URL");

	fixture_sql(super, client_text(c, "ALTER DATABASE %s ALLOW_CONNECTIONS %s",
				       c->fixture->name, open ? "true" : "false"));
	if (!open)
		fixture_sql(super, client_text(c,
					       "SELECT pg_terminate_backend(pid, %d)"
					       "  FROM pg_stat_activity WHERE datname = '%s'",
					       WAIT_MS, c->fixture->name));
}

static void
cut(struct client *c)
{
	let_in(c, false);
}

/* The database goes away after the first part. */
static void
test_outage(void **state)
{
	static const char *const types[] = {"application/json", "text/csv"};
	struct client *c = *state;

	for (size_t i = 0; i < COUNT(types); i++) {
		struct answer a = statement(c, payer, types[i], cut);
		int64_t until_ns = clock_monotonic_ns() + WAIT_MS * INT64_C(1000000);

		let_in(c, true);
		expect_broken_off(&a);
		do
			a = client_call(c, "GET", client_text(c, "/v1/wallets/%s", payer),
					acme.test_key, NULL);
		while (a.status == 503 && clock_monotonic_ns() < until_ns);
		expect_status(&a, 200);
	}
}

static void
falsify(struct client *c, const char *what)
{
	client_sql(c, "SET session_replication_role = replica; UPDATE cowry.posting %s", what);
}

/* The amount of its last posting. */
static void
falsify_amount(struct client *c)
{
	falsify(c, client_text(c,
			       "SET amount = amount + 1 WHERE from_id = (SELECT account_id FROM"
			       " cowry.account WHERE public_id = '%s') AND from_sequence = %d",
			       payer, LONG));
}

/* A posting that is missing. */
static void
falsify_sequence(struct client *c)
{
	falsify(c,
		client_text(
			c,
			"SET from_sequence = 1000000000 + from_sequence WHERE from_id = (SELECT account_id"
			" FROM cowry.account WHERE public_id = '%s') AND from_sequence = %d",
			payer, LONG));
}

static void
test_wrong_books(void **state)
{
	struct client *c = *state;
	struct answer a = statement(c, payer, NULL, falsify_amount);

	expect_broken_off(&a);
	assert_int_equal(count_text(&a.body, "transactionId"), LONG - PART); /* the last part */
	falsify(c, client_text(c,
			       "SET amount = amount - 1 WHERE from_id = (SELECT account_id FROM"
			       " cowry.account WHERE public_id = '%s') AND from_sequence = %d",
			       payer, LONG));
	a = statement(c, payer, "text/csv", falsify_sequence);
	expect_broken_off(&a);
	falsify(c,
		"SET from_sequence = from_sequence - 1000000000 WHERE from_sequence > 1000000000");
	a = statement(c, payer, "text/csv", NULL);
	assert_false(a.broken_off);
}

/* A request for a long statement of which nobody asks the other parts, as with HEAD. */
static void
look_at_first_part(struct client *c)
{
	struct arena *own = arena_new(1 << 24);
	struct request request = {
		.method = "GET",
		.target = client_text(c, "/v1/wallets/%s/statement", payer),
		.authorization = client_text(c, "Bearer %s", acme.test_key),
	};
	struct reply reply;

	dispatch(c->app, own, &request, &reply);
	assert_int_equal(reply.status, 200);
	assert_non_null(reply.next);
	arena_free(own);
}

/* Slow clients keep their places, until they have all of it or leave. */
static void
test_places(void **state)
{
	struct client *c = *state;
	struct admission *admission = c->app->admission;
	const char *few = wallet_with(c, acme.test_key, "NGN", "1.00");
	size_t taken = 0;
	struct answer a;

	while (admission_enter_long(admission))
		taken++;
	assert_true(taken > 0);
	a = statement(c, payer, NULL, NULL);
	expect_refusal(&a, 503, "SERVICE_UNAVAILABLE");
	assert_string_equal(answer_header(&a, "Retry-After"), "1");
	a = statement(c, few, NULL, NULL);
	expect_status(&a, 200);
	admission_leave_long(admission);
	for (int i = 0; i < 2; i++) {
		look_at_first_part(c);
		a = statement(c, payer, "text/csv", NULL);
		expect_status(&a, 200);
	}
	while (taken-- > 1)
		admission_leave_long(admission);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_json),         client_test(test_csv),
		client_test(test_pdf),          client_test(test_lengths),
		client_test(test_outage),       client_test(test_wrong_books),
		client_test(test_places),       client_test(test_posted_meanwhile),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
