/* The client of banks against a bank that is a server of this program. */
#include "tests/support/cmocka.h"

#include <string.h>

#include "base/arena.h"
#include "provider/bank.h"
#include "tests/support/provider_scene.h"

static struct xs2a_call
call_of(struct provider_scene *s)
{
	static struct xs2a_access access;

	access = (struct xs2a_access){fake_server_url(s->server), "PSD-1", "key", "DNB"};
	return (struct xs2a_call){.arena = s->arena, .http = s->http, .access = &access};
}

static const struct xs2a_consent_order order = {"2026-02-28", "https://pay.example/back?state=s",
						"https://pay.example/no"};

static void
asks_for_consents(void **state)
{
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);
	struct xs2a_consent consent;

	call.psu_address = "192.0.2.7";
	call.request_id = uuid_v8((const unsigned char *)"0123456789abcdef");
	scene_answer(s, 201,
		     "{\"consentStatus\":\"received\",\"consentId\":\"a/b c\",\"_links\":{"
		     "\"scaRedirect\":{\"href\":\"https://bank.example/sca\"}}}");
	consent = xs2a_consent_create(&call, &order);
	assert_int_equal(consent.answer.outcome, PROVIDER_UNKNOWN); /* an id with a space */
	scene_sent(s, 0, "POST /v1/consents",
		   "{\"access\":{\"allPsd2\":\"allAccounts\"},\"recurringIndicator\":true,"
		   "\"validUntil\":\"2026-02-28\",\"frequencyPerDay\":4,"
		   "\"combinedServiceIndicator\":true}");
	scene_header(s, 0, "X-Request-ID", "30313233-3435-8637-b839-616263646566");
	scene_header(s, 0, "PSU-IP-Address", "192.0.2.7");
	scene_header(s, 0, "TPP-ID", "PSD-1");
	scene_header(s, 0, "X-GTW-ASPSP-ID", "DNB");
	scene_header(s, 0, "Authorization", "Bearer key");
	scene_header(s, 0, "TPP-Redirect-URI", "https://pay.example/back?state=s");
	scene_header(s, 0, "TPP-Nok-Redirect-URI", "https://pay.example/no");
	scene_header(s, 0, "Content-Type", "application/json");
	scene_answer(s, 201,
		     "{\"consentStatus\":\"received\",\"consentId\":\"a/b\",\"_links\":{"
		     "\"scaRedirect\":{\"href\":\"https://bank.example/sca\"}}}");
	consent = xs2a_consent_create(&call, &order);
	assert_int_equal(consent.answer.outcome, PROVIDER_ACCEPTED);
	assert_string_equal(consent.id, "a/b");
	assert_string_equal(consent.sca_url, "https://bank.example/sca");
	scene_answer(s, 201,
		     "{\"consentStatus\":\"received\",\"consentId\":\"a\",\"_links\":{"
		     "\"scaRedirect\":{\"href\":\"javascript:alert(1)\"}}}");
	assert_int_equal(xs2a_consent_create(&call, &order).answer.outcome, PROVIDER_UNKNOWN);
}

static void
follows_consents(void **state)
{
	static const struct {
		const char *word;
		enum xs2a_consent_status status;
	} cases[] = {
		{"received", XS2A_CONSENT_RECEIVED},
		{"valid", XS2A_CONSENT_VALID},
		{"rejected", XS2A_CONSENT_REJECTED},
		{"expired", XS2A_CONSENT_EXPIRED},
		{"revokedByPsu", XS2A_CONSENT_REVOKED},
		{"terminatedByTpp", XS2A_CONSENT_REVOKED},
		{"partiallyAuthorised", XS2A_CONSENT_RECEIVED},
	};
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);

	for (size_t i = 0; i < COUNT(cases); i++) {
		scene_answer(s, 200,
			     arena_printf(s->arena, "{\"consentStatus\":\"%s\"}", cases[i].word));
		assert_int_equal(xs2a_consent_status(&call, "a/b").status, cases[i].status);
	}
	scene_sent(s, 0, "GET /v1/consents/a%2Fb/status", NULL);
	scene_answer(s, 204, NULL);
	assert_int_equal(xs2a_consent_delete(&call, "a/b").outcome, PROVIDER_ACCEPTED);
	scene_sent(s, COUNT(cases), "DELETE /v1/consents/a%2Fb", NULL);
}

