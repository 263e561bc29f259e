/* A wallet is funded in two steps: answers, and refusals. */
#include "tests/support/cmocka.h"

#include <regex.h>

#include "api/otp/otp.h"
#include "runtime/app.h"
#include "tests/support/otp_wallet.h"

static struct person ada;

static int
setup(void **state)
{
	if (client_setup(state) != 0)
		return -1;
	ada = person_new(*state, "ada@example.com");
	return 0;
}

static void
expect_form(const char *text, const char *pattern)
{
	regex_t form;

	assert_int_equal(regcomp(&form, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&form, text, 0, NULL, 0) != 0)
		fail_msg("%s is not %s", text, pattern);
	regfree(&form);
}

/* The first funding of a new user, as in the document. */
static void
test_two_steps(void **state)
{
	struct client *c = *state;
	struct answer a = otp_post(c, &ada, "fund", "'amount':5000,'email':'ada@example.com'");
	const char *reference = answer_at(&a, "transactionReference");

	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "message", "Wallet funding initiated. OTP sent to your email.");
	expect_form(reference, "^FUND-[0-9]{13}-[a-z0-9]{8}$");
	expect_text(&a, "otpExpiresIn", "300");
	expect_text(&a, "otpSent", "true");
	expect_text(&a, "fraudRiskLevel", "low");
	expect_text(&a, "requiresManualReview", "false");
	expect_text(&a, "nextStep", "otp_verification");
	expect_text(&a, "warning", "null");
	assert_string_equal(naira_of(c, &ada), "0 0");
	a = otp_verify(c, &ada, reference, mailed_code(c, ada.email));
	expect_status(&a, 200);
	expect_text(&a, "success", "true");
	expect_text(&a, "message", "OTP verified and wallet funded successfully");
	expect_text(&a, "newBalance", "5000");
	expect_form(answer_at(&a, "transactionId"), "^TXN-[0-9]{13}(-[0-9]+)?$");
	expect_text(&a, "status", NULL);
	assert_string_equal(naira_of(c, &ada), "500000 0");
	a = otp_verify(c, &ada, reference, mailed_code(c, ada.email));
	expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
	otp_complete(c, &ada, "deduct", "1000"); /* tests/api/otp/deductions.c says more */
	assert_string_equal(naira_of(c, &ada), "400000 0");
	assert_string_equal(
		client_value(c,
			     "SELECT type || ' ' || (metadata ->> 'transactionId' = (SELECT"
			     " transaction_no FROM cowry.funding WHERE reference = '%s'))"
			     " FROM cowry.transaction WHERE reference = '%s'",
			     reference, reference),
		"wallet_funding true");
}

/* Both paths are the same; the address may differ, and the amount may be text with decimals. */
static void
test_other_ways(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "ways@example.com");
	struct answer a =
		otp_post(c, &p, "fund", "'amount':'100.50','email':'Elsewhere@example.com'");
	const char *reference = answer_at(&a, "transactionReference");
	const char *code = mailed_code(c, "elsewhere@example.com");

	expect_status(&a, 200);
	a = otp_post(c, &p, "verify-otp",
		     client_text(c, "'otp':'%s','transaction_reference':'%s'", code, reference));
	expect_status(&a, 200);
	expect_text(&a, "newBalance", "100.5");
	otp_complete(c, &p, "fund", "'100000.00'");
	assert_string_equal(naira_of(c, &p), "10010050 0");
}

static void
test_amounts(void **state)
{
	struct client *c = *state;
	static const char *const bad[] = {"99",
					  "99.99",
					  "5000000.01",
					  "5000001",
					  "0",
					  "-100",
					  "100.001",
					  "1000.999",
					  "true",
					  "[]",
					  "{}",
					  "null",
					  "''",
					  "'abc'",
					  "'1e3'",
					  "'1,000'",
					  "999999999999999",
					  "'NaN'",
					  "' 500'"};
	static const char *const good[] = {"100", "100.00", "5000000", "'5000000.00'", "100.99"};
	struct person p = person_new(c, "amounts@example.com");
	struct answer a;

	for (size_t i = 0; i < COUNT(bad); i++) {
		a = otp_post(c, &p, "fund", client_text(c, "'amount':%s", bad[i]));
		expect_message(&a, 400, "VALIDATION_FAILED", "Invalid funding amount");
		expect_text(&a, "details", "Amount must be between 100 and 5000000");
	}
	a = otp_post(c, &p, "fund", "");
	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid funding amount");
	assert_string_equal(
		client_value(c, "SELECT count(*) FROM cowry.funding f JOIN cowry.users u"
				" USING (user_id) WHERE u.email_key = 'amounts@example.com'"),
		"0");
	for (size_t i = 0; i < COUNT(good); i++) {
		a = otp_post(c, &p, "fund", client_text(c, "'amount':%s", good[i]));
		expect_status(&a, 200);
	}
}

