/* Payments from people's bank accounts: costs, remittances, payments by QR code, their lists. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "api/drop/drop.h"
#include "runtime/app.h"
#include "tests/support/drop_scene.h"

static struct answer
disclose(struct client *c, const struct person *who, const char *recipient, const char *amount)
{
	return client_call(c, "POST", "/api/transactions/disclosure", who->access,
			   client_json(c, "{'type':'remittance','amount':%s,'recipientId':'%s'}",
				       amount, recipient));
}

static void
test_disclosure(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	struct person eve = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	struct answer a = disclose(c, &ada, mama, "2000");

	expect_status(&a, 200);
	expect_text(&a, "amount", "2000");
	expect_text(&a, "fee", "10");
	expect_text(&a, "feePercentage", "0.5");
	expect_text(&a, "exchangeRate", "11.7");
	expect_text(&a, "receiveAmount", "23400");
	expect_text(&a, "receiveCurrency", "RSD");
	expect_text(&a, "estimatedDelivery", "2-4 business days");
	expect_text(&a, "totalCost", "2010");
	/* 0.5 % of 101 is 0.505: half up. */
	a = disclose(c, &ada, mama, "101");
	expect_text(&a, "fee", "0.51");
	expect_text(&a, "totalCost", "101.51");
	a = disclose(c, &ada, recipient_new(c, &ada, "EUR"), "150.10");
	expect_text(&a, "receiveAmount", "13.36"); /* 13.3589 */
	a = client_call(c, "POST", "/api/transactions/disclosure", ada.access,
			client_json(c, "{'type':'qr_payment','amount':129,'currency':'NOK'}"));
	expect_status(&a, 200);
	expect_text(&a, "fee", "1.29");
	expect_text(&a, "feePercentage", "1");
	expect_text(&a, "exchangeRate", "1");
	expect_text(&a, "receiveAmount", "127.71");
	expect_text(&a, "receiveCurrency", "NOK");
	expect_text(&a, "estimatedDelivery", "Instant");
	expect_text(&a, "totalCost", "129");
	a = disclose(c, &ada, mama, "100.001");
	expect_refusal(&a, 422, "validation_error");
	assert_true(answer_names(&a, "amount"));
	a = disclose(c, &ada, mama, "0");
	expect_refusal(&a, 422, "validation_error");
	a = disclose(c, &ada, mama, "999999999999999");
	expect_refusal(&a, 422, "validation_error");
	a = disclose(c, &eve, mama, "2000");
	expect_refusal(&a, 404, "not_found");
	a = client_call(c, "POST", "/api/transactions/disclosure", ada.access,
			client_json(c, "{'type':'remittance','amount':100}"));
	expect_refusal(&a, 422, "validation_error");
	assert_true(answer_names(&a, "recipientId"));
	a = client_call(c, "POST", "/api/transactions/disclosure", ada.access,
			client_json(c, "{'type':'qr_payment','amount':129,'currency':'EUR'}"));
	expect_refusal(&a, 422, "validation_error");
	assert_true(answer_names(&a, "currency"));
	a = disclose(c, &(struct person){.access = NULL}, mama, "2000");
	expect_refusal(&a, 401, "unauthorized");
}

