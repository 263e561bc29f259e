/*
 * Payments and purchases with an unknown outcome: an administrator decides, and reports of the
 * bank, provider or vendor until then count.
 */
#include "tests/support/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/operation/job_control.h"
#include "app/operation/unresolved.h"
#include "app/remittance/drop_payment.h"
#include "base/arena.h"
#include "jobs/job.h"
#include "runtime/app.h"
#include "tests/support/drop_payer.h"
#include "tests/support/easypay_client.h"
#include "tests/support/fake_vendor.h"
#include "tests/support/vectors.h"

#define RICH 5000000

static struct bank bank;
static struct easypay_client easypay;
static struct fake_vendor vendor;
static struct tenant acme;
static struct person admin;

static int
setup(void **state)
{
	struct client *c;

	if (tenants_setup(state, &acme, NULL) != 0)
		return -1;
	c = *state;
	easypay_client_open(c, &easypay);
	fake_vendor_open(c, &vendor);
	drop_payer_bank_open(c, &bank);
	admin = person_admin(c, "root@example.com");
	return 0;
}

static int
teardown(void **state)
{
	fake_server_release(bank.server);
	bank_close_down(&bank);
	easypay_client_close(&easypay);
	fake_vendor_close(&vendor);
	return client_teardown(state);
}

static int
begin(void **state)
{
	drop_payer_bank_behave(&bank);
	easypay.script = (struct easypay_client_script){0};
	vendor.script = (struct fake_vendor_script){.status = 0};
	return client_begin(state);
}

#define unresolved_test(function) cmocka_unit_test_setup(function, begin)

static struct ctx
ctx_of(struct client *c)
{
	return app_ctx(c->app, c->scratch);
}

/* The last attempt of all jobs of a kind. */
static void
park(struct client *c, const struct queue_kind *kind)
{
	struct ctx ctx = ctx_of(c);
	bool found = true;

	client_sql(c,
		   "UPDATE cowry.job SET attempts = %lld, due_at = now() WHERE kind = '%s'"
		   " AND parked_at IS NULL",
		   (long long)kind->tries_max - 1, kind->name);
	while (found)
		assert_int_equal(queue_run_one(&ctx, kind, &found), ERR_OK);
}

static const char *
jobs_of(struct client *c, const char *subject)
{
	return client_value(c,
			    "SELECT count(*) || CASE WHEN bool_or(parked_at IS NOT NULL) THEN"
			    " ' parked' ELSE '' END FROM cowry.job WHERE subject = '%s'",
			    subject);
}

/* The only open review, if its kind and reference are these. */
static const char *
open_review(struct client *c, const char *kind, const char *reference)
{
	struct answer a =
		client_call(c, "GET", client_text(c, "/v1/admin/reviews?status=open&kind=%s", kind),
			    admin.access, NULL);

	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 1);
	expect_text(&a, "data.0.detail.reference", reference);
	expect_text(&a, "data.0.reason", "The outcome could not be determined");
	return answer_at(&a, "data.0.id");
}

static size_t
open_reviews(struct client *c)
{
	return (size_t)atoi(
		client_value(c, "SELECT count(*) FROM cowry.review WHERE status = 'open'"));
}

static struct answer
decide(struct client *c, const char *review, const char *what)
{
	return client_call(c, "POST", client_text(c, "/v1/admin/reviews/%s/%s", review, what),
			   admin.access, "{\"note\":\"The bank told me\"}");
}