static void
test_bad_fields(void **state)
{
	struct client *c = *state;
	struct answer a = otp_post(c, &ada, "fund", "'amount':5000,'email':'nobody'");

	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid email address");
	expect_text(&a, "details", "email must be an email address");
	a = otp_post(c, &ada, "fund", "'amount':'x','email':'x@'");
	expect_message(&a, 400, "VALIDATION_FAILED", "Invalid funding amount");
	a = otp_post(c, &ada, "otp/verify", "'otp':123456");
	expect_message(&a, 400, "VALIDATION_FAILED", "Validation failed");
	expect_text(&a, "details", "otp must be a string; transaction_reference is required");
	a = client_call(c, "POST", "/api/wallet/fund", ada.access, "{\"amount\":");
	expect_refusal(&a, 400, "MALFORMED_JSON");
}

static void
test_unknown(void **state)
{
	struct client *c = *state;
	static const char *const references[] = {"FUND-1705948200123-abc12345", "TXN-1705948200123",
						 "otp_1234", "DEDUCT-1705948200123-abc12345", "%"};

	for (size_t i = 0; i < COUNT(references); i++) {
		struct answer a = otp_verify(c, &ada, references[i], "123456");

		expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
		expect_text(&a, "hint",
			    "Make sure you're using the transactionReference field from the "
			    "initiate response, not otpId");
	}
}

/* Other users' fundings do not exist, and guesses at them are not counted for anybody. */
static void
test_other_person(void **state)
{
	struct client *c = *state;
	struct person eve = person_new(c, "eve@example.com");
	const char *reference = otp_start(c, &ada, "fund", "700");
	const char *code = mailed_code(c, ada.email);
	struct answer a;

	for (int i = 0; i < 4; i++) {
		a = otp_verify(c, &eve, reference, code);
		expect_message(&a, 404, "TRANSACTION_NOT_FOUND", UNKNOWN);
	}
	a = otp_status(c, &eve, "wallet_funding");
	expect_text(&a, "hasPendingOTP", "false");
	a = otp_verify(c, &ada, reference, code);
	expect_status(&a, 200);
}

static void
test_who(void **state)
{
	struct client *c = *state;
	static const char *const routes[] = {"fund", "deduct", "verify-otp", "otp/verify",
					     "otp/send"};

	for (size_t i = 0; i < COUNT(routes); i++) {
		struct answer a =
			client_call(c, "POST", client_text(c, "/api/wallet/%s", routes[i]), NULL,
				    "{\"amount\":5000}");

		expect_message(&a, 401, "UNAUTHORIZED", "Authentication is required");
		a = client_call(c, "POST", client_text(c, "/api/wallet/%s", routes[i]), "x.y.z",
				"{\"amount\":5000}");
		expect_message(&a, 401, "UNAUTHORIZED", "The access token is not valid");
	}
}

static void
test_inactive(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "frozen@example.com");
	const char *reference = otp_start(c, &p, "fund", "500");
	const char *code = mailed_code(c, p.email);
	struct answer a;

	for (int status = 1; status <= 2; status++) {
		set_wallet_status(c, &p, status);
		a = otp_post(c, &p, "fund", "'amount':500");
		expect_message(&a, 403, "WALLET_INACTIVE", "Wallet is inactive");
		a = otp_verify(c, &p, reference, code);
		expect_message(&a, 403, "WALLET_INACTIVE", "Wallet is inactive");
		a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding'");
		expect_message(&a, 403, "WALLET_INACTIVE", "Wallet is inactive");
		a = otp_post(c, &p, "deduct", "'amount':500");
		expect_message(&a, 403, "WALLET_INACTIVE", "Wallet is inactive");
	}
	set_wallet_status(c, &p, 0);
	a = otp_verify(c, &p, reference, code);
	expect_status(&a, 200);
}

