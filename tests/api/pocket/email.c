/* Change of the email address. */
#include "tests/support/cmocka.h"

#include <stdlib.h>
#include <string.h>

#include "api/pocket/pocket.h"
#include "tests/support/authenticator.h"

enum { AT_ONCE = 6 };

static struct answer
begin(struct client *c, const struct person *who, const char *email, const char *password,
      const char *code)
{
	return client_call(c, "POST", "/v1/auth/change-email", who->access,
			   client_json(c, "{'newEmail':'%s','password':'%s'%s}", email, password,
				       code != NULL ? client_text(c, ",'code':'%s'", code) : ""));
}

static struct answer
end(struct client *c, const struct person *who, const char *code)
{
	return client_call(c, "POST", "/v1/auth/change-email/confirm", who->access,
			   client_json(c, "{'code':'%s'}", code));
}

/* The six digits in the latest mail to an address; NULL if there is no code in it. */
static const char *
mailed_code(struct client *c, const char *email)
{
	static const char before[] = "Your one-time code is:\n\n";
	const char *mail = mail_to(c, email);
	const char *at = mail != NULL ? strstr(mail, before) : NULL;

	return at != NULL ? arena_strndup(c->scratch, at + strlen(before), 6) : NULL;
}

static const char *
other_code(struct client *c, const char *code)
{
	return client_text(c, "%c%s", code[0] == '9' ? '0' : code[0] + 1, code + 1);
}

static int
sign_in_status(struct client *c, const char *email)
{
	struct answer a =
		client_call(c, "POST", "/v1/auth/login", NULL,
			    client_json(c, "{'email':'%s','password':'" PASSWORD "'}", email));

	return a.status;
}

static void
test_change(void **state)
{
	struct client *c = *state;
	struct person here = person_new(c, "old@example.com");
	struct person there = person_sign_in(c, here.email, PASSWORD);
	struct answer a = begin(c, &here, "New@Example.com", PASSWORD, NULL);

	expect_status(&a, 200);
	expect_text(&a, "data", "null");
	assert_int_equal(sign_in_status(c, "new@example.com"), 401);
	a = end(c, &here, mailed_code(c, "new@example.com"));
	expect_status(&a, 200);
	expect_text(&a, "data.email", "New@Example.com");
	expect_text(&a, "data.isEmailVerified", "true");
	expect_text(&a, "data.id", here.id);
	assert_non_null(strstr(mail_to(c, "old@example.com"), "was changed"));
	assert_null(strstr(mail_to(c, "old@example.com"), "xample.com"));
	assert_true(is_signed_in(c, &here));
	assert_false(is_signed_in(c, &there));
	assert_int_equal(sign_in_status(c, "old@example.com"), 401);
	assert_int_equal(sign_in_status(c, "NEW@example.com"), 200);
	assert_string_equal(
		client_value(c,
			     "SELECT count(*) FROM cowry.audit_log JOIN cowry.users USING"
			     " (user_id) WHERE action = 'email_change' AND public_id = '%s'"
			     " AND detail::text NOT LIKE '%%@%%'",
			     here.id),
		"1");
	(void)person_new(c, "old@example.com"); /* it is free */
}

static void
test_refused(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "refused@example.com");
	struct answer a = begin(c, &who, "fresh@example.com", "not-the-password-1", NULL);

	expect_field(&a, "password");
	assert_null(mail_to(c, "fresh@example.com"));
	a = begin(c, &who, "no-address", PASSWORD, NULL);
	expect_field(&a, "newEmail");
	a = begin(c, &who, "fresh@example.com", PASSWORD, "123456");
	expect_field(&a, "code"); /* there is no second factor */
	a = end(c, &who, "123456");
	expect_refusal(&a, 400, "OTP_EXPIRED");
	a = end(c, &who, "12345");
	expect_field(&a, "code");
	a = client_call(c, "POST", "/v1/auth/change-email", NULL, "{}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	a = client_call(c, "POST", "/v1/auth/change-email/confirm", NULL, "{}");
	expect_refusal(&a, 401, "UNAUTHORIZED");
	client_sql(c, "UPDATE cowry.users SET password_hash = NULL WHERE email = '%s'", who.email);
	a = begin(c, &who, "fresh@example.com", PASSWORD, NULL);
	expect_refusal(&a, 409, "CONFLICT");
}

