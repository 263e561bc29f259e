/* Codes: guessed at, locked out, sent again, expired; one by one and all at once. */
#include "tests/support/cmocka.h"

#include <stdlib.h>

#include "api/otp/otp.h"
#include "app/funding/funding.h"
#include "base/arena.h"
#include "runtime/app.h"
#include "tests/support/otp_wallet.h"

static struct answer
resend(struct client *c, const struct person *who)
{
	struct answer a = otp_post(c, who, "otp/send", "'purpose':'wallet_funding'");

	expect_status(&a, 200);
	return a;
}

static void
expect_status_of(struct client *c, const struct person *who, const char *pending, const char *left,
		 const char *locked)
{
	struct answer a = otp_status(c, who, "wallet_funding");

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "purpose", "wallet_funding");
	expect_text(&a, "hasPendingOTP", pending);
	expect_text(&a, "attemptsRemaining", left);
	expect_text(&a, "isLocked", locked);
	if (strcmp(pending, "true") == 0)
		assert_in_range(atoi(answer_at(&a, "expiresIn")), 1, 300);
	else
		expect_text(&a, "expiresIn", "0");
}

static void
test_attempts(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "attempts@example.com");
	const char *reference;
	const char *code;
	struct answer a;

	expect_status_of(c, &p, "false", "3", "false");
	reference = otp_start(c, &p, "fund", "500");
	code = mailed_code(c, p.email);
	expect_status_of(c, &p, "true", "3", "false");
	a = otp_verify(c, &p, reference, other_code(c, code));
	expect_message(&a, 400, "OTP_INVALID", WRONG_2);
	expect_status_of(c, &p, "true", "2", "false");
	a = otp_verify(c, &p, reference, "12345"); /* a guess as well */
	expect_message(&a, 400, "OTP_INVALID", WRONG_1);
	a = otp_verify(c, &p, reference, code);
	expect_status(&a, 200);
	expect_status_of(c, &p, "false", "3", "false");
}

/* The lock covers the right code, later codes and other references, and ends after 15 minutes. */
static void
test_lockout(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "locked@example.com");
	const char *reference = otp_start(c, &p, "fund", "500");
	const char *code = mailed_code(c, p.email);
	struct answer a;

	for (int i = 0; i < 2; i++)
		(void)otp_verify(c, &p, reference, other_code(c, code));
	a = otp_verify(c, &p, reference, other_code(c, code));
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
	assert_string_equal(answer_header(&a, "Retry-After"), "900");
	expect_status_of(c, &p, "false", "0", "true");
	a = otp_verify(c, &p, reference, code);
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
	(void)resend(c, &p);
	expect_status_of(c, &p, "true", "0", "true");
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
	reference = otp_start(c, &p, "fund", "600");
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
	a = otp_verify(c, &p, "FUND-1705948200123-abc12345", "123456");
	expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
	client_sql(c, "UPDATE cowry.code_guard SET locked_until = locked_until - interval '898 s',"
		      " window_ends_at = window_ends_at - interval '898 s'");
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
	assert_in_range(atoi(answer_header(&a, "Retry-After")), 1, 2);
	client_sql(c, "UPDATE cowry.code_guard SET locked_until = locked_until - interval '3 s'");
	expect_status_of(c, &p, "true", "3", "false");
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_status(&a, 200);
}

/* Another purpose, and another user, are not locked. */
static void
test_lockout_of_purpose(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "purpose@example.com");
	const char *reference;
	struct answer a;

	otp_complete(c, &p, "fund", "1000");
	reference = otp_start(c, &p, "fund", "500");
	for (int i = 0; i < 3; i++)
		a = otp_verify(c, &p, reference, "x");
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
	a = otp_status(c, &p, "wallet_deduction");
	expect_text(&a, "isLocked", "false");
	otp_complete(c, &p, "deduct", "400");
	assert_string_equal(naira_of(c, &p), "60000 0");
}

/* New codes give no further guesses; only time does. */
static void
test_attempts_over_codes(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "patient@example.com");
	const char *reference = otp_start(c, &p, "fund", "500");
	struct answer a = otp_verify(c, &p, reference, "x");

	expect_message(&a, 400, "OTP_INVALID", WRONG_2);
	(void)resend(c, &p);
	a = otp_verify(c, &p, reference, "x");
	expect_message(&a, 400, "OTP_INVALID", WRONG_1);
	client_sql(c, "UPDATE cowry.code_guard SET window_ends_at = clock_timestamp()");
	a = otp_verify(c, &p, reference, "x");
	expect_message(&a, 400, "OTP_INVALID", WRONG_2);
	(void)otp_verify(c, &p, reference, "x");
	(void)resend(c, &p);
	a = otp_verify(c, &p, reference, "x");
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
}

