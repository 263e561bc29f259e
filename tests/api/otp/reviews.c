/* Risky fundings wait for an administrator, who decides once. */
#include "tests/support/cmocka.h"

#include "tests/support/otp_wallet.h"

static struct person admin;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	admin = person_admin(*state, "root@example.com");
	return 0;
}

/* A funding or deduction of a new user that is large enough for a review, its code verified. */
static const char *
reviewed(struct client *c, const struct person *p, const char *route)
{
	struct answer a = otp_post(c, p, route, "'amount':2000000");
	const char *reference = answer_at(&a, "transactionReference");

	expect_status(&a, 200);
	expect_text(&a, "fraudRiskLevel", "high");
	expect_text(&a, "requiresManualReview", "true");
	a = otp_verify(c, p, reference, mailed_code(c, p->email));
	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "status", "pending_review");
	expect_text(&a, "message", "OTP verified. The transaction awaits manual review.");
	assert_memory_equal(answer_at(&a, "transactionId"), "TXN-", 4);
	a = otp_verify(c, p, reference, mailed_code(c, p->email));
	expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
	return reference;
}

/* An administrator's decision: "approve" or "reject". */
static struct answer
decide(struct client *c, const char *reference, const char *verb)
{
	const char *id =
		client_value(c,
			     "SELECT r.public_id FROM cowry.review r JOIN cowry.funding f ON"
			     " f.public_id = r.subject WHERE r.kind = 'funding'"
			     " AND f.reference = '%s'",
			     reference);

	return client_call(c, "POST", client_text(c, "/v1/admin/reviews/%s/%s", id, verb),
			   admin.access, client_json(c, "{'note':'seen'}"));
}

static const char *
status_of(struct client *c, const char *reference)
{
	return client_value(c, "SELECT status FROM cowry.funding WHERE reference = '%s'",
			    reference);
}

/* Credit a user without a funding of their own. */
static void
give(struct client *c, const struct person *p, const char *amount)
{
	struct answer a = otp_post(c, p, "fund", "'amount':100"); /* makes the wallet */
	const char *wallet =
		client_value(c,
			     "SELECT a.public_id FROM cowry.account a JOIN"
			     " cowry.personal_wallet USING (account_id) JOIN cowry.users u"
			     " USING (user_id) WHERE u.public_id = '%s'",
			     p->id);

	expect_status(&a, 200);
	a = client_call(
		c, "POST", "/v1/admin/wallets/credit", admin.access,
		client_json(c,
			    "{'walletId':'%s','amount':'%s','currency':'NGN','reference':'%s',"
			    "'reason':'for the test'}",
			    wallet, amount, fresh_reference(c)));
	expect_status(&a, 201);
}

static void
test_approved(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "approved@example.com");
	const char *reference = reviewed(c, &p, "fund");
	struct answer a;

	assert_string_equal(naira_of(c, &p), "0 0");
	assert_string_equal(client_value(c,
					 "SELECT detail ->> 'amount' || ' ' || (detail ->> 'rules')"
					 " FROM cowry.review WHERE detail ->> 'reference' = '%s'",
					 reference),
			    "2000000.00 new_account_large_amount,young_account_very_large_amount");
	a = otp_status(c, &p, "wallet_funding");
	expect_text(&a, "hasPendingOTP", "false");
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding'");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = decide(c, reference, "approve");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, reference), "completed");
	assert_string_equal(naira_of(c, &p), "200000000 0");
	assert_non_null(strstr(mail_to(c, p.email), "approved"));
	a = decide(c, reference, "approve");
	expect_refusal(&a, 409, "CONFLICT");
	a = decide(c, reference, "reject");
	expect_refusal(&a, 409, "CONFLICT");
	assert_string_equal(naira_of(c, &p), "200000000 0");
}

static void
test_rejected(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "rejected@example.com");
	const char *reference = reviewed(c, &p, "fund");
	struct answer a;

	a = decide(c, reference, "reject");
	expect_status(&a, 200);
	assert_string_equal(status_of(c, reference), "failed");
	assert_string_equal(naira_of(c, &p), "0 0");
	assert_non_null(strstr(mail_to(c, p.email), "declined"));
	a = decide(c, reference, "approve");
	expect_refusal(&a, 409, "CONFLICT");
	assert_string_equal(naira_of(c, &p), "0 0");
}

/* An approval that can't be posted leaves the review open. */
static void
test_inactive(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "frozen@example.com");
	const char *reference = reviewed(c, &p, "fund");
	struct answer a;

	set_wallet_status(c, &p, 1);
	a = decide(c, reference, "approve");
	expect_refusal(&a, 422, "WALLET_INACTIVE");
	assert_string_equal(status_of(c, reference), "review");
	set_wallet_status(c, &p, 0);
	a = decide(c, reference, "approve");
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "200000000 0");
}

static void
test_deduction(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "spender@example.com");
	const char *reference;
	struct answer a;

	give(c, &p, "6000000");
	reference = reviewed(c, &p, "deduct");
	assert_string_equal(naira_of(c, &p), "600000000 200000000");
	assert_string_equal(client_value(c, "SELECT (expires_at > now() + interval '30 days')::text"
					    " FROM cowry.hold WHERE status = 0"),
			    "true");
	a = decide(c, reference, "approve");
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "400000000 0");
	reference = reviewed(c, &p, "deduct");
	assert_string_equal(naira_of(c, &p), "400000000 200000000");
	a = decide(c, reference, "reject");
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "400000000 0");
}

/* A hold that expired before the decision: the balance pays, or the approval fails. */
static void
test_late_decision(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "waiting@example.com");
	const char *reference;
	struct answer a;

	give(c, &p, "2000000");
	reference = reviewed(c, &p, "deduct");
	client_sql(c, "UPDATE cowry.hold SET expires_at = clock_timestamp() WHERE status = 0");
	a = decide(c, reference, "approve");
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "0 0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_approved),      client_test(test_rejected),
		client_test(test_inactive),      client_test(test_deduction),
		client_test(test_late_decision), client_test(client_books_hold),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