static void
test_remittance(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	struct answer a = remit(c, &ada, mama, "2000");
	size_t n = fake_server_count(bank.server) - 1;
	const char *id;

	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	assert_int_equal(strncmp(id, "tx_rem_", 7), 0);
	expect_text(&a, "data.type", "remittance");
	expect_text(&a, "data.status", "processing");
	expect_text(&a, "data.sendAmount", "2000");
	expect_text(&a, "data.sendCurrency", "NOK");
	expect_text(&a, "data.receiveAmount", "23400");
	expect_text(&a, "data.receiveCurrency", "RSD");
	expect_text(&a, "data.exchangeRate", "11.7");
	expect_text(&a, "data.fee", "10");
	expect_text(&a, "data.feePercent", "0.5");
	expect_text(&a, "data.total", "2010");
	expect_text(&a, "data.recipientName", "Mama Jasmina");
	expect_text(&a, "data.recipientCountry", "Serbia");
	expect_text(&a, "data.fromAccount", "DNB");
	expect_text(&a, "data.eta", "2-4 business days");
	assert_non_null(
		strstr(fake_server_request(bank.server, n)->body, "\"amount\":\"2010.00\""));
	assert_non_null(strstr(fake_server_request(bank.server, n)->body, id));
	assert_string_equal(drop_payer_reserved(c, &ada), "201000");
	a = get(c, &ada, client_text(c, "/%s/receipt", id));
	expect_text(&a, "data.estimatedCompletion", "2-4 business days");
	expect_text(&a, "data.completedAt", "null");
	settle_due(c);
	assert_string_equal(status_of(c, &ada, id), "processing");
	bank.script.payment = "ACSC";
	settle_due(c);
	assert_string_equal(drop_payer_balance(c, &ada), "4799000");
	assert_string_equal(drop_payer_reserved(c, &ada), "0");
	assert_string_equal(notified(c, &ada), client_text(c, "Payment completed: %s", id));
	a = get(c, &ada, client_text(c, "/%s", id));
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.sendAmount", "2000");
	expect_text(&a, "data.receiveAmount", "23400");
	expect_text(&a, "data.exchangeRate", "11.7");
	expect_text(&a, "data.fee", "10");
	expect_text(&a, "data.total", "2010");
	expect_text(&a, "data.recipientCountry", "Serbia");
	assert_string_not_equal(answer_at(&a, "data.completedAt"), "null");
	a = get(c, &ada, client_text(c, "/%s/receipt", id));
	expect_status(&a, 200);
	expect_text(&a, "data.transactionId", id);
	expect_text(&a, "data.reference", id);
	expect_text(&a, "data.type", "remittance");
	expect_text(&a, "data.amount", "2000");
	expect_text(&a, "data.currency", "NOK");
	expect_text(&a, "data.fee", "10");
	expect_text(&a, "data.exchangeRate", "11.7");
	expect_text(&a, "data.receiveAmount", "23400");
	expect_text(&a, "data.receiveCurrency", "RSD");
	expect_text(&a, "data.recipient.name", "Mama Jasmina");
	expect_text(&a, "data.recipient.country", "RS");
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.estimatedCompletion", "null");
}

static struct answer
remit_body(struct client *c, const struct person *who, const char *body)
{
	return client_call(c, "POST", "/api/transactions/remittance", who->access, body);
}

static void
test_remittance_refusals(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, 20000);
	struct person eve = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	const char *hers =
		client_value(c, "SELECT drop_id FROM cowry.bank_account WHERE user_id = %lld",
			     (long long)drop_payer_id(c, &eve));
	size_t before = fake_server_count(bank.server);
	struct answer a = remit_body(c, &ada, "{}");

	expect_refusal(&a, 400, "bad_request");
	assert_true(answer_names(&a, "recipientId"));
	a = remit(c, &ada, mama, "'much'");
	expect_refusal(&a, 400, "bad_request");
	a = remit_body(c, &ada, "{");
	expect_refusal(&a, 400, "bad_request");
	a = remit(c, &ada, mama, "99.99");
	expect_refusal(&a, 422, "validation_error");
	assert_true(answer_names(&a, "amount"));
	a = remit(c, &ada, mama, "50000.01");
	expect_refusal(&a, 422, "validation_error");
	a = remit(c, &ada, mama, "150.005");
	expect_refusal(&a, 422, "validation_error");
	a = remit_body(c, &ada,
		       client_json(c, "{'recipientId':'%s','amount':150,'currency':'EUR'}", mama));
	expect_refusal(&a, 422, "validation_error");
	assert_true(answer_names(&a, "currency"));
	a = remit(c, &ada, "rec_0123456789abcdef", "150");
	expect_refusal(&a, 404, "not_found");
	a = remit(c, &eve, mama, "150");
	expect_refusal(&a, 404, "not_found");
	a = remit_body(c, &ada,
		       client_json(c, "{'recipientId':'%s','amount':150,'bankAccountId':'%s'}",
				   mama, hers));
	expect_refusal(&a, 404, "not_found");
	/* The fee does not fit. */
	a = remit(c, &ada, mama, "200");
	expect_refusal(&a, 402, "insufficient_balance");
	client_sql(c, "UPDATE cowry.users SET kyc_status = 'pending' WHERE public_id = '%s'",
		   ada.id);
	a = remit(c, &ada, mama, "150");
	expect_refusal(&a, 403, "kyc_required");
	client_sql(c, "UPDATE cowry.users SET kyc_status = 'verified' WHERE public_id = '%s'",
		   ada.id);
	client_sql(c, "UPDATE cowry.bank_account SET is_primary = false WHERE user_id = %lld",
		   (long long)drop_payer_id(c, &ada));
	a = remit(c, &ada, mama, "150");
	expect_refusal(&a, 400, "no_bank_account");
	assert_int_equal(fake_server_count(bank.server), before);
}

