/* Payments from people's bank accounts while a bank is silent or refuses, and several at once. */
#include "tests/support/cmocka.h"

#include <pthread.h>
#include <string.h>

#include "app/remittance/drop_payment.h"
#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/drop_scene.h"

/* Concurrent payments can't spend the same balance. */
static void
test_at_once(void **state)
{
	enum { PAYMENTS = 6 };
	struct client *c = *state;
	struct person ada = drop_payer_new(c, 25000);
	const char *kebab = merchant_new(c, "Kebab");
	struct ask asks[PAYMENTS];
	int statuses[PAYMENTS];

	for (size_t i = 0; i < PAYMENTS; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/api/transactions/qr-payment",
			.credential = ada.access,
			.body = client_json(c, "{'merchantId':'%s','amount':200}", kebab),
		};
	client_at_once(c, asks, PAYMENTS, statuses);
	assert_int_equal(count_status(statuses, PAYMENTS, 201), 1);
	assert_int_equal(count_status(statuses, PAYMENTS, 402), PAYMENTS - 1);
	assert_string_equal(owed(c, kebab), "19800");
	bank.script.payment = "ACSC";
	settle_due(c);
	assert_string_equal(drop_payer_balance(c, &ada), "5000");
}

/* It is unknown whether the bank has it: it is settled once, under the same ids. */
static void
test_silence(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	const char *kebab = merchant_new(c, "Kebab");
	size_t n = fake_server_count(bank.server);
	const char *remittance;
	const char *payment;
	char first[64];
	char again[64];
	struct answer a;

	bank_fail(&bank, "POST", "/v1/payments/", PEER_HANGS, 0, NULL);
	bank.script.times = 2;
	bank.script.done = true;
	a = remit(c, &ada, mama, "1000");
	expect_status(&a, 201);
	expect_text(&a, "data.status", "processing");
	remittance = answer_at(&a, "data.id");
	a = pay(c, &ada, kebab, "100");
	expect_status(&a, 201);
	expect_text(&a, "data.status", "processing");
	payment = answer_at(&a, "data.id");
	assert_string_equal(drop_payer_reserved(c, &ada), "110500");
	fake_server_release(bank.server);
	bank.script.initial = "ACSC";
	settle_due(c);
	settle_due(c);
	assert_int_equal(fake_server_count(bank.server), n + 4);
	assert_non_null(fake_server_header(bank.server, n, "x-request-id", first, sizeof first));
	for (size_t i = n + 2; i < n + 4; i++)
		if (strstr(fake_server_request(bank.server, i)->body, remittance) != NULL) {
			assert_non_null(fake_server_header(bank.server, i, "x-request-id", again,
							   sizeof again));
			assert_string_equal(again, first);
		}
	assert_string_equal(status_of(c, &ada, remittance), "completed");
	assert_string_equal(status_of(c, &ada, payment), "completed");
	assert_string_equal(drop_payer_balance(c, &ada), "4889500");
	assert_string_equal(drop_payer_reserved(c, &ada), "0");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.notification"
					 " WHERE user_id = %lld",
					 (long long)drop_payer_id(c, &ada)),
			    "2");
}

struct ask_in_thread {
	struct client client;
	struct ask ask;
	struct reply reply;
};

static void *
ask_in_thread(void *arg)
{
	struct ask_in_thread *a = arg;

	a->reply = client_exchange(&a->client, &a->ask);
	return NULL;
}

/* The job runner learns the result while the request still waits for the bank. */
static void
test_settled_meanwhile(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	size_t n = fake_server_count(bank.server);
	struct ask_in_thread asked = {
		.client = *c,
		.ask = {.method = "POST",
			.target = "/api/transactions/remittance",
			.credential = ada.access,
			.body = client_json(c, "{'recipientId':'%s','amount':1000}", mama)},
	};
	pthread_t thread;

	asked.client.scratch = arena_new(1 << 24);
	bank_fail(&bank, "POST", "/v1/payments/", PEER_HANGS, 0, NULL);
	assert_int_equal(pthread_create(&thread, NULL, ask_in_thread, &asked), 0);
	assert_true(fake_server_wait(bank.server, n + 1));
	bank.script.initial = "ACSC";
	settle_due(c);
	assert_int_equal(pthread_join(thread, NULL), 0);
	fake_server_release(bank.server);
	assert_int_equal(asked.reply.status, 201);
	arena_free(asked.client.scratch);
	assert_string_equal(last_status(c, &ada), "completed");
	assert_string_equal(drop_payer_balance(c, &ada), "4899500");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.notification"
					 " WHERE user_id = %lld",
					 (long long)drop_payer_id(c, &ada)),
			    "1");
}

static enum err
open_only(struct ctx *ctx, void *arg)
{
	const struct drop_order *order = arg;
	struct drop_payment payment;

	return drop_payment_open(ctx, order, &payment);
}

