/* Vouchers: issued, shown, redeemed, and all refusals. */
#include "tests/support/cmocka.h"

#include <regex.h>

#include "base/luhn.h"
#include "tests/support/moolah_voucher.h"

#define NO_EASYPAY \
	"EasyPay codes (14 digits) cannot be redeemed. Use the 16\u2011digit MMVoucher code."

static struct person ada;
static struct person bob;

static int
setup(void **state)
{
	return vouchers_setup(state, &ada, &bob);
}

static void
expect_form(const char *text, const char *pattern)
{
	regex_t form;

	assert_int_equal(regcomp(&form, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (text == NULL || regexec(&form, text, 0, NULL, 0) != 0)
		fail_msg("%s is not %s", text, pattern);
	regfree(&form);
}

/* The examples of the document. */
static void
test_issue(void **state)
{
	struct client *c = *state;
	int64_t before = cents_of(c, &ada);
	struct answer a = voucher_post(c, &ada, "issue",
				       "'original_amount':500,'issued_to':'user@example.com'");
	const char *code = answer_at(&a, "data.voucherCode");

	expect_status(&a, 201);
	expect_text(&a, "success", "true");
	expect_text(&a, "message", "Voucher issued successfully");
	expect_form(code, "^[1-9][0-9]{15}$");
	assert_true(luhn_valid(code));
	expect_form(answer_at(&a, "data.displayCode"), "^[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}$");
	expect_form(answer_at(&a, "data.voucherReference"), "^MMVOUCHER_[0-9]{13}_[a-z0-9]{6}$");
	expect_text(&a, "data.easyPayCode", "null");
	expect_text(&a, "data.originalAmount", "500.00");
	expect_text(&a, "data.balance", "500.00");
	expect_text(&a, "data.status", "active");
	expect_text(&a, "data.voucherType", "standard");
	expect_text(&a, "data.issuedTo", "user@example.com");
	expect_text(&a, "data.maxRedemptions", "null");
	expect_text(&a, "data.redemptionCount", "0");
	assert_int_equal(cents_of(c, &ada), before - 50000);
	assert_string_equal(client_value(c,
					 "SELECT expires_at = created_at + interval '12 months'"
					 " FROM cowry.voucher WHERE voucher_id = %s",
					 answer_at(&a, "data.id")),
			    "t");
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.transaction"
					 " WHERE reference = 'voucher/%s/issue'"
					 " AND type = 'voucher_issue'",
					 answer_at(&a, "data.id")),
			    "1");
	/* The code is nowhere in the clear. */
	assert_string_equal(client_value(c,
					 "SELECT count(*) FROM cowry.voucher v"
					 " WHERE position('%s' IN v::text) > 0"
					 " OR position('%s'::bytea IN code_sealed) > 0",
					 code, code),
			    "0");
	a = issue(c, &ada, "5", ",'voucher_type':'premium','max_redemptions':3");
	expect_text(&a, "data.voucherType", "premium");
	expect_text(&a, "data.maxRedemptions", "3");
	a = issue(c, &ada, "'4000.00'", ",'voucher_type':'business'");
	expect_text(&a, "data.voucherType", "business");
	a = issue(c, &ada, "5.01", ",'max_redemptions':null,'issued_to':'','voucher_type':''");
	expect_text(&a, "data.originalAmount", "5.01");
	expect_text(&a, "data.issuedTo", "null");
	expect_text(&a, "data.voucherType", "standard");
}

static void
test_issue_refused(void **state)
{
	struct client *c = *state;
	static const char *const amounts[] = {"4.99",  "4000.01",         "0",     "-5",
					      "5.001", "1000000",         "'abc'", "'1e2'",
					      "true",  "999999999999999", "''"};
	static const char *const bodies[] = {
		"",
		"'original_amount':null",
		"'original_amount':10,'voucher_type':'easypay'",
		"'original_amount':10,'max_redemptions':0",
		"'original_amount':10,'max_redemptions':-1",
		"'original_amount':10,'max_redemptions':'1'",
		"'original_amount':10,'issued_to':7",
		"'original_amount':0,'voucher_type':'x'",
	};
	const char *before = books(c);
	struct answer a;

	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = voucher_post(c, &ada, "issue",
				 client_text(c, "'original_amount':%s", amounts[i]));
		expect_refusal(&a, 400,
			       strcmp(amounts[i], "true") == 0 ? "VALIDATION_ERROR"
							       : "INVALID_AMOUNT");
	}
	for (size_t i = 0; i < COUNT(bodies); i++) {
		a = voucher_post(c, &ada, "issue", bodies[i]);
		expect_refusal(&a, 400, "VALIDATION_ERROR");
	}
	a = voucher_post(c, &bob, "issue", "'original_amount':5");
	expect_words(&a, 400, "INSUFFICIENT_BALANCE", "The balance does not cover the amount");
	a = client_call(c, "POST", VOUCHERS "/issue", NULL, "{\"original_amount\":5}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(books(c), before);
}

