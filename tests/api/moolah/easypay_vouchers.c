/* EasyPay vouchers: issued, paid for at a till, cancelled, expired; and authentication of the
 * network. */
#include "tests/support/cmocka.h"

#include <regex.h>

#include "base/luhn.h"
#include "ledger/verify.h"
#include "runtime/app.h"
#include "tests/support/moolah_voucher.h"

#define SETTLEMENT VOUCHERS "/easypay/settlement"

static struct person ada;
static struct person bob;

static int
setup(void **state)
{
	return vouchers_setup(state, &ada, &bob);
}

/* Until the operator has set a secret, no request is accepted as the network's. */
static void
test_no_network(void **state)
{
	struct client *c = *state;
	struct answer a = settle(c, "91234604263339", "500", "TX-0");

	expect_refusal(&a, 401, "UNAUTHORIZED");
	open_network(c);
	a = settle(c, "91234604263339", "500", "TX-0");
	expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	a = settle(c, "91234388661929", "500", "TX-0");
	expect_words(&a, 400, "INVALID_VOUCHER_CODE", "The EasyPay number is not valid");
	a = settle(c, "1093237161056632", "500", "TX-0");
	expect_refusal(&a, 400, "INVALID_VOUCHER_CODE");
}

static void
test_issue(void **state)
{
	struct client *c = *state;
	int64_t before = cents_of(c, &ada);
	struct answer a = voucher_post(c, &ada, "easypay/issue",
				       "'original_amount':500,'issued_to':'user@example.com'");
	const char *number = answer_at(&a, "data.easypay_code");

	expect_status(&a, 201);
	expect_text(&a, "message", "EasyPay voucher created successfully");
	expect_text(&a, "data.amount", "500.00");
	expect_text(&a, "data.sms_sent", "false");
	assert_int_equal(strlen(number), 14);
	assert_true(text_starts_with(number, "91234"));
	assert_true(luhn_valid(number + 1));
	assert_int_equal(cents_of(c, &ada), before - 50000);
	assert_string_equal(client_value(c,
					 "SELECT expires_at = created_at + interval '4 days'"
					 " FROM cowry.voucher WHERE easypay_number = '%s'",
					 number),
			    "t");
	a = voucher_get(c, &ada, client_text(c, "/code/%s", number));
	expect_text(&a, "data.status", "pending_payment");
	expect_text(&a, "data.voucherType", "easypay_pending");
	expect_text(&a, "data.easyPayCode", number);
	expect_text(&a, "data.easyPayDisplayCode",
		    client_text(c, "%.1s %.4s %.4s %.4s %s", number, number + 1, number + 5,
				number + 9, number + 13));
	expect_text(&a, "data.voucherCode", "null");
	a = redeem(c, &ada, number, "5", "");
	expect_refusal(&a, 400, "INVALID_VOUCHER_CODE");
}

static void
test_issue_refused(void **state)
{
	struct client *c = *state;
	static const char *const amounts[] = {"49.99", "4000.01", "0", "-50", "50.001", "'x'"};
	const char *before = books(c);
	struct answer a;

	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = voucher_post(c, &ada, "easypay/issue",
				 client_text(c, "'original_amount':%s", amounts[i]));
		expect_refusal(&a, 400, "INVALID_AMOUNT");
	}
	a = voucher_post(c, &bob, "easypay/issue", "'original_amount':50");
	expect_refusal(&a, 400, "INSUFFICIENT_BALANCE");
	a = client_call(c, "POST", VOUCHERS "/easypay/issue", NULL, "{\"original_amount\":50}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(books(c), before);
}

/* The balance of an account of the chart, in cents. */
static int64_t
standing(struct client *c, int kind)
{
	int64_t cents;

	assert_true(integer_parse(&cents, client_value(c,
						       "SELECT coalesce(sum(balance), 0)"
						       " FROM cowry.account WHERE kind = %d",
						       kind)));
	return cents;
}