/* Three wrong codes lock the change; the right one is valid once, and for its user. */
static void
test_codes(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "codes@example.com");
	struct person other = person_new(c, "codes-other@example.com");
	struct answer a = begin(c, &who, "codes-new@example.com", PASSWORD, NULL);
	const char *code = mailed_code(c, "codes-new@example.com");

	expect_status(&a, 200);
	a = end(c, &other, code);
	expect_refusal(&a, 400, "OTP_EXPIRED");
	for (int i = 0; i < 2; i++) {
		a = end(c, &who, other_code(c, code));
		expect_refusal(&a, 400, "OTP_INVALID");
	}
	a = end(c, &who, other_code(c, code));
	expect_refusal(&a, 400, "OTP_LOCKED");
	a = end(c, &who, code);
	expect_refusal(&a, 400, "OTP_LOCKED");
	client_sql(c, "DELETE FROM cowry.code_guard");
	a = end(c, &who, code);
	expect_refusal(&a, 400, "OTP_EXPIRED");
	a = begin(c, &who, "codes-new@example.com", PASSWORD, NULL);
	expect_status(&a, 200);
	a = begin(c, &who, "codes-newer@example.com", PASSWORD, NULL);
	expect_status(&a, 200);
	a = end(c, &who, mailed_code(c, "codes-newer@example.com"));
	expect_status(&a, 200);
	expect_text(&a, "data.email", "codes-newer@example.com");
	a = end(c, &who, mailed_code(c, "codes-newer@example.com"));
	expect_refusal(&a, 400, "OTP_EXPIRED");
}

/* Nobody learns whether an address is registered. */
static void
test_taken(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "seeker@example.com");
	struct person owner = person_new(c, "owner@example.com");
	struct answer taken = begin(c, &who, "OWNER@example.com", PASSWORD, NULL);
	struct answer again;
	struct answer fresh;

	expect_status(&taken, 200);
	assert_null(mailed_code(c, owner.email));
	assert_non_null(strstr(mail_to(c, owner.email), "somebody wants to use"));
	again = end(c, &who, "123456");
	expect_refusal(&again, 400, "OTP_INVALID");
	fresh = begin(c, &who, "not-taken@example.com", PASSWORD, NULL);
	assert_int_equal(fresh.status, taken.status);
	assert_int_equal(fresh.body.length, taken.body.length);
	(void)person_new(c, "not-taken@example.com"); /* somebody was faster */
	client_sql(c, "DELETE FROM cowry.mail WHERE subject LIKE 'Verify%%'");
	again = end(c, &who, mailed_code(c, "not-taken@example.com"));
	expect_refusal(&again, 409, "CONFLICT");
}

/* The mails to an address are limited, and the answer does not tell. */
static void
test_mails(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "mails@example.com");
	struct answer a;

	for (int i = 0; i < 9; i++) {
		a = begin(c, &who, "flooded@example.com", PASSWORD, NULL);
		expect_status(&a, 200);
	}
	assert_string_equal(client_value(c, "SELECT count(*) FROM cowry.mail WHERE recipient ="
					    " 'flooded@example.com'"),
			    "6");
}