static const char *
remit(struct client *c, const struct person *who)
{
	struct answer a = client_call(
		c, "POST", "/api/transactions/remittance", who->access,
		client_json(c, "{'recipientId':'%s','amount':1000}", recipient_new(c, who, "RSD")));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static const char *
pay_merchant(struct client *c, const struct person *who)
{
	struct answer a = client_call(
		c, "POST", "/api/transactions/qr-payment", who->access,
		client_json(c, "{'merchantId':'%s','amount':100}", merchant_new(c, "Kebab")));

	expect_status(&a, 201);
	return answer_at(&a, "data.id");
}

static const char *
drop_status(struct client *c, const char *id)
{
	return client_value(c, "SELECT status FROM cowry.drop_payment WHERE drop_id = '%s'", id);
}

static void
test_remittance_released(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *id = remit(c, &ada);
	struct ctx ctx = ctx_of(c);
	struct unresolved *list;
	const char *review;
	struct answer a;
	size_t n;

	assert_int_equal(open_reviews(c), 0);
	park(c, &queue_remittance);
	review = open_review(c, "bank_payment", id);
	assert_string_equal(jobs_of(c, id), "1 parked");
	assert_string_not_equal(drop_payer_reserved(c, &ada), "0");
	assert_string_equal(drop_status(c, id), "processing");
	assert_int_equal(unresolved_list(&ctx, 10, &list, &n), ERR_OK);
	assert_int_equal(n, 1);
	assert_string_equal(list[0].reference, id);
	assert_string_equal(list[0].currency, "NOK");
	a = decide(c, review, "reject");
	expect_status(&a, 200);
	expect_text(&a, "data.status", "rejected");
	assert_string_equal(drop_status(c, id), "failed");
	assert_string_equal(drop_payer_reserved(c, &ada), "0");
	assert_string_equal(drop_payer_balance(c, &ada), client_text(c, "%d", RICH));
	assert_string_equal(jobs_of(c, id), "0");
	assert_string_equal(
		client_value(c, "SELECT title FROM cowry.notification WHERE subject = '%s'", id),
		"Payment failed");
	a = decide(c, review, "reject");
	expect_refusal(&a, 409, "CONFLICT");
	a = decide(c, review, "approve");
	expect_refusal(&a, 409, "CONFLICT");
	a = client_call(c, "GET", "/v1/admin/audit?action=review_reject", admin.access, NULL);
	expect_text(&a, "data.0.subject", review);
	expect_text(&a, "data.0.detail.note", "The bank told me");
}

static void
test_remittance_confirmed(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *id = remit(c, &ada);
	struct answer a;

	park(c, &queue_remittance);
	a = decide(c, open_review(c, "bank_payment", id), "approve");
	expect_status(&a, 200);
	assert_string_equal(drop_status(c, id), "completed");
	assert_string_equal(drop_payer_reserved(c, &ada), "0");
	assert_true(atoll(drop_payer_balance(c, &ada)) < RICH);
	assert_int_equal(open_reviews(c), 0);
}

/* A payment by QR code is completed for its payer before the bank has settled
 * it. */
static void
test_merchant(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *id = pay_merchant(c, &ada);
	struct answer a;

	park(c, &queue_remittance);
	assert_string_equal(drop_status(c, id), "completed");
	a = decide(c, open_review(c, "bank_payment", id), "reject");
	expect_status(&a, 200);
	assert_string_equal(drop_status(c, id), "failed");
	id = pay_merchant(c, &ada);
	park(c, &queue_remittance);
	a = decide(c, open_review(c, "bank_payment", id), "approve");
	expect_status(&a, 200);
	assert_string_equal(client_value(c,
					 "SELECT settled_at IS NOT NULL FROM cowry.drop_payment"
					 " WHERE drop_id = '%s'",
					 id),
			    "t");
}

/* Make the parked job of a subject run again, as an operator does. */
static void
retry(struct client *c, const char *subject)
{
	struct ctx ctx = ctx_of(c);
	struct queue_entry entry;
	const char *id =
		client_value(c, "SELECT job_id FROM cowry.job WHERE subject = '%s'", subject);

	assert_int_equal(job_retry(&ctx, id, &entry), ERR_OK);
}

static void
test_settled_meanwhile(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *id = remit(c, &ada);
	const char *review;
	struct answer a;

	park(c, &queue_remittance);
	review = open_review(c, "bank_payment", id);
	/* Once more without a result, and there is still one review. */
	retry(c, id);
	park(c, &queue_remittance);
	assert_string_equal(open_review(c, "bank_payment", id), review);
	retry(c, id);
	bank.script.payment = "ACSC";
	settle_due(c);
	assert_string_equal(drop_status(c, id), "completed");
	a = client_call(c, "GET", client_text(c, "/v1/admin/reviews/%s", review), admin.access,
			NULL);
	expect_text(&a, "data.status", "approved");
	expect_text(&a, "data.note", "Settled in the meantime");
	expect_text(&a, "data.decidedBy", "null");
	a = decide(c, review, "reject");
	expect_refusal(&a, 409, "CONFLICT");
	assert_string_equal(drop_status(c, id), "completed");
	assert_string_equal(jobs_of(c, id), "0");
}

struct late {
	struct client client;
	const char *id;
	pthread_t thread;
	enum err err;
};

static void *
settle_late(void *arg)
{
	struct late *late = arg;
	struct ctx ctx = ctx_of(&late->client);
	bool settled;

	late->err = drop_payment_look_up(&ctx, late->id, &settled);
	return NULL;
}

/* Two administrators who disagree, while the bank settles it: one of the three decides. */
static void
test_at_once(void **state)
{
	enum { ROUNDS = 4, ADMINS = 4 };
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);

	for (int round = 0; round < ROUNDS; round++) {
		const char *id = remit(c, &ada);
		struct late late = {.client = *c, .id = id};
		struct ask asks[ADMINS];
		int statuses[ADMINS];
		const char *review;
		int decided;

		bank.script.payment = "ACSP";
		park(c, &queue_remittance);
		review = open_review(c, "bank_payment", id);
		bank.script.payment = "ACSC";
		for (int i = 0; i < ADMINS; i++)
			asks[i] = (struct ask){
				.method = "POST",
				.target = client_text(c, "/v1/admin/reviews/%s/%s", review,
						      i % 2 == 0 ? "approve" : "reject"),
				.credential = admin.access,
				.body = "{}"};
		late.client.scratch = arena_new(1 << 24);
		assert_int_equal(pthread_create(&late.thread, NULL, settle_late, &late), 0);
		client_at_once(c, asks, ADMINS, statuses);
		(void)pthread_join(late.thread, NULL);
		arena_free(late.client.scratch);
		assert_int_equal(late.err, ERR_OK);
		decided = (int)count_status(statuses, ADMINS, 200);
		assert_true(decided <= 1);
		assert_int_equal(decided + (int)count_status(statuses, ADMINS, 409), ADMINS);
		assert_int_equal(open_reviews(c), 0);
		assert_string_equal(
			client_value(c,
				     "SELECT (b.status = 'settled') = (p.status = 'completed')"
				     "   AND (b.status = 'failed') = (p.status = 'failed')"
				     "   AND b.status <> 'pending'"
				     "   AND (r.status = 'approved') = (b.status = 'settled')"
				     "  FROM cowry.bank_payment b JOIN cowry.drop_payment p"
				     "    ON p.drop_id = b.reference"
				     "  JOIN cowry.review r ON r.subject = b.request_id"
				     " WHERE p.drop_id = '%s'",
				     id),
			"t");
		assert_string_equal(drop_payer_reserved(c, &ada), "0");
	}
}

