/* Payouts to merchants: once, of all that their customers' banks settled, whatever a bank does. */
#include "tests/support/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "app/merchant/payout.h"
#include "app/remittance/drop_payment.h"
#include "jobs/job.h"
#include "tests/support/merchant_scene.h"

#define DAY_US (INT64_C(86400) * SECOND_US)

enum { RUNNERS = 4 };

static int64_t day; /* how many days after today it is */

/* With payments that no bank has settled: 276.70 after fees. */
static int
setup(void **state)
{
	static const char *const amounts[] = {"100", "129", "50.5"};

	if (merchant_setup(state) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(amounts); i++)
		(void)pay(*state, amounts[i]);
	return 0;
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		merchant_test(test_unsettled),  merchant_test(test_payout),
		merchant_test(test_silence),    merchant_test(test_rejected),
		merchant_test(test_unresolved), merchant_test(test_unfunded),
		merchant_test(test_runners),    merchant_test(test_payer),
		merchant_test(test_leave),      merchant_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, merchant_teardown);
}