static void
set_rate(struct client *c, const char *coefficient)
{
	client_sql(c,
		   "INSERT INTO cowry.rate (currency, coefficient, scale, valid_from, source)"
		   " VALUES ('RSD', %s, 2, clock_timestamp(), 'test')",
		   coefficient);
}

static const char *
rate_charged(struct client *c, const struct person *who, const char *recipient, const char *amount)
{
	struct answer a = remit(c, who, recipient, amount);

	expect_status(&a, 201);
	return answer_at(&a, "data.exchangeRate");
}

/* The quote is what is charged: to the same user, for the same amount and recipient. */
static void
test_quote(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	struct person bea = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	const char *other = recipient_new(c, &ada, "RSD");
	const char *hers = recipient_new(c, &bea, "RSD");
	struct answer a = disclose(c, &ada, mama, "1000");

	expect_text(&a, "exchangeRate", "11.7");
	set_rate(c, "1017");
	assert_string_equal(rate_charged(c, &ada, mama, "1000.00"), "11.7");
	assert_string_equal(rate_charged(c, &ada, mama, "1000.01"), "10.17");
	assert_string_equal(rate_charged(c, &ada, other, "1000"), "10.17");
	assert_string_equal(rate_charged(c, &bea, hers, "1000"), "10.17");
	/* The last quote counts. */
	a = disclose(c, &ada, mama, "1000");
	expect_text(&a, "exchangeRate", "10.17");
	set_rate(c, "1200");
	assert_string_equal(rate_charged(c, &ada, mama, "1000"), "10.17");
	client_sql(c, "UPDATE cowry.quote SET expires_at = now()");
	assert_string_equal(rate_charged(c, &ada, mama, "1000"), "12");
	client_sql(c, "DELETE FROM cowry.rate WHERE source = 'test' AND rate_id NOT IN"
		      " (SELECT rate_id FROM cowry.drop_payment WHERE rate_id IS NOT NULL)"
		      " AND rate_id NOT IN (SELECT rate_id FROM cowry.quote WHERE rate_id IS NOT"
		      " NULL)");
	set_rate(c, "1170");
	bank.script.payment = "ACSC";
	settle_due(c);
}

static void
test_qr_payment(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *kebab = merchant_new(c, "Ahmetov Kebab");
	struct answer a = pay(c, &ada, kebab, "129");
	const char *id;

	expect_status(&a, 201);
	id = answer_at(&a, "data.id");
	assert_int_equal(strncmp(id, "tx_qr_", 6), 0);
	expect_text(&a, "data.type", "qr_payment");
	expect_text(&a, "data.status", "completed");
	expect_text(&a, "data.amount", "129");
	expect_text(&a, "data.currency", "NOK");
	expect_text(&a, "data.fee", "1.29");
	expect_text(&a, "data.feePercent", "1");
	expect_text(&a, "data.merchantName", "Ahmetov Kebab");
	expect_text(&a, "data.merchantId", kebab);
	expect_text(&a, "data.fromAccount", "DNB");
	assert_string_equal(drop_payer_reserved(c, &ada), "12900");
	assert_string_equal(owed(c, kebab), "12771");
	assert_string_equal(notified(c, &ada), client_text(c, "Payment completed: %s", id));
	bank.script.payment = "ACSC";
	settle_due(c);
	assert_string_equal(drop_payer_balance(c, &ada), "4987100");
	assert_string_equal(client_value(c,
					 "SELECT settled_at IS NOT NULL FROM cowry.drop_payment"
					 " WHERE drop_id = '%s'",
					 id),
			    "t");
	a = get(c, &ada, client_text(c, "/%s", id));
	expect_text(&a, "data.recipientName", "Ahmetov Kebab");
	expect_text(&a, "data.total", "129");
	/* 1 % of 1.50 is 0.015: half up. */
	a = pay(c, &ada, kebab, "1.5");
	expect_text(&a, "data.fee", "0.02");
	a = pay(c, &ada, kebab, "0.99");
	expect_refusal(&a, 422, "validation_error");
	a = pay(c, &ada, kebab, "100000.01");
	expect_refusal(&a, 422, "validation_error");
	a = pay(c, &ada, kebab, "1.001");
	expect_refusal(&a, 422, "validation_error");
	a = pay(c, &ada, "mer_0123456789abcdef", "5");
	expect_refusal(&a, 404, "not_found");
	a = pay(c, &ada, kebab, "99999");
	expect_refusal(&a, 402, "insufficient_balance");
	a = client_call(c, "POST", "/api/transactions/qr-payment", ada.access,
			client_json(c, "{'amount':5}"));
	expect_refusal(&a, 400, "bad_request");
}

