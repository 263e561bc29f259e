/* Merchants: registration, code, turnover, payments and payouts. */
#include "tests/support/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "api/drop/drop.h"
#include "app/merchant/payout.h"
#include "app/remittance/drop_payment.h"
#include "base/arena.h"
#include "jobs/job.h"
#include "tests/support/drop_users.h"
#include "tests/support/fake_bank.h"

#define DAY_US (INT64_C(86400) * SECOND_US)

enum { RUNNERS = 4 };

static struct bank bank;
static struct dropper jane;
static struct dropper shop;
static struct dropper operator;
static const char *merchant;
static int64_t day; /* how many days after today it is */

static struct answer
register_merchant(struct client *c, const struct dropper *who, const char *members)
{
	return client_call(c, "POST", "/api/merchants/register", who->token,
			   client_json(c, "{%s}", members));
}

static void
link_bank(struct client *c, const struct dropper *who)
{
	struct person person = {.access = who->token};

	(void)bank_link_new(c, &person);
}

static int
setup(void **state)
{
	struct client *c;
	struct answer a;

	if (client_setup(state) != 0)
		return -1;
	c = *state;
	bank_open(c, &bank);
	c->fixture->config.clearing_account = "86011117947";
	c->fixture->config.payout_user = "Operator@example.com";
	jane = dropper_new(c, "jane@example.com");
	shop = dropper_new(c, "shop@example.com");
	operator= dropper_new(c, "operator@example.com");
	link_bank(c, &jane);
	link_bank(c, &operator);
	a = register_merchant(c, &shop,
			      "'businessName':'Ahmetov Kebab','orgNumber':'923609016',"
			      "'address':'Storgata 1, <b>Oslo</b>','bankAccount':'8601.11.17947'");
	expect_status(&a, 201);
	merchant = arena_strdup(c->keep, answer_at(&a, "data.id"));
	return 0;
}

static int
teardown(void **state)
{
	bank_close_down(&bank);
	return client_teardown(state);
}

static int
begin(void **state)
{
	bank_behave(&bank);
	return client_begin(state);
}
#define merchant_test(function) cmocka_unit_test_setup(function, begin)

static struct answer
get(struct client *c, const struct dropper *who, const char *what)
{
	return client_call(c, "GET", client_text(c, "/api/merchants/%s", what), who->token, NULL);
}