static void
test_settle(void **state)
{
	struct client *c = *state;
	struct answer a = issue_easypay(c, &ada, "130");
	const char *id = answer_at(&a, "data.id");
	const char *number = answer_at(&a, "data.easypay_code");
	int64_t pending = standing(c, 6), active = standing(c, 7);
	int64_t receivable = standing(c, 8), suspense = standing(c, 9);
	const char *code;

	a = settle(c, number, "130.00", "TX-1");
	code = answer_at(&a, "data.mm_voucher_code");
	expect_status(&a, 200);
	expect_text(&a, "message", "EasyPay voucher settled successfully");
	expect_text(&a, "data.easypay_code", number);
	expect_text(&a, "data.status", "active");
	assert_true(strlen(code) == 16 && luhn_valid(code));
	assert_int_equal(standing(c, 6), pending - 13000);
	assert_int_equal(standing(c, 7), active + 13000);
	assert_int_equal(standing(c, 8), receivable - 13000);
	assert_int_equal(standing(c, 9), suspense + 13000);
	/* Repeating is idempotent; different content under this id is refused. */
	a = settle(c, number, "130", "TX-1");
	expect_status(&a, 200);
	expect_text(&a, "data.mm_voucher_code", code);
	a = settle(c, number, "131", "TX-1");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	a = settle(c, number, "130", "TX-2");
	expect_words(&a, 409, "CONFLICT", "The voucher was already settled");
	a = issue_easypay(c, &ada, "130");
	a = settle(c, answer_at(&a, "data.easypay_code"), "130", "TX-1");
	expect_refusal(&a, 409, "DUPLICATE_REFERENCE");
	assert_int_equal(standing(c, 9), suspense + 13000);
	a = voucher_get(c, &ada, client_text(c, "/code/%s", code));
	expect_text(&a, "data.id", id);
	expect_text(&a, "data.voucherType", "easypay_active");
	expect_text(&a, "data.easyPayCode", number);
	assert_string_equal(client_value(c,
					 "SELECT expires_at = settled_at + interval '12 months'"
					 " FROM cowry.voucher WHERE voucher_id = %s",
					 id),
			    "t");
	/* Others who know the number do not learn the code. */
	a = voucher_get(c, &bob, client_text(c, "/code/%s", number));
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.voucherCode", "null");
	a = redeem(c, &bob, code, "30", "");
	expect_status(&a, 200);
	a = settle(c, number, "130", "TX-1");
	expect_status(&a, 200);
	a = voucher_post(c, &ada, client_text(c, "%s/cancel", id), "");
	expect_words(&a, 400, "VALIDATION_ERROR", "Only pending EasyPay vouchers can be cancelled");
}

static void
test_settle_refused(void **state)
{
	struct client *c = *state;
	struct answer a = issue_easypay(c, &ada, "200");
	const char *number = answer_at(&a, "data.easypay_code");
	const char *id = answer_at(&a, "data.id");
	static const char *const amounts[] = {"199.99", "200.01", "1",  "200.001",
					      "0",      "-200",   "'x'"};
	static const char *const bodies[] = {
		"{}", "{'easypay_code':'%s'}",
		"{'easypay_code':'%s','settlement_amount':200,'transaction_id':'T'}",
		"{'easypay_code':'%s','settlement_amount':200,'merchant_id':'M'}",
		"{'easypay_code':7,'settlement_amount':200,'merchant_id':'M','transaction_id':'T'}"};
	const char *before = books(c);

	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = settle(c, number, amounts[i], "TX-R");
		expect_refusal(&a, 400, "INVALID_AMOUNT");
	}
	for (size_t i = 0; i < COUNT(bodies); i++) {
		a = client_send(c, &(struct ask){.method = "POST",
						 .target = SETTLEMENT,
						 .api_key = NETWORK_KEY,
						 .body = client_json(c, "%s", bodies[i])});
		expect_refusal(&a, 400, "VALIDATION_ERROR");
	}
	run_out(c, id);
	a = settle(c, number, "200", "TX-R");
	expect_refusal(&a, 400, "VOUCHER_EXPIRED");
	assert_string_equal(books(c), before);
	assert_true(expire(c));
	a = settle(c, number, "200", "TX-R");
	expect_refusal(&a, 400, "VOUCHER_EXPIRED");
}

static const char *
hex_hmac(struct client *c, const char *secret, const char *body, bool long_one)
{
	struct bytes key = {secret, strlen(secret)};
	unsigned char digest[SHA512_SIZE];

	if (long_one)
		hmac_sha512(key, body, strlen(body), digest);
	else
		hmac_sha256(key, body, strlen(body), digest);
	return hex_encode(c->scratch, digest, long_one ? SHA512_SIZE : SHA256_SIZE);
}

static struct answer
settle_as(struct client *c, const char *body, const char *signature, const char *key,
	  const char *bearer)
{
	struct ask ask = {.method = "POST",
			  .target = SETTLEMENT,
			  .api_key = key,
			  .credential = bearer,
			  .body = body};

	ask.headers[HEADER_EASYPAY_SIGNATURE] = signature;
	return client_send(c, &ask);
}

/* A signature of either length, or the key in either header. */
static void
test_network(void **state)
{
	struct client *c = *state;
	struct answer a;

	for (int way = 0; way < 4; way++) {
		const char *number, *body;

		a = issue_easypay(c, &ada, "50");
		number = answer_at(&a, "data.easypay_code");
		body = settlement_body(c, number, "50", client_text(c, "TX-W%d", way));
		a = settle_as(c, body, way < 2 ? hex_hmac(c, NETWORK_KEY, body, way == 0) : NULL,
			      way == 2 ? NETWORK_KEY : NULL, way == 3 ? NETWORK_KEY : NULL);
		expect_status(&a, 200);
	}
}

