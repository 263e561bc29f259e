/* The facts for the risk rules, from a user's history, one by one. */
#include "tests/support/cmocka.h"

#include "tests/support/otp_wallet.h"

/* A long-standing user. */
static struct person
old_person(struct client *c, const char *email)
{
	struct person p = person_new(c, email);

	client_sql(c,
		   "UPDATE cowry.users SET created_at = created_at - interval '1 year'"
		   " WHERE email_key = '%s'",
		   email);
	return p;
}

static void
expect_risk(struct client *c, const struct answer *a, const char *level, const char *rules)
{
	bool high = strcmp(level, "high") == 0;
	const char *reference = answer_at(a, "transactionReference");

	expect_status(a, 200);
	expect_text(a, "fraudRiskLevel", level);
	expect_text(a, "requiresManualReview", high ? "true" : "false");
	if (strcmp(level, "low") == 0)
		expect_text(a, "warning", "null");
	else
		assert_string_not_equal(answer_at(a, "warning"), "null");
	assert_int_equal(strstr(answer_at(a, "warning"), "manual review") != NULL, high);
	assert_string_equal(client_value(c,
					 "SELECT risk_rules FROM cowry.funding"
					 " WHERE reference = '%s'",
					 reference),
			    rules);
}

static struct answer
start(struct client *c, const struct person *p, const char *amount)
{
	return otp_post(c, p, "fund", client_text(c, "'amount':%s", amount));
}

static void
test_amount(void **state)
{
	struct client *c = *state;
	struct person p = old_person(c, "regular@example.com");
	struct answer a;

	for (int i = 0; i < 2; i++)
		otp_complete(c, &p, "fund", "1000");
	a = start(c, &p, "100000");
	expect_risk(c, &a, "low", "");
	otp_complete(c, &p, "fund", "1000");
	a = start(c, &p, "5000");
	expect_risk(c, &a, "low", "");
	a = start(c, &p, "5000.10");
	expect_risk(c, &a, "medium", "amount_above_average");
	a = start(c, &p, "20001");
	expect_risk(c, &a, "high", "amount_above_average,amount_far_above_average");
	client_sql(c, "UPDATE cowry.funding SET created_at = created_at - interval '91 days'");
	a = start(c, &p, "20001");
	expect_risk(c, &a, "low", "");
}

static void
test_number(void **state)
{
	struct client *c = *state;
	struct person p = old_person(c, "often@example.com");
	struct answer a;

	for (int i = 0; i < 10; i++) {
		a = start(c, &p, "500");
		expect_risk(c, &a, "low", "");
	}
	for (int i = 10; i < 30; i++) {
		a = start(c, &p, "500");
		expect_risk(c, &a, "medium", "many_fundings");
	}
	a = start(c, &p, "500");
	expect_risk(c, &a, "high", "many_fundings,very_many_fundings");
	client_sql(c, "UPDATE cowry.funding SET created_at = created_at - interval '24 hours'");
	a = start(c, &p, "500");
	expect_risk(c, &a, "low", "");
}

static void
test_failed_codes(void **state)
{
	struct client *c = *state;
	struct person p = old_person(c, "clumsy@example.com");
	struct answer a = start(c, &p, "500");

	for (int i = 1; i <= 6; i++) {
		(void)otp_verify(c, &p, answer_at(&a, "transactionReference"), "x");
		client_sql(c, "UPDATE cowry.code_guard SET locked_until = NULL, failures = 0");
		a = start(c, &p, "500");
		expect_risk(c, &a,
			    i < 3   ? "low"
			    : i < 6 ? "medium"
				    : "high",
			    i < 3   ? ""
			    : i < 6 ? "failed_codes"
				    : "failed_codes,many_failed_codes");
	}
	client_sql(c,
		   "UPDATE cowry.one_time_code SET created_at = created_at - interval '24 hours'");
	a = start(c, &p, "500");
	expect_risk(c, &a, "low", "");
}

static void
test_age(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "newcomer@example.com");
	struct answer a = start(c, &p, "100000");

	expect_risk(c, &a, "low", "");
	a = start(c, &p, "100000.01");
	expect_risk(c, &a, "medium", "new_account_large_amount");
	a = start(c, &p, "1000000.01");
	expect_risk(c, &a, "high", "new_account_large_amount,young_account_very_large_amount");
	client_sql(c, "UPDATE cowry.users SET created_at = created_at - interval '1 day'"
		      " WHERE email_key = 'newcomer@example.com'");
	a = start(c, &p, "1000000.01");
	expect_risk(c, &a, "medium", "young_account_very_large_amount");
	client_sql(c, "UPDATE cowry.users SET created_at = created_at - interval '6 days'"
		      " WHERE email_key = 'newcomer@example.com'");
	a = start(c, &p, "5000000");
	expect_risk(c, &a, "low", "");
}

/* An address is new until a funding was completed with it. */
static void
test_address(void **state)
{
	struct client *c = *state;
	struct person p = old_person(c, "home@example.com");
	struct answer a = otp_post(c, &p, "fund", "'amount':500,'email':'HOME@example.com'");

	expect_risk(c, &a, "low", "");
	a = otp_post(c, &p, "fund", "'amount':500,'email':'work@example.com'");
	expect_risk(c, &a, "medium", "new_address");
	a = otp_verify(c, &p, answer_at(&a, "transactionReference"),
		       mailed_code(c, "work@example.com"));
	expect_status(&a, 200);
	expect_text(&a, "status", NULL);
	a = otp_post(c, &p, "fund", "'amount':500,'email':'Work@example.com'");
	expect_risk(c, &a, "low", "");
}

/* A code sent to another address makes the funding riskier; back at the old address it stays
 * high. */
static void
test_address_of_resend(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "mover@example.com");
	struct answer a = start(c, &p, "200000");
	const char *reference = answer_at(&a, "transactionReference");

	expect_risk(c, &a, "medium", "new_account_large_amount");
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding','email':'mover2@example.com'");
	expect_status(&a, 200);
	expect_text(&a, "email", "mover2@example.com");
	assert_string_equal(
		client_value(c,
			     "SELECT risk || ' ' || requires_review || ' ' || risk_rules"
			     " FROM cowry.funding WHERE reference = '%s'",
			     reference),
		"high true new_account_large_amount,new_address");
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding','email':'mover@example.com'");
	expect_status(&a, 200);
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_status(&a, 200);
	expect_text(&a, "status", "pending_review");
}

/* Other users' fundings, and those of another purpose, do not count. */
static void
test_own_history(void **state)
{
	struct client *c = *state;
	struct person p = old_person(c, "own@example.com");
	struct answer a;

	for (int i = 0; i < 3; i++)
		otp_complete(c, &p, "fund", "20000");
	for (int i = 0; i < 3; i++)
		otp_complete(c, &p, "deduct", "100");
	a = otp_post(c, &p, "deduct", "'amount':500.5");
	expect_risk(c, &a, "medium", "amount_above_average");
	a = start(c, &p, "500.5");
	expect_risk(c, &a, "low", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_amount),       client_test(test_number),
		client_test(test_failed_codes), client_test(test_age),
		client_test(test_address),      client_test(test_address_of_resend),
		client_test(test_own_history),  client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