static void
test_redeem(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "500", "");
	const char *id = answer_at(&a, "data.id");
	const char *code = answer_at(&a, "data.voucherCode");
	const char *display = answer_at(&a, "data.displayCode");
	int64_t before = cents_of(c, &bob);

	a = redeem(c, &bob, code, "250", ",'redeemer_id':'user123'");
	expect_status(&a, 200);
	expect_text(&a, "message", "Voucher redeemed successfully");
	expect_text(&a, "data.voucher_id", id);
	expect_text(&a, "data.redeemed_amount", "250.00");
	expect_text(&a, "data.remaining_balance", "250.00");
	expect_text(&a, "data.redemption_count", "1");
	assert_int_equal(cents_of(c, &bob), before + 25000);
	a = redeem(c, &bob, display, "'0.01'", "");
	expect_status(&a, 200);
	a = redeem(c, &bob, code, "250", "");
	expect_words(&a, 400, "INSUFFICIENT_BALANCE", "The voucher has 249.99 ZAR left");
	a = redeem(c, &ada, code, "249.99", "");
	expect_status(&a, 200);
	expect_text(&a, "data.remaining_balance", "0.00");
	expect_text(&a, "data.redemption_count", "3");
	a = redeem(c, &bob, code, "0.01", "");
	expect_words(&a, 400, "INSUFFICIENT_BALANCE", "The voucher has been fully redeemed");
	a = voucher_get(c, &ada, client_text(c, "/%s/redemptions", id));
	expect_status(&a, 200);
	expect_text(&a, "data.voucher_id", id);
	expect_text(&a, "data.voucher_code", code);
	expect_text(&a, "data.redemption_count", "3");
	expect_text(&a, "data.max_redemptions", "null");
	expect_text(&a, "data.status", "redeemed");
	assert_int_equal(answer_count(&a, "data.redemptions"), 3);
	expect_text(&a, "data.redemptions.2.amount", "250.00");
	expect_text(&a, "data.redemptions.2.redeemer_id", "user123");
}

/* Requests of the original's client for issuing and redeeming, and the fields that it reads. */
static void
test_original_client(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "100.5",
				",'voucher_type':'mm_voucher','description':'x','merchant':'y'");
	const char *code = answer_at(&a, "data.voucher_code");
	const char *left = client_text(c, "%lld.%02lld", (long long)(cents_of(c, &ada) / 100),
				       (long long)(cents_of(c, &ada) % 100));
	int64_t before = cents_of(c, &bob);

	expect_text(&a, "data.voucherType", "standard");
	expect_text(&a, "data.voucherCode", code);
	expect_text(&a, "data.wallet_balance", left);
	expect_form(answer_at(&a, "data.transaction_id"), "^TXN-[0-9]{13}-[0-9a-f]{6}$");
	a = voucher_post(
		c, &bob, "redeem",
		client_text(c,
			    "'voucher_code':'%s','amount':null,'redeemer_id':null,"
			    "'merchant_id':'MM_MERCHANT','service_provider_id':'MM_SYSTEM'",
			    code));
	expect_status(&a, 200);
	expect_text(&a, "data.redeemed_amount", "100.50");
	expect_text(&a, "data.remaining_balance", "0.00");
	expect_text(&a, "data.voucher_code", code);
	expect_text(&a, "data.status", "redeemed");
	expect_text(&a, "data.paid_to", "wallet");
	expect_form(answer_at(&a, "data.transaction_id"), "^TXN-[0-9]{13}-[0-9a-f]{6}$");
	assert_int_equal(cents_of(c, &bob), before + 10050);
	expect_text(&a, "data.wallet_balance",
		    client_text(c, "%lld.%02lld", (long long)(cents_of(c, &bob) / 100),
				(long long)(cents_of(c, &bob) % 100)));
	assert_string_equal(client_value(c, "SELECT merchant || ' ' || service_provider"
					    " FROM cowry.voucher_redemption"
					    " ORDER BY transaction_id DESC LIMIT 1"),
			    "MM_MERCHANT MM_SYSTEM");
	a = redeem(c, &bob, code, "null", "");
	expect_words(&a, 400, "INSUFFICIENT_BALANCE", "The voucher has been fully redeemed");
}

