/* Payments from accounts at a simulated bank: made once, whatever happens. */
#include "tests/support/cmocka.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/bank/bank.h"
#include "base/arena.h"
#include "db/db.h"
#include "runtime/app.h"
#include "tests/support/fake_bank.h"

static struct bank bank;
static int64_t account; /* Ada's, which pays for everything */
static struct person ada;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	bank_open(*state, &bank);
	ada = person_new(*state, "ada.pays@example.com");
	(void)bank_link_new(*state, &ada);
	return 0;
}

static int
teardown(void **state)
{
	int result = client_teardown(state);

	bank_close_down(&bank);
	return result;
}

/* With 1000.00 on the account and no pending payments. */
static int
begin(void **state)
{
	struct client *c = *state;

	if (client_begin(state) != 0)
		return -1;
	bank_behave(&bank);
	client_sql(c, "UPDATE cowry.bank_payment SET status = 'failed', ended_at = now()"
		      " WHERE status = 'pending'");
	client_sql(c,
		   "UPDATE cowry.bank_account SET balance = 100000 WHERE number = '" BANK_BBAN "'");
	client_sql(c, "UPDATE cowry.bank_consent SET status = 'valid', ended_at = NULL,"
		      " expires_at = now() + interval '90 days' WHERE consent_sealed IS NOT NULL");
	if (account == 0)
		account = strtoll(client_value(c, "SELECT bank_account_id FROM cowry.bank_account"
						  " WHERE number = '" BANK_BBAN "'"),
				  NULL, 10);
	return 0;
}

static struct ctx
context(struct client *c)
{
	return app_ctx(c->app, c->scratch);
}

static struct bank_order
order_of(const char *reference, int64_t minor)
{
	return (struct bank_order){
		.bank_account_id = account,
		.amount = {minor, currency_find("NOK")},
		.reference = reference,
		.creditor_name = "Mama Put",
		.creditor_account = "1234.56.78903",
		.text = "Rent",
	};
}

struct reservation {
	struct bank_order order;
	struct bank_payment *payment;
};

static enum err
hold_work(struct ctx *ctx, void *arg)
{
	struct reservation *reservation = arg;

	return bank_reserve(ctx, &reservation->order, reservation->payment);
}

static enum err
reserve(struct ctx *ctx, const char *reference, int64_t minor, struct bank_payment *out)
{
	struct reservation reservation = {order_of(reference, minor), out};

	return db_transact(ctx, hold_work, &reservation);
}

static enum err
close_work(struct ctx *ctx, void *arg)
{
	return bank_close(ctx, arg);
}

static enum bank_payment_state
take_down(struct ctx *ctx, struct bank_payment *payment)
{
	assert_int_equal(db_transact(ctx, close_work, payment), ERR_OK);
	return payment->state;
}

/* Ask the bank for the status, as the job runner does. */
static enum bank_payment_state
look_up(struct ctx *ctx, const char *reference, struct bank_payment *out)
{
	assert_int_equal(bank_payment_find(ctx, reference, out), ERR_OK);
	bank_payment_status(ctx, out);
	return take_down(ctx, out);
}

static void
expect_balance(struct client *c, const char *minor)
{
	assert_string_equal(client_value(c,
					 "SELECT balance FROM cowry.bank_account"
					 " WHERE bank_account_id = %lld",
					 (long long)account),
			    minor);
}