/* The process ends before the bank was called: the job runner does it. */
static void
test_forgotten(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	struct drop_order order = {.merchant = merchant_new(c, "Kebab"),
				   .amount = {10000, currency_find("NOK")}};
	struct ctx ctx = app_ctx(c->app, c->scratch);
	size_t n = fake_server_count(bank.server);

	ctx.who.user_id = drop_payer_id(c, &ada);
	assert_int_equal(db_transact(&ctx, open_only, &order), ERR_OK);
	assert_string_equal(last_status(c, &ada), "processing");
	settle_due(c);
	assert_int_equal(fake_server_count(bank.server), n + 1);
	assert_string_equal(last_status(c, &ada), "completed");
	assert_string_equal(owed(c, order.merchant), "9900");
	bank.script.payment = "ACSC";
	settle_due(c);
}

static void
test_bank_refuses(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	const char *kebab = merchant_new(c, "Kebab");
	struct answer a;

	bank_fail(&bank, "POST", "/v1/payments/", PEER_ANSWERS, 400,
		  bank_error(c, "FUNDS_NOT_AVAILABLE", "No"));
	a = pay(c, &ada, kebab, "100");
	expect_refusal(&a, 402, "insufficient_balance");
	assert_string_equal(last_status(c, &ada), "failed");
	assert_string_equal(owed(c, kebab), "0");
	assert_string_equal(drop_payer_reserved(c, &ada), "0");
	bank_fail(&bank, "POST", "/v1/payments/", PEER_ANSWERS, 400,
		  bank_error(c, "PAYMENT_FAILED", "No"));
	a = remit(c, &ada, mama, "1000");
	expect_refusal(&a, 400, "bad_request");
	assert_string_equal(last_status(c, &ada), "failed");
	bank.script.initial = "RJCT";
	a = remit(c, &ada, mama, "1000");
	expect_refusal(&a, 400, "bad_request");
	c->fixture->config.bank_url = "http://127.0.0.1:1";
	a = remit(c, &ada, mama, "1000");
	expect_refusal(&a, 503, "service_unavailable");
	c->fixture->config.bank_url = fake_server_url(bank.server);
	assert_string_equal(last_status(c, &ada), "failed");
	assert_string_equal(drop_payer_balance(c, &ada), client_text(c, "%d", RICH));
	a = get(c, &ada, "/summary");
	expect_text(&a, "data.allTime.totalCount", "0");
	settle_due(c);
}

/* The bank accepted it, and rejects it later. */
static void
test_settlement_fails(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	const char *kebab = merchant_new(c, "Kebab");
	struct answer a = remit(c, &ada, mama, "1000");
	const char *remittance = answer_at(&a, "data.id");
	const char *payment;

	bank.script.payment = "RJCT";
	settle_due(c);
	assert_string_equal(status_of(c, &ada, remittance), "failed");
	assert_string_equal(drop_payer_balance(c, &ada), client_text(c, "%d", RICH));
	assert_string_equal(drop_payer_reserved(c, &ada), "0");
	assert_string_equal(notified(c, &ada), client_text(c, "Payment failed: %s", remittance));
	a = pay(c, &ada, kebab, "100");
	expect_text(&a, "data.status", "completed");
	payment = answer_at(&a, "data.id");
	assert_string_equal(owed(c, kebab), "9900");
	settle_due(c);
	assert_string_equal(status_of(c, &ada, payment), "failed");
	assert_string_equal(owed(c, kebab), "0");
	assert_string_equal(notified(c, &ada), client_text(c, "Payment failed: %s", payment));
	a = get(c, &ada, client_text(c, "/%s", payment));
	expect_text(&a, "data.completedAt", "null");
}

/* The bank requires authorisation of the payment. */
static void
test_authorisation(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *kebab = merchant_new(c, "Kebab");
	const char *payment;
	struct answer a;

	bank_fail(&bank, "POST", "/v1/payments/", PEER_ANSWERS, 201,
		  client_json(c, "{'transactionStatus':'RCVD','paymentId':'p-x','_links':"
				 "{'scaRedirect':{'href':'https://bank.example/1'}}}"));
	a = pay(c, &ada, kebab, "100");
	expect_status(&a, 201);
	expect_text(&a, "data.status", "processing");
	expect_text(&a, "data.authorizationUrl", "https://bank.example/1");
	payment = answer_at(&a, "data.id");
	settle_due(c);
	assert_string_equal(status_of(c, &ada, payment), "completed");
	bank.script.payment = "ACSC";
	settle_due(c);
	assert_string_equal(drop_payer_balance(c, &ada), client_text(c, "%d", RICH - 10000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		drop_test(test_at_once),           drop_test(test_silence),
		drop_test(test_settled_meanwhile), drop_test(test_forgotten),
		drop_test(test_bank_refuses),      drop_test(test_settlement_fails),
		drop_test(test_authorisation),     drop_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, drop_setup, drop_teardown);
}