/* A registered merchant is paid, or else a service provider, or else the redeemer. */
static void
test_payees(void **state)
{
	struct client *c = *state;
	const char *code = issued_code(c, &ada, "500");
	int64_t before = cents_of(c, &bob);
	static const struct {
		const char *members;
		const char *paid_to;
	} rows[] = {
		{",'merchant_id':'MERCHANT123','service_provider_id':'SP123'", "merchant"},
		{",'service_provider_id':'SP123'", "service_provider"},
		{",'merchant_id':'MERCHANT123'", "merchant"},
		{",'merchant_id':'SP123','service_provider_id':'SP123'", "service_provider"},
		{",'merchant_id':'SP123'", "wallet"},
		{",'merchant_id':'merchant123','service_provider_id':'MERCHANT123'", "wallet"},
	};
	struct answer a;

	register_payee(c, "merchant", "MERCHANT123");
	register_payee(c, "service_provider", "SP123");
	for (size_t i = 0; i < COUNT(rows); i++) {
		a = redeem(c, &bob, code, "50", rows[i].members);
		expect_status(&a, 200);
		expect_text(&a, "data.paid_to", rows[i].paid_to);
	}
	assert_int_equal(cents_of(c, &bob), before + 10000);
	assert_string_equal(
		client_value(c,
			     "SELECT string_agg(p.kind || ' ' || p.code || ' ' || a.balance, ', '"
			     " ORDER BY p.payee_id) FROM cowry.payee p"
			     " JOIN cowry.account a USING (account_id) WHERE a.kind = 11"),
		"merchant MERCHANT123 10000, service_provider SP123 10000");
	client_sql(c, "UPDATE cowry.payee SET registered_at = NULL WHERE code = 'SP123'");
	a = redeem(c, &bob, code, "50", rows[1].members);
	expect_status(&a, 200);
	expect_text(&a, "data.paid_to", "wallet");
	assert_int_equal(cents_of(c, &bob), before + 15000);
}

static void
test_redeem_refused(void **state)
{
	struct client *c = *state;
	static const char *const bad[] = {"109323716105663", "10932371610566321",
					  "MMVOUCHER_1754321424055_abc123", "1093-2371-6105-6632",
					  "abc"};
	static const char *const amounts[] = {"0", "-1", "0.001", "'x'"};
	const char *code = issued_code(c, &ada, "50");
	const char *before = books(c);
	struct answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		a = redeem(c, &bob, bad[i], "5", "");
		expect_refusal(&a, 400, "INVALID_VOUCHER_CODE");
	}
	a = redeem(c, &bob, " ", "5", "");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = redeem(c, &bob, "91234138519487", "5", "");
	expect_words(&a, 400, "INVALID_VOUCHER_CODE", NO_EASYPAY);
	a = redeem(c, &bob, "9 1234 3886 6192 9", "5", "");
	expect_words(&a, 400, "INVALID_VOUCHER_CODE", NO_EASYPAY);
	a = redeem(c, &bob, "1093237161056632", "5", "");
	expect_words(&a, 404, "VOUCHER_NOT_FOUND", "Voucher not found");
	for (size_t i = 0; i < COUNT(amounts); i++) {
		a = redeem(c, &bob, code, amounts[i], "");
		expect_refusal(&a, 400, "INVALID_AMOUNT");
	}
	a = voucher_post(c, &bob, "redeem", "'amount':5");
	expect_refusal(&a, 400, "VALIDATION_ERROR");
	a = redeem(c, &bob, code, "50.01", "");
	expect_refusal(&a, 400, "INSUFFICIENT_BALANCE");
	a = redeem(c, &bob, code, "999999999999999", "");
	expect_refusal(&a, 400, "INSUFFICIENT_BALANCE");
	a = client_call(c, "POST", VOUCHERS "/redeem", NULL,
			client_json(c, "{'voucher_code':'%s','amount':1}", code));
	expect_refusal(&a, 401, "UNAUTHORIZED");
	assert_string_equal(books(c), before);
}