static const char *
withdraw(struct client *c, const char *wallet, const char *reference)
{
	struct answer a = fund(c, "debit", acme.test_key, wallet, "10", "NGN", reference,
			       ",'provider':'paystack','providerPayload':{'recipient':'RCP_1'}");

	expect_status(&a, 201);
	return client_value(c, "SELECT public_id FROM cowry.payment WHERE reference = '%s'",
			    reference);
}

static const char *
money_of(struct client *c, const char *wallet)
{
	return client_text(c, "%s %s", wallet_balance(c, acme.test_key, wallet, "ledger"),
			   wallet_balance(c, acme.test_key, wallet, "held"));
}

static const char *
payment_status(struct client *c, const char *reference)
{
	return client_value(c, "SELECT status FROM cowry.payment WHERE reference = '%s'",
			    reference);
}

static void
test_withdrawal(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	struct easypay_client_webhook webhook;
	const char *review;
	struct answer a;

	(void)withdraw(c, wallet, "lost-1");
	park(c, &queue_payment_lookup);
	review = open_review(c, "payment", "lost-1");
	assert_string_equal(payment_status(c, "lost-1"), "pending");
	assert_string_equal(money_of(c, wallet), "100.00 10.00");
	a = decide(c, review, "reject");
	expect_status(&a, 200);
	assert_string_equal(payment_status(c, "lost-1"), "failed");
	assert_string_equal(money_of(c, wallet), "100.00 0.00");
	(void)withdraw(c, wallet, "lost-2");
	park(c, &queue_payment_lookup);
	a = decide(c, open_review(c, "payment", "lost-2"), "approve");
	expect_status(&a, 200);
	assert_string_equal(payment_status(c, "lost-2"), "completed");
	assert_string_equal(money_of(c, wallet), "90.00 0.00");
	/* The provider reports in time. */
	(void)withdraw(c, wallet, "lost-3");
	park(c, &queue_payment_lookup);
	review = open_review(c, "payment", "lost-3");
	webhook =
		easypay_client_webhook(c, "paystack", true, "success",
				       easypay_client_reference(c, "lost-3"), "10", "NGN", OWN_KEY);
	a = easypay_client_send(c, &webhook);
	expect_status(&a, 200);
	assert_string_equal(money_of(c, wallet), "80.00 0.00");
	a = decide(c, review, "reject");
	expect_refusal(&a, 409, "CONFLICT");
	assert_string_equal(payment_status(c, "lost-3"), "completed");
	assert_int_equal(open_reviews(c), 0);
	/* Or an amount that differs from the request, which is put in review as well. */
	(void)withdraw(c, wallet, "lost-4");
	park(c, &queue_payment_lookup);
	webhook =
		easypay_client_webhook(c, "paystack", true, "success",
				       easypay_client_reference(c, "lost-4"), "9", "NGN", OWN_KEY);
	a = easypay_client_send(c, &webhook);
	expect_status(&a, 200);
	assert_string_equal(payment_status(c, "lost-4"), "review");
	assert_int_equal(open_reviews(c), 1);
	a = client_call(c, "GET", "/v1/admin/reviews?status=open", admin.access, NULL);
	expect_text(&a, "data.0.detail.paid", "9.00");
	a = decide(c, answer_at(&a, "data.0.id"), "approve");
	expect_status(&a, 200);
	assert_string_equal(money_of(c, wallet), "71.00 0.00");
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.job WHERE kind = 'payment_lookup'"),
		"0");
}