static void
test_idempotency(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "again@example.com");
	struct ask ask = {.method = "POST",
			  .target = "/api/wallet/fund",
			  .credential = p.access,
			  .idempotency_key = "fund-1",
			  .body = "{\"amount\":900}"};
	struct answer first = client_send(c, &ask);
	struct answer a = client_send(c, &ask);
	const char *reference = answer_at(&first, "transactionReference");

	expect_status(&first, 200);
	expect_status(&a, 200);
	expect_text(&a, "transactionReference", reference);
	ask.target = "/api/wallet/verify-otp";
	ask.idempotency_key = "verify-1";
	ask.body = client_json(c, "{'otp':'%s','transaction_reference':'%s'}",
			       mailed_code(c, p.email), reference);
	first = client_send(c, &ask);
	expect_status(&first, 200);
	a = client_send(c, &ask);
	expect_status(&a, 200);
	expect_text(&a, "newBalance", "900");
	assert_string_equal(naira_of(c, &p), "90000 0");
}

static struct instant
standing_clock(void)
{
	static struct instant at;

	if (at.us == 0)
		at = clock_system();
	return at;
}

/* Numbers are unique although all are of the same millisecond. */
static void
test_one_millisecond(void **state)
{
	struct client *c = *state;
	struct app app = *c->app;
	struct client still = *c;
	struct ask asks[20];
	int statuses[COUNT(asks)];

	app.now = standing_clock;
	(void)standing_clock();
	still.app = &app;
	for (size_t i = 0; i < COUNT(asks); i++)
		asks[i] = (struct ask){
			.method = "POST",
			.target = "/api/wallet/fund",
			.credential = person_new(c, client_text(c, "ms%zu@example.com", i)).access,
			.body = "{\"amount\":500}"};
	app.now = standing_clock;
	client_at_once(&still, asks, COUNT(asks), statuses);
	assert_int_equal(count_status(statuses, COUNT(asks), 200), COUNT(asks));
	assert_string_equal(
		client_value(c,
			     "SELECT count(*) || ' ' || count(DISTINCT transaction_no)"
			     " FROM cowry.funding WHERE transaction_no LIKE 'TXN-%lld%%'",
			     (long long)(standing_clock().us / 1000)),
		"20 20");
}

static void
test_routes(void **state)
{
	client_covered(*state, otp_fundings, "Wallet");
}

/* In production users can't credit themselves, not even with a code mailed before. */
static void
test_closed(void **state)
{
	struct client *c = *state;
	struct config *config = &c->fixture->config;
	struct person p = person_new(c, "closed@example.com");
	const char *reference = otp_start(c, &p, "fund", "500");
	struct answer a;

	config->otp_funding = "";
	a = otp_post(c, &p, "fund", "'amount':500");
	expect_status(&a, 404);
	expect_text(&a, "success", "false");
	expect_text(&a, "code", "NOT_FOUND");
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_message(&a, 403, "FORBIDDEN", "Funding is disabled on this server");
	a = otp_post(c, &p, "otp/send", "'purpose':'wallet_funding'");
	expect_message(&a, 403, "FORBIDDEN", "Funding is disabled on this server");
	assert_string_equal(naira_of(c, &p), "0 0");
	a = otp_post(c, &p, "deduct", "'amount':500"); /* is not concerned */
	expect_refusal(&a, 400, "INSUFFICIENT_FUNDS");
	config->environment = "development";
	a = otp_verify(c, &p, reference, mailed_code(c, p.email));
	expect_status(&a, 200);
	config->environment = "production";
	config->otp_funding = "open";
}

/* A user's text is not mailed to an unverified address. */
static void
test_mail_has_no_text_of_strangers(void **state)
{
	struct client *c = *state;
	struct person p = person_new(c, "texts@example.com");
	static const char order[] = "'amount':100,'description':'see evil.example'";
	struct answer a;

	otp_complete(c, &p, "fund", "500"); /* which proves the address */
	client_sql(c, "UPDATE cowry.users SET is_email_verified = false WHERE email = '%s'",
		   p.email);
	a = otp_post(c, &p, "deduct", order);
	expect_status(&a, 200);
	assert_null(strstr(mail_to(c, p.email), "evil"));
	client_sql(c, "UPDATE cowry.users SET is_email_verified = true WHERE email = '%s'",
		   p.email);
	a = otp_post(c, &p, "deduct", order);
	expect_status(&a, 200);
	assert_non_null(strstr(mail_to(c, p.email), "see evil.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_two_steps),    client_test(test_other_ways),
		client_test(test_amounts),      client_test(test_bad_fields),
		client_test(test_unknown),      client_test(test_other_person),
		client_test(test_who),          client_test(test_inactive),
		client_test(test_idempotency),  client_test(test_one_millisecond),
		client_test(test_closed),       client_test(test_mail_has_no_text_of_strangers),
		client_test(client_books_hold), client_test(test_routes),
	};

	return cmocka_run_group_tests(tests, setup, client_teardown);
}