static void
test_by_code(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "60", ",'issued_to':'friend@example.com'");
	const char *code = answer_at(&a, "data.voucherCode");
	const char *reference = answer_at(&a, "data.voucherReference");
	static const char *const bad[] = {"abc", "109323716105663", "91234388661929",
					  "MMVOUCHER_1_x", "%20"};

	a = voucher_get(c, &ada, client_text(c, "/code/%s", code));
	expect_status(&a, 200);
	expect_text(&a, "data.voucherCode", code);
	expect_text(&a, "data.issuedTo", "friend@example.com");
	a = voucher_get(c, &bob, client_text(c, "/code/%.4s%%20%s", code, code + 4));
	expect_status(&a, 200);
	expect_text(&a, "data.voucherCode", code);
	expect_text(&a, "data.balance", "60.00");
	expect_text(&a, "data.issuedTo", "null");
	a = voucher_get(c, &ada, client_text(c, "/code/%s", reference));
	expect_text(&a, "data.voucherCode", code);
	/* The reference is not secret, so it does not reveal the code to others. */
	a = voucher_get(c, &bob, client_text(c, "/code/%s", reference));
	expect_status(&a, 200);
	expect_text(&a, "data.voucherReference", reference);
	expect_text(&a, "data.voucherCode", "null");
	expect_text(&a, "data.displayCode", "null");
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = voucher_get(c, &ada, client_text(c, "/code/%s", bad[i]));
		expect_refusal(&a, 400, "INVALID_VOUCHER_CODE");
	}
	a = voucher_get(c, &ada, "/code/1093237161056632");
	expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	a = voucher_get(c, &ada, "/code/91234138519487");
	expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	a = voucher_get(c, &ada, "/code/MMVOUCHER_1754321424055_abc123");
	expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	a = client_call(c, "GET", client_text(c, VOUCHERS "/code/%s", code), NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_redemptions_refused(void **state)
{
	struct client *c = *state;
	struct answer a = issue(c, &ada, "10", "");
	const char *id = answer_at(&a, "data.id");
	static const char *const bad[] = {"0",
					  "-1",
					  "abc",
					  "99999999",
					  "1x",
					  "9999999999999999999999",
					  "0190b2a4-7c1e-7d3a-9b61-2f6f0c9a1e55"};

	a = voucher_get(c, &bob, client_text(c, "/%s/redemptions", id));
	expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = voucher_get(c, &ada, client_text(c, "/%s/redemptions", bad[i]));
		expect_refusal(&a, 404, "VOUCHER_NOT_FOUND");
	}
	a = client_call(c, "GET", client_text(c, VOUCHERS "/%s/redemptions", id), NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_lists(void **state)
{
	struct client *c = *state;
	struct person p = person_with(c, "lists@example.com", 100000);
	static const char *const paths[] = {"", "/", "/active", "/redeemed", "/balance-summary"};
	static const char *const bad[] = {
		"?status=nothing", "?page=0",          "?limit=0",          "?limit=101",
		"?page=x",         "?limit=1&limit=2", "/active?limit=101", "/redeemed?page=-1"};
	struct answer a;

	for (int i = 0; i < 3; i++)
		(void)issue(c, &p, "10", "");
	a = issue(c, &p, "20", "");
	a = redeem(c, &bob, answer_at(&a, "data.voucherCode"), "20", "");
	expect_status(&a, 200);
	a = issue(c, &p, "30", "");
	a = redeem(c, &bob, answer_at(&a, "data.voucherCode"), "12.50", "");
	expect_status(&a, 200);
	(void)issue_easypay(c, &p, "50");
	a = voucher_get(c, &p, "");
	expect_status(&a, 200);
	expect_text(&a, "message", NULL);
	assert_int_equal(answer_count(&a, "data.vouchers"), 6);
	expect_text(&a, "data.vouchers.0.status", "pending_payment");
	expect_text(&a, "data.vouchers.0.voucherType", "easypay_pending");
	expect_text(&a, "data.vouchers.0.voucherCode", "null");
	expect_text(&a, "data.vouchers.0.displayCode", "null");
	expect_text(&a, "data.vouchers.0.voucherReference", "null");
	expect_text(&a, "data.pagination.currentPage", "1");
	expect_text(&a, "data.pagination.itemsPerPage", "50");
	expect_text(&a, "data.pagination.totalItems", "6");
	expect_text(&a, "data.pagination.totalPages", "1");
	a = voucher_get(c, &p, "/?page=2&limit=4");
	assert_int_equal(answer_count(&a, "data.vouchers"), 2);
	expect_text(&a, "data.pagination.totalPages", "2");
	a = voucher_get(c, &p, "?page=9");
	assert_int_equal(answer_count(&a, "data.vouchers"), 0);
	a = voucher_get(c, &p, "?status=pending");
	assert_int_equal(answer_count(&a, "data.vouchers"), 1);
	a = voucher_get(c, &p, "?status=pending_payment");
	assert_int_equal(answer_count(&a, "data.vouchers"), 1);
	a = voucher_get(c, &p, "?status=cancelled");
	assert_int_equal(answer_count(&a, "data.vouchers"), 0);
	a = voucher_get(c, &p, "/active");
	assert_int_equal(answer_count(&a, "data.vouchers"), 4);
	expect_text(&a, "data.vouchers.0.balance", "17.50");
	a = voucher_get(c, &p, "/redeemed");
	assert_int_equal(answer_count(&a, "data.vouchers"), 1);
	expect_text(&a, "data.vouchers.0.originalAmount", "20.00");
	a = voucher_get(c, &p, "/balance-summary");
	expect_text(&a, "data.active.count", "4");
	expect_text(&a, "data.active.value", "47.50");
	expect_text(&a, "data.pending.count", "1");
	expect_text(&a, "data.pending.value", "50.00");
	expect_text(&a, "data.redeemed.count", "1");
	expect_text(&a, "data.redeemed.value", "20.00");
	expect_text(&a, "data.total.count", "6");
	expect_text(&a, "data.total.value", "117.50");
	for (size_t i = 0; i < COUNT(bad); i++) {
		a = voucher_get(c, &p, bad[i]);
		expect_refusal(&a, 400, "VALIDATION_ERROR");
	}
	for (size_t i = 0; i < COUNT(paths); i++) {
		a = client_call(c, "GET", client_text(c, VOUCHERS "%s", paths[i]), NULL, NULL);
		expect_refusal(&a, 401, "UNAUTHORIZED");
	}
	a = voucher_get(c, &bob, "");
	assert_int_equal(answer_count(&a, "data.vouchers"), 0);
	a = voucher_get(c, &bob, "/balance-summary");
	expect_text(&a, "data.total.value", "0.00");
}

static void
test_idempotency(void **state)
{
	struct client *c = *state;
	int64_t before = cents_of(c, &ada);
	struct ask ask = {.method = "POST",
			  .target = VOUCHERS "/issue",
			  .credential = ada.access,
			  .idempotency_key = "issue-1",
			  .body = "{\"original_amount\":25}"};
	struct answer first = client_send(c, &ask);
	struct answer a = client_send(c, &ask);

	expect_status(&first, 201);
	expect_status(&a, 201);
	expect_text(&a, "data.voucherCode", answer_at(&first, "data.voucherCode"));
	assert_int_equal(cents_of(c, &ada), before - 2500);
	ask.target = VOUCHERS "/redeem";
	ask.idempotency_key = "redeem-1";
	ask.body = client_json(c, "{'voucher_code':'%s','amount':10}",
			       answer_at(&first, "data.voucherCode"));
	for (int i = 0; i < 3; i++) {
		a = client_send(c, &ask);
		expect_status(&a, 200);
		expect_text(&a, "data.remaining_balance", "15.00");
	}
}

static void
test_covered(void **state)
{
	client_covered(*state, moolah_vouchers, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_issue),        client_test(test_issue_refused),
		client_test(test_redeem),       client_test(test_original_client),
		client_test(test_payees),       client_test(test_redeem_refused),
		client_test(test_by_code),      client_test(test_redemptions_refused),
		client_test(test_lists),        client_test(test_idempotency),
		client_test(client_books_hold), client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