/* The money of a deposit is not held: it has lapsed, and is credited if it is paid later. */
static void
test_deposit(void **state)
{
	struct client *c = *state;
	const char *wallet = wallet_new(c, acme.test_key, "NGN");
	struct answer a = fund(c, "credit", acme.test_key, wallet, "10", "NGN", "lapsed-1",
			       ",'provider':'paystack','providerPayload':{'email':'a@b.example'}");
	struct easypay_client_webhook webhook;

	expect_status(&a, 201);
	park(c, &queue_payment_lookup);
	assert_string_equal(payment_status(c, "lapsed-1"), "failed");
	assert_int_equal(open_reviews(c), 0);
	webhook = easypay_client_webhook(c, "paystack", false, "success",
					 easypay_client_reference(c, "lapsed-1"), "10", "NGN",
					 OWN_KEY);
	a = easypay_client_send(c, &webhook);
	expect_status(&a, 200);
	assert_string_equal(money_of(c, wallet), "10.00 0.00");
	client_sql(c, "DELETE FROM cowry.job WHERE kind = 'payment_lookup'");
}

static void
test_purchase(void **state)
{
	struct client *c = *state;
	struct buyer buyer = buyer_new(c, "100");
	struct answer a;

	vendor.script.state = "PENDING";
	vendor.script.found = "PENDING";
	a = buy_airtime(c, &buyer, "10", "lost-1");
	expect_text(&a, "data.status", "pending");
	park(c, &queue_purchase_lookup);
	expect_money(c, &buyer, "10000 1000");
	a = decide(c,
		   open_review(c, "purchase",
			       client_value(c, "SELECT label FROM cowry.purchase"
					       " WHERE reference = 'lost-1'")),
		   "reject");
	expect_status(&a, 200);
	expect_money(c, &buyer, "10000 0");
	a = buy_airtime(c, &buyer, "10", "lost-2");
	park(c, &queue_purchase_lookup);
	a = decide(c,
		   open_review(c, "purchase",
			       client_value(c, "SELECT label FROM cowry.purchase"
					       " WHERE reference = 'lost-2'")),
		   "approve");
	expect_status(&a, 200);
	expect_money(c, &buyer, "9000 0");
	assert_string_equal(purchase_status(c, "lost-2"), "completed");
}