static void
reads_accounts(void **state)
{
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);
	struct xs2a_accounts accounts;

	scene_answer(
		s, 200,
		"{\"accounts\":["
		"{\"resourceId\":\"1\",\"iban\":\"NO3690000000018\",\"currency\":\"NOK\","
		"\"name\":\"Lønn\",\"balances\":["
		"{\"balanceType\":\"closingBooked\",\"balanceAmount\":{\"currency\":\"NOK\","
		"\"amount\":\"1.00\"}},"
		"{\"balanceType\":\"interimAvailable\",\"balanceAmount\":{\"currency\":\"NOK\","
		"\"amount\":\"-1500.5\"}},"
		"{\"balanceType\":\"openingBooked\",\"balanceAmount\":{\"currency\":\"NOK\","
		"\"amount\":\"9\"}}]},"
		"{\"resourceId\":\"2\",\"bban\":\"90000000026\",\"currency\":\"NOK\","
		"\"product\":\"Sparing\",\"balances\":[{\"balanceType\":\"interimAvailable\","
		"\"balanceAmount\":{\"currency\":\"EUR\",\"amount\":\"5.00\"}}]},"
		"{\"resourceId\":\"3\",\"iban\":\"NO1490000000026\",\"currency\":\"XYZ\"},"
		"{\"resourceId\":\"4\",\"msisdn\":\"+4799999999\",\"currency\":\"NOK\"},"
		"{\"resourceId\":\"5\",\"iban\":\"NO1490000000026\",\"currency\":\"NOK\","
		"\"balances\":[{\"balanceType\":\"expected\",\"balanceAmount\":{\"currency\":"
		"\"NOK\",\"amount\":\"1.005\"}}]},7]}");
	accounts = xs2a_accounts(&call, "c-1");
	scene_sent(s, 0, "GET /v1/accounts?withBalance=true", NULL);
	scene_header(s, 0, "Consent-ID", "c-1");
	assert_int_equal(accounts.answer.outcome, PROVIDER_ACCEPTED);
	assert_int_equal(accounts.count, 3);
	assert_string_equal(accounts.items[0].iban, "NO3690000000018");
	assert_string_equal(accounts.items[0].name, "Lønn");
	scene_amount(accounts.items[0].balance, -150050, "NOK");
	assert_string_equal(accounts.items[1].bban, "90000000026");
	assert_string_equal(accounts.items[1].name, "Sparing");
	assert_null(accounts.items[1].balance.currency);
	assert_null(accounts.items[2].balance.currency); /* more decimals than there are */
}

static void
reads_a_balance(void **state)
{
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);
	struct money money;

	scene_answer(s, 200,
		     "{\"balances\":[{\"balanceType\":\"expected\",\"balanceAmount\":"
		     "{\"currency\":\"NOK\",\"amount\":\"12.30\"}}]}");
	assert_int_equal(xs2a_balance(&call, "c", "a/1", currency_find("NOK"), &money).outcome,
			 PROVIDER_ACCEPTED);
	scene_amount(money, 1230, "NOK");
	scene_sent(s, 0, "GET /v1/accounts/a%2F1/balances", NULL);
	scene_answer(s, 200, "{\"balances\":[]}");
	assert_int_equal(xs2a_balance(&call, "c", "1", currency_find("NOK"), &money).outcome,
			 PROVIDER_UNKNOWN);
}

static void
initiates_payments(void **state)
{
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);
	struct xs2a_payment_order payment_order = {
		.product = "sepa-credit-transfers",
		.end_to_end_id = "tx_rem_1",
		.amount = scene_money("123.5", "EUR"),
		.debtor_bban = "90000000018",
		.creditor_iban = "PL61109010140000071219812874",
		.creditor_name = "Ola",
	};
	struct xs2a_payment payment;

	scene_answer(s, 201,
		     "{\"transactionStatus\":\"RCVD\",\"paymentId\":\"p/1\",\"_links\":{"
		     "\"scaRedirect\":{\"href\":\"https://bank.example/sca\"}}}");
	payment = xs2a_payment_initiate(&call, "c-1", &payment_order);
	scene_sent(s, 0, "POST /v1/payments/sepa-credit-transfers",
		   "{\"endToEndIdentification\":\"tx_rem_1\",\"instructedAmount\":{\"currency\":"
		   "\"EUR\",\"amount\":\"123.50\"},\"debtorAccount\":{\"bban\":\"90000000018\"},"
		   "\"creditorAccount\":{\"iban\":\"PL61109010140000071219812874\"},"
		   "\"creditorName\":\"Ola\"}");
	scene_header(s, 0, "Consent-ID", "c-1");
	assert_int_equal(payment.state, PROVIDER_PENDING);
	assert_string_equal(payment.id, "p/1");
	assert_string_equal(payment.sca_url, "https://bank.example/sca");
	scene_answer(s, 201, "{\"transactionStatus\":\"ACSP\"}");
	assert_int_equal(xs2a_payment_initiate(&call, NULL, &payment_order).answer.outcome,
			 PROVIDER_UNKNOWN);
}

static void
follows_payments(void **state)
{
	static const struct {
		const char *word;
		enum provider_state state;
	} cases[] = {
		{"RCVD", PROVIDER_PENDING},   {"ACTC", PROVIDER_PENDING},
		{"ACSP", PROVIDER_PENDING},   {"ACSC", PROVIDER_SUCCEEDED},
		{"ACCC", PROVIDER_SUCCEEDED}, {"RJCT", PROVIDER_FAILED},
		{"CANC", PROVIDER_FAILED},
	};
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct xs2a_payment payment;

		scene_answer(
			s, 200,
			arena_printf(s->arena, "{\"transactionStatus\":\"%s\"}", cases[i].word));
		payment = xs2a_payment_status(&call, "sepa-credit-transfers", "p/1");
		assert_int_equal(payment.state, cases[i].state);
		assert_string_equal(payment.status, cases[i].word);
	}
	scene_sent(s, 0, "GET /v1/payments/sepa-credit-transfers/p%2F1/status", NULL);
	scene_answer(s, 200, "{}");
	assert_int_equal(xs2a_payment_status(&call, "x", "1").answer.outcome, PROVIDER_UNKNOWN);
}