static void
test_one_s_own(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	struct person eve = drop_payer_new(c, RICH);
	const char *kebab = merchant_new(c, "Kebab");
	struct answer a = pay(c, &ada, kebab, "100");
	const char *id = answer_at(&a, "data.id");

	a = get(c, &eve, client_text(c, "/%s", id));
	expect_refusal(&a, 404, "not_found");
	a = get(c, &eve, client_text(c, "/%s/receipt", id));
	expect_refusal(&a, 404, "not_found");
	a = get(c, &eve, "/tx_qr_0123456789abcdef");
	expect_refusal(&a, 404, "not_found");
	a = get(c, &eve, "/1");
	expect_refusal(&a, 404, "not_found");
	a = get(c, &eve, "");
	expect_text(&a, "pagination.total", "0");
	a = client_call(c, "GET", "/api/transactions/summary", NULL, NULL);
	expect_refusal(&a, 401, "unauthorized");
	a = client_call(c, "GET", "/api/transactions", NULL, NULL);
	expect_refusal(&a, 401, "unauthorized");
}

static void
test_lists(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	const char *kebab = merchant_new(c, "Kebab");
	struct answer a = remit(c, &ada, mama, "2000");

	expect_status(&a, 201);
	a = remit(c, &ada, mama, "3000");
	expect_status(&a, 201);
	a = pay(c, &ada, kebab, "129");
	expect_status(&a, 201);
	client_sql(c,
		   "UPDATE cowry.drop_payment SET created_at = created_at - interval '40 days'"
		   " WHERE user_id = %lld AND amount = 200000",
		   (long long)drop_payer_id(c, &ada));
	a = get(c, &ada, "");
	expect_status(&a, 200);
	assert_int_equal(answer_count(&a, "data"), 3);
	expect_text(&a, "data.0.amount", "-129");
	expect_text(&a, "data.0.currency", "NOK");
	expect_text(&a, "data.0.merchantName", "Kebab");
	assert_null(answer_at(&a, "data.0.recipientName"));
	expect_text(&a, "data.1.recipientName", "Mama Jasmina");
	assert_null(answer_at(&a, "data.1.merchantName"));
	expect_text(&a, "pagination.page", "1");
	expect_text(&a, "pagination.limit", "20");
	expect_text(&a, "pagination.total", "3");
	expect_text(&a, "pagination.totalPages", "1");
	a = get(c, &ada, "?sort=amount&dir=desc&limit=2");
	expect_text(&a, "data.0.amount", "-3000");
	expect_text(&a, "data.1.amount", "-2000");
	expect_text(&a, "pagination.totalPages", "2");
	a = get(c, &ada, "?sort=amount&dir=desc&limit=2&page=2");
	assert_int_equal(answer_count(&a, "data"), 1);
	a = get(c, &ada, "?dir=asc&type=remittance&status=processing");
	assert_int_equal(answer_count(&a, "data"), 2);
	expect_text(&a, "data.0.amount", "-2000");
	a = get(c, &ada, "?limit=51");
	expect_refusal(&a, 422, "validation_error");
	a = get(c, &ada, "?status=lost");
	expect_refusal(&a, 422, "validation_error");
	a = get(c, &ada, "/summary");
	expect_status(&a, 200);
	expect_text(&a, "data.allTime.totalCount", "3");
	expect_text(&a, "data.allTime.totalSent", "5000");
	expect_text(&a, "data.allTime.totalPaid", "129");
	expect_text(&a, "data.allTime.remittanceCount", "2");
	expect_text(&a, "data.allTime.qrPaymentCount", "1");
	expect_text(&a, "data.thisMonth.totalCount", "2");
	expect_text(&a, "data.thisMonth.totalSent", "3000");
}