/* Jane pays; the id of the payment. */
static const char *
pay(struct client *c, const char *amount)
{
	struct answer a =
		client_call(c, "POST", "/api/transactions/qr-payment", jane.token,
			    client_json(c, "{'merchantId':'%s','amount':%s}", merchant, amount));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

/* Jane pays, and her bank settles it. */
static void
pay_settled(struct client *c, const char *amount)
{
	struct ctx ctx = fixture_ctx(c->fixture);
	bool settled = false;

	assert_int_equal(drop_payment_look_up(&ctx, pay(c, amount), &settled), ERR_OK);
	assert_true(settled);
	fixture_ctx_end(&ctx);
}

/* The payout run of the day; whether there was a payout. */
static bool
open_payout(struct client *c)
{
	struct ctx ctx = fixture_ctx(c->fixture);
	bool found = false;

	ctx.now.us = clock_system().us + day * DAY_US;
	assert_int_equal(payout_open_due(&ctx, &found), ERR_OK);
	fixture_ctx_end(&ctx);
	return found;
}

/* Some column of the latest payout. */
static const char *
payout(struct client *c, const char *column)
{
	return client_value(c,
			    "SELECT %s FROM cowry.merchant_payout"
			    " ORDER BY merchant_payout_id DESC LIMIT 1",
			    column);
}

static bool
look_up(struct client *c)
{
	struct ctx ctx = fixture_ctx(c->fixture);
	bool settled = false;

	assert_int_equal(payout_look_up(&ctx, payout(c, "drop_id"), &settled), ERR_OK);
	fixture_ctx_end(&ctx);
	return settled;
}

static const char *
owed(struct client *c)
{
	return client_value(c,
			    "SELECT balance FROM cowry.account JOIN cowry.merchant m"
			    " USING (account_id) WHERE m.drop_id = '%s'",
			    merchant);
}

static const char *
last_told(struct client *c)
{
	struct answer a = client_call(c, "GET", "/api/notifications", shop.token, NULL);

	expect_status(&a, 200);
	return answer_at(&a, "data.0.title");
}

static void
test_register(void **state)
{
	struct client *c = *state;
	struct dropper bob = dropper_new(c, "bob@example.com");
	struct answer a = register_merchant(
		c, &bob,
		"'businessName':'Bob AS','orgNumber':'914778271','bankAccount':'NO93 8601 1117 947'");

	expect_status(&a, 201);
	assert_true(is_drop_id(answer_at(&a, "data.id"), "mer_"));
	expect_text(&a, "data.businessName", "Bob AS");
	expect_text(&a, "data.orgNumber", "914778271");
	expect_text(&a, "data.address", "null");
	expect_text(&a, "data.qrCode", client_text(c, "drop://pay/%s", answer_at(&a, "data.id")));
	expect_text(&a, "data.status", "active");
	a = client_call(c, "POST", "/api/auth/refresh", bob.token, NULL);
	expect_text(&a, "data.role", "merchant");
}

static void
test_register_twice(void **state)
{
	struct client *c = *state;
	struct dropper eve = dropper_new(c, "eve@example.com");
	struct answer a = register_merchant(
		c, &eve,
		"'businessName':'Eve','orgNumber':'923609016','bankAccount':'86011117947'");

	expect_refusal(&a, 409, "conflict");
	a = get(c, &eve, "qr");
	expect_refusal(&a, 403, "forbidden");
	a = register_merchant(
		c, &shop,
		"'businessName':'Again','orgNumber':'974760673','bankAccount':'86011117947'");
	expect_refusal(&a, 409, "conflict");
}

static void
test_register_wrong(void **state)
{
	struct client *c = *state;
	static const struct {
		const char *field;
		const char *members;
	} cases[] = {
		{"orgNumber",
		 "'businessName':'A','orgNumber':'12345678','bankAccount':'86011117947'"},
		{"orgNumber",
		 "'businessName':'A','orgNumber':'12345678x','bankAccount':'86011117947'"},
		{"businessName",
		 "'businessName':'<b>A</b>','orgNumber':'123456789','bankAccount':'86011117947'"},
		{"bankAccount",
		 "'businessName':'A','orgNumber':'123456789','bankAccount':'86011117948'"},
		{"bankAccount",
		 "'businessName':'A','orgNumber':'123456789','bankAccount':'DE89370400440532013000'"},
		{"bankAccount", "'businessName':'A','orgNumber':'123456789'"},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer a = register_merchant(c, &jane, cases[i].members);

		expect_refusal(&a, 422, "validation_error");
		assert_true(answer_names(&a, cases[i].field));
	}
}

static void
test_role(void **state)
{
	struct client *c = *state;
	static const char *const whats[] = {"dashboard", "qr", "transactions"};

	for (size_t i = 0; i < COUNT(whats); i++) {
		struct answer a = get(c, &jane, whats[i]);

		expect_refusal(&a, 403, "forbidden");
		a = client_call(c, "GET", client_text(c, "/api/merchants/%s", whats[i]), NULL,
				NULL);
		expect_refusal(&a, 401, "unauthorized");
	}
}

static void
test_qr(void **state)
{
	struct client *c = *state;
	struct answer a = get(c, &shop, "qr");
	struct ask ask = {.method = "GET", .target = "/api/merchants/qr", .credential = shop.token};
	struct reply reply;
	const char *svg;

	expect_status(&a, 200);
	expect_text(&a, "data.merchantId", merchant);
	expect_text(&a, "data.businessName", "Ahmetov Kebab");
	expect_text(&a, "data.qrValue", client_text(c, "drop://pay/%s", merchant));
	expect_text(&a, "data.address", "Storgata 1, Oslo");
	ask.headers[HEADER_ACCEPT] = "image/svg+xml";
	reply = client_exchange(c, &ask);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "image/svg+xml");
	svg = arena_strndup(c->scratch, reply.body.data, reply.body.length);
	assert_true(text_starts_with(svg, "<svg xmlns="));
	assert_non_null(strstr(svg, "</svg>\n"));
	ask.headers[HEADER_ACCEPT] = "image/png";
	reply = client_exchange(c, &ask);
	assert_int_equal(reply.status, 406);
}

