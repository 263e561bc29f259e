/* A wallet pays: the money is held while the code is valid, then it is payable. */
#include "tests/support/cmocka.h"

#include "ledger/hold.h"
#include "runtime/app.h"
#include "tests/support/otp_wallet.h"

static struct person
person_with(struct client *c, const char *email, const char *amount)
{
	struct person p = person_new(c, email);

	otp_complete(c, &p, "fund", amount);
	return p;
}

static void
test_two_steps(void **state)
{
	struct client *c = *state;
	struct person p = person_with(c, "buyer@example.com", "1000");
	struct answer a;
	const char *reference;

	client_sql(c, "UPDATE cowry.users SET is_email_verified = true WHERE email = '%s'",
		   p.email);
	a = otp_post(c, &p, "deduct", "'amount':250.5,'description':'Order 4711'");
	reference = answer_at(&a, "transactionReference");
	expect_status(&a, 200);
	expect_text(&a, "message", "Wallet deduction initiated. OTP sent to your email.");
	expect_text(&a, "fraudRiskLevel", "low");
	expect_text(&a, "warning", "null");
	assert_memory_equal(reference, "DEDUCT-", 7);
	assert_non_null(strstr(mail_to(c, p.email), "250.50 NGN for: Order 4711"));
	assert_string_equal(naira_of(c, &p), "100000 25050");
	a = otp_verify(c, &p, reference, "x");
	expect_message(&a, 400, "OTP_INVALID", WRONG_2);
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_status(&a, 200);
	expect_text(&a, "message", "OTP verified and wallet debited successfully");
	expect_text(&a, "newBalance", "749.5");
	assert_string_equal(naira_of(c, &p), "74950 0");
	assert_string_equal(
		client_value(c,
			     "SELECT o.kind || ' ' || p.amount || ' ' ||"
			     " (t.metadata ->> 'description')"
			     " FROM cowry.transaction t JOIN cowry.posting p USING"
			     " (transaction_id) JOIN cowry.account o ON o.account_id = p.to_id"
			     " WHERE t.reference = '%s'",
			     reference),
		"11 25050 Order 4711");
	a = otp_verify(c, &p, reference, "123456");
	expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
}

static void
test_refusals(void **state)
{
	struct client *c = *state;
	struct person p = person_with(c, "poor@example.com", "500");
	struct answer a = otp_post(c, &p, "deduct", "'amount':500.01");

	expect_refusal(&a, 400, "INSUFFICIENT_FUNDS");
	a = otp_post(c, &p, "deduct", "'amount':99");
	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid deduction amount");
	expect_text(&a, "details", "Amount must be between 100 and 5000000");
	a = otp_post(c, &p, "deduct", "'amount':100,'description':7");
	expect_refusal(&a, 400, "VALIDATION_FAILED");
	p = person_new(c, "empty@example.com");
	a = otp_post(c, &p, "deduct", "'amount':100,'description':''");
	expect_refusal(&a, 400, "INSUFFICIENT_FUNDS");
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.funding"
					    " WHERE purpose = 'wallet_deduction'"
					    " AND status = 'pending'"),
			    "0");
}

/* The next deduction releases the hold of the previous one. */
static void
test_one_at_a_time(void **state)
{
	struct client *c = *state;
	struct person p = person_with(c, "changes@example.com", "1000");
	const char *first = otp_start(c, &p, "deduct", "800");
	const char *code = mailed_code(c, p.email);
	const char *second = otp_start(c, &p, "deduct", "900");
	struct answer a = otp_verify(c, &p, first, code);

	expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
	assert_string_equal(naira_of(c, &p), "100000 90000");
	a = otp_verify(c, &p, second, mailed_code(c, p.email));
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "10000 0");
}

/* When a code expires the money is released; a new code holds it again, if it is still there. */
static void
test_expiry(void **state)
{
	struct client *c = *state;
	struct ctx ctx = app_ctx(c->app, c->scratch);
	struct person p = person_with(c, "late@example.com", "1000");
	const char *reference = otp_start(c, &p, "deduct", "800");
	const char *code = mailed_code(c, p.email);
	int64_t expired;
	struct answer a;

	age_codes(c, &p, "301 s");
	client_sql(c, "UPDATE cowry.hold SET expires_at = clock_timestamp() WHERE status = 0");
	a = otp_verify(c, &p, reference, code);
	expect_message(&a, 400, "OTP_EXPIRED", EXPIRED);
	assert_int_equal(hold_expire_due(&ctx, NULL, &expired), ERR_OK);
	assert_string_equal(naira_of(c, &p), "100000 0");
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_deduction','email':'late@example.com'");
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "100000 80000");
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "20000 0");
}

static void
test_resend(void **state)
{
	struct client *c = *state;
	struct person p = person_with(c, "owner@example.com", "1000");
	const char *reference = otp_start(c, &p, "deduct", "800");
	struct answer a = otp_post(c, &p, "otp/send",
				   "'purpose':'wallet_deduction','email':'thief@example.com'");

	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid email address");
	assert_null(mail_to(c, "thief@example.com"));
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_deduction'");
	expect_status(&a, 200);
	expect_text(&a, "email", "owner@example.com");
	assert_string_equal(naira_of(c, &p), "100000 80000"); /* held once */
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "20000 0");
}

/* Of several concurrent purchases that together exceed the balance, one pays. */
static void
test_at_once(void **state)
{
	struct client *c = *state;
	struct person p = person_with(c, "busy@example.com", "1000");
	struct ask asks[8];
	int statuses[COUNT(asks)];
	struct answer a;

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/api/wallet/deduct",
				       .credential = p.access,
				       .body = "{\"amount\":700}"};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(naira_of(c, &p), "100000 70000");
	a = otp_verify(c, &p,
		       client_value(c,
				    "SELECT f.reference FROM cowry.funding f JOIN cowry.users u"
				    " USING (user_id) WHERE u.email_key = 'busy@example.com'"
				    " AND purpose = 'wallet_deduction' AND f.status = 'pending'"),
		       mailed_code(c, p.email));
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "30000 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_two_steps),     client_test(test_refusals),
		client_test(test_one_at_a_time), client_test(test_expiry),
		client_test(test_resend),        client_test(test_at_once),
		client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