/* Personal data is erased with the user; the remaining data still adds up. */
static void
test_privacy(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *mama = recipient_new(c, &ada, "RSD");
	struct answer a = remit(c, &ada, mama, "2000");
	const char *id = answer_at(&a, "data.id");
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct rows rows;

	bank.script.payment = "ACSC";
	settle_due(c);
	a = client_call(c, "GET", "/api/user/data-export", ada.access, NULL);
	expect_status(&a, 200);
	expect_text(&a, "data.transactions.0.id", id);
	expect_text(&a, "data.transactions.0.payee_name", "Mama Jasmina");
	expect_text(&a, "data.transactions.0.amount_in_minor_units", "200000");
	expect_text(&a, "data.transactions.0.status", "completed");
	expect_text(&a, "data.recipients.0.id", mama);
	expect_text(&a, "data.recipients.0.bank_account", IBAN_RS);
	assert_int_equal(db_run(&ctx, SQL_drop_payments_forget, &rows,
				PARAMS(p_int(drop_payer_id(c, &ada)))),
			 ERR_OK);
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.recipient r"
					 " JOIN cowry.drop_payment p USING (recipient_id)"
					 " WHERE p.user_id = %lld AND r.name || payee_name ||"
					 " bank_account = ''",
					 (long long)drop_payer_id(c, &ada)),
			    "1");
}

/* The same request again, after its answer was lost. */
static void
test_repeated(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	const char *kebab = merchant_new(c, "Kebab");
	size_t before = fake_server_count(bank.server);
	const struct ask ask = {
		.method = "POST",
		.target = "/api/transactions/qr-payment",
		.credential = ada.access,
		.idempotency_key = "paid-once",
		.body = client_json(c, "{'merchantId':'%s','amount':100}", kebab),
	};
	struct answer first = client_send(c, &ask);
	struct answer again = client_send(c, &ask);

	expect_status(&first, 201);
	expect_status(&again, 201);
	expect_text(&again, "data.id", answer_at(&first, "data.id"));
	assert_int_equal(fake_server_count(bank.server), before + 1);
}

static void
test_limit(void **state)
{
	struct client *c = *state;
	struct person ada = drop_payer_new(c, RICH);
	struct answer a;

	c->fixture->config.user_limits = true;
	client_sql(c, "DELETE FROM cowry.rate_count");
	client_stop_minute(c);
	for (int i = 0; i < 10; i++) {
		a = pay(c, &ada, "mer_0123456789abcdef", "5");
		expect_refusal(&a, 404, "not_found");
	}
	a = pay(c, &ada, "mer_0123456789abcdef", "5");
	expect_refusal(&a, 429, "rate_limited");
	a = remit(c, &ada, "rec_0123456789abcdef", "100");
	expect_refusal(&a, 404, "not_found");
	c->fixture->config.user_limits = false;
}

static void
test_covered(void **state)
{
	client_covered(*state, drop_transactions, NULL);
	client_covered(*state, drop_pay, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		drop_test(test_disclosure),
		drop_test(test_remittance),
		drop_test(test_remittance_refusals),
		drop_test(test_quote),
		drop_test(test_qr_payment),
		drop_test(test_one_s_own),
		drop_test(test_lists),
		drop_test(test_privacy),
		drop_test(test_repeated),
		drop_test(test_limit),
		drop_test(client_books_hold),
		drop_test(test_covered),
	};

	return cmocka_run_group_tests(tests, drop_setup, drop_teardown);
}