static void
test_paid(void **state)
{
	struct client *c = *state;
	struct ctx ctx = context(c);
	struct bank_payment payment = {.bank_payment_id = 0};
	const struct fake_server_request *request;
	char id[64];

	assert_int_equal(reserve(&ctx, "tx_rem_1", 40050, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_PENDING);
	assert_true(payment.accepted && !payment.outcome.changed);
	expect_balance(c, "100000");
	request = fake_server_request(bank.server, bank_last(&bank, "POST /v1/payments/"));
	assert_string_equal(request->target, "/v1/payments/norwegian-domestic-credit-transfers");
	assert_string_equal(request->body,
			    client_json(c,
					"{'endToEndIdentification':'tx_rem_1',"
					"'instructedAmount':{'currency':'NOK','amount':'400.50'},"
					"'debtorAccount':{'iban':'" BANK_IBAN "'},"
					"'creditorAccount':{'bban':'12345678903'},"
					"'creditorName':'Mama Put',"
					"'remittanceInformationUnstructured':'Rent'}"));
	assert_non_null(fake_server_header(bank.server, bank_last(&bank, "POST /v1/payments/"),
					   "Consent-ID", id, sizeof id));
	bank.script.payment = "ACSP";
	assert_int_equal(look_up(&ctx, "tx_rem_1", &payment), BANK_PAYMENT_PENDING);
	bank.script.payment = "ACSC";
	assert_int_equal(look_up(&ctx, "tx_rem_1", &payment), BANK_PAYMENT_SETTLED);
	assert_true(payment.outcome.changed);
	expect_balance(c, "59950");
	assert_int_equal(look_up(&ctx, "tx_rem_1", &payment), BANK_PAYMENT_SETTLED);
	assert_false(payment.outcome.changed);
	expect_balance(c, "59950");
	assert_int_equal(reserve(&ctx, "tx_rem_1", 1, &payment), ERR_CONFLICT);
}

static void
test_refused(void **state)
{
	struct client *c = *state;
	struct ctx ctx = context(c);
	struct bank_payment payment = {.bank_payment_id = 0};

	bank_fail(&bank, "POST", "/v1/payments", PEER_ANSWERS, 400,
		  bank_error(c, "FUNDS_NOT_AVAILABLE", "Not enough"));
	assert_int_equal(reserve(&ctx, "tx_rem_2", 100000, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_FAILED);
	assert_true(payment.outcome.changed);
	assert_string_equal(payment.problem, "Not enough");
	assert_int_equal(bank_refusal(&ctx, &payment), ERR_INSUFFICIENT_FUNDS);
	bank.script.initial = "RJCT";
	assert_int_equal(reserve(&ctx, "tx_rem_3", 100000, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_FAILED);
	assert_int_equal(bank_refusal(&ctx, &payment), ERR_PROVIDER_REFUSED);
	bank_behave(&bank);
	c->fixture->config.bank_url = "http://127.0.0.1:1";
	assert_int_equal(reserve(&ctx, "tx_rem_4", 100000, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_FAILED);
	assert_int_equal(bank_refusal(&ctx, &payment), ERR_PROVIDER_DOWN);
	c->fixture->config.bank_url = fake_server_url(bank.server);
	expect_balance(c, "100000");
	assert_int_equal(reserve(&ctx, "tx_rem_5", 100000, &payment), ERR_OK);
}

/* A lost answer: the payment exists already, or not; in both cases it is made once. */
static void
lose_answer(struct client *c, const char *reference, bool done, enum fake_server_manner manner)
{
	struct ctx ctx = context(c);
	struct bank_payment payment = {.bank_payment_id = 0};
	size_t before = bank.payments;

	bank_fail(&bank, "POST", "/v1/payments", manner, 500, "{}");
	bank.script.done = done;
	assert_int_equal(reserve(&ctx, reference, 10000, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_PENDING);
	assert_false(payment.accepted);
	fake_server_release(bank.server);
	assert_int_equal(look_up(&ctx, reference, &payment), BANK_PAYMENT_PENDING);
	assert_true(payment.accepted);
	assert_int_equal(bank.payments, before + 1);
	assert_int_equal(look_up(&ctx, reference, &payment), BANK_PAYMENT_SETTLED);
	assert_int_equal(bank.payments, before + 1);
}

static void
test_answers_lost(void **state)
{
	lose_answer(*state, "tx_rem_10", true, PEER_RESETS);
	lose_answer(*state, "tx_rem_11", false, PEER_RESETS);
	lose_answer(*state, "tx_rem_12", true, PEER_HANGS);
	lose_answer(*state, "tx_rem_13", true, PEER_HALVES);
	lose_answer(*state, "tx_rem_14", false, PEER_ANSWERS);
	expect_balance(*state, "50000");
}

/*
 * After a payment was sent to the bank again, only a decision about the payment itself can fail it:
 * an unreachable bank or a refused caller says nothing about the first attempt.
 */
static void
test_repeats(void **state)
{
	struct client *c = *state;
	struct ctx ctx = context(c);
	struct bank_payment payment = {.bank_payment_id = 0};

	assert_int_equal(reserve(&ctx, "tx_rem_20", 10000, &payment), ERR_OK);
	bank_fail(&bank, "POST", "/v1/payments", PEER_RESETS, 0, NULL);
	bank.script.done = true;
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_PENDING);
	c->fixture->config.bank_url = "http://127.0.0.1:1";
	assert_int_equal(look_up(&ctx, "tx_rem_20", &payment), BANK_PAYMENT_PENDING);
	c->fixture->config.bank_url = fake_server_url(bank.server);
	bank_fail(&bank, "POST", "/v1/payments", PEER_ANSWERS, 401,
		  bank_error(c, "CERTIFICATE_EXPIRED", "Who are you?"));
	assert_int_equal(look_up(&ctx, "tx_rem_20", &payment), BANK_PAYMENT_PENDING);
	assert_int_equal(look_up(&ctx, "tx_rem_20", &payment), BANK_PAYMENT_PENDING);
	bank_fail(&bank, "GET", "/v1/payments", PEER_ANSWERS, 404, "{}");
	assert_int_equal(look_up(&ctx, "tx_rem_20", &payment), BANK_PAYMENT_PENDING);
	bank.script.payment = "RJCT";
	assert_int_equal(look_up(&ctx, "tx_rem_20", &payment), BANK_PAYMENT_FAILED);
	assert_int_equal(reserve(&ctx, "tx_rem_21", 10000, &payment), ERR_OK);
	bank_fail(&bank, "POST", "/v1/payments", PEER_ANSWERS, 400,
		  bank_error(c, "FUNDS_NOT_AVAILABLE", "Not enough"));
	assert_int_equal(look_up(&ctx, "tx_rem_21", &payment), BANK_PAYMENT_FAILED);
}

/* The first attempt returns late, after another one succeeded or was recorded. */
static void
test_late_refusal(void **state)
{
	struct client *c = *state;
	struct ctx ctx = context(c);
	struct bank_payment late = {.bank_payment_id = 0};
	struct bank_payment payment = {.bank_payment_id = 0};

	assert_int_equal(reserve(&ctx, "tx_rem_30", 10000, &late), ERR_OK);
	assert_int_equal(look_up(&ctx, "tx_rem_30", &payment), BANK_PAYMENT_PENDING);
	c->fixture->config.bank_url = "http://127.0.0.1:1";
	bank_pay(&ctx, &late);
	c->fixture->config.bank_url = fake_server_url(bank.server);
	assert_int_equal(take_down(&ctx, &late), BANK_PAYMENT_PENDING);
	assert_true(late.accepted);
	assert_int_equal(look_up(&ctx, "tx_rem_30", &payment), BANK_PAYMENT_SETTLED);
	assert_int_equal(take_down(&ctx, &late), BANK_PAYMENT_SETTLED);
	assert_false(late.outcome.changed);
	expect_balance(c, "90000");
}

static void
test_not_covered(void **state)
{
	struct client *c = *state;
	struct ctx ctx = context(c);
	struct bank_payment payment = {.bank_payment_id = 0};
	struct reservation foreign = {order_of("tx_rem_41", 1), &payment};

	assert_int_equal(reserve(&ctx, "tx_rem_40", 60000, &payment), ERR_OK);
	assert_int_equal(reserve(&ctx, "tx_rem_41", 40001, &payment), ERR_INSUFFICIENT_FUNDS);
	assert_int_equal(reserve(&ctx, "tx_rem_41", INT64_MAX, &payment), ERR_INSUFFICIENT_FUNDS);
	foreign.order.amount.currency = currency_find("EUR");
	assert_int_equal(db_transact(&ctx, hold_work, &foreign), ERR_CURRENCY_MISMATCH);
	client_sql(c, "UPDATE cowry.bank_consent SET expires_at = now() - interval '1 second'");
	assert_int_equal(reserve(&ctx, "tx_rem_41", 1, &payment), ERR_CONSENT_ENDED);
}

struct decision {
	struct bank_payment *payment;
	bool made;
};

static enum err
decide_work(struct ctx *ctx, void *arg)
{
	const struct decision *decision = arg;

	return bank_decide(ctx, decision->payment, decision->made);
}

static enum err
decide(struct ctx *ctx, struct bank_payment *payment, bool made)
{
	struct decision decision = {payment, made};

	return db_transact(ctx, decide_work, &decision);
}

/* An administrator's finding, whether the bank had it or not. */
static void
test_decided(void **state)
{
	struct client *c = *state;
	struct ctx ctx = context(c);
	struct bank_payment payment = {.bank_payment_id = 0};

	assert_int_equal(reserve(&ctx, "tx_rem_50", 100000, &payment), ERR_OK);
	assert_int_equal(decide(&ctx, &payment, false), ERR_OK);
	assert_int_equal(payment.state, BANK_PAYMENT_FAILED);
	assert_int_equal(decide(&ctx, &payment, true), ERR_CONFLICT);
	expect_balance(c, "100000");
	assert_int_equal(reserve(&ctx, "tx_rem_51", 60000, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_PENDING);
	assert_int_equal(decide(&ctx, &payment, true), ERR_OK);
	assert_int_equal(payment.state, BANK_PAYMENT_SETTLED);
	assert_int_equal(decide(&ctx, &payment, false), ERR_CONFLICT);
	expect_balance(c, "40000");
	assert_int_equal(reserve(&ctx, "tx_rem_52", 40000, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_PENDING);
	assert_int_equal(decide(&ctx, &payment, false), ERR_OK);
	assert_int_equal(reserve(&ctx, "tx_rem_53", 40000, &payment), ERR_OK);
	assert_int_equal(bank_payment_find(&ctx, "tx_rem_none", &payment), ERR_NOT_FOUND);
}

/* A balance queried before a payment was debited is not recorded after it. */
static void
test_stale_balance(void **state)
{
	struct client *c = *state;
	struct ctx ctx = context(c);
	struct bank_payment payment = {.bank_payment_id = 0};

	assert_int_equal(reserve(&ctx, "tx_rem_60", 100000, &payment), ERR_OK);
	bank_pay(&ctx, &payment);
	assert_int_equal(take_down(&ctx, &payment), BANK_PAYMENT_PENDING);
	assert_int_equal(look_up(&ctx, "tx_rem_60", &payment), BANK_PAYMENT_SETTLED);
	assert_int_equal(db_run(&ctx, SQL_bank_account_read, NULL,
				PARAMS(p_int(account), p_null(), p_int(100000))),
			 ERR_OK);
	expect_balance(c, "0");
}

enum { AT_ONCE = 8 };

struct rival {
	pthread_t thread;
	struct client *c;
	char reference[32];
	enum err err;
};

static void *
rival_main(void *arg)
{
	struct rival *rival = arg;
	struct ctx ctx = fixture_ctx(rival->c->fixture);
	struct bank_payment payment = {.bank_payment_id = 0};

	rival->err = reserve(&ctx, rival->reference, 30000, &payment);
	if (rival->err == ERR_OK)
		bank_pay(&ctx, &payment);
	fixture_ctx_end(&ctx);
	return NULL;
}

/* 1000.00 covers three of 300.00, whatever the number of requests. */
static void
test_at_once(void **state)
{
	struct rival rivals[AT_ONCE];
	size_t before = bank.payments;
	size_t paid = 0;

	for (size_t i = 0; i < AT_ONCE; i++) {
		rivals[i].c = *state;
		(void)snprintf(rivals[i].reference, sizeof rivals[i].reference, "tx_qr_%zu", i);
		assert_int_equal(pthread_create(&rivals[i].thread, NULL, rival_main, &rivals[i]),
				 0);
	}
	for (size_t i = 0; i < AT_ONCE; i++) {
		(void)pthread_join(rivals[i].thread, NULL);
		assert_true(rivals[i].err == ERR_OK || rivals[i].err == ERR_INSUFFICIENT_FUNDS);
		paid += rivals[i].err == ERR_OK;
	}
	assert_int_equal(paid, 3);
	assert_int_equal(bank.payments, before + 3);
}

#define pay_test(function) cmocka_unit_test_setup(function, begin)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		pay_test(test_paid),    pay_test(test_refused),       pay_test(test_answers_lost),
		pay_test(test_repeats), pay_test(test_late_refusal),  pay_test(test_not_covered),
		pay_test(test_decided), pay_test(test_stale_balance), pay_test(test_at_once),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