static void
test_second_factor(void **state)
{
	struct client *c = *state;
	struct guarded ada = guarded_new(c, "factor@example.com");
	struct person *who = &ada.person;
	const char *code = app_code(c, ada.secret, 0);
	struct answer a = begin(c, who, "factor-new@example.com", PASSWORD, NULL);

	expect_field(&a, "code");
	a = begin(c, who, "factor-new@example.com", PASSWORD, app_code(c, ada.secret, 4));
	expect_refusal(&a, 403, "FORBIDDEN");
	a = begin(c, who, "factor-new@example.com", "not-the-password-1", code);
	expect_refusal(&a, 403, "FORBIDDEN");
	assert_null(mail_to(c, "factor-new@example.com"));
	a = begin(c, who, "factor-new@example.com", PASSWORD, code);
	expect_status(&a, 200);
	a = begin(c, who, "factor-new@example.com", PASSWORD, code);
	expect_refusal(&a, 403, "FORBIDDEN"); /* once */
	a = end(c, who, mailed_code(c, "factor-new@example.com"));
	expect_status(&a, 200);
	a = second_step(c, challenge_for(c, "factor-new@example.com", PASSWORD), ada.recovery[0]);
	expect_status(&a, 200);
}

/* A token that was mailed to the former address is of no use with the new one. */
static void
test_former_tokens(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "former@example.com");
	const char *token;
	struct answer a = client_call(c, "POST", "/v1/auth/forgotten-password", NULL,
				      client_json(c, "{'email':'%s'}", who.email));

	expect_status(&a, 200);
	token = mailed_token(c, who.email);
	a = begin(c, &who, "latter@example.com", PASSWORD, NULL);
	expect_status(&a, 200);
	a = end(c, &who, mailed_code(c, "latter@example.com"));
	expect_status(&a, 200);
	a = client_call(c, "POST", "/v1/auth/reset-password", NULL,
			client_json(c,
				    "{'email':'latter@example.com','token':'%s',"
				    "'newPassword':'another-horse-43'}",
				    token));
	expect_refusal(&a, 400, "BAD_REQUEST");
}

static void
test_at_once(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "once@example.com");
	struct answer a = begin(c, &who, "once-new@example.com", PASSWORD, NULL);
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	expect_status(&a, 200);
	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] = (struct ask){.method = "POST",
				       .target = "/v1/auth/change-email/confirm",
				       .credential = who.access,
				       .body = client_json(c, "{'code':'%s'}",
							   mailed_code(c, "once-new@example.com"))};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_int_equal(count_status(statuses, AT_ONCE, 200), 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 400), AT_ONCE - 1);
}

/* Twins with one key get the same answer, or hear that the other one runs. */
static void
test_twins(void **state)
{
	struct client *c = *state;
	struct person who = person_new(c, "twins@example.com");
	struct answer a = begin(c, &who, "twins-new@example.com", PASSWORD, NULL);
	struct ask asks[AT_ONCE];
	int statuses[AT_ONCE];

	expect_status(&a, 200);
	for (size_t i = 0; i < AT_ONCE; i++)
		asks[i] =
			(struct ask){.method = "POST",
				     .target = "/v1/auth/change-email/confirm",
				     .credential = who.access,
				     .idempotency_key = "twins",
				     .body = client_json(c, "{'code':'%s'}",
							 mailed_code(c, "twins-new@example.com"))};
	client_at_once(c, asks, AT_ONCE, statuses);
	assert_true(count_status(statuses, AT_ONCE, 200) >= 1);
	assert_int_equal(count_status(statuses, AT_ONCE, 200) +
				 count_status(statuses, AT_ONCE, 409),
			 AT_ONCE);
	a = client_send(c, &asks[0]);
	expect_text(&a, "data.email", "twins-new@example.com");
}

static void
test_covered(void **state)
{
	client_covered(*state, pocket_email, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		client_test(test_change),        client_test(test_refused),
		client_test(test_codes),         client_test(test_taken),
		client_test(test_mails),         client_test(test_second_factor),
		client_test(test_former_tokens), client_test(test_at_once),
		client_test(test_twins),         client_test(test_covered),
	};

	return cmocka_run_group_tests(tests, client_setup, client_teardown);
}