/* A job parked by an operator leads to a review as well. */
static void
test_put_aside(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *id = remit(c, &ada);
	struct ctx ctx = ctx_of(c);
	struct queue_entry entry;
	struct answer a;

	assert_int_equal(
		job_park(&ctx,
			 client_value(c, "SELECT job_id FROM cowry.job WHERE subject = '%s'", id),
			 &entry),
		ERR_OK);
	a = decide(c, open_review(c, "bank_payment", id), "reject");
	expect_status(&a, 200);
	assert_string_equal(drop_status(c, id), "failed");
}

/* Jobs parked before there were such reviews, or deleted since. */
static void
test_migration(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *wallet = wallet_with(c, acme.test_key, "NGN", "100");
	const char *parked = remit(c, &ada);
	const char *gone;
	char path[512];
	size_t length = 0;
	char *sql;

	(void)withdraw(c, wallet, "before-1");
	park(c, &queue_remittance);
	park(c, &queue_payment_lookup);
	gone = remit(c, &ada);
	client_sql(c,
		   "DELETE FROM cowry.review WHERE status = 'open';"
		   "DELETE FROM cowry.job WHERE subject = '%s'",
		   gone);
	(void)remit(c, &ada); /* which a job looks after */
	(void)snprintf(path, sizeof path, "%s/sql/migrations/0026_unresolved.sql",
		       getenv("srcdir"));
	sql = read_whole(path, &length);
	assert_non_null(sql);
	fixture_sql(c->fixture->superuser_url, sql);
	fixture_sql(c->fixture->superuser_url, sql);
	free(sql);
	assert_string_equal(
		client_value(c, "SELECT string_agg(kind || ' ' || (detail->>'reference'),"
				" ' ' ORDER BY review_id)"
				"  FROM cowry.review WHERE status = 'open'"),
		client_text(c, "bank_payment %s bank_payment %s payment before-1", parked, gone));
	client_sql(c, "UPDATE cowry.job SET parked_at = NULL WHERE kind = 'remittance'");
	bank.script.payment = "ACSC";
	settle_due(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		unresolved_test(test_remittance_released),
		unresolved_test(test_remittance_confirmed),
		unresolved_test(test_merchant),
		unresolved_test(test_settled_meanwhile),
		unresolved_test(test_at_once),
		unresolved_test(test_withdrawal),
		unresolved_test(test_deposit),
		unresolved_test(test_purchase),
		unresolved_test(test_put_aside),
		unresolved_test(test_migration),
		unresolved_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