static void
test_turnover(void **state)
{
	struct client *c = *state;
	static const char *const periods[] = {"dashboard", "dashboard?period=today",
					      "dashboard?period=week", "dashboard?period=month"};
	struct answer a = get(c, &shop, "dashboard");

	expect_text(&a, "data.transactionCount", "0");
	expect_text(&a, "data.revenue", "0");
	(void)pay(c, "100");
	(void)pay(c, "129");
	(void)pay(c, "50.5");
	for (size_t i = 0; i < COUNT(periods); i++) {
		a = get(c, &shop, periods[i]);
		expect_status(&a, 200);
		expect_text(&a, "data.transactionCount", "3");
		expect_text(&a, "data.revenue", "279.5");
		expect_text(&a, "data.fees", "2.8");
		expect_text(&a, "data.netRevenue", "276.7");
		expect_text(&a, "data.nextPayout", "276.7");
		assert_non_null(strstr(answer_at(&a, "data.payoutTime"), "T06:00:00.000Z"));
	}
	a = get(c, &shop, "dashboard?period=year");
	expect_refusal(&a, 422, "validation_error");
}

static void
test_payments(void **state)
{
	struct client *c = *state;
	struct answer a = get(c, &shop, "transactions?limit=2");

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "pagination.total", "3");
	expect_text(&a, "pagination.totalPages", "2");
	expect_text(&a, "data.0.customerName", "Jane D.");
	expect_text(&a, "data.0.amount", "50.5");
	expect_text(&a, "data.0.fee", "0.51");
	expect_text(&a, "data.0.netAmount", "49.99");
	expect_text(&a, "data.0.status", "completed");
	a = get(c, &shop, "transactions?limit=2&page=2");
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.amount", "100");
	a = get(c, &shop, "transactions?limit=51");
	expect_refusal(&a, 422, "validation_error");
}

/* Payments not settled by the bank are not paid out. */
static void
test_unsettled(void **state)
{
	day++;
	assert_false(open_payout(*state));
}

static void
test_payout(void **state)
{
	struct client *c = *state;
	size_t before = bank.payments;
	struct answer a;

	pay_settled(c, "1000");
	before++;
	day++;
	assert_true(open_payout(c));
	assert_string_equal(payout(c, "status"), "processing");
	assert_string_equal(payout(c, "amount"), "99000");
	assert_false(open_payout(c));
	assert_true(look_up(c));
	assert_string_equal(payout(c, "status"), "completed");
	assert_int_equal(bank.payments, before + 1);
	assert_string_equal(owed(c), "27670");
	assert_string_equal(last_told(c), "Payout completed");
	assert_true(look_up(c));
	assert_int_equal(bank.payments, before + 1);
	a = get(c, &shop, "dashboard");
	expect_text(&a, "data.nextPayout", "276.7");
	expect_text(&a, "data.revenue", "1279.5");
	day++;
	assert_false(open_payout(c));
}

/* The bank accepts it, but the answer is lost: it is sent again under the same id. */
static void
test_silence(void **state)
{
	struct client *c = *state;
	size_t before;

	pay_settled(c, "200");
	before = bank.payments;
	day++;
	bank_fail(&bank, "POST", "/v1/payments/", PEER_CLOSES, 0, NULL);
	bank.script.done = true;
	assert_true(open_payout(c));
	assert_string_equal(payout(c, "status"), "processing");
	bank_behave(&bank);
	for (int i = 0; i < 3 && !look_up(c); i++)
		;
	assert_string_equal(payout(c, "status"), "completed");
	assert_int_equal(bank.payments, before + 1);
}