/* The meaning of a refusal; everything unclear is unknown. */
static void
tells_refusals_apart(void **state)
{
	static const struct {
		int status;
		const char *code;
		enum provider_outcome outcome;
		bool sent, consent_ended, unfunded, absent, judged;
	} cases[] = {
		{400, "FORMAT_ERROR", PROVIDER_REJECTED, true, false, false, false, true},
		{400, "FUNDS_NOT_AVAILABLE", PROVIDER_REJECTED, true, false, true, false, true},
		{400, "CONSENT_UNKNOWN", PROVIDER_REJECTED, true, true, false, false, false},
		{401, "CONSENT_EXPIRED", PROVIDER_REJECTED, true, true, false, false, false},
		{401, "CERTIFICATE_EXPIRED", PROVIDER_REJECTED, true, false, false, false, false},
		{404, "RESOURCE_UNKNOWN", PROVIDER_REJECTED, true, false, false, true, false},
		{409, "STATUS_INVALID", PROVIDER_UNKNOWN, true, false, false, false, false},
		{429, "ACCESS_EXCEEDED", PROVIDER_REJECTED, false, false, false, false, false},
		{500, "INTERNAL_SERVER_ERROR", PROVIDER_UNKNOWN, true, false, false, false, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct provider_scene *s = *state;
		struct xs2a_call call = call_of(s);
		struct xs2a_answer answer;

		s->count = 0;
		scene_answer(s, cases[i].status,
			     arena_printf(s->arena,
					  "{\"tppMessages\":[{\"category\":\"ERROR\",\"code\":"
					  "\"%s\",\"text\":\"No.\"}]}",
					  cases[i].code));
		answer = xs2a_consent_delete(&call, "c");
		assert_int_equal(answer.outcome, cases[i].outcome);
		assert_int_equal(answer.sent, cases[i].sent);
		assert_int_equal(answer.consent_ended, cases[i].consent_ended);
		assert_int_equal(answer.unfunded, cases[i].unfunded);
		assert_int_equal(answer.absent, cases[i].absent);
		assert_int_equal(answer.judged, cases[i].judged);
	}
}

static void
survives_nonsense(void **state)
{
	static const char *const bodies[] = {
		"",
		"[]",
		"{\"tppMessages\":7}",
		"{\"tppMessages\":[7]}",
		"{\"_links\":7,\"consentId\":[]}",
		"{\"accounts\":{},\"balances\":7,\"consentStatus\":1}"};
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);
	struct money money;

	for (size_t i = 0; i < COUNT(bodies); i++)
		for (int status = 200; status <= 400; status += 200) {
			s->count = 0;
			scene_answer(s, status, bodies[i]);
			assert_int_not_equal(xs2a_consent_create(&call, &order).answer.outcome,
					     PROVIDER_ACCEPTED);
			assert_int_not_equal(xs2a_accounts(&call, "c").answer.outcome,
					     PROVIDER_ACCEPTED);
			assert_int_not_equal(
				xs2a_balance(&call, "c", "1", currency_find("NOK"), &money).outcome,
				PROVIDER_ACCEPTED);
			assert_int_not_equal(xs2a_payment_status(&call, "x", "1").answer.outcome,
					     PROVIDER_ACCEPTED);
		}
}

static void
loses_answers(void **state)
{
	struct provider_scene *s = *state;
	struct xs2a_call call = call_of(s);
	struct xs2a_access nowhere = {.base_url = "http://127.0.0.1:1"};
	struct xs2a_answer answer;

	scene_fail(s, PEER_RESETS);
	assert_int_equal(xs2a_consent_delete(&call, "c").outcome, PROVIDER_UNKNOWN);
	scene_fail(s, PEER_HANGS);
	call.timeout_ms = 100;
	answer = xs2a_consent_delete(&call, "c");
	assert_int_equal(answer.outcome, PROVIDER_UNKNOWN);
	assert_true(answer.sent);
	fake_server_release(s->server);
	call.access = &nowhere;
	answer = xs2a_consent_delete(&call, "c");
	assert_int_equal(answer.outcome, PROVIDER_REJECTED);
	assert_false(answer.sent);
}

#define scene_test(function) \
	cmocka_unit_test_setup_teardown(function, provider_scene_setup, provider_scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(asks_for_consents),    scene_test(follows_consents),
		scene_test(reads_accounts),       scene_test(reads_a_balance),
		scene_test(initiates_payments),   scene_test(follows_payments),
		scene_test(tells_refusals_apart), scene_test(survives_nonsense),
		scene_test(loses_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