static void
test_resend(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "resend@example.com");
	const char *first;
	const char *second;
	const char *reference;
	struct answer a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding'");

	expect_refusal(&a, 404, "NOT_FOUND");
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_deduction'");
	expect_refusal(&a, 404, "NOT_FOUND");
	a = otp_post(c, &p, "otp/send", "'purpose':'password'");
	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid purpose");
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding','email':'x'");
	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid email address");
	reference = otp_start(c, &p, "fund", "500");
	first = mailed_code(c, p.email);
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding','email':'resend@example.com'");
	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "message", "OTP sent successfully");
	expect_text(&a, "expiresIn", "300");
	expect_text(&a, "email", "resend@example.com");
	second = mailed_code(c, p.email);
	if (strcmp(first, second) != 0) { /* once in a million */
		a = otp_verify(c, &p, reference, first);
		expect_message(&a, 400, "OTP_INVALID", WRONG_2);
	}
	a = otp_verify(c, &p, reference, second);
	expect_status(&a, 200);
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding'");
	expect_refusal(&a, 404, "NOT_FOUND");
}

/* A newer funding's code invalidates the older one's; then the older one can get a new code. */
static void
test_two_fundings(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "two@example.com");
	const char *older = otp_start(c, &p, "fund", "500");
	const char *code = mailed_code(c, p.email);
	const char *newer = otp_start(c, &p, "fund", "600");
	struct answer a = otp_verify(c, &p, older, code);

	expect_message(&a, 400, "OTP_EXPIRED", EXPIRED);
	a = otp_verify(c, &p, older, mailed_code(c, p.email)); /* bound to its reference */
	expect_message(&a, 400, "OTP_EXPIRED", EXPIRED);
	a = otp_verify(c, &p, newer, mailed_code(c, p.email));
	expect_status(&a, 200);
	(void)resend(c, &p);
	a = otp_verify(c, &p, older, mailed_code(c, p.email));
	expect_status(&a, 200);
	assert_string_equal(naira_of(c, &p), "110000 0");
}

static void
test_expiry(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "expiry@example.com");
	const char *reference = otp_start(c, &p, "fund", "500");
	const char *code = mailed_code(c, p.email);
	struct ctx ctx = app_ctx(c->app, c->scratch);
	bool found;
	struct answer a;

	assert_string_equal(client_value(c,
					 "SELECT extract(epoch FROM expires_at - created_at)::int"
					 " FROM cowry.one_time_code ORDER BY code_id DESC"),
			    "300");
	age_codes(c, &p, "301 s");
	expect_status_of(c, &p, "false", "3", "false");
	for (int i = 0; i < 4; i++) { /* no guesses */
		a = otp_verify(c, &p, reference, i == 0 ? code : "x");
		expect_message(&a, 400, "OTP_EXPIRED", EXPIRED);
	}
	(void)resend(c, &p);
	client_sql(c,
		   "UPDATE cowry.funding SET expires_at = clock_timestamp() WHERE reference = '%s'",
		   reference);
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding'");
	expect_refusal(&a, 404, "NOT_FOUND");
	assert_int_equal(funding_expire(&ctx, &found), ERR_OK);
	assert_string_equal(client_value(c,
					 "SELECT status FROM cowry.funding WHERE reference = '%s'",
					 reference),
			    "expired");
	age_codes(c, &p, "3 days");
	assert_int_equal(funding_expire(&ctx, &found), ERR_OK);
	assert_string_equal(
		client_value(c,
			     "SELECT count(*) FROM cowry.one_time_code WHERE reference ="
			     " '%s'",
			     reference),
		"0");
}

/* Many requests at once: each one's statuses. */
static void
verify_at_once(struct client *c, const struct person *who, const char *reference,
	       const char *const *codes, size_t n, int *statuses)
{
	struct ask *asks = arena_array(c->scratch, n, sizeof(*asks));

	for (size_t i = 0; i < n; i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = i % 2 == 0 ? "/api/wallet/otp/verify" : "/api/wallet/verify-otp",
			.credential = who->access,
			.body = client_json(c, "{'otp':'%s','transaction_reference':'%s'}",
					    codes[i], reference)};
	client_at_once(c, asks, n, statuses);
}

static void
test_right_at_once(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "once@example.com");
	const char *reference = otp_start(c, &p, "fund", "500");
	const char *codes[20];
	int statuses[COUNT(codes)];

	for (size_t i = 0; i < COUNT(codes); i++)
		codes[i] = mailed_code(c, p.email);
	verify_at_once(c, &p, reference, codes, COUNT(codes), statuses);
	assert_int_equal(count_status(statuses, COUNT(codes), 200), 1);
	assert_int_equal(count_status(statuses, COUNT(codes), 404), COUNT(codes) - 1);
	assert_string_equal(naira_of(c, &p), "50000 0");
}