/* A payout rejected by the bank is still owed, and part of the next day's payout. */
static void
test_rejected(void **state)
{
	struct client *c = *state;

	pay_settled(c, "300");
	day++;
	bank.script.initial = "RJCT";
	assert_true(open_payout(c));
	assert_string_equal(payout(c, "status"), "failed");
	assert_string_equal(last_told(c), "Payout failed");
	assert_string_equal(owed(c), "57370");
	assert_false(open_payout(c));
	bank_behave(&bank);
	day++;
	assert_true(open_payout(c));
	assert_string_equal(payout(c, "amount"), "29700");
	for (int i = 0; i < 3 && !look_up(c); i++)
		;
	assert_string_equal(payout(c, "status"), "completed");
}

/* An operator's account without money is recorded; another day it may have some. */
static void
test_unfunded(void **state)
{
	struct client *c = *state;

	pay_settled(c, "400");
	day++;
	bank.script.balance = "10.00";
	assert_true(open_payout(c));
	assert_string_equal(payout(c, "status"), "failed");
	assert_string_equal(payout(c, "coalesce(transaction_id, 0)"), "0");
	assert_false(open_payout(c));
	bank_behave(&bank);
	day++;
	assert_true(open_payout(c));
	assert_string_equal(payout(c, "amount"), "39600");
	for (int i = 0; i < 3 && !look_up(c); i++)
		;
	assert_string_equal(payout(c, "status"), "completed");
}

static void *
run(void *arg)
{
	struct client *c = arg;
	struct ctx ctx = fixture_ctx(c->fixture);
	bool found;

	ctx.now.us = clock_system().us + day * DAY_US;
	if (payout_open_due(&ctx, &found) != ERR_OK)
		(void)fprintf(stderr, "%s\n", ctx.fault.detail);
	fixture_ctx_end(&ctx);
	return NULL;
}

static void
test_runners(void **state)
{
	struct client *c = *state;
	pthread_t threads[RUNNERS];
	const char *before;

	pay_settled(c, "500");
	before = client_value(c, "SELECT count(*) + 1 FROM cowry.merchant_payout");
	day++;
	for (size_t i = 0; i < RUNNERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, c), 0);
	for (size_t i = 0; i < RUNNERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.merchant_payout"), before);
	for (int i = 0; i < 3 && !look_up(c); i++)
		;
	assert_string_equal(payout(c, "status"), "completed");
}

/* No payouts without an account to pay from, and an operator is informed of a consent's end. */
static void
test_payer(void **state)
{
	struct client *c = *state;
	struct ctx ctx = fixture_ctx(c->fixture);
	bool found = true;

	pay_settled(c, "600");
	day++;
	c->fixture->config.payout_user = "";
	assert_false(open_payout(c));
	c->fixture->config.payout_user = "nobody@example.com";
	assert_false(open_payout(c));
	c->fixture->config.payout_user = "operator@example.com";
	client_sql(c, "UPDATE cowry.bank_consent SET expires_at = now() - interval '1 day'"
		      " WHERE user_id = (SELECT user_id FROM cowry.users"
		      " WHERE email = 'operator@example.com')");
	ctx.now.us = clock_system().us + day * DAY_US;
	assert_int_equal(payout_open_due(&ctx, &found), ERR_CONSENT_ENDED);
	fixture_ctx_end(&ctx);
}

/* Users can't pay their own QR code, whatever their bank has. */
static void
test_own_code(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "POST", "/api/transactions/qr-payment", shop.token,
				      client_json(c, "{'merchantId':'%s','amount':10}", merchant));

	expect_refusal(&a, 400, "bad_request");
	expect_text(&a, "message", "You can't pay your own QR code");
}