static void
test_forged(void **state)
{
	struct client *c = *state;
	struct answer a = issue_easypay(c, &ada, "50");
	const char *number = answer_at(&a, "data.easypay_code");
	const char *body = settlement_body(c, number, "50", "TX-F");
	const char *other = settlement_body(c, number, "50", "TX-G");
	const char *good = hex_hmac(c, NETWORK_KEY, body, true);
	const char *before = books(c);
	const struct {
		const char *signature, *key, *bearer;
	} cases[] = {
		{NULL, NULL, NULL},
		{NULL, "", NULL},
		{NULL, "wrong", NULL},
		{NULL, NULL, "wrong"},
		{NULL, NULL, ada.access},
		{NULL, NETWORK_KEY "x", NULL},
		{"", NETWORK_KEY, NULL},
		{"00", NULL, NULL},
		{hex_hmac(c, "wrong", body, true), NULL, NULL},
		{hex_hmac(c, "wrong", body, false), NETWORK_KEY, NULL},
		{hex_hmac(c, NETWORK_KEY, other, true), NULL, NULL},
		{client_text(c, "%.127s", good), NULL, NULL},
		{client_text(c, "%s0", good), NULL, NULL},
		{client_text(c, "%.64s", good), NULL, NULL},
		{client_text(c, "%.127sx", good), NULL, NULL},
		{hex_hmac(c, "", body, true), NULL, NULL},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		a = settle_as(c, body, cases[i].signature, cases[i].key, cases[i].bearer);
		expect_refusal(&a, 401, "UNAUTHORIZED");
	}
	/* What nobody has signed is not read. */
	a = settle_as(c, "{\"easypay_code\":", NULL, NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(books(c), before);
	client_sql(c, "UPDATE cowry.provider_config SET is_active = false");
	a = settle_as(c, body, good, NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	client_sql(c, "UPDATE cowry.provider_config SET is_active = true");
	a = settle_as(c, body, good, NULL, NULL);
	expect_status(&a, 200);
}

/* The example of the document. */
static void
test_cancel(void **state)
{
	struct client *c = *state;
	struct answer a = issue_easypay(c, &ada, "130");
	const char *id = answer_at(&a, "data.id");
	const char *number = answer_at(&a, "data.easypay_code");
	int64_t before = cents_of(c, &ada);
	struct answer history;
	regex_t form;

	a = voucher_post(c, &ada, client_text(c, "%s/cancel", id), "");
	expect_status(&a, 200);
	expect_text(&a, "message", "EasyPay voucher cancelled successfully");
	expect_text(&a, "data.voucherId", id);
	expect_text(&a, "data.easyPayCode", number);
	expect_text(&a, "data.originalAmount", "130");
	expect_text(&a, "data.refundAmount", "130");
	assert_int_equal(cents_of(c, &ada), before + 13000);
	assert_int_equal(regcomp(&form, "^TXN-[0-9]{13}-[0-9a-f]{6}$", REG_EXTENDED | REG_NOSUB),
			 0);
	assert_int_equal(regexec(&form, answer_at(&a, "data.transactionId"), 0, NULL, 0), 0);
	regfree(&form);
	history = client_call(c, "GET", "/api/v1/wallets/transactions?limit=1", ada.access, NULL);
	expect_text(&history, "data.transactions.0.transactionId",
		    answer_at(&a, "data.transactionId"));
	expect_text(&history, "data.transactions.0.type", "deposit");
	expect_text(&history, "data.transactions.0.subtype", "voucher_refund");
	expect_text(&history, "data.transactions.0.amount", "130");
	assert_string_equal(client_value(c, "SELECT action || ' ' || (detail ->> 'voucher') || ' '"
					    " || (detail ->> 'refund') FROM cowry.audit_log"
					    " ORDER BY audit_id DESC LIMIT 1"),
			    client_text(c, "voucher_cancel %s 130.00", id));
	a = voucher_post(c, &ada, client_text(c, "%s/cancel", id), "");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = settle(c, number, "130", "TX-C");
	expect_words(&a, 409, "CONFLICT", "The voucher was cancelled");
	a = voucher_get(c, &ada, "?status=cancelled");
	expect_text(&a, "data.vouchers.0.id", id);
	assert_false(expire(c));
}

static void
test_cancel_refused(void **state)
{
	struct client *c = *state;
	struct answer a = issue_easypay(c, &ada, "60");
	const char *id = answer_at(&a, "data.id");
	static const char *const bad[] = {"0", "-1", "abc", "99999999", "1.5"};
	const char *before = books(c);

	a = voucher_post(c, &bob, client_text(c, "%s/cancel", id), "");
	expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = voucher_post(c, &ada, client_text(c, "%s/cancel", bad[i]), "");
		expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	}
	a = client_call(c, "POST", client_text(c, VOUCHERS "/%s/cancel", id), NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
	run_out(c, id);
	a = voucher_post(c, &ada, client_text(c, "%s/cancel", id), "");
	expect_refusal(&a, 400, "VOUCHER_EXPIRED");
	assert_string_equal(books(c), before);
	assert_true(expire(c));
	a = voucher_post(c, &ada, client_text(c, "%s/cancel", id), "");
	expect_refusal(&a, 400, "VOUCHER_EXPIRED");
	a = issue(c, &ada, "10", "");
	a = voucher_post(c, &ada, client_text(c, "%s/cancel", answer_at(&a, "data.id")), "");
	expect_words(&a, 400, "VALIDATION_ERROR", "Only pending EasyPay vouchers can be cancelled");
}

/* Pending vouchers are refunded in full, settled ones their rest. */
static void
test_expiry(void **state)
{
	struct client *c = *state;
	struct answer pending = issue_easypay(c, &ada, "70");
	struct answer a = issue_easypay(c, &ada, "90");
	const char *settled = answer_at(&a, "data.id");
	const char *number = answer_at(&a, "data.easypay_code");
	int64_t before;

	a = settle(c, number, "90", "TX-E");
	a = redeem(c, &bob, answer_at(&a, "data.mm_voucher_code"), "20", "");
	expect_status(&a, 200);
	assert_false(expire(c));
	before = cents_of(c, &ada);
	run_out(c, answer_at(&pending, "data.id"));
	run_out(c, settled);
	assert_true(expire(c));
	assert_false(expire(c));
	assert_int_equal(cents_of(c, &ada), before + 7000 + 7000);
}

/* More than one batch. */
static void
test_many_expire(void **state)
{
	struct client *c = *state;
	int64_t before = cents_of(c, &ada);

	for (int i = 0; i < 60; i++)
		(void)issue(c, &ada, "5", "");
	run_out(c, NULL);
	assert_true(expire(c));
	assert_true(expire(c));
	assert_false(expire(c));
	assert_true(cents_of(c, &ada) >= before);
	assert_int_equal(standing(c, 6) + standing(c, 7), 0);
}

/* Books of vouchers with one violation for each check: exactly that check reports it. */
static void
test_checks_find(void **state)
{
	static const struct {
		const char *check;
		const char *damage;
		const char *repair;
	} damages[] = {
		{"vouchers", "voucher SET balance = balance - 1, refunded = refunded + 1",
		 "voucher SET balance = balance + 1, refunded = refunded - 1"},
		{"redemptions", "voucher SET redemptions = redemptions + 1",
		 "voucher SET redemptions = redemptions - 1"},
		{"redemptions", "voucher SET refunded = refunded + 1",
		 "voucher SET refunded = refunded - 1"},
		{"redemptions", "voucher_redemption SET amount = amount + 1",
		 "voucher_redemption SET amount = amount - 1"},
		{"settlements", "easypay_settlement SET amount = amount + 1",
		 "easypay_settlement SET amount = amount - 1"},
	};
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct answer a = issue_easypay(c, &ada, "50");
	const char *id = answer_at(&a, "data.id");
	const char *number = answer_at(&a, "data.easypay_code");

	a = settle(c, number, "50", "TX-V");
	expect_status(&a, 200);
	a = redeem(c, &bob, answer_at(&a, "data.mm_voucher_code"), "20", "");
	expect_status(&a, 200);
	for (size_t d = 0; d < COUNT(damages); d++) {
		client_sql(c,
			   "SET session_replication_role = replica;"
			   "UPDATE cowry.%s WHERE voucher_id = %s",
			   damages[d].damage, id);
		for (size_t i = 0; ledger_check_at(i) != NULL; i++) {
			const char *name = ledger_check_at(i)->name;
			const char *const *problems;
			size_t n;

			assert_int_equal(ledger_check_run(&ctx, i, NULL, &problems, &n), ERR_OK);
			if ((n > 0) != (strcmp(name, damages[d].check) == 0))
				fail_msg("%s: %s", damages[d].damage, name);
		}
		client_sql(c,
			   "SET session_replication_role = replica;"
			   "UPDATE cowry.%s WHERE voucher_id = %s",
			   damages[d].repair, id);
	}
}

static void
test_covered(void **state)
{
	client_covered(*state, moolah_easypay_vouchers, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_no_network),     client_test(test_issue),
		client_test(test_issue_refused),  client_test(test_settle),
		client_test(test_settle_refused), client_test(test_network),
		client_test(test_forged),         client_test(test_cancel),
		client_test(test_cancel_refused), client_test(test_expiry),
		client_test(client_books_hold),   client_test(test_checks_find),
		client_test(test_many_expire),    client_test(client_books_hold),
		client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