/* Three are compared, whatever the number of requests; the right one among the rest is not. */
static void
test_wrong_at_once(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "guesser@example.com");
	const char *reference = otp_start(c, &p, "fund", "500");
	const char *code = mailed_code(c, p.email);
	const char *codes[50];
	int statuses[COUNT(codes)];
	struct answer a;

	for (size_t i = 0; i < COUNT(codes); i++)
		codes[i] = other_code(c, code);
	verify_at_once(c, &p, reference, codes, COUNT(codes), statuses);
	assert_int_equal(count_status(statuses, COUNT(codes), 400), COUNT(codes));
	assert_string_equal(client_value(c,
					 "SELECT sum(failures) FROM cowry.one_time_code"
					 " WHERE reference = '%s'",
					 reference),
			    "3");
	a = otp_verify(c, &p, reference, code);
	expect_message(&a, 400, "OTP_LOCKED", LOCKED);
	assert_string_equal(naira_of(c, &p), "0 0");
}

/* Many users at once do not affect each other. */
static void
test_people_at_once(void **state)
{
	struct client *c = *state;
	struct ask asks[20];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++) {
		struct person p = person_new(c, client_text(c, "crowd%zu@example.com", i));
		const char *reference = otp_start(c, &p, "fund", "500");

		asks[i] = (struct ask){
			.method = "POST",
			.target = "/api/wallet/otp/verify",
			.credential = p.access,
			.body = client_json(c, "{'otp':'%s','transaction_reference':'%s'}",
					    mailed_code(c, p.email), reference)};
	}
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(
		client_value(c, "SELECT sum(a.balance) FROM cowry.account a JOIN"
				" cowry.personal_wallet USING (account_id) JOIN cowry.users u"
				" USING (user_id) WHERE u.email_key LIKE 'crowd%%'"),
		"1000000");
}

/* Concurrent starts leave one valid code. */
static void
test_starts_at_once(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "starts@example.com");
	struct ask asks[8];
	int statuses[COUNT(asks)];

	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/api/wallet/fund",
				       .credential = p.access,
				       .body = "{\"amount\":500}"};
	client_at_once(c, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(client_value(c, "SELECT count(*) || ' ' || count(*) FILTER (WHERE"
					    " c.ended_at IS NULL) FROM cowry.one_time_code c JOIN"
					    " cowry.users u USING (user_id)"
					    " WHERE email_key = 'starts@example.com'"),
			    "8 1");
}

/* A code is in no table, in no answer, and not in the mail's subject. */
static void
test_secrecy(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "secret@example.com");
	struct answer a = otp_post(c, &p, "fund", "'amount':500");
	const char *code = mailed_code(c, p.email);

	assert_null(strstr(a.body.data, code));
	assert_string_equal(client_value(c, "SELECT subject FROM cowry.mail ORDER BY mail_id DESC"),
			    "Confirm your wallet funding");
	assert_string_equal(
		client_value(c,
			     "SELECT count(*) FROM cowry.one_time_code"
			     " WHERE position('%s'::bytea IN digest) > 0 OR reference = '%s'",
			     code, code),
		"0");
	assert_string_equal(client_value(c,
					 "SELECT extract(epoch FROM expires_at - created_at)::int"
					 " FROM cowry.mail ORDER BY mail_id DESC"),
			    "300");
}

static void
test_queries(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "queries@example.com");
	struct answer a = otp_status(c, &p, "nothing");

	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid purpose");
	a = client_call(c, "GET", "/api/wallet/otp/status", p.access, NULL);
	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid purpose");
	a = client_call(c, "GET", "/api/wallet/otp/status?purpose=wallet_funding", NULL, NULL);
	expect_refusal(&a, 401, "UNAUTHORIZED");
}

static void
test_routes(void **state)
{
	client_covered(*state, otp_fundings, "OTP");
	client_covered(*state, otp_codes, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_attempts),
		client_test(test_lockout),
		client_test(test_lockout_of_purpose),
		client_test(test_attempts_over_codes),
		client_test(test_resend),
		client_test(test_two_fundings),
		client_test(test_expiry),
		client_test(test_right_at_once),
		client_test(test_wrong_at_once),
		client_test(test_people_at_once),
		client_test(test_starts_at_once),
		client_test(test_secrecy),
		client_test(test_queries),
		client_test(client_books_hold),
		client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