/* All amounts owed are paid out. */
static void
pay_all_out(struct client *c)
{
	struct ctx ctx = fixture_ctx(c->fixture);
	bool settled;

	client_sql(c, "UPDATE cowry.bank_consent SET expires_at = now() + interval '1 day'"
		      " WHERE user_id = (SELECT user_id FROM cowry.users"
		      " WHERE email = 'operator@example.com')");
	for (int i = 0; i < 10; i++) {
		const char *open = client_value(c, "SELECT drop_id FROM cowry.drop_payment"
						   " WHERE status = 'completed'"
						   " AND settled_at IS NULL LIMIT 1");

		if (open[0] != '\0')
			assert_int_equal(drop_payment_look_up(&ctx, open, &settled), ERR_OK);
	}
	day++;
	assert_true(open_payout(c));
	for (int i = 0; i < 3 && !look_up(c); i++)
		;
	fixture_ctx_end(&ctx);
}

static void
test_leave(void **state)
{
	struct client *c = *state;
	struct answer a = client_call(c, "GET", "/api/user/data-export", shop.token, NULL);

	expect_status(&a, 200);
	expect_text(&a, "data.merchant.business_name", "Ahmetov Kebab");
	assert_true(answer_count(&a, "data.merchant.payouts") > 1);
	a = client_call(c, "DELETE", "/api/user/account", shop.token, NULL);
	expect_refusal(&a, 409, "conflict");
	expect_text(&a, "details.0.code", "MERCHANT_BALANCE");
	pay_all_out(c);
	a = client_call(c, "DELETE", "/api/user/account", shop.token, NULL);
	expect_status(&a, 200);
	assert_string_equal(
		client_value(c, "SELECT status FROM cowry.merchant WHERE drop_id = '%s'", merchant),
		"closed");
	a = client_call(c, "POST", "/api/transactions/qr-payment", jane.token,
			client_json(c, "{'merchantId':'%s','amount':10}", merchant));
	expect_refusal(&a, 404, "not_found");
}

static void
test_covered(void **state)
{
	client_covered(*state, drop_merchants, NULL);
}

/* The last look-up was inconclusive: an administrator decides, and the next payout includes the
 * payments of one that was not made. */
static void
test_unresolved(void **state)
{
	struct client *c = *state;
	struct person root = person_admin(c, "root@example.com");
	struct ctx ctx = fixture_ctx(c->fixture);
	const char *before = owed(c);
	bool found;

	for (int i = 0; i < 2; i++) {
		struct answer a;

		day++;
		if (i == 0)
			pay_settled(c, "100");
		bank.script.payment = "ACSP";
		assert_true(open_payout(c));
		client_sql(c, "UPDATE cowry.job SET attempts = 129, due_at = now()"
			      " WHERE kind = 'merchant_payout'");
		do
			assert_int_equal(queue_run_one(&ctx, &queue_merchant_payout, &found),
					 ERR_OK);
		while (found);
		a = client_call(c, "GET", "/v1/admin/reviews?status=open", root.access, NULL);
		expect_text(&a, "data.0.kind", "bank_payment");
		expect_text(&a, "data.0.detail.reference", payout(c, "drop_id"));
		a = client_call(c, "POST",
				client_text(c, "/v1/admin/reviews/%s/%s",
					    answer_at(&a, "data.0.id"),
					    i == 0 ? "reject" : "approve"),
				root.access, "{}");
		expect_status(&a, 200);
		assert_string_equal(payout(c, "status"), i == 0 ? "failed" : "completed");
		bank_behave(&bank);
	}
	assert_string_equal(owed(c), before);
	assert_string_equal(last_told(c), "Payout completed");
	fixture_ctx_end(&ctx);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		merchant_test(test_register),
		merchant_test(test_register_twice),
		merchant_test(test_register_wrong),
		merchant_test(test_role),
		merchant_test(test_qr),
		merchant_test(test_turnover),
		merchant_test(test_payments),
		merchant_test(test_unsettled),
		merchant_test(test_payout),
		merchant_test(test_silence),
		merchant_test(test_rejected),
		merchant_test(test_unresolved),
		merchant_test(test_unfunded),
		merchant_test(test_runners),
		merchant_test(test_payer),
		merchant_test(test_own_code),
		merchant_test(test_leave),
		merchant_test(client_books_hold),
		merchant_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
